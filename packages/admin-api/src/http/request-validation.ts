import { IsthmusError } from '@isthmus/kernel';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { Value } from 'typebox/value';

const places: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

/**
 * Checks requests with the schemas of the routes and answers in the words of the catalogue: REQUEST_INVALID that
 * names the field, the fault and what is allowed. Unknown fields are refused, not dropped: a misspelt field that is
 * silently ignored looks as if it had worked.
 *
 * A check is compiled by the first request that needs it: to compile all of them is a good part of a start.
 */
export const requestValidation: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let compiled: Validator | undefined;
  const place = places[httpPart ?? ''] ?? 'request';
  return (received: unknown) => {
    // Paths and queries are text; bodies say their types themselves. A verb may be called without a body.
    const value =
      httpPart === 'body'
        ? received === null || received === undefined
          ? {}
          : received
        : Value.Convert(schema, received);
    compiled ??= Compile(schema);
    if (compiled.Check(value)) return { value };
    return { error: toFault(place, compiled.Errors(value)) };
  };
};

function toFault(place: string, errors: readonly TLocalizedValidationError[]): IsthmusError {
  // The parser's `schema is false` says less than the `additionalProperties` that comes with it.
  const telling = errors.filter(({ keyword }) => keyword !== 'boolean');
  const faults = telling.slice(0, 5).map((error) => describe(place, error));
  const [first] = faults;
  if (first === undefined) return new IsthmusError('REQUEST_INVALID', `the ${place} does not fit the call`);
  const { field, fault, allowed } = first;
  return new IsthmusError('REQUEST_INVALID', faults.map(({ message }) => message).join('; '), {
    details: { in: place, field, fault, ...(allowed === undefined ? {} : { allowed }) },
  });
}

interface Fault {
  readonly field: string;
  readonly fault: string;
  readonly allowed?: readonly string[];
  readonly message: string;
}

function describe(place: string, error: TLocalizedValidationError): Fault {
  const at = error.instancePath.split('/').slice(1).map(fromPointer);
  const inner = innerFault(error);
  const field = [...at, ...(inner.field === undefined ? [] : [inner.field])].join('.');
  const where = field === '' ? `the ${place}` : `${JSON.stringify(field)} in the ${place}`;
  const hint = inner.allowed === undefined ? '' : `; allowed: ${inner.allowed.join(', ')}`;
  return {
    field,
    fault: inner.fault,
    ...(inner.allowed === undefined ? {} : { allowed: inner.allowed }),
    message: `${where} ${inner.fault}${hint}`,
  };
}

interface InnerFault {
  readonly field?: string;
  readonly fault: string;
  readonly allowed?: readonly string[];
}

function innerFault(error: TLocalizedValidationError): InnerFault {
  switch (error.keyword) {
    case 'additionalProperties':
      return { field: error.params.additionalProperties.join(', ').slice(0, 200), fault: 'is not known to this call' };
    case 'required':
      return { field: error.params.requiredProperties.join(', '), fault: 'is missing' };
    case 'enum':
      return { fault: 'is none of the allowed values', allowed: error.params.allowedValues.map(String) };
    case 'type':
      return { fault: `is not of type ${[error.params.type].flat().join(' or ')}` };
    case 'format':
      return { fault: `is not a ${error.params.format}`, ...formatExample(error.params.format) };
    case 'minProperties':
      return { fault: 'names nothing to change' };
    default:
      return { fault: error.message };
  }
}

function formatExample(format: string): Pick<InnerFault, 'allowed'> {
  return format === 'date-time' ? { allowed: ['ISO-8601 with a zone, e.g. 2026-03-01T08:00:00Z'] } : {};
}

/** JSON pointers write `/` as `~1` and `~` as `~0`. */
function fromPointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

import { nearest } from '@isthmus/connector-sdk';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formatsPlugin from 'ajv-formats';
import { constraintFault } from './constraint-faults.js';

/** What is wrong with one field of a configuration. Never holds a value. */
export interface FieldFault {
  /** Dotted path, e.g. `patterns[0].include`; empty for the whole. */
  readonly field: string;
  readonly fault: string;
  readonly isMissing?: true;
}

const mostFaults = 20;
const validators = new WeakMap<object, ValidateFunction>();

/**
 * Puts defaults in (the configuration is changed) and checks it. Keys that the schema does not name are faults unless it
 * says `additionalProperties` itself.
 */
export function validateConfiguration(schema: object, configuration: unknown): readonly FieldFault[] {
  const validate = validators.get(schema) ?? compile(schema);
  validators.set(schema, validate);
  if (validate(configuration)) return [];
  const errors = validate.errors ?? [];
  return withoutBranches(errors).slice(0, mostFaults).map(toFault);
}

/** Checks the schemas of providers. What it checks them with is compiled here, before anything runs: it takes long. */
const schemaCheck = new Ajv({ strict: false });
schemaCheck.validateSchema({ type: 'object' });

function compile(schema: object): ValidateFunction {
  schemaCheck.validateSchema(schema, true);
  // Connections carry text for most values (`map<string,object>` written by people): "5" is 5, one pattern is a list of one.
  const ajv = new Ajv({
    useDefaults: true,
    coerceTypes: 'array',
    allErrors: true,
    verbose: true,
    strict: false,
    meta: false,
    validateSchema: false,
  });
  formatsPlugin.default(ajv);
  return ajv.compile(closed(schema, false));
}

/** A copy in which objects refuse keys that they do not name. Parts of `allOf` see only their share, so they stay open. */
function closed(schema: object, open: boolean): object {
  const copy: Record<string, unknown> = { ...schema };
  for (const [word, inner] of Object.entries(copy)) {
    if (word === 'properties' || word === '$defs' || word === 'definitions' || word === 'patternProperties') {
      if (isObject(inner)) {
        copy[word] = Object.fromEntries(
          Object.entries(inner).map(([name, part]) => [name, isObject(part) ? closed(part, false) : part]),
        );
      }
    } else if (word === 'items' || word === 'additionalProperties') {
      if (isObject(inner) && !Array.isArray(inner)) copy[word] = closed(inner, false);
    } else if (word === 'anyOf' || word === 'oneOf' || word === 'allOf') {
      if (Array.isArray(inner)) {
        copy[word] = inner.map((part) => (isObject(part) ? closed(part, open || word === 'allOf') : part));
      }
    }
  }
  const names = isObject(copy.properties) && !('additionalProperties' in copy) && !('patternProperties' in copy);
  if (names && !open && !('allOf' in copy)) copy.additionalProperties = false;
  return copy;
}

/** Of a choice, only the choice itself is reported, not what each branch missed. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  return errors.filter(
    (error) =>
      error.keyword !== 'if' &&
      !choices.some((choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`)),
  );
}

function toFault(error: ErrorObject): FieldFault {
  const field = fieldName(error.instancePath);
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(params.additionalProperty).slice(0, 200);
      const schema: unknown = error.parentSchema?.properties;
      const near = nearest(key, isObject(schema) ? Object.keys(schema) : []);
      return {
        field: join(field, key),
        fault:
          near === undefined
            ? 'is not a key of this provider'
            : `is not a key of this provider; did you mean \`${near}\`?`,
      };
    }
    case 'required':
      return { field: join(field, String(params.missingProperty)), fault: 'is missing', isMissing: true };
    case 'enum':
      return { field, fault: `must be one of ${listed(params.allowedValues)}` };
    case 'const':
      return { field, fault: `must be ${JSON.stringify(params.allowedValue)}` };
    case 'anyOf':
    case 'oneOf':
      return { field, fault: choiceFault(error) };
    default:
      return { field, fault: constraintFault(error) };
  }
}

function choiceFault(error: ErrorObject): string {
  const branches: unknown = error.schema;
  if (Array.isArray(branches) && branches.every((branch) => isObject(branch) && 'const' in branch)) {
    return `must be one of ${listed(branches.map((branch) => Reflect.get(branch, 'const')))}`;
  }
  return 'fits none of the forms that are allowed here';
}

function listed(values: unknown): string {
  return Array.isArray(values)
    ? values
        .slice(0, 30)
        .map((value) => JSON.stringify(value))
        .join(', ')
    : 'the allowed values';
}

/** `/a/0/b~1c` becomes `a[0].b/c`. */
function fieldName(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : join(path, part)), '');
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

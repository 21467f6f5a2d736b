import { IsthmusError, processSlicer } from '@isthmus/kernel';
import type { Batch, BatchOperation } from '@isthmus/model';
import { Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** Most operations in one batch. */
export const mostOperations = 2_000;
/** Most names to clear in one operation: keys of a map count one by one. */
const mostCleared = 20_000;
const mostBeside = 10_000;

const strict = { additionalProperties: false } as const;
const name = Type.String({ minLength: 1, maxLength: 100_000 });
const typeName = Type.String({ minLength: 1, maxLength: 200 });
/** Plain values; whether they fit the type of their property is the type system's to say, per operation. */
const properties = Type.Record(Type.String(), Type.Unknown());

const batchSchema = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 200 }),
    grant: Type.Optional(
      Type.Object(
        { slot: Type.String({ minLength: 1, maxLength: 2_000 }), token: Type.Integer({ minimum: 0 }) },
        strict,
      ),
    ),
    tellFormer: Type.Optional(Type.Boolean()),
    operations: Type.Array(Type.Object({ op: Type.String() }), { maxItems: mostOperations }),
  },
  strict,
);
/** Version that the writer has read, 0: none. */
const expects = Type.Optional(Type.Integer({ minimum: 0 }));
const guards = Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 100 })));
const clear = Type.Optional(Type.Array(Type.String(), { maxItems: mostCleared }));
const linkFields = { typeName, end1: name, end2: name, properties: Type.Optional(properties) };
const operationSchemas = {
  upsert: Type.Object(
    {
      op: Type.Literal('upsert'),
      typeName,
      qualifiedName: name,
      properties,
      clear,
      guards,
      trustsOwnWork: Type.Optional(Type.Literal(true)),
      onlyIfNew: Type.Optional(Type.Literal(true)),
      classifications: Type.Optional(Type.Record(Type.String(), properties)),
      declassify: Type.Optional(Type.Array(typeName, { maxItems: 200 })),
      anchor: Type.Optional(name),
      keepsAnchor: Type.Optional(Type.Literal(true)),
      parent: Type.Optional(
        Type.Object(
          {
            relationshipTypeName: typeName,
            qualifiedName: name,
            parentAtEnd1: Type.Optional(Type.Boolean()),
            properties: Type.Optional(properties),
            beside: Type.Optional(Type.Array(name, { maxItems: mostBeside })),
          },
          strict,
        ),
      ),
      expects,
    },
    strict,
  ),
  link: Type.Object(
    {
      op: Type.Literal('link'),
      ...linkFields,
      clear,
      guards,
      trustsOwnWork: Type.Optional(Type.Literal(true)),
      isTrial: Type.Optional(Type.Literal(true)),
    },
    strict,
  ),
  unlink: Type.Object(
    { op: Type.Literal('unlink'), ...linkFields, keepsOthers: Type.Optional(Type.Literal(true)), expects },
    strict,
  ),
  delete: Type.Object(
    {
      op: Type.Literal('delete'),
      qualifiedName: name,
      method: Type.Optional(Type.Enum(['LOOK_FOR_LINEAGE', 'ARCHIVE', 'SOFT_DELETE', 'PURGE'])),
      expects,
    },
    strict,
  ),
  look: Type.Object(
    {
      op: Type.Literal('look'),
      qualifiedName: name,
      parent: Type.Optional(
        Type.Object({ relationshipTypeName: typeName, parentAtEnd1: Type.Optional(Type.Boolean()) }, strict),
      ),
      anchored: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      foreignLinks: Type.Optional(Type.Literal(true)),
    },
    strict,
  ),
};

/** Compiled by the first batch: a process may never see one. */
let checks: Checks | undefined;

interface Checks {
  readonly batch: Validator<Record<never, never>, typeof batchSchema>;
  readonly operations: ReadonlyMap<string, Validator>;
}

function compiledChecks(): Checks {
  checks ??= {
    batch: Compile(batchSchema),
    operations: new Map<string, Validator>(
      Object.entries(operationSchemas).map(([op, schema]) => [op, Compile(schema)]),
    ),
  };
  return checks;
}

/**
 * Checks the shape of a batch; one malformed operation refuses the whole, as its sender does not mean what it says.
 *
 * @throws REQUEST_INVALID, `details.field` names the place, e.g. `operations[17].typeName`
 */
export async function readBatch(body: unknown): Promise<Batch> {
  const { batch, operations } = compiledChecks();
  if (!batch.Check(body)) throw invalid('', batch, body);
  for (const [index, operation] of body.operations.entries()) {
    const check = operations.get(operation.op);
    if (check === undefined)
      throw refusal(`operations[${index}].op`, `must be one of ${[...operations.keys()].join(', ')}`);
    if (!check.Check(operation)) throw invalid(`operations[${index}]`, check, operation);
    await processSlicer.turn();
  }
  return { ...body, operations: body.operations.filter(isOperation) };
}

/** Each has passed the schema of its kind above. */
function isOperation(operation: { readonly op: string }): operation is BatchOperation {
  return Object.hasOwn(operationSchemas, operation.op);
}

function invalid(place: string, check: Validator, value: unknown): IsthmusError {
  const faults = check.Errors(value);
  const fault = faults.find(({ keyword }) => keyword !== 'boolean') ?? faults[0];
  if (fault === undefined) return refusal(place || 'body', 'does not fit its schema');
  const path = fault.instancePath.replace(/\/(\d+)(?=\/|$)/g, '[$1]').replaceAll('/', '.');
  const field = `${place}${path}`.replace(/^\./, '') || 'body';
  const { params } = fault;
  const unknownKeys = 'additionalProperties' in params ? `: ${params.additionalProperties}` : '';
  return refusal(field, `${fault.message}${unknownKeys}`);
}

function refusal(field: string, fault: string): IsthmusError {
  return new IsthmusError('REQUEST_INVALID', `${field} ${fault}`, {
    details: { field },
    next: 'correct the field named; a batch holds plain values, see `Batch` of @isthmus/model',
  });
}

import { type Static, type TSchema, Type } from 'typebox';

/** One of a few words. `enum` instead of `const`s: OpenAPI 3.0 knows only that. */
export function oneOf<const W extends string>(words: readonly W[], description: string) {
  return Type.Unsafe<W>({ type: 'string', enum: words, description });
}

/** ISO-8601 in UTC, as every time in this API. */
export function time(description: string) {
  return Type.String({ format: 'date-time', description });
}

/** Free-form object: a record by pattern would lose keys with line breaks when it is serialised. */
export function freeForm<T>(description: string) {
  return Type.Unsafe<T>({ type: 'object', additionalProperties: true, description });
}

/** Reference to a schema that was added by its `$id`; becomes a component of the OpenAPI document. */
export function ref<T extends TSchema & { readonly $id: string }>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${schema.$id}#` });
}

/** Gives a schema the name under which `ref` and the OpenAPI document know it. */
export function named<T extends TSchema, N extends string>($id: N, schema: T): T & { readonly $id: N } {
  return { ...schema, $id };
}

/** A name as it stands in paths, queries and bodies. Names are free text; the bound keeps requests small. */
export const nameLengthMaximum = 2048;

export function name(description: string) {
  return Type.String({ minLength: 1, maxLength: nameLengthMaximum, description });
}

export const permittedSynchronizations = [
  'BOTH_DIRECTIONS',
  'TO_THIRD_PARTY',
  'FROM_THIRD_PARTY',
  'OTHER',
] as const satisfies readonly import('@isthmus/model').PermittedSynchronization[];

import type { SchemaLanguage, SchemaReference, SubjectRow } from './rows.js';

/** A version of a subject as the registry tells it; without `schemaType` it is Avro. */
export interface SubjectAnswer {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly schema: string;
  readonly schemaType?: SchemaLanguage | null;
  readonly references?: readonly SchemaReference[] | null;
}

const languages: readonly unknown[] = ['AVRO', 'JSON', 'PROTOBUF', undefined, null] satisfies readonly (
  | SchemaLanguage
  | undefined
  | null
)[];

export function toSubject(answer: SubjectAnswer, versions: readonly number[]): SubjectRow {
  const { subject, version, id, schema, schemaType, references } = answer;
  return { subject, version, id, versions, type: schemaType ?? 'AVRO', text: schema, references: references ?? [] };
}

export function isSubject(value: unknown): value is SubjectAnswer {
  return (
    isRecord(value) &&
    typeof value.subject === 'string' &&
    isNumber(value.version) &&
    isNumber(value.id) &&
    typeof value.schema === 'string' &&
    languages.includes(value.schemaType) &&
    (value.references === undefined || value.references === null || isReferences(value.references))
  );
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');
}

export function isVersions(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every(isNumber);
}

export function isCompatibility(value: unknown): value is { readonly compatibilityLevel: string } {
  return (
    isRecord(value) && typeof value.compatibilityLevel === 'string' && /^[A-Z_]{1,50}$/.test(value.compatibilityLevel)
  );
}

function isReferences(value: unknown): value is readonly SchemaReference[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isRecord(one) && typeof one.name === 'string' && typeof one.subject === 'string' && isNumber(one.version),
    )
  );
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue } from '@isthmus/model';

/**
 * Guards over answers. Each takes the value and where it lies (`elements[3].properties`), so that a wrong answer is
 * told by the name of its field: STORE_ANSWER_INVALID.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asRecord(value: unknown, where: string): JsonObject {
  if (isRecord(value)) return value;
  throw wrong(where, 'an object', value);
}

/** Absent and null become undefined, as Egeria leaves empty members out. */
export function optionalRecord(value: unknown, where: string): JsonObject | undefined {
  return isAbsent(value) ? undefined : asRecord(value, where);
}

/** Absent and null become an empty list, as Egeria leaves empty lists out. */
export function asList(value: unknown, where: string): readonly unknown[] {
  if (isAbsent(value)) return [];
  if (Array.isArray(value)) return value;
  throw wrong(where, 'a list', value);
}

/** A text that is not empty. */
export function asText(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw wrong(where, 'a text', value);
}

export function optionalText(value: unknown, where: string): string | undefined {
  if (isAbsent(value) || value === '') return undefined;
  return asText(value, where);
}

export function asTexts(value: unknown, where: string): readonly string[] {
  return asList(value, where).map((item, index) => asText(item, `${where}[${index}]`));
}

export function asNumber(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrong(where, 'a number', value);
}

export function optionalNumber(value: unknown, where: string): number | undefined {
  return isAbsent(value) ? undefined : asNumber(value, where);
}

export function asBoolean(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(where, 'true or false', value);
}

export function optionalBoolean(value: unknown, where: string): boolean | undefined {
  return isAbsent(value) ? undefined : asBoolean(value, where);
}

/** Epoch milliseconds, or a date with offset as Egeria's REST writes it. */
export function asTime(value: unknown, where: string): number {
  const time = typeof value === 'string' ? Date.parse(value) : value;
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw wrong(where, 'a date', value);
}

export function optionalTime(value: unknown, where: string): number | undefined {
  return isAbsent(value) ? undefined : asTime(value, where);
}

/** Plain JSON as property values; nulls, which properties do not know, are left out. */
export function asPlainProperties(value: unknown, where: string): Properties {
  // Of large batches: an answer that is as it should be is not made once more, nor are its places named.
  if (isPlainProperties(value)) return value;
  const properties: Record<string, PropertyValue> = {};
  for (const [name, member] of Object.entries(asRecord(value, where))) {
    const plain = toPropertyValue(member, `${where}.${name}`);
    if (plain !== undefined) properties[name] = plain;
  }
  return properties;
}

export function wrong(where: string, expected: string, value: unknown): IsthmusError {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  return new IsthmusError('STORE_ANSWER_INVALID', `the answer has at ${where} not ${expected} but ${found}`, {
    details: { field: where },
  });
}

function isPlainProperties(value: unknown): value is Properties {
  return isRecord(value) && Object.keys(value).every((name) => isPropertyValue(value[name]));
}

function isPropertyValue(value: unknown): value is PropertyValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return true;
  return Array.isArray(value) ? value.every(isPropertyValue) : isPlainProperties(value);
}

function toPropertyValue(value: unknown, where: string): PropertyValue | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value))
    return value.flatMap((item, index) => {
      const plain = toPropertyValue(item, `${where}[${index}]`);
      return plain === undefined ? [] : [plain];
    });
  return asPlainProperties(value, where);
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

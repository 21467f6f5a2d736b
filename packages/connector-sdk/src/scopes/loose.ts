import type { PropertyValue } from '@isthmus/model';
import type { DescribedFacts, QualifiedReference, Reference, ThingFacts } from './descriptions.js';

/** Descriptions as they arrive: authors may write JavaScript. */
export type Loose = DescribedFacts & Readonly<Record<string, unknown>>;
export type Thing = ThingFacts & Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isThing(value: unknown): value is Thing {
  return isFields(value) && isTexts(value.names);
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

export function isReference(value: unknown): value is Reference {
  return isTexts(value) || isQualified(value);
}

export function isPropertyValue(value: unknown): value is PropertyValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return true;
  if (Array.isArray(value)) return value.every(isPropertyValue);
  return isFields(value) && !(value instanceof Date) && Object.values(value).every(isPropertyValue);
}

function isQualified(value: unknown): value is QualifiedReference {
  return isFields(value) && typeof value.qualifiedName === 'string';
}

import type { JsonValue } from '@isthmus/connector-sdk';
import type { Registers } from './register.js';

type Fields = { readonly [name: string]: JsonValue };

/** What is looked up in facets, whose content nobody has checked. */
export function facetOf(facets: Registers, name: string): Fields {
  const value = facets[name]?.[1];
  // by the specification a facet with `_deleted` takes the one before it back
  return isFields(value) && value._deleted !== true ? value : {};
}

export function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function fieldsIn(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

export function listIn(fields: Fields, name: string): readonly Fields[] {
  const value = fields[name];
  return isList(value) ? value.filter(isFields) : [];
}

export function isFields(value: JsonValue | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

import type { PropertyValue } from '@isthmus/model';

/** Names of properties have no dot, keys may have some. */
export function cutAtDot(field: string): readonly [name: string, key: string | undefined] {
  const dot = field.indexOf('.');
  return dot < 0 ? [field, undefined] : [field.slice(0, dot), field.slice(dot + 1)];
}

export function mapOf(value: PropertyValue | undefined): Readonly<Record<string, PropertyValue>> {
  return typeof value === 'object' && !isList(value) ? value : {};
}

function isList(value: PropertyValue): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

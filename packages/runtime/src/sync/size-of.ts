import type { BatchOperation, PropertyValue } from '@isthmus/model';

/** About how many bytes the operation takes as JSON; cheaper than writing it. */
export function sizeOf(operation: BatchOperation): number {
  let size = 120;
  if (operation.op !== 'upsert') return size + 200;
  size += operation.qualifiedName.length * 2 + valueSize(operation.properties);
  if (operation.classifications !== undefined) size += valueSize(operation.classifications);
  if (operation.anchor !== undefined) size += operation.anchor.length;
  if (operation.parent !== undefined) size += operation.parent.qualifiedName.length + 60;
  return size;
}

function valueSize(value: PropertyValue): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object') return 16;
  if (isList(value)) return value.reduce<number>((sum, entry) => sum + valueSize(entry), 2);
  return Object.entries(value).reduce((sum, [key, entry]) => sum + key.length + 4 + valueSize(entry), 2);
}

function isList(value: PropertyValue): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

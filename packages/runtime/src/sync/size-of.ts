import type { BatchOperation, PropertyValue } from '@isthmus/model';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

/** About how many bytes the operation takes as JSON; cheaper than writing it. */
export function sizeOf(operation: BatchOperation): number {
  return operation.op === 'upsert' ? sizeOfElement(operation) : 320;
}

/** As `sizeOf`, of the operation that writes the element. */
export function sizeOfElement({
  qualifiedName,
  properties,
  classifications,
  anchor,
  parent,
}: Pick<Upsert, 'qualifiedName' | 'properties' | 'classifications' | 'anchor' | 'parent'>): number {
  let size = 120 + qualifiedName.length * 2 + valueSize(properties);
  if (classifications !== undefined) size += valueSize(classifications);
  if (anchor !== undefined) size += anchor.length;
  if (parent !== undefined) size += parent.qualifiedName.length + 60;
  return size;
}

function valueSize(value: PropertyValue): number {
  if (typeof value === 'string') return value.length + 3;
  if (typeof value !== 'object') return 16;
  if (isList(value)) return value.reduce<number>((sum, entry) => sum + valueSize(entry), 2);
  let size = 2;
  for (const key of Object.keys(value)) size += key.length + 4 + valueSize(value[key] ?? '');
  return size;
}

function isList(value: PropertyValue): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

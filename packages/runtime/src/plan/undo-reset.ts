import type { BatchOperation, FoundElement, Properties, PropertyValue } from '@isthmus/model';
import type { WrittenElement } from '../journal/undo-journal.js';
import type { FieldChange } from './field-changes.js';
import { cutAtDot, mapOf } from './field-names.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

/** @yields the relationship type by which the element lies below its parent */
export function* parentKind({ qualifiedName, fields = [], parentAtEnd1 }: WrittenElement) {
  const parent = fields.find(({ kind }) => kind === 'parent');
  if (parent === undefined) return;
  const [relationshipTypeName = ''] = parent.field.split('.');
  yield [qualifiedName, { relationshipTypeName, ...(parentAtEnd1 === undefined ? {} : { parentAtEnd1 }) }] as const;
}

export function valueNow({ kind, field, to }: FieldChange, now: FoundElement): PropertyValue | undefined {
  const [name, key] = cutAtDot(field);
  switch (kind) {
    case 'type':
      return now.typeName;
    case 'property':
      return key === undefined ? now.properties[name] : memberOf(now.properties[name], key);
    case 'classification':
      return key === undefined ? now.classifications?.[name] : now.classifications?.[name]?.[key];
    case 'parent': {
      const parents = now.parents ?? [];
      const names = parents.map(({ qualifiedName }) => qualifiedName);
      if (key !== undefined) return parents[0]?.properties[key];
      // What others have put it into beside says nothing of where the run put it.
      if (typeof to === 'string' && names.includes(to)) return to;
      return names.length > 1 ? names : names[0];
    }
  }
}

export function resetOperations(
  element: WrittenElement,
  fields: readonly FieldChange[],
  now: FoundElement,
): readonly BatchOperation[] {
  const { qualifiedName } = element;
  const anchor = formerAnchor(element, fields);
  const of = (kind: FieldChange['kind']) => fields.filter((field) => field.kind === kind);
  const [type] = of('type');
  const properties = of('property').filter(({ from }) => from !== undefined);
  const upsert: Upsert = {
    op: 'upsert',
    typeName: typeof type?.from === 'string' ? type.from : now.typeName,
    qualifiedName,
    properties: valuesOf(properties),
    ...classificationsOf(of('classification')),
    clear: [
      ...of('property').flatMap(({ field, from }) => (from === undefined ? [field] : [])),
      ...clearedIn(of('classification')),
    ],
    ...(anchor === undefined ? {} : { anchor }),
    expects: now.version,
  };
  return [upsert, ...of('parent').flatMap((field) => parentOperations(element, field))];
}

/** What was anchored to its parent was so before too: it goes back there with its anchor, or it would go with the later one. */
function formerAnchor({ anchor }: WrittenElement, fields: readonly FieldChange[]): string | undefined {
  const moved = fields.find(({ kind, field, to }) => kind === 'parent' && !field.includes('.') && to === anchor);
  return typeof moved?.from === 'string' ? moved.from : anchor;
}

function parentOperations(
  { qualifiedName, parentAtEnd1 = true }: WrittenElement,
  { field, from, to }: FieldChange,
): readonly BatchOperation[] {
  const [typeName, key] = cutAtDot(field);
  if (key !== undefined) return [];
  const link = (op: 'link' | 'unlink', parent: PropertyValue | undefined): readonly BatchOperation[] => {
    if (typeof parent !== 'string') return [];
    const [end1, end2] = parentAtEnd1 ? [parent, qualifiedName] : [qualifiedName, parent];
    return [{ op, typeName, end1, end2 }];
  };
  const former = Array.isArray(from) ? from : [from];
  return [...link('unlink', to), ...former.flatMap((parent) => link('link', parent))];
}

function valuesOf(fields: readonly FieldChange[]): Properties {
  const values = new Map<string, PropertyValue>();
  for (const { field, from } of fields) {
    if (from === undefined) continue;
    const [name, key] = cutAtDot(field);
    if (key === undefined) values.set(name, from);
    else values.set(name, { ...mapOf(values.get(name)), [key]: from });
  }
  return Object.fromEntries(values);
}

/** What the run gave goes, what it took away or changed is given back. */
function classificationsOf(fields: readonly FieldChange[]): Pick<Upsert, 'classifications' | 'declassify'> {
  const declassify: string[] = [];
  const values = new Map<string, Properties>();
  for (const { field, from } of fields) {
    const [name, key] = cutAtDot(field);
    if (key === undefined && from === undefined) declassify.push(name);
    else if (key === undefined) values.set(name, mapOf(from));
    else if (from !== undefined) values.set(name, { ...values.get(name), [key]: from });
  }
  return {
    ...(declassify.length === 0 ? {} : { declassify }),
    ...(values.size === 0 ? {} : { classifications: Object.fromEntries(values) }),
  };
}

/** Properties of classifications that had no value before. */
function clearedIn(fields: readonly FieldChange[]): readonly string[] {
  return fields.flatMap(({ field, from }) =>
    from === undefined && cutAtDot(field)[1] !== undefined ? [`@${field}`] : [],
  );
}

function memberOf(value: PropertyValue | undefined, key: string): PropertyValue | undefined {
  const map = mapOf(value);
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

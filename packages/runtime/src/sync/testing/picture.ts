import type { Properties, PropertyValue } from '@isthmus/model';
import type { FieldChange } from '../../plan/field-changes.js';
import type { PlanItem } from '../../plan/plan.js';
import type { FakeStore } from './fake-store.js';
import type { PersonsEdit } from './random-tree.js';

/** What people see of the live elements of a store. */
export type Picture = ReadonlyMap<string, PictureElement>;

export interface PictureElement {
  readonly typeName: string;
  readonly anchor: string | undefined;
  readonly properties: Properties;
  readonly parents: Readonly<Record<string, PropertyValue>>;
}

export function pictureOf(store: FakeStore): Picture {
  return new Map(
    [...store.live()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, { typeName, anchor, properties, parents }]) => [
        name,
        { typeName, anchor, properties, parents: Object.fromEntries(parents) },
      ]),
  );
}

/** Properties of what is deleted and may come back. */
export function deletedIn(store: FakeStore): ReadonlyMap<string, Properties> {
  const deleted = [...store.elements].filter(([, { live }]) => !live);
  return new Map(deleted.map(([name, { properties }]) => [name, properties]));
}

/**
 * The picture that a plan promises.
 *
 * @param deleted - properties of what is deleted, which a restored element has again
 */
export function promisedBy(
  items: readonly PlanItem[],
  before: Picture,
  deleted: ReadonlyMap<string, Properties>,
  anchorOf: (qualifiedName: string) => string | undefined,
): Picture {
  const elements = new Map(before);
  const gone = new Map(deleted);
  for (const { changes } of items) {
    for (const { qualifiedName, typeName, action, fields } of changes) {
      if (action === 'delete') remove(elements, qualifiedName, gone);
      else {
        const anchor = anchorOf(qualifiedName);
        const properties = elements.get(qualifiedName)?.properties ?? gone.get(qualifiedName) ?? {};
        const parents = elements.get(qualifiedName)?.parents ?? {};
        elements.set(qualifiedName, { ...withFields({ typeName, anchor, properties, parents }, fields) });
      }
    }
  }
  return new Map([...elements].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What a person does to the n-th live element. */
export function edit(store: FakeStore, { index, what }: PersonsEdit): void {
  const names = [...store.live().keys()].sort();
  const qualifiedName = names[index % Math.max(1, names.length)];
  const element = qualifiedName === undefined ? undefined : store.elements.get(qualifiedName);
  if (qualifiedName === undefined || element === undefined) return;
  if (what === 'delete') store.steward({ op: 'delete', qualifiedName });
  else {
    const { typeName, anchor } = element;
    const name =
      what === 'rename' ? 'displayName' : what === 'rewrite' && typeName === 'DataFile' ? 'text' : 'description';
    const properties = { [name]: `by hand ${index}` };
    store.steward({ op: 'upsert', typeName, qualifiedName, properties, ...(anchor === undefined ? {} : { anchor }) });
  }
}

function withFields(element: PictureElement, fields: readonly FieldChange[]): PictureElement {
  const properties = new Map(Object.entries(element.properties));
  const parents = new Map(Object.entries(element.parents));
  for (const { kind, field, to } of fields) {
    if (kind === 'parent' && to !== undefined) parents.set(field, to);
    if (kind === 'property') setField(properties, field, to);
  }
  return { ...element, properties: Object.fromEntries(properties), parents: Object.fromEntries(parents) };
}

function setField(properties: Map<string, PropertyValue>, field: string, to: PropertyValue | undefined): void {
  const dot = field.indexOf('.');
  if (dot < 0) {
    if (to === undefined) properties.delete(field);
    else properties.set(field, to);
    return;
  }
  const name = field.slice(0, dot);
  const there = properties.get(name);
  const map = new Map(Object.entries(typeof there === 'object' && !Array.isArray(there) ? there : {}));
  if (to === undefined) map.delete(field.slice(dot + 1));
  else map.set(field.slice(dot + 1), to);
  if (map.size === 0) properties.delete(name);
  else properties.set(name, Object.fromEntries(map));
}

function remove(elements: Map<string, PictureElement>, qualifiedName: string, gone: Map<string, Properties>): void {
  const former = elements.get(qualifiedName);
  if (former === undefined) return;
  elements.delete(qualifiedName);
  gone.set(qualifiedName, former.properties);
  for (const [name, element] of [...elements]) {
    if (element.anchor === qualifiedName) {
      remove(elements, name, gone);
      continue;
    }
    const parents = Object.entries(element.parents).filter(([, parent]) => parent !== qualifiedName);
    elements.set(name, { ...element, parents: Object.fromEntries(parents) });
  }
}

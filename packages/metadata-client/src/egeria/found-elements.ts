import { IsthmusError } from '@isthmus/kernel';
import {
  type BatchOperation,
  classifiedProperties,
  type ElementLink,
  type FoundElement,
  type KeptFrom,
  type MetadataElement,
  type PermittedUpsert,
  type Properties,
  permittedParent,
  type RelatedElement,
} from '@isthmus/model';
import { isEqual } from '../is-equal.js';

export type Upsert = Extract<BatchOperation, { op: 'upsert' }>;
export type Link = Extract<BatchOperation, { op: 'link' | 'unlink' }>;
export type Delete = Extract<BatchOperation, { op: 'delete' }>;
export type Look = Extract<BatchOperation, { op: 'look' }>;

export function without(element: MetadataElement, names: readonly string[]): MetadataElement {
  const classifications = element.classifications.filter(
    ({ classificationName }) => !names.includes(classificationName),
  );
  return { ...element, classifications };
}

/** Classifications that the element does not have as they are wanted. */
export function classificationsToBring(
  existing: MetadataElement,
  { classifications, clearIn }: PermittedUpsert,
): readonly (readonly [name: string, properties: Properties])[] {
  return [...new Set([...Object.keys(clearIn), ...Object.keys(classifications)])].flatMap((name) => {
    const known = existing.classifications.find(({ classificationName }) => classificationName === name);
    const wanted = classifiedProperties(known?.properties, classifications[name] ?? {}, clearIn[name]);
    return known && isEqual(known.properties, wanted) ? [] : [[name, wanted] as const];
  });
}

/** @throws ELEMENT_CHANGED */
export function checkExpected(
  { qualifiedName, expects }: Upsert | Delete,
  existing: MetadataElement | undefined,
): void {
  const version = existing?.versions.version ?? 0;
  if (expects === undefined || expects === version) return;
  const now = version === 0 ? 'is gone' : `has version ${version}`;
  throw new IsthmusError('ELEMENT_CHANGED', `${qualifiedName} was read in version ${expects} and ${now}`, {
    details: { qualifiedName, expected: expects, version },
  });
}

export function changedLink({ typeName, end1, end2, expects }: Link, { relationship }: ElementLink): IsthmusError {
  const { version } = relationship.versions;
  return new IsthmusError(
    'ELEMENT_CHANGED',
    `${typeName} from ${end1} to ${end2} was expected in version ${expects} and has version ${version}`,
    { details: { expected: expects, version } },
  );
}

export function isArchived({ classifications }: MetadataElement): boolean {
  return classifications.some(({ classificationName }) => classificationName === 'Memento');
}

/** @param ofSeveral - the type lets an element have several */
export function parentsIn(
  related: readonly RelatedElement[] | undefined,
  ofSeveral: boolean,
  writer: string | undefined,
): FoundElement['parents'] {
  return related?.map(({ element, relationship }) => ({
    qualifiedName: String(element.properties.qualifiedName ?? ''),
    properties: relationship.properties,
    ...(Object.keys(relationship.properties).length > 0 &&
      !isWorkOf(relationship, writer) && { foreignProperties: Object.keys(relationship.properties) }),
    ...(ofSeveral && isOfOthers(relationship, writer) && { stays: true as const }),
  }));
}

export function isOfOthers({ versions }: RelatedElement['relationship'], writer: string | undefined): boolean {
  return writer !== undefined && versions.createdBy !== writer;
}

export function found(element: MetadataElement, parents: FoundElement['parents']): FoundElement {
  const classifications = element.classifications
    .filter(({ classificationName }) => classificationName !== 'Anchors')
    .map(({ classificationName, properties }) => [classificationName, properties] as const);
  return {
    state: isArchived(element) ? 'archived' : 'live',
    typeName: element.typeName,
    version: element.versions.version,
    properties: element.properties,
    ...(classifications.length > 0 && { classifications: Object.fromEntries(classifications) }),
    ...(parents !== undefined && { parents }),
  };
}

export function missing(qualifiedName: string): IsthmusError {
  return new IsthmusError('ELEMENT_NOT_FOUND', `there is no element ${qualifiedName}`);
}

export function withoutNames(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

/** Whether every wanted value is there already. */
export function contains(there: Properties, wanted: Properties): boolean {
  return Object.entries(wanted).every(([name, value]) => isEqual(there[name], value));
}

export function lastChangeOf({ versions }: Pick<MetadataElement, 'versions'>): KeptFrom {
  const { updateTime, createTime, updatedBy, createdBy } = versions;
  return { at: updateTime ?? createTime, by: updatedBy ?? createdBy };
}

/** Whether nobody else made it, and nobody else changed it last. */
export function isWorkOf({ versions }: Pick<MetadataElement, 'versions'>, writer: string | undefined): boolean {
  const { createdBy, updatedBy = createdBy } = versions;
  return createdBy === writer && updatedBy === writer;
}

/** What may be written of the relationship to the parent where that is there: of one to which others had a hand nothing else. */
export function overParent(
  operation: Upsert,
  parents: readonly RelatedElement[] = [],
  writer: string | undefined,
): ReturnType<typeof permittedParent> & { readonly keptBy: Readonly<Record<string, KeptFrom>> } {
  const name = operation.parent?.qualifiedName;
  const there = parents.find(({ element }) => element.properties.qualifiedName === name)?.relationship;
  if (there === undefined) return { kept: {}, keptBy: {} };
  const permitted = permittedParent(there.properties, operation, () => !isWorkOf(there, writer));
  const keptBy = Object.keys(permitted.kept).map((field) => [field, lastChangeOf(there)] as const);
  return { ...permitted, keptBy: Object.fromEntries(keptBy) };
}

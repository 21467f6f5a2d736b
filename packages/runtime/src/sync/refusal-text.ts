import { nearest } from '@isthmus/connector-host';
import { missingParentHint, type SourceItem } from '@isthmus/connector-sdk';
import type { TypeCategory } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import type { ItemProgress } from './judge-batch.js';

type Body = Pick<SourceItem, 'elements'>;

/** Why an item is set aside, with the field and what was probably meant where that can be told. */
export function refusalText(
  { code, qualifiedName, message }: NonNullable<ItemProgress['refused']>,
  body: Body | undefined,
): string {
  const text = `${qualifiedName}: ${message}`;
  const hint =
    code === 'ELEMENT_NOT_FOUND'
      ? parentHint(body, qualifiedName, message)
      : code === 'TYPE_UNKNOWN'
        ? typeHint(body, message)
        : undefined;
  return hint === undefined ? text : `${text}; ${hint}`;
}

function parentHint(body: Body | undefined, qualifiedName: string, message: string): string | undefined {
  const element = body?.elements.find((one) => one.qualifiedName === qualifiedName);
  const parent = element?.parent?.qualifiedName;
  if (parent === undefined) return undefined;
  // what it is anchored to goes with the parent, and may be missed first
  const isMissed = [parent, element?.anchor].some((name) => name !== undefined && message.includes(name));
  return isMissed ? `next: ${missingParentHint(parent)}` : undefined;
}

function typeHint(body: Body | undefined, message: string): string | undefined {
  const words = new Set(message.split(/[^\w]+/));
  for (const { field, name, category } of typesOf(body)) {
    if (!words.has(name)) continue;
    const near = nearestType(name, category);
    return `it stands in \`${field}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`;
  }
  return undefined;
}

function* typesOf(
  body: Body | undefined,
): Generator<{ readonly field: string; readonly name: string; readonly category: TypeCategory }> {
  for (const { typeName, classifications = {}, links = [], parent } of body?.elements ?? []) {
    yield { field: 'typeName', name: typeName, category: 'ENTITY_DEF' };
    for (const name of Object.keys(classifications))
      yield { field: 'classifications', name, category: 'CLASSIFICATION_DEF' };
    for (const { relationshipTypeName: name } of links) yield { field: 'linked', name, category: 'RELATIONSHIP_DEF' };
    if (parent !== undefined)
      yield { field: 'parent', name: parent.relationshipTypeName, category: 'RELATIONSHIP_DEF' };
  }
}

/** Thousands of items may have the same mistake. */
const mostKept = 100;
const found = new Map<string, string | undefined>();

function nearestType(name: string, category: TypeCategory): string | undefined {
  const key = `${category} ${name}`;
  if (found.has(key)) return found.get(key);
  const types = standardTypes().list(category);
  const near = nearest(
    name,
    types.map((type) => type.name),
  );
  if (found.size >= mostKept) found.clear();
  found.set(key, near);
  return near;
}

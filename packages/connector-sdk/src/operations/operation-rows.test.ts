import { standardTypes } from '@isthmus/model/standard-types';
import { describe, expect, it } from '@jest/globals';
import type { OperationRow } from './operation-row.js';
import { baseOperations, kindOperations, operationsOf } from './operation-rows.js';

const types = standardTypes();
const blocks: readonly (readonly [string, readonly OperationRow[]])[] = [
  ['every kind', baseOperations],
  ...Object.entries(kindOperations),
];
const rows = blocks.flatMap(([kind, all]) => all.map((row) => [kind, row.name, row] as const));

const linkVerbs: readonly OperationRow['verb'][] = ['link', 'updateLink', 'unlink'];
const classificationVerbs: readonly OperationRow['verb'][] = ['classify', 'declassify'];

/** Whether elements of one type may be of the other: either may be the more general one. */
function meet(one: string, other: string): boolean {
  return types.isSubtypeOf(one, other) || types.isSubtypeOf(other, one);
}

function faultOfType({ type, verb }: OperationRow): string | undefined {
  if (type === undefined) return undefined;
  const { category } = types.get(type);
  const wanted = linkVerbs.includes(verb)
    ? 'RELATIONSHIP_DEF'
    : classificationVerbs.includes(verb)
      ? 'CLASSIFICATION_DEF'
      : 'ENTITY_DEF';
  return category === wanted ? undefined : `${type} is ${category}`;
}

function faultOfEnd(relationship: string, at: 1 | 2, element: string, other: string | undefined): string | undefined {
  const { end1, end2 } = types.relationship(relationship);
  const [own, far] = at === 1 ? [end2, end1] : [end1, end2];
  if (!meet(element, own.entityType)) return `${element} cannot be an end of ${relationship}: ${own.entityType}`;
  if (other !== undefined && !meet(other, far.entityType)) return `${other} cannot be an end of ${relationship}`;
  return undefined;
}

function faults(row: OperationRow): readonly string[] {
  const { type, parent, links = {}, by, classifications = {}, set = {}, where = {}, names = [], knownBy = [] } = row;
  const all = [faultOfType(row)];
  if (parent !== undefined && type !== undefined) {
    all.push(faultOfEnd(parent.relationship, parent.at, type, parent.connector && 'IntegrationConnector'));
    for (const name of Object.keys(parent.properties ?? {}))
      if (types.attribute(parent.relationship, name) === undefined) all.push(`${parent.relationship} has no ${name}`);
    if (parent.through !== undefined) all.push(faultOfEnd('Schema', 1, parent.through, undefined));
    if (parent.through !== undefined) all.push(faultOfEnd(parent.relationship, parent.at, type, parent.through));
  }
  if (type === undefined) return all.filter((fault) => fault !== undefined);
  for (const { relationship, at } of Object.values(links)) all.push(faultOfEnd(relationship, at, type, undefined));
  if (by !== undefined) all.push(faultOfEnd(by.relationship, by.from, type, row.through));
  for (const name of Object.keys(classifications))
    if (!types.classification(name).validEntityTypes.some((valid) => meet(type, valid)))
      all.push(`${name} does not fit`);
  for (const name of [...Object.keys(set), ...Object.keys(where), ...knownBy, ...(row.stamp ? [row.stamp] : [])])
    if (types.attribute(type, name) === undefined) all.push(`${type} has no ${name}`);
  for (const [name, values] of [
    ...Object.entries(where),
    ...Object.entries(set).map(([key, it]) => [key, [it]] as const),
  ]) {
    const known = types.enumValues(types.attribute(type, name)?.type ?? '');
    if (known.length > 0 && !values.every((value) => known.includes(String(value))))
      all.push(`${name} has other values`);
  }
  if (names.length > 0 && !names.some((name) => types.attribute(type, name) !== undefined)) all.push('no such names');
  return all.filter((fault) => fault !== undefined);
}

describe('the operations of contexts', () => {
  it.each(rows)('of %s have a row %s that open metadata 6.1 knows', (_kind, _name, row) => {
    expect(faults(row)).toEqual([]);
  });

  it.each(Object.entries(kindOperations))('of kind %s have names of their own', (kind, own) => {
    const names = [...baseOperations, ...own].map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect([...(operationsOf(kind)?.keys() ?? [])]).toEqual(names);
  });

  it('are none for a kind that does not exist', () => {
    expect(operationsOf('analytics')).toBeUndefined();
    expect(operationsOf('toString')).toBeUndefined();
  });
});

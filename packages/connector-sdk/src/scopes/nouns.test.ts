import { checkClassification, checkEnds, checkProperties, type Properties, type PropertyValue } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { describe, expect, it } from '@jest/globals';
import type { ItemElement, SourceItem } from '../host-port.js';
import { itemOf } from './build-item.js';
import { kindNouns } from './kind-scopes.js';
import { unknownWord } from './known-words.js';
import { isFields, isThing } from './loose.js';
import { namingOf } from './naming.js';
import type { AttributeKind, AttributeRows, LinkRow, NounRow, NounRows, PartRow } from './noun-row.js';

const types = standardTypes();
const kinds: readonly (readonly [string, NounRows])[] = Object.entries(kindNouns);
const nouns = kinds.flatMap(([kind, rows]) => Object.entries(rows).map(([noun, row]) => ({ kind, noun, row })));

/** A description in which everything that the row knows is said. */
function wholeDescription(row: NounRow): Record<string, unknown> {
  return { names: ['top', 'middle', 'it'], ...wholeOf(row) };
}

function wholeOf(row: NounRow | PartRow, depth = 0): Record<string, unknown> {
  return {
    description: 'what it is',
    additionalProperties: { size: '1' },
    ...valuesOf(row.attributes),
    ...Object.assign({}, ...Object.values(row.classified ?? {}).map(valuesOf)),
    ...linksOf(row.links),
    ...partsOf(row.parts, depth),
  };
}

function partsOf(rows: Readonly<Record<string, PartRow>> = {}, depth: number): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.entries(rows).map(([role, row]) => {
      if (row.given === 'one') return { [role]: wholeOf(row, depth) };
      if (row.given !== 'list') return { [role]: true, ...partsOf(row.parts, depth) };
      const nested = row.nestedBy !== undefined && depth === 0 ? { [role]: [{ name: 'n', ...wholeOf(row, 1) }] } : {};
      return {
        [role]: [
          { name: 'a', ...wholeOf(row, depth), ...nested },
          { name: '', ...wholeOf(row, depth) },
        ],
      };
    }),
  );
}

describe('when the source changed a thing last', () => {
  it('is told with it, whatever the word, so that the field policy newest can decide', () => {
    for (const { noun, row } of nouns) {
      const thing = { names: ['a', 'b', 'c'], changedAt: 1_700_000_000_000 };
      expect(unknownWord(row, thing)).toBeUndefined();
      expect(itemOf(namingOf('s', undefined), noun, row, thing)).toMatchObject({ changedAt: 1_700_000_000_000 });
    }
  });
});

function linksOf(rows: Readonly<Record<string, LinkRow>> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rows).map(([word, row]) => {
      const reference = row.to === undefined ? { qualifiedName: 'Asset::x:y' } : ['other', 'thing'];
      return [word, [{ to: reference, ...valuesOf(row.attributes) }, { qualifiedName: 'Asset::x:y' }]];
    }),
  );
}

function valuesOf(rows: AttributeRows = {}): Record<string, PropertyValue> {
  return Object.fromEntries(Object.entries(rows).map(([name, kind]) => [name, sampleOf(kind)]));
}

function sampleOf(kind: AttributeKind): PropertyValue {
  if (typeof kind !== 'string') return kind[0] ?? '';
  const values = { text: 'x', number: 1, flag: true, time: 1, texts: ['x'], textMap: { a: 'b' }, numberMap: { a: 1 } };
  return values[kind];
}

function built(noun: string, row: NounRow, extra: Record<string, unknown> = {}): SourceItem {
  const thing = { ...wholeDescription(row), ...extra };
  if (!isThing(thing)) throw new Error('not a description');
  return itemOf(namingOf('shop', undefined), noun, row, thing);
}

/** Root types stand for the types of what they name. */
function typeOf(qualifiedName: string, elements: readonly ItemElement[]): string {
  const told = elements.find((element) => element.qualifiedName === qualifiedName);
  return told?.typeName ?? qualifiedName.split('::')[0] ?? '';
}

describe.each(nouns)('$noun of kind $kind', ({ noun, row, kind }) => {
  it('has attributes that its type knows, in the right form', () => {
    for (const { typeName, properties, qualifiedName } of built(noun, row).elements) {
      const all: Properties = { ...properties, qualifiedName };
      expect(() => checkProperties(types, typeName, all, true)).not.toThrow();
    }
  });

  it('says everything that was said of it', () => {
    const [own] = built(noun, row).elements;
    expect(Object.keys(own.properties)).toEqual(
      expect.arrayContaining([...Object.keys(row.attributes ?? {}), 'displayName', 'additionalProperties']),
    );
  });

  it('has classifications that its types may have', () => {
    for (const { typeName, classifications } of built(noun, row).elements) {
      for (const [name, properties] of Object.entries(classifications ?? {})) {
        expect(() => checkClassification(types, name, typeName)).not.toThrow();
        expect(() => checkProperties(types, name, properties, false)).not.toThrow();
      }
    }
  });

  it('lies below each of its parents by a relationship that may join them', () => {
    const parents = Object.keys(row.parents ?? {});
    const items = parents.map((parent) => built(noun, row, { parent: { [parent]: ['top', 'middle'] } }));
    for (const { elements } of [built(noun, row), ...items]) {
      for (const { typeName, parent } of elements) {
        if (parent === undefined) continue;
        const above = typeOf(parent.qualifiedName, elements);
        const ends = parent.parentAtEnd1 === false ? ([typeName, above] as const) : ([above, typeName] as const);
        expect(() => checkEnds(types, parent.relationshipTypeName, ...ends)).not.toThrow();
        expect(() => checkProperties(types, parent.relationshipTypeName, parent.properties ?? {}, false)).not.toThrow();
      }
    }
    expect(items.map(({ elements: [own] }) => own.parent === undefined)).toEqual(parents.map(() => false));
  });

  it('has parents whose holders are elements that the kind tells', () => {
    const rows = kinds.find(([name]) => name === kind)?.[1] ?? {};
    for (const [name, parent] of Object.entries(row.parents ?? {})) {
      const above = rows[name];
      if (above === undefined) throw new Error(`${noun} lies in ${name}, which is no noun`);
      const told = built(name, above, { hasTables: true }).elements.map(({ qualifiedName }) => qualifiedName);
      const mark = parent.mark === undefined ? '' : `%${parent.mark}`;
      expect(told).toContain(`${parent.holder}::shop:top/middle/it${mark}`);
      if (parent.anchor !== undefined) expect(told).toContain(`${parent.anchor}::shop:top/middle/it`);
    }
  });

  it('is linked by relationships that may join it with the other', () => {
    for (const { typeName, links = [] } of built(noun, row).elements) {
      for (const { relationshipTypeName, qualifiedName, selfAtEnd1, properties } of links) {
        const { end1, end2 } = types.relationship(relationshipTypeName);
        const [self, other] = selfAtEnd1 === false ? [end2, end1] : [end1, end2];
        const selfFits = [typeName, ...types.subtypes(typeName)].some((each) =>
          types.isSubtypeOf(each, self.entityType),
        );
        expect(selfFits).toBe(true);
        const root = qualifiedName.split('::')[0] ?? '';
        if (qualifiedName !== 'Asset::x:y') expect(types.isSubtypeOf(root, other.entityType)).toBe(true);
        expect(() => checkProperties(types, relationshipTypeName, properties ?? {}, false)).not.toThrow();
      }
    }
  });

  it('has a general type of which its own are', () => {
    const root = row.root ?? row.type;
    const named = Array.isArray(row.subtypes) ? row.subtypes : [];
    for (const typeName of [row.type, ...named]) expect(types.isSubtypeOf(typeName, root)).toBe(true);
  });

  it('names its parts so that no two share a name, each after what it hangs on', () => {
    const { elements } = built(noun, row);
    const known = new Set<string>();
    for (const { qualifiedName, parent } of elements.slice(1)) {
      expect(known.has(qualifiedName)).toBe(false);
      expect([elements[0].qualifiedName, ...known]).toContain(parent?.qualifiedName);
      known.add(qualifiedName);
    }
  });
});

describe.each(kinds)('the nouns of kind %s', (kind, rows) => {
  it('share no name but where one is the other: a table that became a view', () => {
    const owners = new Map<string, string>();
    for (const [noun, row] of Object.entries(rows)) {
      for (const { qualifiedName } of built(noun, row).elements) {
        const other = owners.get(qualifiedName);
        if (other !== undefined) expect([kind, other, noun]).toEqual(['database', 'table', 'view']);
        owners.set(qualifiedName, noun);
      }
    }
  });

  it('name enums by all of their symbols', () => {
    const check = (row: NounRow | PartRow, typeName: string): void => {
      for (const [name, kindOf] of Object.entries(row.attributes ?? {})) {
        if (typeof kindOf === 'string') continue;
        expect(kindOf).toEqual(types.enumValues(types.attribute(typeName, name)?.type ?? ''));
      }
      for (const part of Object.values(row.parts ?? {})) check(part, part.type);
      for (const link of Object.values(row.links ?? {}))
        check({ ...row, parts: {}, links: {}, attributes: link.attributes ?? {} }, link.relationship);
    };
    for (const row of Object.values(rows)) check(row, row.type);
  });
});

it('a description is told as it is: nothing is made up', () => {
  const item = itemOf(namingOf('shop', undefined), 'topic', kindNouns.topic.topic, { names: ['orders'] });
  expect(isFields(item)).toBe(true);
  expect(item).toEqual({
    key: 'Topic:orders',
    elements: [
      {
        typeName: 'Topic',
        qualifiedName: 'Topic::shop:orders',
        properties: { displayName: 'orders', resourceName: 'orders' },
      },
      {
        typeName: 'EventTypeList',
        qualifiedName: 'EventTypeList::shop:orders',
        properties: { displayName: 'orders' },
        parent: { relationshipTypeName: 'Schema', qualifiedName: 'Topic::shop:orders' },
      },
    ],
  });
});

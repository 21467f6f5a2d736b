import type { ItemElement } from '@isthmus/connector-sdk';
import { type Properties, upsertedProperties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KnownItem } from '../journal/journal.js';
import { type ItemPlan, planItem } from './plan-item.js';
import { defaultSyncSettings } from './sync-settings.js';

describe('the plan of an item', () => {
  it('names the keys of maps that were written, and clears those that vanished', () => {
    const before = plan({ displayName: 'a', additionalProperties: { size: '1', 'a,b%2C.c': '2' } }).known;
    expect(cleared(plan({ displayName: 'a', additionalProperties: { size: '2' } }, before))).toEqual([
      'additionalProperties.a,b%2C.c',
    ]);
    expect(cleared(plan({ additionalProperties: { size: '1', 'a,b%2C.c': '' } }, before))).toEqual(['displayName']);
  });

  it('clears the keys of a map that is no longer sent, never the map with what others put there', () => {
    const before = plan({ displayName: 'a', additionalProperties: { size: '1' } }).known;
    for (const properties of [{ displayName: 'a' }, { displayName: 'a', additionalProperties: {} }]) {
      expect(cleared(plan(properties, before))).toEqual(['additionalProperties.size']);
    }
  });

  it('clears no map for a shape that names it as a whole', () => {
    const before = known('DataFile,additionalProperties,displayName');
    expect(cleared(plan({ additionalProperties: { size: '1' } }, before))).toEqual(['displayName']);
    expect(cleared(plan({}, before))).toEqual(['displayName']);
  });

  it('clears what vanished while the element became another type', () => {
    const before = known('DataFile,additionalProperties.size,description,displayName');
    const changed = plan({ displayName: 'a' }, before, 'CSVFile');
    expect(cleared(changed)).toEqual(['additionalProperties.size', 'description']);
    // refused in part: the same is to be cleared next time
    expect(cleared(plan({ displayName: 'a' }, changed.partial, 'CSVFile'))).toEqual(cleared(changed));
  });

  it('names beside the parent what links of the same kind lead to, whoever tells them', () => {
    const parent = { relationshipTypeName: 'CollectionMembership', qualifiedName: 'G' };
    const into = { relationshipTypeName: 'CollectionMembership', selfAtEnd1: false };
    const links = [
      { ...into, qualifiedName: 'F' },
      { ...into, qualifiedName: 'G' },
      { relationshipTypeName: 'CollectionMembership', qualifiedName: 'below' },
      { ...into, relationshipTypeName: 'SemanticAssignment', qualifiedName: 'other' },
    ];
    const linksTo = [{ typeName: 'CollectionMembership', end1: 'H', end2: 'term', other: 'term' }];
    const element: ItemElement = { typeName: 'GlossaryTerm', qualifiedName: 'term', properties: {}, parent };
    const planned = (more: object, asked: object) =>
      planItem({
        scope: 's',
        digest: { key: 'k', hash: 'h' },
        body: { key: 'k', elements: [{ ...element, ...more }] },
        before: undefined,
        vanished: [],
        withheld: [],
        settings: defaultSyncSettings,
        now: 0,
        ...asked,
      }).operations[0];
    expect(planned({ links }, { linksTo })).toMatchObject({ parent: { ...parent, beside: ['F', 'H'] } });
    expect(planned({}, {})).toMatchObject({ parent });
    expect(planned({}, {})).not.toHaveProperty('parent.beside');
  });

  it('brings any properties to any others, and keeps what a steward set', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b', ',', '%', '%2C', '%25', '.', '__proto__', 'constructor'),
      fc.string(),
    );
    const values = fc.record(
      {
        one: fc.string(),
        two: fc.string(),
        map: fc.dictionary(key, fc.string()),
        other: fc.dictionary(key, fc.string()),
      },
      { requiredKeys: [] },
    );
    const hand = { steward: 'by hand' };
    fc.assert(
      fc.property(values, values, fc.boolean(), (first, second, isOther) => {
        const one = plan(first);
        const two = plan(second, one.known, isOther ? 'CSVFile' : 'DataFile');
        const there = upsertedProperties(first, { note: 'by hand', map: hand });
        const after = upsertedProperties(there, second, cleared(two));
        const wanted = upsertedProperties(second, { note: 'by hand', map: hand });
        expect(withoutEmpty(after)).toEqual(withoutEmpty(wanted));
      }),
    );
  });
});

function plan(properties: Properties, before?: KnownItem, typeName = 'DataFile'): ItemPlan {
  const element: ItemElement = { typeName, qualifiedName: 'own', properties };
  return planItem({
    scope: 'scope',
    digest: { key: 'key', hash: 'hash' },
    body: { key: 'key', elements: [element] },
    before,
    vanished: [],
    withheld: [],
    settings: defaultSyncSettings,
    now: 0,
  });
}

function known(shape: string): KnownItem {
  return { scope: 'scope', key: 'key', hash: 'hash', qualifiedNames: ['own'], shapes: [shape] };
}

function cleared({ operations: [operation] }: ItemPlan): readonly string[] {
  return operation?.op === 'upsert' ? (operation.clear ?? []) : [];
}

/** An empty map says no more than none. */
function withoutEmpty(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => typeof value !== 'object' || Object.keys(value).length > 0),
  );
}

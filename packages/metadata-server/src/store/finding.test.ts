import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { FindOptions, StoreConditions } from './element-store.js';
import type { SqliteElementStore } from './sqlite-element-store.js';
import { alice, openTestStore, refusal, upsert, withStore } from './test-store.js';

const names = (elements: readonly { readonly properties: { readonly qualifiedName?: unknown } }[]) =>
  elements.map((element) => element.properties.qualifiedName);

async function fill(store: SqliteElementStore) {
  await store.writeBatch(alice, {
    id: 'fill',
    operations: [
      upsert('DataFile', 'a', { properties: { displayName: 'Öl Preise', pathName: '/data/oil.csv' } }),
      upsert('CSVFile', 'b', { properties: { displayName: 'gas prices', description: '100% sure_ly "quoted"' } }),
      upsert('FileFolder', 'c', {
        properties: { displayName: 'GAS' },
        classifications: { Confidentiality: { confidentialityLevel: 2 } },
      }),
      upsert('TabularColumn', 'd', { properties: { displayName: 'column', length: 7 } }),
      upsert('TabularColumn', 'e', { properties: { length: 11 } }),
    ],
  });
}

describe('finding elements', () => {
  it('finds subtypes by their supertype, newest first', () =>
    withStore(async (store) => {
      await fill(store);
      expect(names(await store.find({ typeName: 'Asset' }))).toEqual(['c', 'b', 'a']);
      expect(names(await store.find({ typeName: 'DataFile' }))).toEqual(['b', 'a']);
      expect(names(await store.find({ typeName: 'Asset', subtypeNames: ['FileFolder'] }))).toEqual(['c']);
      expect(await store.count({ typeName: 'Asset' })).toBe(3);
      expect(await refusal(store.find({ typeName: 'Asset', subtypeNames: ['TabularColumn'] }))).toBe('TYPE_UNSUITABLE');
      expect(await refusal(store.find({ typeName: 'Confidentiality' }))).toBe('TYPE_UNSUITABLE');
    }));

  it.each([
    ['gas', {}, ['c', 'b']],
    ['GAS', { ignoreCase: false }, ['c']],
    ['öL', {}, ['a']],
    ['gas', { startsWith: true, endsWith: true }, ['c']],
    ['prices', { endsWith: true }, ['b']],
    ['/data/', { startsWith: true }, ['a']],
    ['100% sure_', {}, ['b']],
    ['"quoted"', {}, ['b']],
    ['g', {}, ['c', 'b']],
    ['.*', {}, []],
    ['', { typeName: 'TabularColumn' }, ['e', 'd']],
  ])('finds by the string %j %j', (search, options, expected) =>
    withStore(async (store) => {
      await fill(store);
      const found = await store.findByString(search, options);
      expect(names(found)).toEqual(expected);
      expect(await store.countByString(search, options)).toBe(expected.length);
    }));

  it('no longer finds by words that an update took away', () =>
    withStore(async (store) => {
      await fill(store);
      const guid = (await store.getByQualifiedName('b'))?.guid ?? '';
      await store.update(alice, guid, { displayName: 'coal' }, 'merge');
      expect(names(await store.findByString('gas prices'))).toEqual([]);
      expect(names(await store.findByString('coal'))).toEqual(['b']);
    }));

  const one = (property: string, operator: string, value?: unknown) => ({ property, operator, value });
  it.each([
    ['ALL', [one('qualifiedName', 'EQ', 'b')], ['b']],
    ['ALL', [one('qualifiedName', 'EQ', 'b'), one('displayName', 'EQ', 'other')], []],
    ['ANY', [one('qualifiedName', 'EQ', 'a'), one('qualifiedName', 'EQ', 'b')], ['b', 'a']],
    ['ANY', ['d', 'a', 'nosuch', 'd'].map((name) => one('qualifiedName', 'EQ', name)), ['d', 'a']],
    ['ANY', [one('qualifiedName', 'EQ', 'a'), one('displayName', 'EQ', 'GAS')], ['c', 'a']],
    ['ANY', [one('qualifiedName', 'EQ', 'a'), one('qualifiedName', 'NEQ', 'b')], ['e', 'd', 'c', 'a']],
    ['NONE', [one('qualifiedName', 'EQ', 'a'), one('displayName', 'IS_NULL')], ['d', 'c', 'b']],
    ['ALL', [one('displayName', 'NEQ', 'GAS'), one('displayName', 'NOT_NULL')], ['d', 'b', 'a']],
    ['ALL', [one('length', 'GT', 7)], ['e']],
    ['ALL', [one('length', 'GTE', 7)], ['e', 'd']],
    ['ALL', [one('length', 'LT', 8)], ['d']],
    ['ALL', [one('length', 'EQ', '7')], []],
    ['ALL', [one('displayName', 'LIKE', 'as')], ['b']],
    ['ALL', [one('displayName', 'LIKE', '%as%')], []],
    ['ALL', [one('displayName', 'NOT_LIKE', 'as'), one('displayName', 'NOT_NULL')], ['d', 'c', 'a']],
    ['ALL', [one('displayName', 'CASE_INSENSITIVE_LIKE', 'AS')], ['c', 'b']],
    ['ALL', [one('displayName', 'CASE_INSENSITIVE_EQ', 'gas')], ['c']],
    ['ALL', [one('displayName', 'CASE_INSENSITIVE_STARTS_WITH', 'gas')], ['c', 'b']],
    ['ALL', [one('displayName', 'CASE_INSENSITIVE_ENDS_WITH', 'PRICES')], ['b']],
    ['ALL', [one('displayName', 'STARTS_WITH', 'gas')], ['b']],
    ['ALL', [one('displayName', 'ENDS_WITH', 'Preise')], ['a']],
    ['ALL', [one('nosuch', 'EQ', 'x')], []],
    [
      'ALL',
      [{ nested: { matchCriteria: 'ANY', conditions: [one('length', 'EQ', 7), one('displayName', 'EQ', 'GAS')] } }],
      ['d', 'c'],
    ],
    ['ALL', [], ['e', 'd', 'c', 'b', 'a']],
  ])('finds by conditions %s %j', (matchCriteria, conditions, expected) =>
    withStore(async (store) => {
      await fill(store);
      const wanted = { matchCriteria, conditions } as StoreConditions;
      expect(names(await store.find({ conditions: wanted }))).toEqual(expected);
      expect(await store.count({ conditions: wanted })).toBe(expected.length);
    }));

  it('finds by classifications', () =>
    withStore(async (store) => {
      await fill(store);
      const match = (matchCriteria: 'ALL' | 'NONE', value: number): FindOptions => ({
        typeName: 'Asset',
        classifications: {
          matchCriteria,
          conditions: [
            {
              name: 'Confidentiality',
              conditions: {
                matchCriteria: 'ALL',
                conditions: [{ property: 'confidentialityLevel', operator: 'EQ', value }],
              },
            },
          ],
        },
      });
      expect(names(await store.find(match('ALL', 2)))).toEqual(['c']);
      expect(names(await store.find(match('ALL', 3)))).toEqual([]);
      expect(names(await store.find(match('NONE', 2)))).toEqual(['b', 'a']);
      expect(names(await store.find({ includeOnlyClassifiedElements: ['Confidentiality'] }))).toEqual(['c']);
      expect(await store.count({ skipClassifiedElements: ['Confidentiality'] })).toBe(4);
    }));

  it.each([
    ['PROPERTY_ASCENDING', 'length', ['d', 'e', 'a', 'b', 'c']],
    ['PROPERTY_DESCENDING', 'qualifiedName', ['e', 'd', 'c', 'b', 'a']],
    ['CREATION_DATE_OLDEST', undefined, ['a', 'b', 'c', 'd', 'e']],
    ['LAST_UPDATE_OLDEST', undefined, ['b', 'c', 'd', 'e', 'a']],
    ['LAST_UPDATE_RECENT', undefined, ['a', 'e', 'd', 'c', 'b']],
  ] as const)('orders by %s %s', (sequencingOrder, sequencingProperty, expected) =>
    withStore(async (store) => {
      await fill(store);
      await store.update(alice, (await store.getByQualifiedName('a'))?.guid ?? '', { description: 'later' }, 'merge');
      const order = sequencingProperty === undefined ? { sequencingOrder } : { sequencingOrder, sequencingProperty };
      expect(names(await store.find(order))).toEqual(expected);
    }));

  it.each([
    [{ pageSize: 1001 }],
    [{ startFrom: -1 }],
    [{ pageSize: -2 }],
    [{ conditions: { matchCriteria: 'ALL', conditions: [one('displayName', 'EQ')] } } as FindOptions],
    [{ conditions: { matchCriteria: 'ALL', conditions: [one('displayName', 'IN', 'x')] } } as FindOptions],
  ])('refuses %j', (options) =>
    withStore(async (store) => expect(await refusal(store.find(options))).toBe('PARAMETER_INVALID')));
});

describe('pages', () => {
  it('laid end to end are the whole list, each element once, after any history of writes', async () => {
    const orders = [
      'LAST_UPDATE_RECENT',
      'LAST_UPDATE_OLDEST',
      'CREATION_DATE_RECENT',
      'CREATION_DATE_OLDEST',
      'GUID',
      'PROPERTY_ASCENDING',
    ] as const;
    const step = fc.tuple(fc.constantFrom('create', 'update', 'delete', 'retype'), fc.nat(40));
    await using store = openTestStore();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 80 }),
        fc.constantFrom(...orders),
        fc.integer({ min: 1, max: 7 }),
        async (steps, sequencingOrder, pageSize) => {
          round += 1;
          const living = await play(store, steps, round);
          const filter: FindOptions = {
            typeName: 'DataFile',
            conditions: {
              matchCriteria: 'ALL',
              conditions: [{ property: 'description', operator: 'EQ', value: `round ${round}` }],
            },
          };
          for (const options of [
            { ...filter, sequencingOrder },
            { typeName: 'DataFile', sequencingOrder },
          ]) {
            const whole = await store.find(options);
            const paged = [];
            for (let startFrom = 0; ; startFrom += pageSize) {
              const page = await store.find({ ...options, startFrom, pageSize });
              if (page.length === 0) break;
              paged.push(...page);
            }
            expect(names(paged)).toEqual(names(whole));
            expect(new Set(names(paged)).size).toBe(paged.length);
            expect(await store.count(options)).toBe(whole.length);
          }
          expect(new Set(names(await store.find(filter)))).toEqual(living);
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** Plays a history of writes; returns the names that live after it. */
async function play(
  store: SqliteElementStore,
  steps: readonly (readonly [string, number])[],
  round: number,
): Promise<Set<string>> {
  const living = new Set<string>();
  let number = 0;
  const operations = steps.map(([what, which]) => {
    number += 1;
    const name = `${round}/${which}`;
    if (what === 'delete') {
      living.delete(name);
      return { op: 'delete' as const, qualifiedName: name };
    }
    living.add(name);
    const typeName = what === 'retype' ? 'CSVFile' : 'DataFile';
    return upsert(typeName, name, { properties: { description: `round ${round}`, displayName: String(number) } });
  });
  await store.writeBatch(alice, { id: `round ${round}`, operations });
  return living;
}

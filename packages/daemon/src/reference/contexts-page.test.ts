import { baseOperations, kindOperations, type OperationRow, operationsOf } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { contextsPage, referenceGroups } from './contexts-page.js';

const all = referenceGroups.flatMap(({ kind, group, operations }) =>
  Object.entries(operations).map(([name, counterpart]) => [kind, group, name, counterpart] as const),
);

describe("Egeria's integration services", () => {
  it.each(all)('of %s, %s: %s has its operations here, or a reason', (kind, _group, _name, counterpart) => {
    const known =
      kind === 'every' ? new Set<string>(baseOperations.map(({ name }) => name)) : new Set(operationsOf(kind)?.keys());
    if ('instead' in counterpart) {
      expect(counterpart.instead).not.toBe('');
      // what a reason points to must be there too
      for (const [, name = ''] of counterpart.instead.matchAll(/`((?:get|link|create|set|update)[A-Z]\w+)`/g))
        expect(known).toContain(name);
      return;
    }
    expect(counterpart).not.toEqual([]);
    expect(counterpart.filter((name) => !known.has(name))).toEqual([]);
  });

  it('are twelve, each with operations of its own', () => {
    expect(new Set(referenceGroups.map(({ kind }) => kind))).toEqual(
      new Set(['every', ...Object.keys(kindOperations)]),
    );
    expect(Object.keys(kindOperations)).toHaveLength(12);
  });

  it('name no group twice in one kind', () => {
    const names = referenceGroups.map(({ kind, group }) => `${kind} ${group}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe('the page of contexts', () => {
  it('tells every operation once', () => {
    const page = contextsPage();
    const kinds: readonly (readonly OperationRow[])[] = [baseOperations, ...Object.values(kindOperations)];
    const rows = kinds.reduce((count, { length }) => count + length, 0);
    expect(page.match(/^\| `\w+` \| /gm)).toHaveLength(rows);
  });
});

import 'reflect-metadata';
import { baseOperations, kindOperations, type OperationKind, type OperationRow } from '@isthmus/connector-sdk';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { exercises } from './testing-exercises.js';
import { Fixtures } from './testing-fixtures.js';
import { startTestingStore, type TestingStore } from './testing-store.js';

/** A row that several kinds share is tried once. */
function distinctRows(): readonly (readonly [OperationKind, string, OperationRow])[] {
  const seen = new Set<string>();
  const all = [
    ...baseOperations.map((row) => ['database', row] as const),
    ...kindsOf(kindOperations).flatMap((kind) => kindOperations[kind].map((row) => [kind, row] as const)),
  ];
  return all.flatMap(([kind, row]) => {
    const content = JSON.stringify(row);
    if (seen.has(content)) return [];
    seen.add(content);
    return [[kind, row.name, row] as const];
  });
}

function kindsOf<T extends object>(table: T): readonly (keyof T & OperationKind)[] {
  return Object.keys(table).filter((kind): kind is keyof T & OperationKind => Object.hasOwn(table, kind));
}

describe('every operation, against the embedded metadata server', () => {
  let testing: TestingStore;
  let connector: string;
  const fixtures = new Map<OperationKind, Fixtures>();

  beforeAll(async () => {
    testing = await startTestingStore();
    connector = (await new Fixtures(testing.store, '', 'database').make('IntegrationConnector')).guid;
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });

  it.each(distinctRows())('of kind %s: %s has the effect that it says', async (kind, _name, row) => {
    const known = fixtures.get(kind) ?? new Fixtures(testing.store, connector, kind);
    fixtures.set(kind, known);
    await exercises[row.verb](known, row);
  });
});

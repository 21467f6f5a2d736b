import 'reflect-metadata';
import { baseOperations, kindOperations, type OperationKind, type OperationRow } from '@isthmus/connector-sdk';
import { MemoryMetadataStore } from '@isthmus/connector-testing';
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

/** The store of the kit has to keep the rules of the real one, or connectors would be proven on something else. */
const stores: readonly (readonly [string, () => Promise<Pick<TestingStore, 'store'> & AsyncDisposable>])[] = [
  ['the embedded metadata server', () => startTestingStore()],
  ['the store in memory of the kit', startMemoryStore],
];

describe.each(stores)('every operation, against %s', (_name, start) => {
  let testing: Awaited<ReturnType<typeof start>>;
  let connector: string;
  const fixtures = new Map<OperationKind, Fixtures>();

  beforeAll(async () => {
    testing = await start();
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

/** What a server of 4.3 has no request or no type for, or looks for by names that it does not know. */
const beyond43 = /^(publish|withdraw)|ByName$|History$|DatabaseSchema(s|From|$)|ToSet(Link)?$/;

describe('the operations of some kinds, in the words of 4.3', () => {
  let testing: TestingStore;
  const fixtures = new Map<OperationKind, Fixtures>();

  beforeAll(async () => {
    testing = await startTestingStore('4.3');
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });

  const some: ReadonlySet<OperationKind> = new Set(['api', 'database', 'files', 'topic']);
  const base = new Set<string>(baseOperations.map(({ name }) => name));
  const rows = distinctRows().filter(([kind, name]) => some.has(kind) && !base.has(name) && !beyond43.test(name));
  it.each(rows)('of kind %s: %s has the effect that it says', async (kind, _name, row) => {
    const known = fixtures.get(kind) ?? new Fixtures(testing.store, '', kind);
    fixtures.set(kind, known);
    await exercises[row.verb](known, row);
  });
});

async function startMemoryStore(): Promise<Pick<TestingStore, 'store'> & AsyncDisposable> {
  return { store: new MemoryMetadataStore(), [Symbol.asyncDispose]: async () => undefined };
}

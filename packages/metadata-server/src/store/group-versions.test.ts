import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SqliteElementStore } from './sqlite-element-store.js';
import { alice, openTestStore, steward, storePath } from './test-store.js';

const groups = ['G', 'H'];
const connectors = ['c0', 'c1', 'c2'];
const connections = ['n0', 'n1', 'n2'];
const parts = ['t0', 't1', 'e0', 'e1'];
const typeOf = (name: string) =>
  ({ G: 'IntegrationGroup', H: 'IntegrationGroup', c: 'IntegrationConnector', n: 'VirtualConnection' })[
    name.at(0) ?? ''
  ] ?? (name.startsWith('t') ? 'ConnectorType' : 'Endpoint');
const all = [...groups, ...connectors, ...connections, ...parts];
const links: readonly (readonly [type: string, from: readonly string[], to: readonly string[]])[] = [
  ['RegisteredIntegrationConnector', groups, connectors],
  ['AssetConnection', connectors, connections],
  ['ConnectionConnectorType', connections, ['t0', 't1']],
  ['ConnectToEndpoint', connections, ['e0', 'e1']],
  ['EmbeddedConnection', connections, connections],
];

type Step =
  | { readonly kind: 'change' | 'delete' | 'restore' | 'archive' | 'classify' | 'declassify'; readonly name: string }
  | { readonly kind: 'link' | 'unlink'; readonly type: string; readonly from: string; readonly to: string }
  | { readonly kind: 'look' };

const name = fc.constantFrom(...all);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('change' as const), name }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'archive' as const), name }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('restore' as const), name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('classify' as const, 'declassify' as const), name }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...links).chain(([type, from, to]) =>
      fc.record({
        kind: fc.constantFrom('link' as const, 'link' as const, 'unlink' as const),
        type: fc.constant(type),
        from: fc.constantFrom(...from),
        to: fc.constantFrom(...to),
      }),
    ),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'look' as const }) },
);

describe('versions of groups, brought up to date change by change', () => {
  it('are those that reading everything gives, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const path = storePath();
        const store = openTestStore({ path });
        const guids = new Map<string, string>();
        const made = await Promise.all(all.map((each) => store.create(alice, named(typeOf(each), each))));
        for (const [index, guid] of made.entries()) guids.set(all[index] ?? '', guid);
        for (const [type, from, to] of links)
          for (const [index, end] of from.entries())
            await apply(store, guids, { kind: 'link', type, from: end, to: to[index % to.length] ?? '' });
        for (const each of steps) {
          if (each.kind !== 'look') await apply(store, guids, each);
          // most changes are looked at by themselves, some together
          if (each.kind !== 'change') for (const group of groups) await store.groupMembers(guids.get(group) ?? '');
        }
        const read = (from: SqliteElementStore) =>
          Promise.all(groups.map((group) => from.groupMembers(guids.get(group) ?? '')));
        const kept = await read(store);
        await store[Symbol.asyncDispose]();
        await using anew = openTestStore({ path });
        expect(kept).toEqual(await read(anew));
      }),
      { numRuns: 40 },
    );
  });

  it('change for the registration that a change touches and for no other', async () => {
    await using store = openTestStore();
    const guid = async (each: string) => store.create(alice, named(typeOf(each), each));
    const [group, one, other, connection, endpoint] = await Promise.all(['G', 'c0', 'c1', 'n0', 'e0'].map(guid));
    const relate = (typeName: string, end1Guid = '', end2Guid = '') =>
      store.relate(alice, { typeName, end1Guid, end2Guid });
    await relate('RegisteredIntegrationConnector', group, one);
    await relate('RegisteredIntegrationConnector', group, other);
    await relate('AssetConnection', one, connection);
    await relate('ConnectToEndpoint', connection, endpoint);
    const versions = async () => (await store.groupMembers(group ?? ''))?.members.map(({ version }) => version) ?? [];
    const before = await versions();
    await store.update(alice, endpoint ?? '', { networkAddress: '/elsewhere' }, 'merge');
    const after = await versions();
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  it('are read anew for a group that nobody asked about for very long', async () => {
    await using store = openTestStore();
    const group = await store.create(alice, named('IntegrationGroup', 'G'));
    const first = await store.groupVersion(group);
    const endpoint = await store.create(alice, named('Endpoint', 'e'));
    for (let batch = 0; batch < 12; batch += 1) {
      const operations = Array.from({ length: 2_000 }, (_, index) => ({
        op: 'upsert' as const,
        typeName: 'Endpoint',
        qualifiedName: 'e',
        properties: { networkAddress: `/${batch}/${index}` },
      }));
      await store.writeBatch(alice, { id: `b${batch}`, operations });
    }
    expect(await store.groupVersion(group)).toBe(first);
    await store.update(alice, group, { displayName: 'x' }, 'merge');
    expect(await store.groupVersion(group)).not.toBe(first);
    expect(endpoint).toBeDefined();
  });
});

function named(typeName: string, qualifiedName: string) {
  return { typeName, properties: { qualifiedName } };
}

/** Steps that the store refuses (a link to what is deleted, say) change nothing. */
async function apply(
  store: SqliteElementStore,
  guids: ReadonlyMap<string, string>,
  step: Exclude<Step, { kind: 'look' }>,
): Promise<void> {
  const batch = (operation: Parameters<SqliteElementStore['writeBatch']>[1]['operations'][number]) =>
    store.writeBatch(alice, { id: `${Math.random()}`, operations: [operation] });
  try {
    switch (step.kind) {
      case 'change':
        await store.update(alice, guids.get(step.name) ?? '', { displayName: `${Math.random()}` }, 'merge');
        return;
      case 'delete':
        await store.delete(alice, guids.get(step.name) ?? '');
        return;
      case 'archive':
        await store.archive(alice, guids.get(step.name) ?? '');
        return;
      case 'restore':
        await batch({ op: 'upsert', typeName: typeOf(step.name), qualifiedName: step.name, properties: {} });
        return;
      case 'classify':
        await store.classify(steward, guids.get(step.name) ?? '', 'Confidentiality', { properties: {} });
        return;
      case 'declassify':
        await store.declassify(steward, guids.get(step.name) ?? '', 'Confidentiality');
        return;
      default:
        await batch({ op: step.kind, typeName: step.type, end1: step.from, end2: step.to });
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
  }
}

import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SourceItem } from '@isthmus/connector-sdk';
import { silentLogger, systemClock } from '@isthmus/kernel';
import type { MetadataStore, Properties } from '@isthmus/model';
import { JournaledSyncEngine, openJournal, type SqliteJournal, type SyncReport } from '@isthmus/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { never } from './testing-fixtures.js';
import { startTestingStore, type TestingStore } from './testing-store.js';

const connectorUser = 'connector';

/** The engine over a metadata server, with two tables of which one flows into the other. */
describe.each(['6.1', '4.3'] as const)('what people set on relationships, told in the words of %s', (release) => {
  let testing: TestingStore;
  let journal: SqliteJournal;
  let runs = 0;
  const name = (table: string) => `RelationalTable::people-${release}:${table}`;

  beforeAll(async () => {
    testing = await startTestingStore(release);
    journal = openJournal(join(mkdtempSync(join(tmpdir(), 'isthmus-people-')), 'daemon.db'));
  });
  afterAll(async () => {
    journal[Symbol.dispose]();
    await testing[Symbol.asyncDispose]();
  });

  async function refresh(store: MetadataStore, flow: Properties): Promise<SyncReport> {
    runs += 1;
    const parts = { store, journal, clock: systemClock, logger: silentLogger, newId: () => `${release}-${++runs}` };
    const token = await journal.nextToken('slot');
    const owner = { metadataCollectionId: 'c', connectorGuid: 'connector', target: '' };
    const spec = { runId: `run-${runs}`, grant: { slot: 'slot', token }, owner, userId: connectorUser } as const;
    const engine = new JournaledSyncEngine(parts);
    const run = await engine.open({ ...spec, mode: 'apply', full: true, boundaryHash: 'b' }, never);
    for (const table of ['from', 'to']) {
      const link = { relationshipTypeName: 'DataFlow', qualifiedName: name('to'), properties: flow };
      const element = { typeName: 'RelationalTable', qualifiedName: name(table), properties: { displayName: table } };
      const body: SourceItem = { key: table, elements: [{ ...element, links: table === 'from' ? [link] : [] }] };
      const digest = { key: table, hash: JSON.stringify(body) };
      if ((await run.offer('all', [digest])).length > 0) await run.deliver('all', [{ digest, body }]);
    }
    await run.complete('all');
    return run.finish('completed');
  }

  async function flowIn(store: MetadataStore) {
    const [from, to] = [await guidOf(store, 'from'), await guidOf(store, 'to')];
    const [found] = await store.linksBetween('DataFlow', from, to, never);
    if (found === undefined) throw new Error('no flow');
    return found.relationship;
  }

  const guidOf = async (store: MetadataStore, table: string) =>
    (await store.getByQualifiedName(name(table), {}, never))?.guid ?? '';

  it('stays beside what the source changes, and is told once', async () => {
    const { store } = testing;
    await refresh(store, { label: 'a', description: 'x' });
    expect((await flowIn(store)).properties).toMatchObject({ label: 'a', description: 'x' });
    const { guid } = await flowIn(store);
    await store.updateRelationship(guid, { label: 'by hand' }, 'merge', never);
    const report = await refresh(store, { label: 'b', description: 'y' });
    expect((await flowIn(store)).properties).toMatchObject({ label: 'by hand', description: 'y' });
    expect(report.findings).toMatchObject([
      { code: 'FIELD_KEPT', message: expect.stringContaining(`DataFlow.label to ${name('to')} stays "by hand"`) },
    ]);
    const again = await refresh(store, { label: 'c', description: 'z' });
    expect((await flowIn(store)).properties).toMatchObject({ label: 'by hand', description: 'z' });
    expect(again.findings).toEqual([]);
  });

  it('stays on that to a parent, and what nobody set there follows the source', async () => {
    const { store } = testing;
    const member = async (membershipRationale: string) => {
      const parent = { relationshipTypeName: 'CollectionMembership', qualifiedName: name('folder') };
      const operations = [
        { op: 'upsert', typeName: 'Collection', qualifiedName: name('folder'), properties: {}, guards: {} },
        {
          op: 'upsert',
          typeName: 'GlossaryTerm',
          qualifiedName: name('term'),
          properties: {},
          guards: {},
          parent: { ...parent, properties: { membershipRationale } },
        },
      ] as const;
      const { items } = await store.writeBatch({ id: `m-${++runs}`, userId: connectorUser, operations }, never);
      return items[1];
    };
    const membership = async () => {
      const ends = [await guidOf(store, 'folder'), await guidOf(store, 'term')] as const;
      const [found] = await store.linksBetween('CollectionMembership', ...ends, never);
      return found?.relationship;
    };
    await member('a');
    expect((await member('b'))?.outcome).toBe('updated');
    expect((await membership())?.properties).toMatchObject({ membershipRationale: 'b' });
    await store.updateRelationship((await membership())?.guid ?? '', { membershipRationale: 'mine' }, 'merge', never);
    const kept = { '^CollectionMembership.membershipRationale': 'mine' };
    expect(await member('c')).toMatchObject({ outcome: 'unchanged', kept });
    expect((await membership())?.properties).toMatchObject({ membershipRationale: 'mine' });
  });
});

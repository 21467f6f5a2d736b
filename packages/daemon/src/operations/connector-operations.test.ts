import 'reflect-metadata';
import { delay, systemClock } from '@isthmus/kernel';
import type { RunRecord } from '@isthmus/runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestingStore, type TestingStore } from './testing-store.js';

const never: AbortSignal = new AbortController().signal;

/** Writes by operations when it starts and when it refreshes, and links both. */
const code = `export const provider = {
  kind: 'database', provider: 'tested', version: 1, configuration: { type: 'object' },
  create: (context) => {
    let manager;
    return {
      async start() {
        if (context.permittedSynchronization === 'TO_THIRD_PARTY') return;
        manager = await context.setUpMetadataSource({
          typeName: 'DatabaseManager',
          qualifiedName: 'DatabaseManager::' + context.source,
        });
      },
      async refresh() {
        const made = await context.createDatabase({
          qualifiedName: 'Database::' + context.source,
          parent: manager,
          home: 'source',
        });
        await context.setConfidentiality({ element: made, properties: { confidentialityLevel: 2 } });
      },
    };
  },
};`;
const isthmus = { provider: 'tested', kind: 'database', sdk: '^0.1.0', module: './index.js', export: 'provider' };
const manifest = { name: 'tested', version: '1.0.0', type: 'module', isthmus };

describe('a connector that a daemon runs', () => {
  let testing: TestingStore;
  let daemon: Awaited<ReturnType<TestingStore['startDaemon']>>;

  beforeAll(async () => {
    testing = await startTestingStore('6.1', { manifest, code });
    daemon = await testing.startDaemon('Tested');
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });

  async function ended(name: string, count = 1): Promise<RunRecord> {
    for (let left = 400; left > 0; left -= 1) {
      const runs = (await daemon.runs(name, 10)).filter(({ outcome }) => outcome !== 'running');
      if (runs.length >= count && runs[0] !== undefined) return runs[0];
      await delay(systemClock, 25);
    }
    throw new Error(`no run of ${name} has ended`);
  }

  it('reads and writes metadata by operations, at its start and in its runs, for its collection', async () => {
    const metadataCollectionQualifiedName = 'SoftwareCapability::north';
    await daemon.addConnector('Tested', { name: 'north', provider: 'tested', metadataCollectionQualifiedName }, 'me');
    expect(await ended('north')).toMatchObject({ outcome: 'succeeded' });
    const name = `Database::${metadataCollectionQualifiedName}`;
    const database = await testing.store.getByQualifiedName(name, {}, never);
    expect(database).toMatchObject({
      typeName: 'Database',
      origin: { originCategory: 'EXTERNAL_SOURCE', homeMetadataCollectionName: metadataCollectionQualifiedName },
      classifications: expect.arrayContaining([
        expect.objectContaining({ classificationName: 'Confidentiality', properties: { confidentialityLevel: 2 } }),
      ]),
    });
    const options = { relationshipTypeName: 'CapabilityAssetUse' };
    expect(await testing.store.related(database?.guid ?? '', options, never)).toMatchObject([
      { element: { typeName: 'DatabaseManager' }, relationship: { properties: { useType: 'OWNS' } } },
    ]);
    await daemon.refreshConnector('north', 'me');
    expect(await ended('north', 2)).toMatchObject({ outcome: 'succeeded' });
    const again = await testing.store.getByQualifiedName(name, {}, never);
    expect(again?.versions).toEqual(database?.versions);
  });

  it('is refused what its direction forbids, and its run says so', async () => {
    const permittedSynchronization = 'TO_THIRD_PARTY';
    await daemon.addConnector('Tested', { name: 'south', provider: 'tested', permittedSynchronization }, 'me');
    expect(await ended('south')).toMatchObject({
      outcome: 'failed',
      error: { code: 'WRITE_NOT_PERMITTED', message: expect.stringContaining('createDatabase') },
    });
    const found = await testing.store.find(undefined, { typeName: 'Database' }, never);
    expect(found.filter(({ properties }) => String(properties.qualifiedName).includes('south'))).toEqual([]);
  });
});

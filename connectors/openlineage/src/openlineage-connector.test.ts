import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContractSource, describeConnectorContract, recordingHost } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import type { JsonFields } from './event.js';
import { openLineageConnector } from './index.js';
import type { OpenLineageConfiguration, openLineageConfiguration } from './openlineage-config.js';
import { testConfiguration, testFolder } from './testing-connector.js';
import { datasetOf, runEvent, runIdOf } from './testing-graph.js';

const lines = (events: readonly JsonFields[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');
const first = [
  runEvent('extract', 1, 'START', 0, { outputs: [datasetOf('shop.staging')] }),
  runEvent('extract', 1, 'COMPLETE', 1, { inputs: [datasetOf('shop.orders')], outputs: [datasetOf('shop.staging')] }),
  runEvent('load', 2, 'COMPLETE', 2, { inputs: [datasetOf('shop.staging')], outputs: [datasetOf('shop.totals')] }),
];

async function eventFolder(more: Partial<OpenLineageConfiguration> = {}) {
  const folder = await testFolder();
  const files = join(folder.path, 'events');
  await mkdir(files);
  const file = join(files, 'a.ndjson');
  await writeFile(file, lines(first));
  return {
    configuration: testConfiguration(folder.path, { files, ...more }),
    files,
    add: (events: readonly JsonFields[]) => appendFile(file, lines(events)),
    close: async () => folder[Symbol.asyncDispose](),
  };
}

const datasetEvent = (name: string, minute: number, description: string): JsonFields => ({
  eventTime: `2026-11-29T01:${String(minute).padStart(2, '0')}:00Z`,
  dataset: datasetOf(name, { documentation: { description } }),
});

async function contractSource(): Promise<ContractSource<typeof openLineageConfiguration>> {
  const folder = await eventFolder({ token: 'a-token-that-nobody-hears' });
  const { files, add } = folder;
  return {
    configuration: folder.configuration,
    break: () => rename(files, `${files}.away`),
    mend: () => rename(`${files}.away`, files),
    grow: (count) => add(Array.from({ length: count }, (_, number) => datasetEvent(`grown.${number}`, 0, 'x'))),
    addOddNames: async () => {
      const odd = ['a:b', 'a  b', 'A:b', 'a/b', 'a%3Ab', '"', "'", 'ü', 'u\u0308', '#1', '-', '__proto__'];
      await add(odd.map((name) => datasetEvent(name, 0, 'x')));
      return odd.length;
    },
    change: () => add([datasetEvent('shop.orders', 5, 'what customers ordered')]),
    fingerprint: async () => {
      const names = await readdir(files);
      return JSON.stringify(await Promise.all(names.map((name) => readFile(join(files, name), 'utf8'))));
    },
    close: folder.close,
  };
}

describeConnectorContract(openLineageConnector, contractSource, {
  without: ['breakHalfway', 'forbid', 'delay', 'remove', 'rename'],
});

const place = 'postgres:%2F%2Fdb.example.org%3A5432'.replace('postgres:', 'postgres%3A');

describe('the OpenLineage connector', () => {
  it('tells jobs, their runs and what they read and write', async () => {
    const folder = await eventFolder();
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    expect((await host.refresh()).failure).toBeUndefined();
    const job = host.elements().get('DeployedSoftwareComponent::home:nightly/load');
    expect(job?.links).toEqual([
      {
        relationshipTypeName: 'DataFlow',
        qualifiedName: `DataSet::home:${place}/shop.staging`,
        selfAtEnd1: false,
      },
      { relationshipTypeName: 'DataFlow', qualifiedName: `DataSet::home:${place}/shop.totals` },
    ]);
    expect(host.elements().get(`TransientEmbeddedProcess::home:nightly/load/${runIdOf(2)}`)).toMatchObject({
      properties: { activityStatus: 'COMPLETED' },
      parent: { relationshipTypeName: 'ProcessHierarchy' },
    });
    await host.stop();
    await folder.close();
  });

  it('leads to what another connector catalogues where it is said to be the same', async () => {
    const unify = [
      {
        namespace: 'postgres://db.example.org:5432',
        element: 'RelationalTable::shop-db:shop/public/{2}',
        prefix: '',
      },
    ];
    const folder = await eventFolder({ unify });
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    await host.refresh();
    const told = host.elements();
    expect(
      told.get('DeployedSoftwareComponent::home:nightly/load')?.links?.map(({ qualifiedName }) => qualifiedName),
    ).toEqual(['RelationalTable::shop-db:shop/public/staging', 'RelationalTable::shop-db:shop/public/totals']);
    expect(told.get(`DataSet::home:${place}/shop.totals`)?.links).toEqual([
      { relationshipTypeName: 'DataSetContent', qualifiedName: 'RelationalTable::shop-db:shop/public/totals' },
    ]);
    await host.stop();
    await folder.close();
  });

  it('goes on from where it was: tells what is new, and lets runs go that are too many', async () => {
    const folder = await eventFolder();
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    await host.refresh();
    await folder.add([10, 11, 12, 13].map((run) => runEvent('load', run, 'COMPLETE', run)));
    const run = await host.refresh({ incremental: true });
    expect(run.failure).toBeUndefined();
    expect(run.kept.filter((key) => key.startsWith('datasets'))).toEqual([]);
    expect(run.removed).toEqual([`TransientEmbeddedProcess::home:nightly/load/${runIdOf(2)}`]);
    const again = await host.refresh({ incremental: true });
    expect([again.sent, again.removed]).toEqual([[], []]);
    const shown = [...host.elements().keys()].filter((name) => name.includes('/load/'));
    expect(shown).toEqual([11, 12, 13].map((id) => `TransientEmbeddedProcess::home:nightly/load/${runIdOf(id)}`));
    const full = await host.refresh();
    expect([full.changed, full.removed]).toEqual([[], []]);
    await host.stop();
    await folder.close();
  });

  it('leaves out what its patterns say', async () => {
    const exclude = ['nightly/load', 'postgres:%2F%2F*/shop.staging'];
    const folder = await eventFolder({ exclude });
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    await host.refresh();
    const names = [...host.elements().keys()].filter((name) => /^(?:DataSet|Deployed|Transient)/.test(name));
    expect(names.sort()).toEqual([
      `DataSet::home:${place}/shop.orders`,
      `DataSet::home:${place}/shop.totals`,
      'DeployedSoftwareComponent::home:nightly/extract',
      `TransientEmbeddedProcess::home:nightly/extract/${runIdOf(1)}`,
    ]);
    await host.stop();
    await folder.close();
  });

  it('says the mark of its memory, so that one that began anew removes nothing', async () => {
    const folder = await eventFolder();
    const memories: (string | undefined)[] = [];
    const tell = async () => {
      const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
      memories.push((await host.refresh()).source);
      await host.stop();
    };
    await tell();
    await tell();
    await rm(folder.configuration.folder, { recursive: true });
    await tell();
    const [first, second, third] = memories;
    expect(first).toMatch(/./);
    expect([first === second, first === third]).toEqual([true, false]);
    await folder.close();
  });

  it('reads on in files that grow, anew those that were replaced, and tells which lines are no events', async () => {
    const folder = await eventFolder();
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    await host.refresh();
    await appendFile(join(folder.files, 'a.ndjson'), `{"half":`);
    expect((await host.refresh()).findings).toEqual([]);
    await appendFile(join(folder.files, 'a.ndjson'), `1}\n`);
    expect((await host.refresh()).findings).toMatchObject([
      { code: 'EVENT_INVALID', message: expect.stringContaining('eventTime') },
    ]);
    await writeFile(join(folder.files, 'b.json'), JSON.stringify(datasetEvent('shop.late', 1, 'x')));
    await writeFile(join(folder.files, 'a.ndjson'), lines([datasetEvent('shop.new', 1, 'x')]));
    expect((await host.refresh()).findings).toEqual([]);
    const names = [...host.elements().keys()].join();
    expect(names).toContain('shop.late');
    expect(names).toContain('shop.new');
    await host.stop();
    await folder.close();
  });

  it('reads a file anew that was written over in its place, though it is longer than before', async () => {
    const folder = await eventFolder();
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    await host.refresh();
    const next = ['one', 'two', 'three', 'four'].map((name) => datasetEvent(`over.${name}`, 1, 'x'.repeat(400)));
    // as `> a.ndjson` of a shell does it: the same file with other content
    await writeFile(join(folder.files, 'a.ndjson'), lines(next));
    expect((await host.refresh()).findings).toEqual([]);
    const names = [...host.elements().keys()].filter((name) => name.includes('over.'));
    expect(names.filter((name) => name.startsWith('DataSet'))).toHaveLength(4);
    await folder.add([datasetEvent('over.five', 2, 'x')]);
    const before = host.published.length;
    await host.refresh();
    expect(host.published.slice(before)).toEqual([datasetEvent('over.five', 2, 'x')]);
    await host.stop();
    await folder.close();
  });

  it('takes what is right of a list in a line, whatever else is in it', async () => {
    const folder = await eventFolder();
    const list = [datasetEvent('list.one', 1, 'x'), { eventTime: 'never' }, datasetEvent('list.two', 1, 'x')];
    await appendFile(join(folder.files, 'a.ndjson'), `${JSON.stringify(list)}\n`);
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    expect((await host.refresh()).findings).toMatchObject([
      { code: 'EVENT_INVALID', message: expect.stringContaining('eventTime') },
    ]);
    const names = [...host.elements().keys()].filter((name) => name.includes('list.'));
    expect(names.filter((name) => name.startsWith('DataSet'))).toHaveLength(2);
    await host.stop();
    await folder.close();
  });

  it.each(['\n', ''])('passes over a line that is too long, and reads what comes after it (%j)', async (lineEnd) => {
    const folder = await eventFolder();
    await appendFile(join(folder.files, 'a.ndjson'), `{"x":"${'x'.repeat(17 * 1024 * 1024)}"}${lineEnd}`);
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    const { findings } = await host.refresh();
    expect(findings).toMatchObject([{ code: 'EVENT_INVALID', message: expect.stringContaining('too long') }]);
    if (lineEnd === '') await appendFile(join(folder.files, 'a.ndjson'), '\n');
    await folder.add([datasetEvent('long.after', 1, 'x')]);
    expect((await host.refresh()).findings).toEqual([]);
    expect([...host.elements().keys()].join()).toContain('long.after');
    await host.stop();
    await folder.close();
  });

  it('is not held up by an event that is nested without end', async () => {
    const folder = await eventFolder();
    const [open, close] = ['{"fields":[', ']}'].map((text) => text.repeat(5_000));
    const deep = JSON.stringify(runEvent('deep', 3, 'COMPLETE', 3, { inputs: [datasetOf('deep', { schema: {} })] }));
    await appendFile(join(folder.files, 'a.ndjson'), `${deep.replace('"schema":{}', `"schema":${open}${close}`)}\n`);
    await folder.add([datasetEvent('shop.late', 1, 'x')]);
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    const { failure, findings } = await host.refresh();
    expect(failure).toBeUndefined();
    expect(findings).toMatchObject([{ code: 'EVENT_INVALID', message: expect.stringContaining('nested') }]);
    expect([...host.elements().keys()].join()).toContain('shop.late');
    await host.stop();
    await folder.close();
  });

  it('tells other connectors of the events that it hears, and hears those of others', async () => {
    const folder = await eventFolder();
    const host = recordingHost(openLineageConnector, folder.configuration, { source: 'home' });
    await host.refresh();
    expect(host.published).toEqual(first);
    const { signal } = new AbortController();
    await host.connector.openLineageEvent?.({ event: datasetEvent('shop.told', 1, 'x') }, signal);
    await host.connector.openLineageEvent?.({ event: { eventTime: 'never' } }, signal);
    expect(host.published).toEqual(first);
    expect(host.logs.map(({ level }) => level)).toEqual(['warn']);
    await host.refresh();
    expect([...host.elements().keys()].join()).toContain('shop.told');
    await host.stop();
    await folder.close();
  });
});

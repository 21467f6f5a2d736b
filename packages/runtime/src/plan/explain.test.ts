import { type MetadataElement, printOf } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { childrenAt, file, smallTree } from '../sync/testing/fake-source.js';
import { SyncBench } from '../sync/testing/sync-bench.js';
import { explain } from './explain.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const one = 'DataFile::test:/top/a/one.csv';

function elementOf(qualifiedName: string): MetadataElement | undefined {
  const found = bench.store.elements.get(qualifiedName);
  if (found === undefined) return undefined;
  const { guid, typeName, properties, version } = found;
  return {
    guid,
    typeName,
    superTypeNames: [],
    status: 'ACTIVE',
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'c' },
    versions: { createdBy: 'me', createTime: 0, version },
    classifications: [],
    properties,
  };
}

async function explained(name: string) {
  return explain(name, elementOf(name), await bench.journal.holding(name), () => 'files');
}

describe('the explanation of an element', () => {
  it('names scope, key, the run that made it and the one that wrote it last', async () => {
    const root = smallTree();
    await bench.sync(root, { runId: 'first' });
    childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'name']));
    await bench.sync(root, { runId: 'second' });
    const { holders } = await explained(one);
    expect(holders).toEqual([
      expect.objectContaining({
        connectorName: 'files',
        scope: 'folder:/top/a',
        key: 'one.csv',
        madeBy: { runId: 'first', at: expect.any(Number) },
        wroteBy: { runId: 'second', at: expect.any(Number) },
        notes: [],
      }),
    ]);
  });

  it('tells what a person set and the source took over', async () => {
    await bench.sync(smallTree(), { runId: 'first' });
    const [holder] = await bench.journal.holding(one);
    const element = elementOf(one);
    if (holder === undefined || element === undefined) throw new Error('nothing was written');
    const [told] = explain(one, element, [holder], () => 'files').fields.filter(({ from }) => from === 'source');
    const { field = '', value = '' } = told ?? {};
    const of = (print: string) =>
      explain(
        one,
        element,
        [{ ...holder, pushed: [{ qualifiedName: one, field, print, at: 7 }] }],
        () => 'files',
      ).fields.find((each) => each.field === field);
    expect(of(printOf(value))).toMatchObject({ from: 'pushed', at: 7 });
    expect(of(printOf('another, before'))).toMatchObject({ from: 'source' });
  });

  it('tells what was kept from what somebody has set again since', async () => {
    await bench.sync(smallTree(), { runId: 'first' });
    const set = (text: string) =>
      bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName: one, properties: { text } });
    const textFrom = async () => (await explained(one)).fields.find(({ field }) => field === 'text')?.from;
    set('by hand');
    const root = smallTree();
    childrenAt(root, 'a').set('one.csv', file('1b', ['id', 'name']));
    await bench.sync(root, { runId: 'second' });
    expect(await textFrom()).toBe('kept');
    set('by hand again');
    expect(await textFrom()).toBe('person');
  });

  it('tells what the source set from what a person set', async () => {
    await bench.sync(smallTree(), { runId: 'first' });
    bench.store.steward({
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName: one,
      properties: { description: 'mine' },
    });
    const { fields } = await explained(one);
    expect(Object.fromEntries(fields.map(({ field, from }) => [field, from]))).toMatchObject({
      text: 'source',
      displayName: 'source',
      'additionalProperties.always': 'source',
      description: 'person',
    });
  });

  it('says of what was taken back that refreshes leave it alone', async () => {
    await bench.sync(smallTree(), { runId: 'first' });
    await bench.act({ kind: 'undo', undoneRunId: 'first' });
    expect((await explained(one)).holders[0]?.notes).toContainEqual(expect.stringContaining('people took it back'));
  });

  it('has no holder for what no connector made', async () => {
    await bench.sync(smallTree());
    expect(await explained('nobody')).toEqual({
      qualifiedName: 'nobody',
      holders: [],
      operated: [],
      former: [],
      fields: [],
    });
  });

  it('says of what is back after it was removed that a connector wrote it, and not people', async () => {
    const root = smallTree();
    await bench.sync(root);
    const before = elementOf(one);
    childrenAt(root, 'a').delete('one.csv');
    await bench.sync(root);
    expect(await bench.journal.holding(one)).toEqual([]);
    const former = await bench.journal.formerWriters(one);
    const back = explain(one, before, [], () => 'files', [], former);
    expect(back).toMatchObject({ holders: [], former: [{ connectorName: 'files', at: expect.any(Number) }] });
    expect(new Set(back.fields.map(({ from }) => from))).toEqual(new Set(['source']));
    const stranger = before && { ...before, properties: { displayName: 'of a person' } };
    expect(explain(one, stranger, [], () => 'files', [], former)).toMatchObject({ former: [] });
  });
});

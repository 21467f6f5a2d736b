import { type MetadataElement, printOf } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultSyncSettings, type FieldPolicy } from './sync-settings.js';
import { SyncBench } from './testing/sync-bench.js';
import { runTwoWay } from './testing/two-way-history.js';
import { TwoWaySource } from './testing/two-way-source.js';

let bench: SyncBench;
let source: TwoWaySource;
let pushed: string[];
beforeEach(() => {
  bench = new SyncBench();
  source = new TwoWaySource();
  pushed = [];
  bench.store.now = () => bench.clock.now();
  source.now = () => bench.clock.now();
  source.set('a', 'displayName', 'first');
  source.set('a', 'text', 'first');
});
afterEach(() => bench[Symbol.dispose]());

const qualifiedName = 'Record::test:a';

async function sync(policy: FieldPolicy = 'hub', refuses = false) {
  const settings = { ...defaultSyncSettings, fieldPolicy: { '*': policy } };
  const run = await bench.open({ pushes: ['Record'], settings });
  await run.push(async (elements) => {
    pushed.push(
      ...elements.map((element) => `${element.qualifiedName} ${element.state} ${JSON.stringify(element.changes)}`),
    );
    if (!refuses) return source.push(elements);
    return elements.map((element) => ({ qualifiedName: element.qualifiedName, outcome: 'refused', message: 'no' }));
  });
  await source.list(run, () => undefined);
  return run.finish('completed');
}

function edit(properties: MetadataElement['properties'], name = qualifiedName): void {
  bench.store.steward({ op: 'upsert', typeName: 'Record', qualifiedName: name, properties });
}

const inSource = () => Object.fromEntries(source.records.get('a')?.fields ?? []);
const inStore = () => bench.store.live().get(qualifiedName)?.properties;

describe('what people change in the metadata server', () => {
  it('goes to the source, and is not taken for a change of the source then', async () => {
    await sync();
    edit({ text: 'by hand' });
    const report = await sync();
    expect(inSource()).toEqual({ displayName: 'first', text: 'by hand' });
    expect(report.counts).toMatchObject({ updated: 0, unchanged: 1 });
    const message = `${qualifiedName} was written in the source as others have set it: text "by hand"`;
    expect(report.findings).toMatchObject([{ severity: 'info', code: 'SOURCE_WRITTEN', message }]);
    expect(pushed).toEqual([`${qualifiedName} live {"text":"by hand"}`]);
    const [holder] = await bench.journal.holding(qualifiedName);
    expect(holder?.pushed).toMatchObject([{ field: 'text', print: printOf('by hand') }]);
    bench.store.requests.length = 0;
    await sync();
    expect([pushed.length, bench.store.requests]).toEqual([1, ['identity', 'changes']]);
  });

  it('is known from what the connector wrote itself, over a crash too', async () => {
    bench.store.tellsOwnChanges = false;
    await sync();
    source.set('a', 'text', 'second');
    await sync();
    bench.restart();
    await sync();
    expect(pushed).toEqual([]);
  });

  it('is asked of the source again when the answer was lost, and does no harm then', async () => {
    await sync();
    edit({ text: 'by hand' });
    const run = await bench.open({ pushes: ['Record'] });
    const broken = run.push(async (elements) => {
      await source.push(elements);
      throw new Error('the line is cut');
    });
    await expect(broken).rejects.toThrow('the line is cut');
    await run.finish('failed');
    bench.restart();
    await sync();
    expect([source.writes, inSource().text, inStore()?.text]).toEqual([1, 'by hand', 'by hand']);
  });

  it.each([
    ['is brought back to an older state', true],
    ['is emptied and, without a feed, does not tell so', false],
  ])('is not asked of the source as deleted when the store %s before the source was asked', async (_, hasFeed) => {
    bench.store.hasFeed = hasFeed;
    const before = bench.store.backup();
    await sync();
    edit({ text: 'by hand' });
    const run = await bench.open({ pushes: ['Record'] });
    await expect(run.push(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await run.finish('failed');
    bench.store.restore(before);
    bench.restart();
    for (let turn = 0; turn < 2; turn += 1) await sync();
    expect(pushed).toEqual([]);
    expect(inSource()).toEqual({ displayName: 'first', text: 'first' });
    expect(inStore()).toMatchObject({ text: 'first' });
  });

  it('goes to the source though a run was taken back before it was listed again', async () => {
    await sync();
    source.set('a', 'displayName', 'second');
    const run = await bench.open({ pushes: ['Record'], runId: 'second' });
    await source.list(run, () => undefined);
    await run.finish('completed');
    edit({ text: 'by hand' });
    await bench.act({ kind: 'undo', undoneRunId: 'second' }, { pushes: ['Record'] });
    await sync();
    expect(inSource().text).toBe('by hand');
  });

  it('goes to the source once that may be written, or the policy lets it', async () => {
    const onlyListed = async () => {
      const run = await bench.open();
      await source.list(run, () => undefined);
      return run.finish('completed');
    };
    await onlyListed();
    edit({ text: 'by hand' });
    for (let turn = 0; turn < 2; turn += 1) await onlyListed();
    await sync('ask');
    expect(inSource().text).toBe('first');
    await sync('hub');
    expect(inSource().text).toBe('by hand');
    edit({ text: 'by hand again' });
    await onlyListed();
    await sync('hub');
    expect([inSource().text, pushed.length]).toEqual(['by hand again', 2]);
  });

  it('goes together with what the source has changed beside it', async () => {
    await sync();
    edit({ text: 'by hand' });
    source.set('a', 'displayName', 'second');
    await sync();
    expect(inSource()).toEqual({ displayName: 'second', text: 'by hand' });
    expect(inStore()).toEqual({ displayName: 'second', text: 'by hand' });
  });

  it('follows the policy where both have changed a field, and what goes under is told', async () => {
    await sync();
    edit({ text: 'by hand' });
    await bench.clock.advance(1_000);
    source.set('a', 'text', 'second');
    await sync('newest');
    expect([inSource().text, inStore()?.text]).toEqual(['second', 'second']);
    edit({ text: 'by hand again' });
    source.set('a', 'text', 'third');
    await sync('hub');
    expect([inSource().text, inStore()?.text]).toEqual(['by hand again', 'by hand again']);
    expect(await bench.journal.conflicts(bench.owner, 10)).toMatchObject([
      { state: 'overwritten', lost: 'source', sourceValue: 'third' },
      { state: 'overwritten', hubValue: 'by hand', sourceValue: 'second' },
    ]);
  });

  it.each(['source', 'ask'] as const)('stays away from the source under the policy %s', async (policy) => {
    await sync(policy);
    edit({ text: 'by hand' });
    await sync(policy);
    expect([pushed, inSource().text]).toEqual([[], 'first']);
    expect(inStore()?.text).toBe(policy === 'source' ? 'first' : 'by hand');
  });

  it('is offered once where the source refuses it, and stays', async () => {
    await sync();
    edit({ text: 'by hand' });
    const report = await sync('hub', true);
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'PUSH_REFUSED' }));
    await sync('hub', true);
    expect([pushed.length, inSource().text, inStore()?.text]).toEqual([1, 'first', 'by hand']);
    edit({ text: 'by hand again' });
    await sync('hub');
    expect(inSource().text).toBe('by hand again');
  });

  it('may be a new element, or one that is deleted', async () => {
    await sync();
    edit({ displayName: 'new' }, 'Record::test:b');
    await sync();
    expect(source.records.get('b')?.fields.get('displayName')).toBe('new');
    bench.store.steward({ op: 'delete', qualifiedName });
    await sync();
    expect([...source.records.keys()]).toEqual(['b']);
    expect([...bench.store.live().keys()]).toEqual(['Record::test:b']);
    pushed = [];
    await sync();
    expect(pushed).toEqual([]);
  });

  it('is found by comparing where the server no longer tells what changed', async () => {
    await sync();
    edit({ text: 'by hand' });
    bench.store.steward({ op: 'upsert', typeName: 'X', qualifiedName: 'other', properties: {} });
    bench.store.forgetChanges();
    await sync();
    expect(inSource().text).toBe('by hand');
  });

  it('is found by comparing in each run of a server that tells no changes', async () => {
    bench.store.hasFeed = false;
    await sync();
    edit({ text: 'by hand' });
    await sync();
    await sync();
    expect([inSource().text, inStore()?.text, source.writes]).toEqual(['by hand', 'by hand', 1]);
  });
});

describe('any edits of both sides, with crashes and races', () => {
  const runs = Number(process.env.ISTHMUS_PROPERTY_RUNS ?? 15);

  it(
    'end alike on both sides, are quiet then, and lose nothing that is not told',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
          const { lostEdits, differences, pingPong } = await runTwoWay(seed, 40);
          expect({ lostEdits, differences, pingPong }).toEqual({ lostEdits: [], differences: [], pingPong: 0 });
        }),
        { numRuns: runs, endOnFailure: true },
      );
    },
    30_000 + runs * 1_000,
  );
});

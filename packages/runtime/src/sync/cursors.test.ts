import type { JsonValue, ListingProof } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncRun } from './sync-engine.js';
import { defaultSyncSettings } from './sync-settings.js';
import { digestOf, file, folder, itemOf, list, type SourceNode } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const scope = 'folder:/top';
const names = (count: number) => Array.from({ length: count }, (_, index) => `file ${index}`);
const filesNamed = (some: readonly string[]): SourceNode =>
  folder(Object.fromEntries(some.map((name) => [name, file(name)])));
const inStore = () => [...bench.store.live().keys()].filter((name) => name.startsWith('DataFile'));

async function put(run: SyncRun, name: string, text = name): Promise<void> {
  const item = itemOf('/top', name, file(text));
  const digest = digestOf(item);
  if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body: item }]);
}

/** A full run that lists everything and keeps a cursor. */
async function listAll(some: readonly string[], cursor: JsonValue, spec: Parameters<SyncBench['open']>[0] = {}) {
  const run = await bench.open(spec);
  await list(run, filesNamed(some));
  await run.saveCursor(cursor);
  return run.finish('completed');
}

/** What a run gets that goes on. */
async function goOn(told: (run: SyncRun) => Promise<void>, spec: Parameters<SyncBench['open']>[0] = {}) {
  const run = await bench.open(spec);
  const { cursor } = run;
  await told(run);
  return { cursor, report: await run.finish('completed') };
}

const fullEvery = (fullRunEvery: number) => ({ settings: { ...defaultSyncSettings, fullRunEvery } });

describe('a run that goes on from a cursor', () => {
  it('says what changed; what it does not say is unchanged', async () => {
    await listAll(['a', 'b', 'c'], { page: 1 });
    const { cursor, report } = await goOn(async (run) => {
      await put(run, 'b', 'changed');
      await run.gone(scope, 'c');
      await put(run, 'd');
      await run.complete(scope);
      await run.saveCursor({ page: 2 });
    });
    expect(cursor).toEqual({ page: 1 });
    expect(report.counts).toMatchObject({ created: 1, updated: 1, deleted: 1, scopesOpen: 0 });
    expect(inStore()).toEqual(['a', 'b', 'd'].map((name) => `DataFile::test:/top/${name}`));
    bench.restart();
    expect((await goOn(async () => undefined)).cursor).toEqual({ page: 2 });
  });

  it('keeps the cursor only when all that was told before is written, and removes what is gone when it is over', async () => {
    await listAll(['a', 'b'], 1);
    const run = await bench.open();
    await put(run, 'c');
    await run.gone(scope, 'a');
    await run.saveCursor(2);
    expect(inStore()).toEqual(['a', 'b', 'c'].map((name) => `DataFile::test:/top/${name}`));
    await run.finish('aborted');
    expect(await bench.journal.openIntents()).toEqual([]);
    expect(await bench.journal.cursor(bench.owner)).toMatchObject({ value: 2 });
    await goOn(async () => undefined);
    expect(inStore()).toEqual(['b', 'c'].map((name) => `DataFile::test:/top/${name}`));
  });

  it('misses nothing; one that lists everything answers what it has not told', async () => {
    await listAll(['a', 'b', 'c'], 1);
    const { cursor } = await goOn(async (run) => expect(await run.missing(scope, 0)).toEqual([]));
    expect(cursor).toBe(1);
    const run = await bench.open({ settings: { ...defaultSyncSettings, fullRunEvery: 1 } });
    expect(run.cursor).toBeUndefined();
    await put(run, 'b');
    const missing = await run.missing(scope, 0);
    expect([...missing].sort()).toEqual(['a', 'c']);
    expect(await run.missing(scope, 1)).toEqual(missing.slice(1));
    await run.finding(scope, { severity: 'warning', code: 'HIDDEN', message: 'it may not be seen', key: 'a' });
    expect(await run.missing(scope, 0)).toEqual(['c']);
    await run.finish('aborted');
  });

  it('tells what waits for people as a full run does', async () => {
    const many = names(240);
    await listAll(many, 1);
    await listAll(many, 1, fullEvery(1));
    const cut = await goOn(async (run) => {
      for (const name of many.slice(0, 200)) await run.gone(scope, name);
      await run.complete(scope);
    });
    expect(cut.report.findings).toMatchObject([{ code: 'DELETE_WITHHELD', scope }]);
    const { cursor, report } = await goOn(async (run) => put(run, 'new'), { connectorName: 'landing' });
    expect([cursor, report.isPartial]).toEqual([1, true]);
    expect(report.findings).toMatchObject([
      { code: 'DELETE_WITHHELD', message: expect.stringMatching(/^200 items .*refresh landing --confirm-removals$/) },
    ]);
  });

  it('removes nothing that came back in the same run, and what was told and then lost', async () => {
    await listAll(['a', 'b'], 1);
    await goOn(async (run) => {
      await run.gone(scope, 'a');
      await put(run, 'a');
      await put(run, 'x');
      await run.gone(scope, 'x');
      await run.complete(scope);
    });
    expect(inStore()).toEqual(['DataFile::test:/top/a', 'DataFile::test:/top/b']);
  });

  it('does not forget the cursor when it fails, nor believe one of a run that could not write', async () => {
    await listAll(['a'], 1);
    bench.store.beforeBatch = () => {
      throw new Error('the line is cut');
    };
    const run = await bench.open();
    await put(run, 'b');
    await expect(run.saveCursor(2)).rejects.toThrow('the line is cut');
    await run.finish('failed');
    bench.store.beforeBatch = () => undefined;
    expect(await bench.journal.cursor(bench.owner)).toMatchObject({ value: 1 });
  });

  it.each([
    ['it is time for one', {}, 'time'],
    ['root or filter changed', { boundaryHash: 'other' }, 'none'],
    ['people confirm removals', { confirmRemovals: true }, 'none'],
    ['only some scopes are asked for', { full: false }, 'none'],
    ['it is a preview', { mode: 'preview' as const }, 'none'],
  ])('is a full one when %s', async (_, spec, kind) => {
    await listAll(['a'], 1, fullEvery(3));
    if (kind === 'time') {
      for (let run = 0; run < 2; run += 1) expect((await goOn(async () => undefined, fullEvery(3))).cursor).toBe(1);
    }
    expect((await goOn(async () => undefined, { ...fullEvery(3), ...spec })).cursor).toBeUndefined();
  });

  it('is a full one after the store was wiped or can no longer tell what changed', async () => {
    await listAll(['a'], 1);
    bench.store.wipe();
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
    await listAll(['a'], 1);
    await listAll(['a'], 1);
    expect((await goOn(async () => undefined)).cursor).toBe(1);
    bench.store.steward({ op: 'upsert', typeName: 'X', qualifiedName: 'other', properties: {} });
    bench.store.steward({ op: 'upsert', typeName: 'X', qualifiedName: 'more', properties: {} });
    bench.store.forgetChanges();
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
  });

  it('lists everything instead when the source refuses the cursor', async () => {
    await listAll(['a', 'b'], 1);
    const { report } = await goOn(async (run) => {
      await put(run, 'c');
      await run.cursorRefused();
      expect(run.cursor).toBeUndefined();
      await list(run, filesNamed(['a', 'c']));
    });
    expect(report.counts).toMatchObject({ deleted: 1 });
    expect(inStore()).toEqual(['DataFile::test:/top/a', 'DataFile::test:/top/c']);
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
  });

  it('may refuse it too late: then the next one is a full one', async () => {
    await listAll(['a', 'b'], 1);
    const run = await bench.open();
    await run.complete(scope);
    await expect(run.cursorRefused()).rejects.toMatchObject({ code: 'CURSOR_REFUSED' });
    await run.finish('failed');
    expect(inStore()).toHaveLength(2);
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
  });

  it('holds what is said to be gone to the limit of removals', async () => {
    await listAll(names(150), 1);
    const { report } = await goOn(async (run) => {
      for (const name of names(150)) await run.gone(scope, name);
      await run.complete(scope);
    });
    expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0 } });
    expect(inStore()).toHaveLength(150);
  });
});

describe('what a source says of its own listing', () => {
  async function listed(some: readonly string[], proof: ListingProof, spec: Parameters<SyncBench['open']>[0] = {}) {
    const run = await bench.open(spec);
    await run.keep('root', [{ key: 'top', sourceVersion: 'folder' }]);
    for (const name of some) await put(run, name);
    await run.complete(scope, undefined, proof);
    return run.finish('completed');
  }

  it('certifies nothing while its count is another one', async () => {
    await listAll(['a', 'b'], 1, fullEvery(1));
    const report = await listed(['a'], { count: 2 }, fullEvery(1));
    expect(report).toMatchObject({ isPartial: true, counts: { deleted: 0, scopesOpen: 2 } });
    expect(report.findings).toContainEqual(expect.objectContaining({ code: 'SCOPE_NOT_CERTIFIED' }));
    expect((await listed(['a'], { count: 1 }, fullEvery(1))).counts).toMatchObject({ deleted: 1 });
  });

  it('makes the next run a full one when its count does not go with what changed', async () => {
    await listAll(['a', 'b'], 1);
    const counted = (count: number) =>
      goOn(async (run) => {
        await put(run, 'c');
        await run.gone(scope, 'a');
        await run.complete(scope, undefined, { count });
      });
    expect((await counted(2)).report.isPartial).toBe(false);
    await listAll(['b', 'c'], 1);
    expect((await counted(7)).report.isPartial).toBe(true);
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
  });

  it('certifies nothing while rights of the last listing are missing, until they are back or people confirm', async () => {
    const some = ['a', 'b', 'c'];
    await bench.sync(filesNamed(some));
    await listed(some, { rights: ['read a', 'read b'] });
    expect((await listed(['a'], { rights: ['read a'] })).counts.deleted).toBe(0);
    expect((await listed(['a'], { rights: ['read a', 'read c'] })).counts.deleted).toBe(0);
    expect((await listed(['a', 'b'], { rights: ['read b', 'read a', 'more'] })).counts.deleted).toBe(1);
    expect((await listed(['a'], { rights: ['read a'] }, { confirmRemovals: true })).counts.deleted).toBe(1);
    expect((await listed([], { rights: ['read a'] })).counts.deleted).toBe(1);
  });

  it('misses no right of a user who may see everything by now', async () => {
    await bench.sync(filesNamed(['a', 'b', 'c']));
    await listed(['a', 'b', 'c'], { rights: ['read a'] });
    expect((await listed(['a', 'b'], { rights: ['read all'], seesAll: true })).counts.deleted).toBe(1);
    expect((await listed(['a'], { rights: ['read a'] })).counts.deleted).toBe(0);
  });

  it('lists everything again after a listing that was no certificate, whatever cursor it kept', async () => {
    await listAll(['a', 'b'], 1);
    const refuted = await bench.open({ settings: { ...defaultSyncSettings, fullRunEvery: 1 } });
    expect(refuted.cursor).toBeUndefined();
    await put(refuted, 'a');
    await refuted.complete(scope, undefined, { count: 2 });
    await refuted.saveCursor(2);
    expect(await refuted.finish('completed')).toMatchObject({ isPartial: true });
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
  });

  it('lists everything after a listing that was not complete, also where that run died once it had kept its cursor', async () => {
    await listAll(['a', 'b'], 1);
    for (const end of ['completed', 'aborted'] as const) {
      const part = await bench.open(fullEvery(1));
      expect(part.cursor).toBeUndefined();
      await put(part, 'a');
      await part.finding(scope, { severity: 'error', code: 'UNREADABLE', message: 'the rest' });
      await part.saveCursor(2);
      await part.finish(end);
      const next = await bench.open();
      expect(next.cursor).toBeUndefined();
      await next.finish('aborted');
    }
    await listAll(['a', 'b', 'c'], 3);
    expect((await goOn(async () => undefined)).cursor).toBe(3);
  });

  it.each([
    'completed',
    'aborted',
  ] as const)('lists everything after one that had to leave a change out and was %s', async (end) => {
    await listAll(['a', 'b'], 1);
    const run = await bench.open();
    bench.store.refuses = (operation) => 'qualifiedName' in operation && operation.qualifiedName.endsWith('/a');
    await put(run, 'a', 'changed');
    await run.saveCursor(2);
    await run.finish(end);
    bench.store.refuses = () => false;
    expect((await goOn((next) => list(next, filesNamed(['a', 'b'])))).cursor).toBeUndefined();
    expect((await goOn(async () => undefined)).cursor).toBe(2);
    const found = await goOn((next) =>
      next.finding(scope, { severity: 'error', code: 'UNREADABLE', message: 'b', key: 'b' }),
    );
    expect(found.cursor).toBe(2);
    expect((await goOn(async () => undefined)).cursor).toBeUndefined();
  });

  it('lists everything once after the policy was changed, and after people decided or released something', async () => {
    const { disputes, undos } = bench.journal;
    const report = { settings: { ...defaultSyncSettings, adoption: 'report' } } as const;
    const source = { settings: { ...defaultSyncSettings, fieldPolicy: { '*': 'source' } } } as const;
    const listsAllOnce = async (spec: Parameters<SyncBench['open']>[0], ...some: readonly string[]) => {
      const { cursor } = await goOn((run) => list(run, filesNamed(some)), spec);
      const { cursor: next } = await goOn(async () => undefined, spec);
      return cursor === undefined && next !== undefined;
    };
    await listAll(['a', 'b'], 1, report);
    const qualifiedName = 'DataFile::test:/top/c';
    bench.store.steward({ op: 'upsert', typeName: 'DataFile', qualifiedName, properties: {} });
    await goOn((run) => put(run, 'c'), report);
    expect(await listsAllOnce(report, 'a', 'b', 'c')).toBe(true);
    await disputes.settle(await disputes.open(bench.owner.connectorGuid, undefined, 10));
    expect(await listsAllOnce(report, 'a', 'b', 'c')).toBe(true);
    expect(await listsAllOnce({}, 'a', 'b', 'c')).toBe(true);
    expect(await listsAllOnce(source, 'a', 'b', 'c')).toBe(true);
    await listAll(['a', 'b', 'c', 'd'], 2, { ...source, confirmRemovals: true, runId: 'made' });
    await bench.act({ kind: 'undo', undoneRunId: 'made' }, { ...source, runId: 'undone' });
    expect(await undos.release('undone')).toBe(1);
    expect(await listsAllOnce(source, 'a', 'b', 'c', 'd')).toBe(true);
  });

  it('with its own count lets go what two listings miss, however much it is', async () => {
    const many = names(150);
    const kept = many.slice(0, 5);
    await bench.sync(filesNamed(many));
    await listed(many, { count: 150 });
    expect((await listed(kept, { count: 5 })).counts.deleted).toBe(0);
    expect((await listed(kept, { count: 6 })).counts.deleted).toBe(0);
    expect((await listed(kept, { count: 5 })).counts.deleted).toBe(145);
  });
});

describe('an item that the metadata server refuses', () => {
  const nameOf = (name: string) => `DataFile::test:/top/${name}`;
  const refuse = (name: string | undefined) => {
    bench.store.refuses = (operation) => 'qualifiedName' in operation && operation.qualifiedName === nameOf(name ?? '');
  };
  const codes = (report: { readonly findings: readonly { readonly code: string }[] }) =>
    report.findings.map(({ code }) => code);

  beforeEach(async () => {
    refuse('b');
    expect(codes(await listAll(['a', 'b', 'c'], 1))).toEqual(['PROPERTY_TYPE_WRONG']);
    bench.restart();
  });

  it('is tried again by each run that is told of changes alone, until it is taken', async () => {
    for (let run = 0; run < 2; run += 1) {
      const { cursor, report } = await goOn((each) => put(each, 'd', `${run}`));
      expect([cursor, codes(report)]).toEqual([1, ['PROPERTY_TYPE_WRONG']]);
    }
    refuse(undefined);
    const { cursor, report } = await goOn(async () => undefined);
    expect(cursor).toBe(1);
    expect(report).toMatchObject({ counts: { created: 1, setAside: 0, scopesOpen: 0 }, findings: [] });
    expect(inStore()).toContain(nameOf('b'));
    expect((await goOn(async () => undefined)).report.counts).toMatchObject({ seen: 0, created: 0 });
  });

  it('is what the source tells of it last', async () => {
    refuse(undefined);
    await goOn(async (run) => {
      await put(run, 'b', 'newer');
      await run.complete(scope);
    });
    expect(bench.store.elements.get(nameOf('b'))?.properties).toMatchObject({ text: 'newer' });
    await goOn(async () => undefined);
    expect(bench.store.elements.get(nameOf('b'))?.properties).toMatchObject({ text: 'newer' });
  });

  it.each([
    true,
    false,
  ])('is not what it was, where a run dies once it kept something newer of it, completed: %s', async (isDone) => {
    refuse(undefined);
    const run = await bench.open();
    await put(run, 'b', 'newer');
    if (isDone) await run.complete(scope);
    await run.saveCursor(2);
    bench.restart();
    expect((await goOn(async () => undefined)).cursor).toBe(2);
    expect(bench.store.elements.get(nameOf('b'))?.properties).toMatchObject({ text: 'newer' });
  });

  it('is tried with the others of its scope, and not twice', async () => {
    refuse(undefined);
    const { report } = await goOn(async (run) => {
      await put(run, 'd');
      await run.complete(scope);
    });
    expect(report.counts).toMatchObject({ created: 2, setAside: 0 });
  });

  it('is not made once the source says that it is gone', async () => {
    refuse(undefined);
    await goOn((run) => run.gone(scope, 'b'));
    await goOn(async () => undefined);
    expect(inStore()).not.toContain(nameOf('b'));
  });

  it('is not made below a folder of which the source says that it is gone', async () => {
    refuse(undefined);
    await goOn(async (run) => {
      await run.gone('root', 'top');
      await run.complete('root');
    });
    await goOn(async () => undefined);
    expect(inStore()).toEqual([]);
  });

  it('is forgotten by a run that lists everything without it', async () => {
    refuse(undefined);
    await listAll(['a', 'c'], 2, fullEvery(1));
    await goOn(async () => undefined);
    expect(inStore()).not.toContain(nameOf('b'));
  });
});

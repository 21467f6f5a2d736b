import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SqliteJournal } from '../journal/sqlite-journal.js';
import type { SyncRunSpec } from './sync-engine.js';
import { file, folder, list, type SourceNode } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const root = folder({ a: file('1'), b: file('2'), below: folder({ c: file('3') }) });
const scopes = ['root', 'folder:/top', 'folder:/top/below'];

/** A run that keeps each folder's items together. @returns its report, and the scopes whose items were read */
async function run(source: SourceNode = root, spec: Partial<SyncRunSpec> = {}, place?: string) {
  const read: string[] = [];
  const journal = new Proxy(bench.journal, {
    get(target: SqliteJournal, name) {
      if (name === 'knownScope')
        return (...[owner, scope]: Parameters<SqliteJournal['knownScope']>) => {
          read.push(scope);
          return target.knownScope(owner, scope);
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const opened = await bench.open({ ...spec, journal });
  await list(opened, source, { keeps: true, ...(place === undefined ? {} : { place: () => place }) });
  return { ...(await opened.finish('completed')), read };
}

describe('a scope that is listed as it was before', () => {
  it('is compared without reading its items, from the second time on', async () => {
    await run();
    expect((await run()).read).toEqual(scopes);
    const { read, counts } = await run();
    expect(read).toEqual([]);
    expect(counts).toMatchObject({ seen: 5, unchanged: 5, created: 0, deleted: 0, scopesOpen: 0 });
  });

  it('is read again when one of its items changes, comes or goes', async () => {
    const changes = [
      folder({ a: file('other'), b: file('2'), below: folder({ c: file('3') }) }),
      folder({ a: file('1'), b: file('2'), n: file('new'), below: folder({ c: file('3') }) }),
      folder({ a: file('1'), below: folder({ c: file('3') }) }),
    ];
    for (const changed of changes) {
      for (let round = 0; round < 3; round += 1) await run();
      expect((await run(changed)).read).toEqual(['folder:/top']);
      expect(bench.inStore()).toEqual(bench.inSource(changed));
    }
  });

  it('is read again when the store was changed by somebody else', async () => {
    for (let round = 0; round < 3; round += 1) await run();
    bench.store.purge('DataFile::test:/top/a');
    const { read, counts } = await run();
    expect(read).toContain('folder:/top');
    expect(counts.created + counts.updated).toBe(1);
    expect(bench.inStore()).toEqual(bench.inSource(root));
  });

  it('is read again when the metadata server is another one', async () => {
    for (let round = 0; round < 3; round += 1) await run();
    const mark = await bench.journal.storeMark(bench.owner);
    if (mark === undefined) throw new Error('no run was complete');
    await bench.journal.distrust(bench.owner, mark);
    expect((await run()).read).toEqual(scopes);
  });

  it('is read when more is told than what was known, and goes on item by item', async () => {
    for (let round = 0; round < 3; round += 1) await run();
    const opened = await bench.open();
    const keep = (scope: string, ...keys: readonly (readonly [string, string])[]) =>
      opened.keep(
        scope,
        keys.map(([key, sourceVersion]) => ({ key, sourceVersion })),
      );
    await keep('root', ['top', 'folder']);
    await opened.finding('root', { severity: 'warning', code: 'ODD', message: 'odd', key: 'top' });
    expect(await opened.missing('root', 0)).toEqual([]);
    await opened.complete('root');
    expect((await opened.finish('completed')).counts).toMatchObject({ seen: 1, unchanged: 1, setAside: 0 });
  });

  it('is not taken for listed when nothing of it is told', async () => {
    for (let round = 0; round < 3; round += 1) await run();
    const { counts } = await run(folder({ a: file('1'), b: file('2'), below: folder({}) }));
    expect(counts.deleted).toBe(1);
  });

  it('is told so by a plan too, but what a plan was told is not noted', async () => {
    await run();
    await run(root, { mode: 'preview' });
    expect((await run()).read).toEqual(scopes);
    expect((await run(root, { mode: 'preview' })).read).toEqual([]);
  });

  it('remembers another medium, and is not taken from it', async () => {
    for (let round = 0; round < 3; round += 1) await run(root, {}, 'one');
    expect((await run(root, {}, 'other')).read).toEqual([]);
    expect((await bench.journal.placesOf(bench.owner, ['folder:/top'])).get('folder:/top')).toBe('other');
  });
});

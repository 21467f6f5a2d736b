import { defineConnector, type RefreshRun, Type } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { recordingHost } from './recording-host.js';
import { trivialProvider } from './trivial-provider.js';

describe('recordingHost', () => {
  it('records what a run sent, kept and certified', async () => {
    const host = recordingHost(trivialProvider(), { files: ['a', 'b'] }, { source: 'shop' });
    const first = await host.refresh();
    expect(first).toMatchObject({
      sent: ['root /', 'folder:/ a', 'folder:/ b'],
      kept: [],
      completed: ['root', 'folder:/'],
      removed: [],
      failure: undefined,
    });
    expect([...host.elements().keys()]).toEqual(['FileFolder::shop:/', 'DataFile::shop:/a', 'DataFile::shop:/b']);
    expect(await host.refresh()).toMatchObject({ kept: ['folder:/ a', 'folder:/ b'], changed: [] });
  });

  it('keeps thousands at once, and gives back those that are not known, as they were given', async () => {
    const files = Array.from({ length: 2_500 }, (_, index) => `file ${index}`);
    let calls = 0;
    const host = recordingHost(
      trivialProvider({
        hooks: (_context, _configuration, refresh) => ({
          async refresh(run) {
            if (run.id === 'run-1') return refresh(run);
            const scope = run.scope('folder:/');
            const items = [...files, 'new'].map((key) => ({ key, sourceVersion: key === 'file 7' ? '2' : '1' }));
            expect(await scope.keepKnown(items)).toEqual([items[7], items[2_500]]);
            expect(await scope.keepKnown([])).toEqual([]);
          },
        }),
      }),
      { files },
    );
    await host.refresh();
    const run = await host.refresh({
      onMessage() {
        calls += 1;
      },
    });
    expect(run.failure).toBeUndefined();
    expect([run.kept.length, calls]).toEqual([2_499, 3]);
  });

  it('answers the keys that are known and were not told, thousands too', async () => {
    const files = Array.from({ length: 2_500 }, (_, index) => `file ${index}`);
    let missing: readonly string[] = [];
    const host = recordingHost(
      trivialProvider({
        hooks: (_context, _configuration, refresh) => ({
          async refresh(run) {
            if (run.id === 'run-1') return refresh(run);
            const scope = run.scope('folder:/');
            await scope.keep('file 7', '1');
            missing = await scope.missing();
          },
        }),
      }),
      { files },
    );
    await host.refresh();
    expect((await host.refresh()).failure).toBeUndefined();
    expect(missing).toEqual(files.filter((name) => name !== 'file 7'));
  });

  const shop = (refresh: (run: RefreshRun<'database'>, round: number) => Promise<void>) => {
    let round = 0;
    const definition = defineConnector({
      kind: 'database',
      provider: 'shop',
      version: 1,
      configuration: Type.Object({}),
      create: () => ({
        refresh(run) {
          round += 1;
          return refresh(run, round);
        },
      }),
    });
    return recordingHost(definition, {});
  };

  it.each([
    ['another count than was listed', { count: 2 }],
    ['rights that were lost', { rights: ['read'] }],
  ])('takes nothing away by a certificate with %s', async (_what, proof) => {
    const host = shop(async (run, round) => {
      const scope = run.scope('shelves');
      for (const name of round === 1 ? ['a', 'b'] : ['a']) await scope.database({ names: [name] });
      await scope.complete(round === 1 ? { count: 2, rights: ['read', 'list'] } : proof);
    });
    expect(await host.refresh()).toMatchObject({ completed: ['shelves'], findings: [] });
    expect(await host.refresh()).toMatchObject({
      completed: [],
      removed: [],
      findings: [{ code: 'SCOPE_NOT_CERTIFIED', scope: 'shelves' }],
    });
  });

  it('takes nothing away from a scope in which an error was found that is about no single item', async () => {
    const host = shop(async (run, round) => {
      const scope = run.scope('shelves');
      if (round === 1) await scope.database({ names: ['a'] });
      else await scope.finding({ severity: 'error', code: 'SHELF_CLOSED', message: 'a shelf is closed' });
      await scope.complete();
    });
    await host.refresh();
    expect(await host.refresh()).toMatchObject({ completed: ['shelves'], removed: [] });
  });

  it('takes away what a certificate leaves out, with everything below it', async () => {
    let files = ['a', 'b'];
    let isRootThere = true;
    const host = recordingHost(
      trivialProvider({
        hooks: (_context, _configuration, refresh) => ({
          async refresh(run) {
            if (isRootThere) await refresh({ ...run, scope: run.scope });
            else await run.scope('root').complete();
          },
        }),
      }),
      {
        get files() {
          return files;
        },
      },
    );
    await host.refresh();
    files = ['b'];
    expect((await host.refresh()).removed).toEqual(['DataFile::test:/a']);
    isRootThere = false;
    expect((await host.refresh()).removed).toEqual(['FileFolder::test:/', 'DataFile::test:/b']);
    expect(host.elements().size).toBe(0);
  });

  it('removes nothing without a certificate, and nothing that was set aside', async () => {
    let step = 0;
    const host = recordingHost(
      trivialProvider({
        hooks: (_context, _configuration, refresh) => ({
          async refresh(run) {
            step += 1;
            if (step === 1) return refresh(run);
            const scope = run.scope('folder:/');
            await scope.finding({ severity: 'warning', code: 'UNREADABLE', message: 'a', key: 'a' });
            if (step === 3) await scope.complete();
          },
        }),
      }),
      { files: ['a', 'b'] },
    );
    await host.refresh();
    expect((await host.refresh()).removed).toEqual([]);
    const third = await host.refresh();
    expect(third.removed).toEqual(['DataFile::test:/b']);
    expect(third.findings).toMatchObject([{ code: 'UNREADABLE', scope: 'folder:/' }]);
  });

  it('removes nothing when another medium shows nothing of what was known', async () => {
    let step = 0;
    const host = recordingHost(
      trivialProvider({
        hooks: (_context, _configuration, refresh) => ({
          async refresh(run) {
            step += 1;
            if (step === 1)
              return refresh({
                ...run,
                scope: (name) => ({ ...run.scope(name), complete: () => run.scope(name).complete({ place: 'disk' }) }),
              });
            await run.scope('folder:/').complete({ place: step === 2 ? 'none' : 'disk' });
          },
        }),
      }),
      { files: ['a', 'b'] },
    );
    expect((await host.refresh()).places).toEqual(['root disk', 'folder:/ disk']);
    expect(await host.refresh()).toMatchObject({ places: ['folder:/ none'], removed: [] });
    expect((await host.refresh()).removed).toEqual(['DataFile::test:/a', 'DataFile::test:/b']);
  });

  it('does not forgive two items of one name', async () => {
    const host = recordingHost(trivialProvider(), { files: ['a', 'a'] });
    await host.refresh();
    expect(host.elements().size).toBe(2);
    const twice = recordingHost(
      trivialProvider({
        hooks: () => ({
          async refresh(run) {
            const file = {
              key: 'x',
              path: '/x',
              name: 'x',
              pathName: '/x',
              folder: undefined,
              typeName: 'DataFile',
            } as const;
            await run.scope('one').file({ ...file, sizeInBytes: 0 });
            await run.scope('two').file({ ...file, sizeInBytes: 0 });
          },
        }),
      }),
      { files: [] },
    );
    await twice.refresh();
    expect(() => twice.elements()).toThrow('two items bring DataFile::test:/x, with the keys "x" and "x"');
  });

  it('records log lines and changes, and waits for the next change', async () => {
    const host = recordingHost(
      trivialProvider({
        hooks: (context) => ({
          async start() {
            context.log.info('started', { folders: 1 });
            context.changed(['folder:/']);
            setImmediate(() => context.changed());
          },
        }),
      }),
      { files: [] },
    );
    await host.start();
    expect(host.logs).toEqual([{ level: 'info', message: 'started', fields: { folders: 1 } }]);
    expect(await host.nextChange(60_000)).toEqual(['folder:/']);
    expect(await host.nextChange(60_000)).toBeUndefined();
    await expect(host.nextChange(10)).rejects.toThrow('nothing was told');
  });

  it('refuses calls of a run that is over, and records them', async () => {
    let late: (() => Promise<void>) | undefined;
    const host = recordingHost(
      trivialProvider({
        hooks: () => ({
          async refresh(run) {
            late = () => run.scope('folder:/').complete();
          },
        }),
      }),
      { files: [] },
    );
    const run = await host.refresh();
    await expect(late?.()).rejects.toThrow('is over');
    expect(run.late).toEqual(['scope.complete folder:/']);
  });
});

import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timers } from '@isthmus/connector-sdk/helpers';
import { ManualClock, type RecordingHost } from '@isthmus/connector-testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { configurationFor, type TemporaryFolder, temporaryFolder } from './testing-folder.js';
import { entries, filesHost } from './testing-host.js';

let folder: TemporaryFolder;
let host: RecordingHost;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await host.stop();
  await folder.remove();
});

function at(...names: readonly string[]): string {
  return join(folder.path, ...names);
}

async function following(name: string, fileSystem?: FileSystem): Promise<void> {
  await folder.write(name, 'x');
  host = filesHost(configurationFor(folder.path, { watch: 'auto' }), fileSystem === undefined ? {} : { fileSystem });
  await host.start();
  expect((await host.refresh()).failure).toBeUndefined();
}

/** Waits until this scope is told as changed, taking what else is told on the way. */
async function told(scope: string): Promise<void> {
  for (;;) {
    const scopes = await host.nextChange(60_000);
    if (scopes?.includes(scope)) return;
  }
}

/** Refreshes what is told as changed until the catalogue holds what is expected. */
async function untilCatalogued(expected: readonly string[]): Promise<void> {
  for (;;) {
    const scopes = await host.nextChange(60_000);
    await host.refresh(scopes === undefined ? {} : { requested: scopes });
    if (JSON.stringify(entries(host)) === JSON.stringify([...expected].sort())) return;
  }
}

describe('following a folder by watches', () => {
  it('tells a new, a rewritten and a removed file without any poll', async () => {
    await following('sub/a.txt');
    for (const change of [
      () => writeFile(at('sub/new.txt'), 'n'),
      () => appendFile(at('sub/a.txt'), 'more'),
      () => rm(at('sub/a.txt')),
    ]) {
      await change();
      await told('folder:/sub');
      await host.refresh({ requested: ['folder:/sub'] });
    }
    expect(entries(host)).toEqual(['DataFile /sub/new.txt', 'FileFolder /', 'FileFolder /sub']);
  });

  it('tells many changes of one folder at a time', async () => {
    await following('a.txt');
    await Promise.all(Array.from({ length: 50 }, (_, index) => writeFile(at(`f${index}`), 'x')));
    expect(await host.nextChange(60_000)).toEqual(['folder:/']);
    await host.refresh({ requested: ['folder:/'] });
    expect(entries(host)).toHaveLength(52);
  });

  it('follows folders that come later, with what was put into them at once', async () => {
    await following('a.txt');
    await mkdir(at('x/y/z'), { recursive: true });
    await writeFile(at('x/y/z/deep.txt'), 'd');
    const expected = [
      'DataFile /a.txt',
      'DataFile /x/y/z/deep.txt',
      'FileFolder /',
      'FileFolder /x',
      'FileFolder /x/y',
      'FileFolder /x/y/z',
    ];
    await untilCatalogued(expected);
    await writeFile(at('x/y/z/later.txt'), 'l');
    await untilCatalogued([...expected, 'DataFile /x/y/z/later.txt']);
  });

  it('follows a folder under its new name', async () => {
    await following('one/a.txt');
    await rename(at('one'), at('two'));
    await untilCatalogued(['DataFile /two/a.txt', 'FileFolder /', 'FileFolder /two']);
    await writeFile(at('two/b.txt'), 'b');
    await untilCatalogued(['DataFile /two/a.txt', 'DataFile /two/b.txt', 'FileFolder /', 'FileFolder /two']);
  });

  it('follows a folder that was removed and made again', async () => {
    await following('one/a.txt');
    await rm(at('one'), { recursive: true });
    await mkdir(at('one'));
    await untilCatalogued(['FileFolder /', 'FileFolder /one']);
    await writeFile(at('one/b.txt'), 'b');
    await untilCatalogued(['DataFile /one/b.txt', 'FileFolder /', 'FileFolder /one']);
  });

  it('loses nothing that happens while a folder is listed', async () => {
    let wrote = false;
    await following('sub/a.txt', {
      ...nodeFileSystem,
      async *names(path) {
        yield* nodeFileSystem.names(path);
        if (wrote || !path.toString().endsWith('/sub')) return;
        wrote = true;
        await writeFile(at('sub/between.txt'), 'b');
      },
    });
    await told('folder:/sub');
    await host.refresh({ requested: ['folder:/sub'] });
    expect(entries(host)).toContain('DataFile /sub/between.txt');
  });

  it('does not tell what happens to an excluded file', async () => {
    await folder.write('a.txt');
    host = filesHost(configurationFor(folder.path, { watch: 'auto', exclude: ['*.tmp'] }));
    await host.start();
    await host.refresh();
    await writeFile(at('b.tmp'), 'x');
    await writeFile(at('b.tmp'), 'y');
    await expect(host.nextChange(300)).rejects.toThrow('nothing was told');
  });

  it('tells nothing more when it is stopped', async () => {
    await following('a.txt');
    await writeFile(at('b.txt'), 'x');
    await host.stop();
    await expect(host.nextChange(300)).rejects.toThrow('nothing was told');
  });
});

/** Timers on a clock that the test turns. */
function manualTimers(clock: ManualClock): Timers {
  return {
    after(delayMs, action) {
      const timer = clock.schedule(delayMs, action);
      return () => timer.cancel();
    },
  };
}

describe('following a folder by polling', () => {
  const configuration = () =>
    configurationFor(folder.path, { watch: 'poll', pollIntervalSeconds: 10, fullScanMinutes: 5 });

  /** Turns the clock on and lets the looks at the folders come to their end. */
  async function pass(clock: ManualClock, durationMs: number): Promise<void> {
    await clock.advance(durationMs);
    for (let turn = 0; turn < 40; turn += 1) await nodeFileSystem.lstat(folder.path);
    await clock.advance(3_000);
  }

  async function polling(surroundings: { fileSystem?: FileSystem } = {}, watch: 'auto' | 'poll' = 'poll') {
    const clock = new ManualClock();
    host = filesHost({ ...configuration(), watch }, { timers: manualTimers(clock), ...surroundings });
    await host.start();
    expect((await host.refresh()).failure).toBeUndefined();
    return clock;
  }

  it('tells a folder once when something was added or removed in it', async () => {
    await folder.write('sub/a.txt');
    const clock = await polling();
    await pass(clock, 10_000);
    expect(host.changes).toEqual([]);
    await folder.write('sub/b.txt');
    await pass(clock, 10_000);
    expect(host.changes).toEqual([['folder:/sub']]);
    await pass(clock, 10_000);
    expect(host.changes).toHaveLength(1);
  });

  it('looks into all files now and then, for what was rewritten in place', async () => {
    await folder.write('sub/a.txt');
    const clock = await polling();
    await pass(clock, 5 * 60_000);
    expect(host.changes.at(-1)).toEqual(['folder:/', 'folder:/sub']);
  });

  it('polls what it cannot watch, and says so once', async () => {
    await folder.write('one/a.txt');
    await folder.write('two/a.txt');
    const noRoom: FileSystem = {
      ...nodeFileSystem,
      watch() {
        throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      },
    };
    const clock = await polling({ fileSystem: noRoom }, 'auto');
    expect(host.logs.filter((line) => line.level === 'warn')).toHaveLength(1);
    await folder.write('one/b.txt');
    await pass(clock, 10_000);
    expect(host.changes).toEqual([['folder:/one']]);
  });

  it('polls network mounts', async () => {
    await folder.write('a.txt');
    let watched = 0;
    const network: FileSystem = {
      ...nodeFileSystem,
      fileSystemType: async () => 0x6969,
      watch(...parameters) {
        watched += 1;
        return nodeFileSystem.watch(...parameters);
      },
    };
    const clock = await polling({ fileSystem: network }, 'auto');
    expect(watched).toBe(0);
    await folder.write('b.txt');
    await pass(clock, 10_000);
    expect(host.changes).toEqual([['folder:/']]);
  });

  it('tells everything when the root has gone, and again when it has returned', async () => {
    await folder.write('a.txt');
    const clock = await polling({}, 'auto');
    await rename(folder.path, `${folder.path}-away`);
    await clock.advance(10_000);
    await passUntil(clock, () => host.changes.includes(undefined));
    expect(String((await host.refresh()).failure)).toContain('cannot be read');
    const before = host.changes.filter((scopes) => scopes === undefined).length;
    await rename(`${folder.path}-away`, folder.path);
    await passUntil(clock, () => host.changes.filter((scopes) => scopes === undefined).length > before);
    expect(entries(host)).toEqual(['DataFile /a.txt', 'FileFolder /']);
  });

  async function passUntil(clock: ManualClock, done: () => boolean): Promise<void> {
    for (let turn = 0; turn < 100 && !done(); turn += 1) {
      await nodeFileSystem.lstat('/');
      await clock.advance(2_500);
    }
    expect(done()).toBe(true);
  }

  it('leaves no timer behind', async () => {
    await folder.write('a.txt');
    const clock = await polling();
    await host.stop();
    expect(clock.armedTimers).toBe(0);
  });
});

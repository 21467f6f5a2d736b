import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { mediumOf } from '@isthmus/connector-sdk/helpers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { configurationFor, type TemporaryFolder, temporaryFolder } from './testing-folder.js';
import { entries, filesHost } from './testing-host.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** What `mount` or `umount` said when it failed; undefined when it did what was asked. */
function refusal(...command: readonly [string, ...string[]]): string | undefined {
  const [program, ...parameters] = command;
  const { status, stderr, error } = spawnSync(program, parameters, { encoding: 'utf8' });
  return status === 0 ? undefined : error?.message || stderr;
}

describe('the medium of a folder', () => {
  it('is named with every listing', async () => {
    await folder.write('sub/a.txt');
    const { place } = await mediumOf(folder.path);
    const run = await filesHost(configurationFor(folder.path)).refresh();
    expect([...run.places].sort()).toEqual([`folder:/ ${place}`, `folder:/sub ${place}`]);
  });

  it('is that of the folder whose names were read, whatever stood there before', async () => {
    await folder.write('sub/a.txt');
    const elsewhere = await nodeFileSystem.stat('/proc');
    let isAway = false;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async *names(path, opened) {
        const away = isAway && path.toString().endsWith('/sub');
        if (!away) return yield* nodeFileSystem.names(path, opened);
        opened?.(elsewhere);
      },
    };
    const host = filesHost(configurationFor(folder.path), { fileSystem });
    await host.refresh();
    isAway = true;
    const run = await host.refresh();
    // Looked at before and after it is one folder, read was another: nothing is certified.
    expect(run.completed).not.toContain('folder:/sub');
    expect(run.findings).toMatchObject([{ code: 'FOLDER_BUSY', scope: 'folder:/sub' }]);
    expect(entries(host)).toContain('DataFile /sub/a.txt');
  });

  it.each([
    ['another device', () => ['-t', 'tmpfs', 'isthmus-test']],
    ['the same device', () => ['--bind', join(folder.path, 'store')]],
  ])('tells an unmounted folder of %s from an emptied one', async (_what, what) => {
    const mountPoint = join(folder.path, 'mnt');
    await mkdir(mountPoint);
    await mkdir(join(folder.path, 'store'));
    const refused = refusal('mount', ...what(), mountPoint);
    if (refused !== undefined) {
      process.stderr.write(`SKIPPED: what becomes of an unmounted folder is not tested, mount says: ${refused}\n`);
      return;
    }
    const host = filesHost(configurationFor(folder.path, { exclude: ['store'] }));
    try {
      await folder.write('mnt/sub/a.txt');
      await folder.write('mnt/b.txt');
      const mounted = (await mediumOf(mountPoint)).place;
      expect((await host.refresh()).places).toContain(`folder:/mnt ${mounted}`);
    } finally {
      expect(refusal('umount', mountPoint)).toBeUndefined();
    }
    const before = entries(host);
    const run = await host.refresh();
    const below = (await mediumOf(mountPoint)).place;
    expect(run.places).toContain(`folder:/mnt ${below}`);
    expect(run.removed).toEqual([]);
    expect(entries(host)).toEqual(before);
    // The same folder, emptied on its own medium, is a removal like any other.
    await folder.write('mnt/b.txt');
    await host.refresh();
    await rm(join(mountPoint, 'b.txt'));
    expect((await host.refresh()).removed).toEqual(['DataFile::test:/mnt/b.txt']);
  });
});

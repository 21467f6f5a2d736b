import { Buffer } from 'node:buffer';
import { execFile } from 'node:child_process';
import { lstat, mkdir, rename, rm, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeConnectorContract } from '@isthmus/connector-testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { filesConnector } from './index.js';
import { folderSource } from './testing-contract.js';
import { configurationFor, type TemporaryFolder, temporaryFolder } from './testing-folder.js';
import { columns, entries, filesHost, properties } from './testing-host.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('what belongs to the source', () => {
  it('is decided by root and patterns, not by how it is followed', () => {
    const configuration = configurationFor('/data');
    const boundary = filesConnector.boundary?.(configuration);
    expect(filesConnector.boundary?.({ ...configuration, pollIntervalSeconds: 99, columns: false })).toEqual(boundary);
    expect(filesConnector.boundary?.({ ...configuration, exclude: ['*.tmp'] })).not.toEqual(boundary);
    expect(filesConnector.boundary?.({ ...configuration, exclude: ['old/*.tmp'] })).toMatchObject({
      patterns: 'of paths',
    });
  });
});

describeConnectorContract(filesConnector, folderSource, { without: ['breakHalfway', 'forbid', 'delay'] });

describe('a full refresh', () => {
  it('lists every folder and file with its type, path, size and times', async () => {
    await folder.write('top.txt', 'hello');
    await folder.write('sub/data.csv', 'a,b\n1,x\n');
    await mkdir(join(folder.path, 'empty'));
    const host = filesHost(configurationFor(folder.path));
    const run = await host.refresh();
    expect(run.failure).toBeUndefined();
    expect(entries(host)).toEqual([
      'CSVFile /sub/data.csv',
      'DataFile /top.txt',
      'FileFolder /',
      'FileFolder /empty',
      'FileFolder /sub',
    ]);
    expect(columns(host, '/sub/data.csv')).toEqual(['a int', 'b string']);
    expect(properties(host, '/top.txt')).toMatchObject({
      pathName: join(folder.path, 'top.txt'),
      fileName: 'top.txt',
      fileExtension: 'txt',
      storeUpdateTime: 1_700_000_000_000,
      additionalProperties: { sizeInBytes: '5', mediaType: 'text/plain', encoding: 'UTF-8' },
    });
    expect(run.completed).toEqual(['root', 'folder:/', ...run.completed.slice(2)]);
    expect([...run.completed].sort()).toEqual(['folder:/', 'folder:/empty', 'folder:/sub', 'root']);
  });

  it('keeps what has not changed without reading it, and reads what has', async () => {
    await folder.write('a.csv', 'a\n1\n');
    await folder.write('b.csv', 'a\n1\n');
    let opened = 0;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      open(path) {
        opened += 1;
        return nodeFileSystem.open(path);
      },
    };
    const host = filesHost(configurationFor(folder.path), { fileSystem });
    await host.refresh();
    expect(opened).toBe(2);
    expect((await host.refresh()).sent).toEqual([]);
    expect(opened).toBe(2);
    // Same size, same time of change: the time of the inode tells.
    await folder.write('a.csv', 'b\n2\n');
    expect((await host.refresh()).sent).toEqual(['folder:/ a.csv']);
    expect(columns(host, '/a.csv')).toEqual(['b int']);
  });

  it('takes away what is gone, with everything below', async () => {
    await folder.write('old/deep/a.txt');
    await folder.write('stay.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await rm(join(folder.path, 'old'), { recursive: true });
    const run = await host.refresh();
    expect(run.removed.length).toBe(3);
    expect(entries(host)).toEqual(['DataFile /stay.txt', 'FileFolder /']);
  });

  it('finds a moved folder under its new name, and again after it has returned', async () => {
    await folder.write('one/deep/a.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await rename(join(folder.path, 'one'), join(folder.path, 'two'));
    await host.refresh({ requested: ['folder:/'] });
    expect(entries(host)).toEqual([
      'DataFile /two/deep/a.txt',
      'FileFolder /',
      'FileFolder /two',
      'FileFolder /two/deep',
    ]);
    await rename(join(folder.path, 'two'), join(folder.path, 'one'));
    await host.refresh({ requested: ['folder:/'] });
    expect(entries(host)).toEqual([
      'DataFile /one/deep/a.txt',
      'FileFolder /',
      'FileFolder /one',
      'FileFolder /one/deep',
    ]);
  });

  it('replaces a file by a folder of the same name, and back', async () => {
    await folder.write('x', 'file');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await unlink(join(folder.path, 'x'));
    await folder.write('x/inner.txt');
    await host.refresh();
    expect(entries(host)).toEqual(['DataFile /x/inner.txt', 'FileFolder /', 'FileFolder /x']);
    await rm(join(folder.path, 'x'), { recursive: true });
    await folder.write('x', 'file');
    await host.refresh();
    expect(entries(host)).toEqual(['DataFile /x', 'FileFolder /']);
  });

  it('reads again what was read in another way before', async () => {
    await folder.write('a.csv', 'a\n1\n');
    const host = filesHost(configurationFor(folder.path, { columns: false }));
    await host.refresh();
    expect(columns(host, '/a.csv')).toEqual([]);
    const applied = await host.connector.reconfigure?.(configurationFor(folder.path), AbortSignal.timeout(60_000));
    expect(applied).toBe('applied');
    expect(await host.nextChange(60_000)).toBeUndefined();
    await host.refresh({ requested: ['folder:/elsewhere'] });
    expect(columns(host, '/a.csv')).toEqual(['a int']);
  });

  it('asks for a restart when the root or the way of watching changes', async () => {
    const host = filesHost(configurationFor(folder.path));
    const signal = AbortSignal.timeout(60_000);
    expect(await host.connector.reconfigure?.(configurationFor('/tmp'), signal)).toBe('restart');
    expect(await host.connector.reconfigure?.(configurationFor(folder.path, { watch: 'poll' }), signal)).toBe(
      'restart',
    );
    expect(await host.connector.reconfigure?.({ nonsense: true }, signal)).toBe('restart');
  });
});

describe('names', () => {
  it('holds any name that a file system can', async () => {
    const long = 'n'.repeat(251);
    const names = [
      'with space',
      'quote"\'',
      'line\nbreak',
      'tab\t',
      'back\\slash',
      '-dash',
      'Ä',
      'ä',
      'A\u0308',
      long,
      '*?[a]',
    ];
    for (const name of names) await folder.write(`${name}.txt`, name);
    const bytes = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0x62, 0xff, 0xfe, 0x2e, 0x64])]);
    await writeFile(bytes, 'x');
    await writeFile(join(folder.path, 'b\\xFF\\xFE.d'), 'y');
    const host = filesHost(configurationFor(folder.path));
    expect((await host.refresh()).findings).toEqual([]);
    const expected = [
      ...names.map((name) => `DataFile /${name}.txt`),
      'DataFile /b\\xFF\\xFE.d',
      'DataFile /b\\x5CxFF\\x5CxFE.d',
    ];
    expect(entries(host)).toEqual([...expected, 'FileFolder /'].sort());
    expect(properties(host, '/b\\xFF\\xFE.d')).toMatchObject({
      additionalProperties: {
        nameBytes: Buffer.from([0x62, 0xff, 0xfe, 0x2e, 0x64]).toString('base64'),
        sizeInBytes: '1',
      },
    });
    expect((await host.refresh()).sent).toEqual([]);
  });

  it('goes into folders whose names are not UTF-8, also when just these are requested', async () => {
    const directory = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0x64, 0xe4])]);
    await mkdir(directory);
    await writeFile(Buffer.concat([directory, Buffer.from('/a.txt')]), 'a');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    expect(entries(host)).toEqual(['DataFile /d\\xE4/a.txt', 'FileFolder /', 'FileFolder /d\\xE4']);
    await writeFile(Buffer.concat([directory, Buffer.from('/b.txt')]), 'b');
    await host.refresh({ requested: ['folder:/d\\xE4'] });
    expect(entries(host)).toContain('DataFile /d\\xE4/b.txt');
  });

  it('tells paths that are too long for the system, and goes on with the others', async () => {
    const part = 'd'.repeat(200);
    // Deeper than a path may be: made from within, as only relative paths reach it.
    const script = `for i in $(seq 25); do mkdir ${part}; cd -P ${part} || exit 1; done; echo x > file`;
    await promisify(execFile)('bash', ['-c', script], { cwd: folder.path });
    await folder.write('z.txt');
    const host = filesHost(configurationFor(folder.path));
    const run = await host.refresh();
    expect(run.failure).toBeUndefined();
    expect(run.findings).toMatchObject([{ severity: 'error' }]);
    expect(run.findings[0]?.message).toContain('ENAMETOOLONG');
    expect(entries(host)).toContain('DataFile /z.txt');
    await promisify(execFile)('rm', ['-rf', folder.path]);
  });
});

describe('links and special files', () => {
  it('catalogues a link as a link and never follows it, into a loop least of all', async () => {
    await folder.write('real/a.txt', 'abc');
    await symlink('..', join(folder.path, 'real/up'));
    await symlink('self', join(folder.path, 'self'));
    await symlink('/nowhere/at all', join(folder.path, 'dangling.csv'));
    const host = filesHost(configurationFor(folder.path));
    const run = await host.refresh();
    expect(run.failure).toBeUndefined();
    expect(entries(host)).toEqual([
      'DataFile /dangling.csv',
      'DataFile /real/a.txt',
      'DataFile /real/up',
      'DataFile /self',
      'FileFolder /',
      'FileFolder /real',
    ]);
    expect(properties(host, '/dangling.csv')).toMatchObject({
      fileType: 'Symbolic link',
      additionalProperties: { symbolicLink: 'true', linkTarget: '/nowhere/at all', sizeInBytes: '15' },
    });
    await unlink(join(folder.path, 'self'));
    await symlink('real', join(folder.path, 'self'));
    await host.refresh();
    expect(properties(host, '/self')).toMatchObject({ additionalProperties: { linkTarget: 'real' } });
  });

  it('follows a link when it is the root itself', async () => {
    await folder.write('real/a.txt');
    await symlink('real', join(folder.path, 'root'));
    const host = filesHost(configurationFor(join(folder.path, 'root')));
    await host.refresh();
    expect(entries(host)).toEqual(['DataFile /a.txt', 'FileFolder /']);
    expect(properties(host, '/a.txt')).toMatchObject({ pathName: join(folder.path, 'root/a.txt') });
  });

  it('does not list through a folder that has become a link', async () => {
    await folder.write('a/b/c.txt');
    await folder.write('other/b/secret.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await rm(join(folder.path, 'a'), { recursive: true });
    await symlink('other', join(folder.path, 'a'));
    await host.refresh({ requested: ['folder:/a/b'] });
    expect(entries(host)).toEqual([
      'DataFile /a',
      'DataFile /other/b/secret.txt',
      'FileFolder /',
      'FileFolder /other',
      'FileFolder /other/b',
    ]);
  });

  it('tells of pipes and sockets without opening them', async () => {
    await promisify(execFile)('mkfifo', [join(folder.path, 'pipe.csv')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder.path, 's'), resolve));
    await folder.write('a.txt');
    const host = filesHost(configurationFor(folder.path));
    const run = await host.refresh();
    await new Promise((resolve) => server.close(resolve));
    expect(run.findings.map(({ severity, code, key }) => ({ severity, code, key }))).toEqual([
      { severity: 'info', code: 'SPECIAL_FILE', key: undefined },
      { severity: 'info', code: 'SPECIAL_FILE', key: undefined },
    ]);
    expect(entries(host)).toEqual(['DataFile /a.txt', 'FileFolder /']);
  });
});

describe('filters', () => {
  it('leaves out what is excluded, with all below, and files that are not included', async () => {
    for (const name of ['a.csv', 'a.tmp', 'sub/b.csv', 'sub/b.txt', 'archive/c.csv', 'sub/.git/d.csv', 'x\ny/e.csv'])
      await folder.write(name);
    const host = filesHost(configurationFor(folder.path, { include: ['**/*.csv'], exclude: ['archive', '.git'] }));
    await host.refresh();
    expect(entries(host)).toEqual([
      'CSVFile /a.csv',
      'CSVFile /sub/b.csv',
      'CSVFile /x\ny/e.csv',
      'FileFolder /',
      'FileFolder /sub',
      'FileFolder /x\ny',
    ]);
    expect((await host.refresh({ requested: ['folder:/archive'] })).completed).toEqual([]);
  });

  it('holds patterns with `/` against paths below the root', async () => {
    for (const name of ['a.csv', 'sub/a.csv', 'sub/a.tmp', 'sub/deep/b.csv', 'other/sub/c.csv', 'other/sub/c.tmp'])
      await folder.write(name);
    const host = filesHost(
      configurationFor(folder.path, { include: ['**/sub/*'], exclude: ['/sub/deep', 'sub/*.tmp'] }),
    );
    await host.refresh();
    expect(entries(host)).toEqual([
      'CSVFile /other/sub/c.csv',
      'CSVFile /sub/a.csv',
      'DataFile /other/sub/c.tmp',
      'FileFolder /',
      'FileFolder /other',
      'FileFolder /other/sub',
      'FileFolder /sub',
    ]);
  });

  it('never scans a data directory of Isthmus, however the way to it looks', async () => {
    await folder.write('data/servers/store.db');
    await folder.write('data2/a.txt');
    await folder.write('b.txt');
    await symlink('.', join(folder.path, 'root'));
    const excludedPaths = [join(folder.path, 'data')];
    for (const root of [folder.path, join(folder.path, 'root')]) {
      const host = filesHost(configurationFor(root), { excludedPaths });
      await host.refresh();
      expect(entries(host)).toEqual([
        'DataFile /b.txt',
        'DataFile /data2/a.txt',
        'DataFile /root',
        'FileFolder /',
        'FileFolder /data2',
      ]);
      expect((await host.refresh({ requested: ['folder:/data/servers', 'folder:/data'] })).completed).toEqual([]);
    }
    await symlink('data/servers', join(folder.path, 'inside'));
    const inside = filesHost(configurationFor(join(folder.path, 'inside')), { excludedPaths });
    expect(String((await inside.refresh()).failure)).toContain('data directory');
  });
});

describe('a refresh of what was requested', () => {
  it('lists just these folders, and all of what is new below them', async () => {
    await folder.write('a/one.txt');
    await folder.write('b/two.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await folder.write('a/new/deep/three.txt');
    await folder.write('b/unseen.txt');
    const run = await host.refresh({ requested: ['folder:/a'] });
    expect([...run.completed].sort()).toEqual(['folder:/a', 'folder:/a/new', 'folder:/a/new/deep']);
    expect(entries(host)).toContain('DataFile /a/new/deep/three.txt');
    expect(entries(host)).not.toContain('DataFile /b/unseen.txt');
  });

  it('tells the time of the folder itself, too', async () => {
    await folder.write('a/one.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await folder.write('a/two.txt');
    const run = await host.refresh({ requested: ['folder:/a'] });
    expect(run.sent).toEqual(['folder:/ a', 'folder:/a two.txt']);
    expect(properties(host, '/a').storeUpdateTime).toBe(Math.floor((await lstat(join(folder.path, 'a'))).mtimeMs));
  });

  it('asks once for a folder that changed after it was looked at, and then tells its time', async () => {
    await folder.write('a/one.txt');
    let looksBeforeChange = 0;
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: {
        ...nodeFileSystem,
        async lstat(path) {
          const stats = await nodeFileSystem.lstat(path);
          if (!path.toString().endsWith('/a')) return stats;
          looksBeforeChange -= 1;
          if (looksBeforeChange === 0) await folder.write('a/two.txt');
          return stats;
        },
      },
    });
    // The first look at it is that of its parent's listing.
    looksBeforeChange = 1;
    await host.refresh();
    const before = properties(host, '/a').storeUpdateTime;
    expect(await host.nextChange(60_000)).toEqual(['folder:/a']);
    // A folder that changes just so each time is not asked for again and again.
    looksBeforeChange = 2;
    await host.refresh({ requested: ['folder:/a'] });
    await expect(host.nextChange(400)).rejects.toThrow('nothing was told');
    const onDisk = Math.floor((await lstat(join(folder.path, 'a'))).mtimeMs);
    expect(before).toBeLessThan(onDisk);
    expect(properties(host, '/a').storeUpdateTime).toBe(onDisk);
  });

  it('lists the nearest ancestor of a folder that is gone', async () => {
    await folder.write('a/b/c/d.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh();
    await rm(join(folder.path, 'a/b'), { recursive: true });
    const run = await host.refresh({ requested: ['folder:/a/b/c', 'folder:/a/b'] });
    expect(run.completed).toEqual(['folder:/a']);
    expect(entries(host)).toEqual(['FileFolder /', 'FileFolder /a']);
  });

  it('sees everything after a preview, which wrote nothing', async () => {
    await folder.write('a/one.txt');
    const host = filesHost(configurationFor(folder.path));
    await host.refresh({ mode: 'preview' });
    expect((await host.refresh({ requested: ['folder:/a'] })).completed).toContain('folder:/');
  });

  it('sees everything first, and again after a failure', async () => {
    await folder.write('a/one.txt');
    const host = filesHost(configurationFor(folder.path));
    expect((await host.refresh({ requested: ['folder:/a'] })).completed).toContain('folder:/');
    const failed = await host.refresh({
      requested: ['folder:/a'],
      onMessage() {
        throw new Error('the store is away');
      },
    });
    expect(failed.failure).toBeDefined();
    expect((await host.refresh({ requested: ['folder:/a'] })).completed).toContain('folder:/');
    expect((await host.refresh({ requested: ['folder:/a'] })).completed).toEqual(['folder:/a']);
  });
});

describe('trouble', () => {
  /** The real file system, except where a path ends so. */
  function failing(operation: 'lstat' | 'names' | 'open' | 'read', suffix: string, code: string): FileSystem {
    const error = () => Object.assign(new Error(code), { code });
    const isMeant = (path: string | Buffer) => path.toString().endsWith(suffix);
    return {
      ...nodeFileSystem,
      lstat: (path) => (operation === 'lstat' && isMeant(path) ? Promise.reject(error()) : nodeFileSystem.lstat(path)),
      async *names(path) {
        if (operation === 'names' && isMeant(path)) throw error();
        yield* nodeFileSystem.names(path);
      },
      async open(path) {
        if (operation === 'open' && isMeant(path)) throw error();
        const file = await nodeFileSystem.open(path);
        if (operation === 'read' && isMeant(path)) return { ...file, read: () => Promise.reject(error()) };
        return file;
      },
    };
  }

  async function knownThenFailing(fileSystem: FileSystem) {
    await folder.write('a/one.txt', 'one');
    await folder.write('b/two.csv', 'x,y\n1,2\n');
    let faulty = false;
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: {
        ...nodeFileSystem,
        lstat: (path) => (faulty ? fileSystem : nodeFileSystem).lstat(path),
        names: (path) => (faulty ? fileSystem : nodeFileSystem).names(path),
        open: (path) => (faulty ? fileSystem : nodeFileSystem).open(path),
      },
    });
    await host.refresh();
    const before = entries(host);
    faulty = true;
    return { host, before, run: await host.refresh() };
  }

  it.each(['missing', 'a file', 'unlistable'])('fails and removes nothing when the root is %s', async (how) => {
    await folder.write('root/a.txt');
    const root = join(folder.path, 'root');
    let faulty = false;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      names: (path) => (faulty ? failing('names', 'root', 'EACCES') : nodeFileSystem).names(path),
    };
    const host = filesHost(configurationFor(root), { fileSystem });
    await host.refresh();
    if (how === 'unlistable') faulty = true;
    else await rm(root, { recursive: true });
    if (how === 'a file') await writeFile(root, 'x');
    const run = await host.refresh();
    expect(run.failure).toMatchObject({ code: 'SOURCE_UNREADABLE', message: expect.stringContaining(root) });
    expect(run.removed).toEqual([]);
    expect(entries(host)).toEqual(['DataFile /a.txt', 'FileFolder /']);
  });

  it.each(['EACCES', 'EIO'])('keeps what lies below a folder that cannot be listed (%s), and goes on', async (code) => {
    const { host, before, run } = await knownThenFailing(failing('names', '/a', code));
    expect(run.failure).toBeUndefined();
    expect(run.findings).toMatchObject([{ severity: 'error', code: 'FOLDER_UNREADABLE', scope: 'folder:/a' }]);
    expect(run.completed).not.toContain('folder:/a');
    expect(run.completed).toContain('folder:/b');
    expect(entries(host)).toEqual(before);
  });

  it('sets aside an entry that cannot be looked at', async () => {
    const { host, before, run } = await knownThenFailing(failing('lstat', '/two.csv', 'EIO'));
    // An error, for a run that has not seen everything is no full success.
    expect(run.findings).toMatchObject([
      { severity: 'error', code: 'ENTRY_UNREADABLE', scope: 'folder:/b', key: 'two.csv' },
    ]);
    expect(run.completed).toContain('folder:/b');
    expect(entries(host)).toEqual(before);
  });

  it('sets aside an entry that was just written and cannot be looked at a tick later', async () => {
    let looks = 0;
    const broken = failing('lstat', '/two.csv', 'EACCES');
    const { host, before, run } = await knownThenFailing({
      ...broken,
      async lstat(path) {
        if (!path.toString().endsWith('/two.csv') || looks > 0) return broken.lstat(path);
        looks += 1;
        return Object.assign(await nodeFileSystem.lstat(path), { ctimeNs: BigInt(Date.now()) * 1_000_000n });
      },
    });
    expect(looks).toBe(1);
    expect(run.findings).toMatchObject([{ severity: 'error', code: 'ENTRY_UNREADABLE', key: 'two.csv' }]);
    expect(entries(host)).toEqual(before);
  });

  it('takes an entry that vanishes while its folder is listed as gone', async () => {
    const { host, run } = await knownThenFailing(failing('lstat', '/two.csv', 'ENOENT'));
    expect(run.findings).toEqual([]);
    expect(run.failure).toBeUndefined();
    expect(entries(host)).not.toContain('CSVFile /b/two.csv');
  });

  it('asks for its parent when a folder vanishes before it is listed', async () => {
    await folder.write('a/b/c.txt');
    let isThere = true;
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: {
        ...nodeFileSystem,
        async *names(path) {
          if (isThere && path.toString().endsWith('/b')) {
            isThere = false;
            await rm(join(folder.path, 'a/b'), { recursive: true });
          }
          yield* nodeFileSystem.names(path);
        },
      },
    });
    expect((await host.refresh()).failure).toBeUndefined();
    const requested = await host.nextChange(60_000);
    expect(requested).toEqual(['folder:/a']);
    await host.refresh({ requested: requested ?? [] });
    expect(entries(host)).toEqual(['FileFolder /', 'FileFolder /a']);
  });

  it.each([
    'open',
    'read',
  ] as const)('catalogues a file that cannot be read (%s) and tries it again', async (operation) => {
    await folder.write('secret.csv', 'a,b\n1,2\n');
    let faulty = true;
    const broken = failing(operation, '/secret.csv', 'EACCES');
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: { ...nodeFileSystem, open: (path) => (faulty ? broken : nodeFileSystem).open(path) },
    });
    const run = await host.refresh();
    expect(run.findings).toMatchObject([{ severity: 'warning', code: 'FILE_UNREADABLE' }]);
    expect(run.findings[0]?.key).toBeUndefined();
    expect(properties(host, '/secret.csv')).toMatchObject({ additionalProperties: { sizeInBytes: '8' } });
    faulty = false;
    await host.refresh();
    expect(columns(host, '/secret.csv')).toEqual(['a int', 'b int']);
  });

  it('sees in the next run that a file has changed while it was read', async () => {
    await folder.write('a.csv', 'a,b\n1,2\n');
    const file = join(folder.path, 'a.csv');
    let changes = true;
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: {
        ...nodeFileSystem,
        async open(path) {
          const opened = await nodeFileSystem.open(path);
          if (changes) await truncate(file, 2);
          changes = false;
          return opened;
        },
      },
    });
    expect((await host.refresh()).failure).toBeUndefined();
    await host.refresh();
    expect(properties(host, '/a.csv')).toMatchObject({ additionalProperties: { sizeInBytes: '2' } });
  });

  it('certifies nothing of a folder that never rests, and asks for it again', async () => {
    await folder.write('busy/a.txt');
    let count = 0;
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: {
        ...nodeFileSystem,
        async *names(path) {
          yield* nodeFileSystem.names(path);
          if (!path.toString().endsWith('/busy')) return;
          count += 1;
          await writeFile(join(folder.path, 'busy', `new-${count}`), '');
        },
      },
    });
    const run = await host.refresh();
    expect(run.completed).not.toContain('folder:/busy');
    expect(run.findings).toMatchObject([{ severity: 'info', code: 'FOLDER_BUSY' }]);
    expect(entries(host)).toContain('DataFile /busy/a.txt');
    expect(await host.nextChange(60_000)).toEqual(['folder:/busy']);
  });

  it('ends at once when it is aborted while the system does not answer', async () => {
    await folder.write('a/hangs.txt');
    const abort = new AbortController();
    const host = filesHost(configurationFor(folder.path), {
      fileSystem: {
        ...nodeFileSystem,
        lstat(path) {
          if (!path.toString().endsWith('hangs.txt')) return nodeFileSystem.lstat(path);
          abort.abort();
          return new Promise(() => undefined);
        },
      },
    });
    const run = await host.refresh({ signal: abort.signal });
    expect(run.failure).toMatchObject({ name: 'AbortError' });
    expect(run.completed).not.toContain('folder:/a');
  });
});

describe('size', () => {
  it('lists twenty thousand files in one folder, and keeps them all the second time', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `file-${index}.txt`);
    await mkdir(join(folder.path, 'many'));
    for (let start = 0; start < names.length; start += 500)
      await Promise.all(names.slice(start, start + 500).map((name) => writeFile(join(folder.path, 'many', name), '')));
    const host = filesHost(configurationFor(folder.path));
    const first = await host.refresh();
    expect(first.failure).toBeUndefined();
    expect(host.items('folder:/many')).toHaveLength(20_000);
    const second = await host.refresh();
    expect(second.changed).toEqual([]);
    expect(second.kept.length + second.sent.length).toBe(20_002);
    await rm(join(folder.path, 'many'), { recursive: true });
    expect((await host.refresh()).removed).toHaveLength(20_001);
  });
});

describe('probe', () => {
  it('names the step that fails', async () => {
    const signal = AbortSignal.timeout(60_000);
    await folder.write('a.txt');
    expect(await filesHost(configurationFor(folder.path)).connector.probe?.(signal)).toMatchObject([
      { name: 'reach', ok: true },
      { name: 'authorise', ok: true },
      { name: 'sample', ok: true },
    ]);
    expect(await filesHost(configurationFor('/not/there')).connector.probe?.(signal)).toMatchObject([
      { name: 'reach', ok: false },
    ]);
  });
});

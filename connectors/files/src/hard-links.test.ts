import { appendFile, link, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingHost } from '@isthmus/connector-testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodeFileSystem } from './file-system.js';
import { HardLinks } from './hard-links.js';
import { configurationFor, type TemporaryFolder, temporaryFolder } from './testing-folder.js';
import { filesHost, properties } from './testing-host.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

function at(...names: readonly string[]): string {
  return join(folder.path, ...names);
}

function sizeOf(host: RecordingHost, path: string): unknown {
  const additional: object = Object(properties(host, path).additionalProperties);
  return 'sizeInBytes' in additional ? additional.sizeInBytes : undefined;
}

async function linkedHost(): Promise<RecordingHost> {
  await folder.write('a/x.txt', 'one');
  await mkdir(at('b'));
  await link(at('a/x.txt'), at('b/y.txt'));
  const host = filesHost(configurationFor(folder.path));
  expect((await host.refresh()).failure).toBeUndefined();
  return host;
}

describe('a file with names in two folders', () => {
  it('is brought up to date under its other name when it was written through one', async () => {
    const host = await linkedHost();
    await appendFile(at('a/x.txt'), ' more');
    await host.refresh({ requested: ['folder:/a'] });
    expect(sizeOf(host, '/a/x.txt')).toBe('8');
    const requested = await host.nextChange(60_000);
    expect(requested).toEqual(['folder:/b']);
    await host.refresh({ requested: requested ?? [] });
    expect(sizeOf(host, '/b/y.txt')).toBe('8');
    await expect(host.nextChange(400)).rejects.toThrow('nothing was told');
  });

  it('asks for nothing when it was listed under all of them', async () => {
    const host = await linkedHost();
    await appendFile(at('a/x.txt'), ' more');
    await host.refresh();
    expect([sizeOf(host, '/a/x.txt'), sizeOf(host, '/b/y.txt')]).toEqual(['8', '8']);
    await expect(host.nextChange(400)).rejects.toThrow('nothing was told');
  });

  it('is forgotten under a name that is gone', async () => {
    const host = await linkedHost();
    await link(at('a/x.txt'), at('z.txt'));
    await rm(at('b/y.txt'));
    await host.refresh();
    await appendFile(at('a/x.txt'), ' more');
    await host.refresh({ requested: ['folder:/a'] });
    expect(await host.nextChange(60_000)).toEqual(['folder:/']);
  });
});

describe('HardLinks', () => {
  it('remembers no more names than it may, and makes room for what is gone', async () => {
    await folder.write('one', '1');
    await folder.write('two', '2');
    await link(at('one'), at('one-too'));
    await link(at('two'), at('two-too'));
    const links = new HardLinks(2);
    links.beginWalk();
    const changed = async (name: string): Promise<readonly string[]> => {
      await appendFile(at(name), 'x');
      links.saw('/a', await nodeFileSystem.lstat(at(name)));
      return [...links.takeBehind()];
    };
    for (const name of ['one', 'two'])
      for (const path of ['/a', '/b']) links.saw(path, await nodeFileSystem.lstat(at(name)));
    expect(await changed('two')).toEqual([]);
    expect(await changed('one')).toEqual(['/b']);
    links.beginWalk();
    for (const path of ['/a', '/b']) links.saw(path, await nodeFileSystem.lstat(at('two')));
    await links.forgetUnseen();
    links.saw('/b', await nodeFileSystem.lstat(at('two')));
    expect((await lstat(at('two'))).nlink).toBe(2);
    expect(await changed('two')).toEqual(['/b']);
  });
});

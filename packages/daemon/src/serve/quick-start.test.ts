import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeDaemon } from '@isthmus/admin-api/testing';
import { systemClock } from '@isthmus/kernel';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { existingFolder, quickStart, quickStartGroup } from './quick-start.js';

let daemon: FakeDaemon;
let folder: string;
beforeEach(() => {
  daemon = new FakeDaemon();
  daemon.clear();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'isthmus-quick-')));
});

const namesOf = async () => (await daemon.connectors(quickStartGroup)).map(({ name }) => name);

describe('quickStart', () => {
  it('makes the group and one registration over the folder', async () => {
    const root = join(folder, 'landing');
    mkdirSync(root);
    const connector = await quickStart(daemon, root, systemClock);
    expect(connector.registration?.connection?.networkAddress).toBe(root);
    expect(await namesOf()).toEqual(['landing']);
  });

  it('changes nothing when the folder is registered already', async () => {
    const first = await quickStart(daemon, folder, systemClock);
    const second = await quickStart(daemon, folder, systemClock);
    expect(second.connectorGuid).toBe(first.connectorGuid);
    expect(await namesOf()).toHaveLength(1);
  });

  it('adds a registration for another folder, of a free name', async () => {
    for (const parent of ['a', 'b', 'c']) {
      mkdirSync(join(folder, parent, 'data'), { recursive: true });
      await quickStart(daemon, join(folder, parent, 'data'), systemClock);
    }
    expect((await namesOf()).sort()).toEqual(['data', 'data-2', 'data-3']);
  });
});

describe('existingFolder', () => {
  it('gives the real path', () => {
    symlinkSync(folder, join(folder, 'link'));
    expect(existingFolder(join(folder, 'link'))).toBe(folder);
  });

  it('names what is not there, or is a file', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['nowhere', 'file']) {
      expect(() => existingFolder(join(folder, name))).toThrow(
        expect.objectContaining({ code: 'SOURCE_UNREADABLE', next: expect.stringContaining('--folder') }),
      );
    }
  });
});

describe('the quick start after its store was lost', () => {
  it('waits until what the journal says of it is gone, then begins anew', async () => {
    daemon.addGroup(quickStartGroup, { state: 'missing' });
    const old = daemon.put(quickStartGroup, 'landing', {});
    const starting = quickStart(daemon, folder, systemClock);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await daemon.connectors(quickStartGroup)).toEqual([old]);
    daemon.clear();
    const connector = await starting;
    expect(connector.registration?.connection?.networkAddress).toBe(folder);
  });
});

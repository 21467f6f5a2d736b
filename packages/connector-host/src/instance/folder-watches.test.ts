import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../test-support/manual-clock.js';
import { FolderWatches } from './folder-watches.js';

let root: string;
let clock: TestClock;
let watches: FolderWatches;
let told: string[][];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'isthmus-folders-'));
  clock = new TestClock();
  told = [];
  watches = new FolderWatches(clock, (folders) => void told.push([...folders]));
});
afterEach(async () => {
  watches.close();
  await rm(root, { recursive: true, force: true });
});

/** Events of the system come when they come; what is told of them is told by the clock. */
async function until(isSo: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(60_000);
  while (!isSo()) {
    deadline.throwIfAborted();
    await clock.pass(200);
  }
}

/** Whatever was begun is done: reading folders takes several turns of the file system. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await watches.look();
}

describe('watched folders', () => {
  it('are told when something changes among their children', async () => {
    watches.set([{ path: root }]);
    await settled();
    await writeFile(join(root, 'a'), '1');
    await until(() => told.length > 0);
    expect(told[0]).toEqual([root]);
  });

  it('are told when something changes deep below a tree, in folders that came later too', async () => {
    await mkdir(join(root, 'one'));
    watches.set([{ path: root, tree: true }]);
    await settled();
    await writeFile(join(root, 'one', 'a'), '1');
    await until(() => told.length > 0);
    await mkdir(join(root, 'two', 'deep'), { recursive: true });
    await until(() => told.length > 1);
    await settled();
    told.length = 0;
    await writeFile(join(root, 'two', 'deep', 'b'), '1');
    await until(() => told.length > 0);
    expect(told[0]).toEqual([root]);
  });

  it('are looked for when they are not there, and again when another folder takes their name', async () => {
    const path = join(root, 'later');
    watches.set([{ path }]);
    await settled();
    await mkdir(path);
    await watches.look();
    await until(() => told.length > 0);
    await rename(path, join(root, 'gone'));
    await mkdir(path);
    told.length = 0;
    await watches.look();
    await until(() => told.length > 0);
    told.length = 0;
    await writeFile(join(path, 'a'), '1');
    await until(() => told.length > 0);
    expect(told[0]).toEqual([path]);
  });

  it('are no longer told once others are named, or at the end', async () => {
    const [one, two] = [join(root, 'one'), join(root, 'two')];
    await Promise.all([mkdir(one), mkdir(two)]);
    watches.set([{ path: one }]);
    await settled();
    watches.set([{ path: two }]);
    await settled();
    await writeFile(join(one, 'a'), '1');
    await writeFile(join(two, 'a'), '1');
    await until(() => told.length > 0);
    expect(told.flat()).not.toContain(one);
    watches.close();
    expect(clock.armedTimers).toBe(0);
  });

  it('are a hundred at most, and absolute', () => {
    const many = Array.from({ length: 105 }, (_, at) => ({ path: join(root, String(at)) }));
    expect(watches.set([{ path: 'relative' }, ...many])).toBe(6);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { nodeTimers, type Timers } from '@isthmus/connector-sdk/helpers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DirectEntries, type Entries } from './entries.js';
import { type EntryStats, stateOf } from './entry-facts.js';
import { type StartThread, startEntryThread } from './entry-thread.js';
import { type EntryAnswer, type EntryRequest, workOn } from './entry-work.js';
import { codeOf, nodeFileSystem } from './file-system.js';
import { ThreadedEntries } from './threaded-entries.js';

let folder: string;
let paths: readonly string[];
const fewest = 64;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-entries-'));
  mkdirSync(join(folder, 'folder'));
  symlinkSync('folder', join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'large.csv'), `number,word\n${'1234,abc\n'.repeat(222_222)}`);
  writeFileSync(join(folder, 'small.csv'), 'number\n1\n2\n');
  const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
  for (const name of texts) writeFileSync(join(folder, name), `content of ${name}`);
  paths = ['folder', 'link', 'pipe', 'empty', 'large.csv', 'small.csv', 'missing', ...texts].map((name) =>
    join(folder, name),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A thread that answers when it is told to. */
class FakeThread {
  readonly requests: EntryRequest[] = [];
  startCount = 0;
  isEnded = false;
  answered: (answer: EntryAnswer) => void = () => undefined;
  failed: () => void = () => undefined;

  readonly start: StartThread = (answered, failed) => {
    this.startCount += 1;
    this.isEnded = false;
    this.answered = answered;
    this.failed = failed;
    return {
      post: (request) => this.requests.push(request),
      keepAlive: () => undefined,
      end: () => {
        this.isEnded = true;
      },
    };
  };
}

class FakeTimers implements Timers {
  #action: (() => void) | undefined;
  after(_delayMs: number, action: () => void): () => void {
    this.#action = action;
    return () => {
      if (this.#action === action) this.#action = undefined;
    };
  }
  elapse(): void {
    this.#action?.();
  }
}

function factsOf(stats: EntryStats) {
  const { dev, ino, nlink, size, mtimeNs, ctimeNs, birthtimeNs } = stats;
  const kinds = [
    stats.isFile(),
    stats.isDirectory(),
    stats.isSymbolicLink(),
    stats.isSocket(),
    stats.isFIFO(),
    stats.isCharacterDevice(),
    stats.isBlockDevice(),
  ];
  const state = stats.state ?? stateOf(stats);
  return { dev, ino, nlink, size, mtimeNs, ctimeNs, birthtimeNs, kinds, state };
}

const direct = new DirectEntries(nodeFileSystem);
const reading = { columns: true, sampleRows: 200, maxSampleBytes: 65_536 };

const contentsOf = (entries: Entries) =>
  Promise.all(
    paths.map((path) =>
      entries.describe({
        path,
        name: basename(path),
        sizeInBytes: path.endsWith('large.csv') ? 2_000_000 : 40,
        reading,
      }),
    ),
  );

const looksOf = async (entries: Pick<Entries, 'look'>) => {
  const names = paths.map((path) => basename(path));
  const looks = await entries.look({ root: dirname(folder), folder: `/${basename(folder)}` }, names);
  return looks.map((look) => (typeof look === 'string' ? look : factsOf(look)));
};

describe('entries that a thread looks at', () => {
  it('are what the system says directly, whatever they are', async () => {
    const entries = new ThreadedEntries(direct, startEntryThread, nodeTimers, undefined, fewest);
    expect(await looksOf(entries)).toEqual(await looksOf(direct));
    const contents = await contentsOf(entries);
    expect(contents).toEqual(await contentsOf(direct));
    const columnsOf = (name: string) => contents[paths.indexOf(join(folder, name))]?.columns?.map((it) => it.name);
    expect([columnsOf('large.csv'), columnsOf('small.csv')]).toEqual([['number', 'word'], ['number']]);
    expect(contents[paths.indexOf(join(folder, 'missing'))]?.problems).toMatchObject([{ code: 'FILE_UNREADABLE' }]);
  });

  it('are listed as the system lists them directly, whatever their names are', async () => {
    const listed = join(folder, 'listed');
    mkdirSync(listed);
    for (let index = 0; index < 3_000; index += 1)
      writeFileSync(join(listed, `a rather long name of a file ${index}`), '');
    for (const name of [Buffer.from([0x61, 0xff]), Buffer.from('\u{1f600} a\nb'), Buffer.from('a\\xFF')])
      writeFileSync(Buffer.concat([Buffer.from(`${listed}/`), name]), '');
    const entries = new ThreadedEntries(direct, startEntryThread, nodeTimers, undefined, 1);
    const listingOf = async (own: Entries, name: string) => {
      const place = { root: folder, folder: name };
      const found = await own.list(place, () => undefined).catch(codeOf);
      if (found === undefined || typeof found === 'string') return found;
      const parts: string[][] = [];
      for (let some = found.names.pop(); some !== undefined; some = found.names.pop()) parts.push([...some]);
      const names = parts.flat().sort();
      const looks = await own.look(place, [...names, 'missing']);
      return {
        names,
        looks: looks.map((look) => (typeof look === 'string' ? look : factsOf(look))),
        isAtOnce: parts.some(({ length }) => length > 2_000),
        facts: [found.before, found.opened, found.after].map(factsOf),
      };
    };
    for (const name of ['/listed', '/folder', '/', '/link', '/empty', '/missing', '/empty/below'])
      expect([name, await listingOf(entries, name)]).toEqual([name, await listingOf(direct, name)]);
    expect(await listingOf(entries, '/missing')).toBe('ENOENT');
    rmSync(listed, { recursive: true });
  });

  it('are asked for directly when they are few', async () => {
    const thread = new FakeThread();
    const entries = new ThreadedEntries(direct, thread.start, new FakeTimers(), undefined, fewest);
    expect(await entries.look({ root: folder, folder: '/' }, ['folder'])).toMatchObject([{ nlink: 2n }]);
    expect(thread.startCount).toBe(0);
  });

  it('are asked for directly when the thread does not answer, and it is left alone for a while', async () => {
    const thread = new FakeThread();
    const timers = new FakeTimers();
    let now = 0;
    const entries = new ThreadedEntries(direct, thread.start, timers, () => now, fewest);
    const looks = looksOf(entries);
    await setImmediate();
    expect(thread.requests).toHaveLength(1);
    timers.elapse();
    const expected = await looksOf(direct);
    expect(await looks).toEqual(expected);
    expect(thread.isEnded).toBe(true);
    // what comes late is of no interest
    for (const request of thread.requests) thread.answered(await workOn(request));
    expect(await looksOf(entries)).toEqual(expected);
    expect(thread.startCount).toBe(1);
    now = 60_000;
    const again = looksOf(entries);
    await setImmediate();
    thread.failed();
    expect(await again).toEqual(expected);
    expect(thread.startCount).toBe(2);
  });

  it('let the thread end when nothing more is asked', async () => {
    const thread = new FakeThread();
    const timers = new FakeTimers();
    const entries = new ThreadedEntries(direct, thread.start, timers, undefined, fewest);
    const looks = looksOf(entries);
    await setImmediate();
    for (let next = thread.requests.shift(); next !== undefined; next = thread.requests.shift())
      thread.answered(await workOn(next));
    expect(await looks).toEqual(await looksOf(direct));
    expect(thread.isEnded).toBe(false);
    timers.elapse();
    expect(thread.isEnded).toBe(true);
  });
});

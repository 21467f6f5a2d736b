import { EntryFacts } from './entry-facts.js';
import type { SystemPath } from './entry-path.js';
import type { EntryThread, StartThread } from './entry-thread.js';
import { type EntryAnswer, statsFields } from './entry-work.js';
import type { FileSystem, OpenFile } from './file-system.js';
import type { Timers } from './timers.js';

/** Asked for within a moment, so many are worth the start of a thread. */
const fewestForThread = 500;
const momentMs = 2_000;
const mostInRequest = 32;
/** What comes of answers is worked on so long without a turn of the event loop. */
const sliceMs = 4;
/** One is worked on, the next one waits for the thread. */
const mostRequests = 2;
const largestReadBytes = 16 * 1024;
const idleMs = 2_000;
/** A file system that answers no faster than this holds up all that share the thread. */
const patienceMs = 2_000;
const restMs = 60_000;

type Direct = Pick<FileSystem, 'lstat' | 'open'>;

interface Look {
  readonly path: SystemPath;
  readonly length?: undefined;
  resolve(facts: EntryFacts | Awaited<ReturnType<Direct['lstat']>>): void;
  reject(error: unknown): void;
}

interface Read {
  readonly path: SystemPath;
  readonly length: number;
  resolve(file: OpenFile): void;
  reject(error: unknown): void;
}

type Asked = Look | Read;

/**
 * Looks at many entries and reads many small files at a fraction of the cost: a thread of its own does it with plain
 * calls, dozens at a trip. For file systems that answer at once, those of this machine's own disks. One that does not
 * all the same is given up for a while, and everything is asked for directly, as what is little is always.
 */
export class ThreadedEntries implements Direct {
  #queue: Asked[] = [];
  readonly #out = new Map<number, readonly Asked[]>();
  #thread: EntryThread | undefined;
  #isScheduled = false;
  #settlements: (() => void)[] = [];
  #isSettling = false;
  #lastId = 0;
  #restsUntil = 0;
  #momentFrom = 0;
  #askedInMoment = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(
    private readonly direct: Direct,
    private readonly start: StartThread,
    private readonly timers: Timers,
    private readonly now: () => number = () => performance.now(),
    private readonly fewest = fewestForThread,
  ) {}

  lstat(path: SystemPath): ReturnType<Direct['lstat']> {
    return new Promise((resolve, reject) => this.#ask({ path, resolve, reject }));
  }

  open(path: SystemPath, length?: number): Promise<OpenFile> {
    if (length === undefined || length > largestReadBytes) return this.direct.open(path);
    return new Promise((resolve, reject) => this.#ask({ path, length, resolve, reject }));
  }

  #ask(asked: Asked): void {
    this.#queue.push(asked);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // By the end of the turn it shows how many are asked for together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#thread === undefined && !this.#isWorthIt()) this.#askDirectly(this.#queue.splice(0));
    while (this.#queue.length > 0 && this.#out.size < mostRequests) {
      const some = this.#queue.splice(0, mostInRequest);
      this.#lastId += 1;
      this.#out.set(this.#lastId, some);
      this.#thread ??= this.#started();
      this.#thread.keepAlive(true);
      this.#thread.post({
        id: this.#lastId,
        looks: some.filter(isLook).map(({ path }) => path),
        reads: some.filter(isRead).map(({ path, length }) => ({ path, length })),
      });
      if (this.#out.size === 1) this.#watch();
    }
  }

  #isWorthIt(): boolean {
    const now = this.now();
    if (now - this.#momentFrom > momentMs) {
      this.#momentFrom = now;
      this.#askedInMoment = 0;
    }
    this.#askedInMoment += this.#queue.length;
    return this.#askedInMoment >= this.fewest && now >= this.#restsUntil;
  }

  #started(): EntryThread {
    const thread = this.start(
      (answer) => this.#answered(answer),
      () => {
        if (this.#thread === thread) this.#giveUp();
      },
    );
    return thread;
  }

  #answered(answer: EntryAnswer): void {
    const some = this.#out.get(answer.id);
    if (some === undefined) return;
    this.#out.delete(answer.id);
    this.#send();
    this.#watch();
    for (const settle of settlements(some, answer)) this.#settlements.push(settle);
    if (this.#isSettling) return;
    this.#isSettling = true;
    this.#settleNext(performance.now());
  }

  /**
   * One after the other, with what comes of each, and with turns of the event loop in between: a port hands over all
   * answers that have arrived in one go.
   */
  #settleNext(since: number): void {
    const settle = this.#settlements.shift();
    if (settle === undefined) {
      this.#isSettling = false;
      return;
    }
    settle();
    // a tick that is asked for by a microtask comes after all microtasks
    queueMicrotask(() =>
      process.nextTick(() => {
        if (performance.now() - since < sliceMs) this.#settleNext(since);
        else setImmediate(() => this.#settleNext(performance.now()));
      }),
    );
  }

  #watch(): void {
    this.#cancelTimer?.();
    const isIdle = this.#out.size === 0;
    this.#thread?.keepAlive(!isIdle);
    this.#cancelTimer = isIdle
      ? this.timers.after(idleMs, () => this.#end())
      : this.timers.after(patienceMs, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#restsUntil = this.now() + restMs;
    const left = [...[...this.#out.values()].flat(), ...this.#queue.splice(0)];
    this.#out.clear();
    this.#end();
    this.#askDirectly(left);
  }

  #end(): void {
    this.#cancelTimer?.();
    this.#thread?.end();
    this.#thread = undefined;
  }

  #askDirectly(some: readonly Asked[]): void {
    for (const asked of some) {
      if (isRead(asked)) this.direct.open(asked.path).then(asked.resolve, asked.reject);
      else this.direct.lstat(asked.path).then(asked.resolve, asked.reject);
    }
  }
}

function* settlements(some: readonly Asked[], answer: EntryAnswer): Generator<() => void> {
  const looks = some.filter(isLook);
  for (const [index, look] of looks.entries()) {
    const code = answer.codes.get(index);
    yield () => (code === undefined ? look.resolve(factsAt(answer, index)) : look.reject(systemError(code)));
  }
  for (const [index, read] of some.filter(isRead).entries()) {
    const position = looks.length + index;
    const code = answer.codes.get(position);
    yield () =>
      code === undefined
        ? read.resolve(readFile(factsAt(answer, position), contentAt(answer, index)))
        : read.reject(systemError(code));
  }
}

function factsAt({ stats }: EntryAnswer, position: number): EntryFacts {
  return new EntryFacts(stats, position * statsFields);
}

function contentAt({ bytes, ends }: EntryAnswer, index: number): Buffer {
  const from = ends[index - 1] ?? 0;
  return Buffer.from(bytes.buffer, from, (ends[index] ?? from) - from);
}

/** A file that was read to its end and closed. */
function readFile(facts: EntryFacts, content: Buffer): OpenFile {
  return {
    stat: async () => facts,
    read: async (position, length) => content.subarray(position, position + length),
    close: async () => undefined,
  };
}

function isRead(asked: Asked): asked is Read {
  return asked.length !== undefined;
}

function isLook(asked: Asked): asked is Look {
  return asked.length === undefined;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

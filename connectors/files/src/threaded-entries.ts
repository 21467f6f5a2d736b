import type { ContentRequest, Entries } from './entries.js';
import { EntryFacts, type EntryStats } from './entry-facts.js';
import type { SystemPath } from './entry-path.js';
import type { EntryThread, StartThread } from './entry-thread.js';
import { type EntryAnswer, statsFields } from './entry-work.js';
import type { FileContent } from './file-content.js';
import type { Timers } from './timers.js';

/** Asked for within a moment, so many are worth the start of a thread. */
const fewestForThread = 500;
const momentMs = 2_000;
const mostInRequest = 32;
/** What is read for one request, so that its answer does not wait long for large samples. */
const mostBytesInRequest = 1024 * 1024;
/** What comes of answers is worked on so long without a turn of the event loop. */
const sliceMs = 2;
/** One is worked on, the next one waits for the thread. */
const mostRequests = 2;
const idleMs = 2_000;
/** A file system that answers no faster than this holds up all that share the thread. */
const patienceMs = 2_000;
const restMs = 60_000;

interface Look {
  readonly path: SystemPath;
  readonly content?: undefined;
  resolve(stats: EntryStats): void;
  reject(error: unknown): void;
}

interface Description {
  readonly content: ContentRequest;
  resolve(content: FileContent): void;
  reject(error: unknown): void;
}

type Asked = Look | Description;

/**
 * Looks at many entries and describes many files at a fraction of the cost, and beside everything else: a thread of its
 * own does it with plain calls, dozens at a trip. For file systems that answer at once, those of this machine's own disks. One that does not
 * all the same is given up for a while, and everything is asked for directly, as what is little is always.
 */
export class ThreadedEntries implements Entries {
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
    private readonly direct: Entries,
    private readonly start: StartThread,
    private readonly timers: Timers,
    private readonly now: () => number = () => performance.now(),
    private readonly fewest = fewestForThread,
  ) {}

  lstat(path: SystemPath): Promise<EntryStats> {
    return new Promise((resolve, reject) => this.#ask({ path, resolve, reject }));
  }

  describe(content: ContentRequest): Promise<FileContent> {
    return new Promise((resolve, reject) => this.#ask({ content, resolve, reject }));
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
      const some = this.#queue.splice(0, countForOne(this.#queue));
      this.#lastId += 1;
      this.#out.set(this.#lastId, some);
      this.#thread ??= this.#started();
      this.#thread.keepAlive(true);
      this.#thread.post({
        id: this.#lastId,
        looks: some.filter(isLook).map(({ path }) => path),
        contents: some.filter(isDescription).map(({ content }) => content),
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
      if (isDescription(asked)) this.direct.describe(asked.content).then(asked.resolve, asked.reject);
      else this.direct.lstat(asked.path).then(asked.resolve, asked.reject);
    }
  }
}

/** How many of the first make one request. */
function countForOne(queue: readonly Asked[]): number {
  let bytes = 0;
  const end = queue.findIndex((asked, index) => {
    if (isDescription(asked)) bytes += Math.min(asked.content.sizeInBytes, asked.content.reading.maxSampleBytes);
    return index === mostInRequest || (index > 0 && bytes > mostBytesInRequest);
  });
  return end === -1 ? queue.length : end;
}

function* settlements(some: readonly Asked[], answer: EntryAnswer): Generator<() => void> {
  for (const [index, look] of some.filter(isLook).entries()) {
    const code = answer.codes.get(index);
    yield () =>
      code === undefined
        ? look.resolve(new EntryFacts(answer.stats, index * statsFields))
        : look.reject(systemError(code));
  }
  for (const [index, asked] of some.filter(isDescription).entries()) {
    const content = answer.contents[index];
    yield () => (content === undefined ? asked.reject(systemError('EIO')) : asked.resolve(content));
  }
}

function isDescription(asked: Asked): asked is Description {
  return asked.content !== undefined;
}

function isLook(asked: Asked): asked is Look {
  return asked.content === undefined;
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

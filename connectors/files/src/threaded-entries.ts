import type { Timers } from '@isthmus/connector-sdk/helpers';
import type { ContentRequest, Entries, FolderPlace, ListedFolder, Look } from './entries.js';
import { EntryFacts } from './entry-facts.js';
import type { EntryThread, StartThread } from './entry-thread.js';
import { type EntryAnswer, type EntryAsk, type EntryNumbers, type EntryReply, statsFields } from './entry-work.js';
import type { FileContent } from './file-content.js';
import { ThreadedNames } from './threaded-names.js';

/** Asked for within a moment, so many are worth the start of a thread. */
const fewestForThread = 500;
const momentMs = 2_000;
/** Calls of the system that one folder takes beside those for its entries. */
const callsForFolder = 8;
const mostInRequest = 32;
/** One large folder's part, or several small folders, so that no answer makes work of many milliseconds. */
const mostEntriesInRequest = 1_000;
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

/** What is asked, and what becomes of the answer. */
interface Asked {
  readonly ask: EntryAsk;
  /** Entries that the system is asked for. */
  readonly entries: number;
  /** Of contents that are read. */
  readonly bytes: number;
  answered(reply: EntryReply): void;
  directly(): void;
}

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

  list(place: FolderPlace, check: () => void): Promise<ListedFolder | undefined> {
    return this.#reply({ kind: 'list', place }, callsForFolder, 0, listedFolder, () => this.direct.list(place, check));
  }

  look(place: FolderPlace, names: readonly string[]): Promise<readonly Look[]> {
    const ask = { kind: 'look', place, names: names.join('\0') } as const;
    return this.#reply(ask, names.length, 0, looksOf(names.length), () => this.direct.look(place, names));
  }

  describe(content: ContentRequest): Promise<FileContent> {
    const bytes = Math.min(content.sizeInBytes, content.reading.maxSampleBytes);
    return this.#reply({ kind: 'content', content }, 1, bytes, contentOf, () => this.direct.describe(content));
  }

  #reply<T>(
    ask: EntryAsk,
    entries: number,
    bytes: number,
    read: (reply: EntryReply) => T,
    direct: () => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const answered = (reply: EntryReply): void => {
        try {
          resolve(read(reply));
        } catch (error) {
          reject(error);
        }
      };
      this.#ask({ ask, entries, bytes, answered, directly: () => void direct().then(resolve, reject) });
    });
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
    if (this.#thread === undefined && !this.#isWorthIt()) for (const asked of this.#queue.splice(0)) asked.directly();
    while (this.#queue.length > 0 && this.#out.size < mostRequests) {
      const some = this.#queue.splice(0, countForOne(this.#queue));
      this.#lastId += 1;
      this.#out.set(this.#lastId, some);
      this.#thread ??= this.#started();
      this.#thread.keepAlive(true);
      this.#thread.post({ id: this.#lastId, asks: some.map(({ ask }) => ask) });
      if (this.#out.size === 1) this.#watch();
    }
  }

  #isWorthIt(): boolean {
    const now = this.now();
    if (now - this.#momentFrom > momentMs) {
      this.#momentFrom = now;
      this.#askedInMoment = 0;
    }
    for (const { entries } of this.#queue) this.#askedInMoment += entries;
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
    some.forEach((asked, position) => {
      const reply = answer.replies[position] ?? noReply;
      this.#settlements.push(() => asked.answered(reply));
    });
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
    for (const asked of left) asked.directly();
  }

  #end(): void {
    this.#cancelTimer?.();
    this.#thread?.end();
    this.#thread = undefined;
  }
}

/** How many of the first make one request. */
function countForOne(queue: readonly Asked[]): number {
  let entries = 0;
  let bytes = 0;
  const end = queue.findIndex((asked, index) => {
    entries += asked.entries;
    bytes += asked.bytes;
    if (index === 0) return false;
    return index === mostInRequest || entries > mostEntriesInRequest || bytes > mostBytesInRequest;
  });
  return end === -1 ? queue.length : end;
}

const noReply: EntryReply = { kind: 'failed', code: 'EIO' };

function listedFolder(reply: EntryReply): ListedFolder | undefined {
  if (reply.kind === 'noFolder') return undefined;
  if (reply.kind !== 'list') throw failure(reply);
  const { stats, askedAt, names, mount } = reply;
  return {
    before: factsAt(stats, 0),
    opened: factsAt(stats, 1),
    mount,
    after: factsAt(stats, 2),
    askedAt,
    names: new ThreadedNames(names),
  };
}

function looksOf(count: number): (reply: EntryReply) => readonly Look[] {
  return (reply) => {
    if (reply.kind !== 'look') throw failure(reply);
    const { stats, reasons } = reply;
    const states = reply.states.split('\n');
    const looks: Look[] = [];
    for (let position = 0; position < count; position += 1)
      looks.push(reasons.get(position) ?? factsAt(stats, position, states[position]));
    return looks;
  };
}

function contentOf(reply: EntryReply): FileContent {
  if (reply.kind !== 'content') throw failure(reply);
  return reply.content;
}

function factsAt(stats: EntryNumbers, position: number, state?: string): EntryFacts {
  return new EntryFacts(stats, position * statsFields, state);
}

function failure(reply: EntryReply): Error {
  const code = reply.kind === 'failed' ? reply.code : 'EIO';
  return Object.assign(new Error(code), { code });
}

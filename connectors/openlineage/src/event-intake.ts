import type { LineageEvent } from './event.js';
import type { LineageStore } from './lineage-store.js';
import { mergeEvent } from './merge-event.js';

/** Events that were given and are not safe yet. */
const mostWaitingBytes = 32 * 1024 * 1024;
const mostWaitingEvents = 20_000;
/**
 * A turn of the event loop, on the core: when others have it meanwhile, that makes no smaller batches. With the writing at
 * its end some milliseconds more.
 */
const turnMicroseconds = 8_000;

/** Events are not taken now. Nothing of what was given with them is lost: it is to be given again. */
export class IntakeFull extends Error {
  constructor(
    readonly code: 'EVENTS_TOO_MANY' | 'STORAGE_FULL',
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}

interface Given {
  readonly events: readonly LineageEvent[];
  readonly bytes: number;
  /** How many of them are merged. */
  done: number;
  /** Written together with the last of them. */
  readonly alongside: (() => void) | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

export interface IntakeParts {
  readonly store: LineageStore;
  readonly shown: number;
  readonly mostBytes: number;
  /** The graph is another one than before. */
  readonly changed: () => void;
}

/** Where events are given to. */
export type Intake = Pick<EventIntake, 'accept' | 'checkRoom'>;

/** Brings events into the store, many in one transaction, and says of each when it is safe. */
export class EventIntake {
  readonly #waiting: Given[] = [];
  #bytes = 0;
  #count = 0;
  #working: Promise<void> | undefined;
  #isClosed = false;

  constructor(private readonly parts: IntakeParts) {}

  /** @throws IntakeFull when there is no room: to be asked before events are read at all */
  checkRoom(): void {
    const { store, mostBytes } = this.parts;
    if (this.#isClosed) throw new IntakeFull('EVENTS_TOO_MANY', 'the connector is being stopped', 5);
    if (this.#bytes >= mostWaitingBytes || this.#count >= mostWaitingEvents)
      throw new IntakeFull('EVENTS_TOO_MANY', 'more events wait to be written than are kept in memory', 1);
    if (store.usedBytes() >= mostBytes)
      throw new IntakeFull('STORAGE_FULL', 'the memory of the connector is full: raise `maxMegabytes`', 60);
  }

  /**
   * Resolves when the events survive a crash and the loss of power. May be repeated: an event that is known changes nothing.
   *
   * @param bytes - about what they take in memory
   * @param alongside - is called in the transaction that writes the last of them
   * @throws IntakeFull
   */
  async accept(events: readonly LineageEvent[], bytes: number, alongside?: () => void): Promise<void> {
    this.checkRoom();
    this.#bytes += bytes;
    this.#count += events.length;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ events, bytes, done: 0, alongside, resolve, reject });
        this.#working ??= this.#work();
      });
    } finally {
      this.#bytes -= bytes;
      this.#count -= events.length;
    }
  }

  /** Takes no more, and ends when what was given is safe. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    let flush: Promise<void> = Promise.resolve();
    while (this.#waiting.length > 0) {
      // what arrives in this turn is written together
      await new Promise((resolve) => setImmediate(resolve));
      await this.parts.store.writable();
      const finished = this.#mergeSome();
      if (finished.length === 0) continue;
      // one batch is merged while the one before is flushed
      const before = flush;
      flush = settle(finished, this.parts.store.flushed());
      await before;
      if (this.#waiting.length === 0) await flush;
    }
    this.#working = undefined;
  }

  /** One transaction, as long as a turn may take. @returns those that are written, but not yet safe */
  #mergeSome(): readonly Given[] {
    const { store, shown, changed } = this.parts;
    const before = store.graph.sequence;
    const finished: Given[] = [];
    const progress = new Map<Given, number>();
    try {
      store.transaction(() => {
        const began = process.cpuUsage();
        for (const given of this.#waiting) {
          let { done } = given;
          for (; done < given.events.length && spentSince(began) < turnMicroseconds; done += 1) {
            const event = given.events[done];
            if (event !== undefined) mergeEvent(store.graph, event, shown);
          }
          progress.set(given, done);
          if (done < given.events.length) break;
          given.alongside?.();
          finished.push(given);
        }
      });
    } catch (error) {
      for (const given of this.#waiting.splice(0)) given.reject(asFull(error));
      return [];
    }
    if (store.graph.sequence !== before) changed();
    for (const [given, done] of progress) given.done = done;
    this.#waiting.splice(0, finished.length);
    return finished;
  }
}

function spentSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

async function settle(finished: readonly Given[], flushed: Promise<void>): Promise<void> {
  try {
    await flushed;
    for (const { resolve } of finished) resolve();
  } catch (error) {
    for (const { reject } of finished) reject(asFull(error));
  }
}

/** A disk without room is no fault of the events. */
function asFull(error: unknown): unknown {
  const text = error instanceof Error ? `${error.message} ${'code' in error ? String(error.code) : ''}` : '';
  return /SQLITE_FULL|ENOSPC|EDQUOT|disk is full/i.test(text)
    ? new IntakeFull('STORAGE_FULL', 'no space is left where the connector keeps its memory', 60)
    : error;
}

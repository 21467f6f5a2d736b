import type { Timers } from '@isthmus/connector-sdk/helpers';
import type { LineageEvent } from './event.js';
import type { LineageStore } from './lineage-store.js';
import { mergeEvent } from './merge-event.js';
import { readEvent } from './read-event.js';

/** Events that were given and are not safe yet. */
const mostWaitingBytes = 32 * 1024 * 1024;
const mostWaitingEvents = 20_000;
/**
 * A turn of the event loop, on the core: when others have it meanwhile, that makes no smaller batches. With the writing at
 * its end some milliseconds more.
 */
const turnMicroseconds = 8_000;
/** Datasets and jobs that are merged between two looks at the time, each of which costs as much as some of them. */
const mergedBetweenLooks = 32;

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

/** Records that have changed are written some at a time, each once for all that changed it meanwhile. */
const mostUnsaved = 400;
const saveAfterMs = 250;
const retryAfterMs = 1_000;
/** Then what was merged is made safe and the journal begins anew. */
const journalBytes = 4 * 1024 * 1024;

interface Given {
  readonly events: readonly LineageEvent[];
  readonly bytes: number;
  /** How many of them are merged. */
  done: number;
  readonly merged: () => void;
  /** It is left where it came from. */
  readonly abandoned: (error: unknown) => void;
}

export interface IntakeParts {
  readonly store: LineageStore;
  readonly shown: number;
  readonly mostBytes: number;
  /** The graph is another one than before. */
  readonly changed: () => void;
  /** What was taken cannot be written for now. */
  readonly failed: (error: unknown) => void;
  readonly timers: Timers;
}

/** Where clients' events are given to. */
export type Intake = Pick<EventIntake, 'accept' | 'checkRoom'>;

/** Takes events: makes them safe, then merges them into the graph, both many at a time. */
export class EventIntake {
  readonly #waiting: Given[] = [];
  #bytes = 0;
  #count = 0;
  #working: Promise<void> | undefined;
  #alongside: (() => void)[] = [];
  #cancelSave: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();
  #cannotSave = false;
  #isClosed = false;

  constructor(private readonly parts: IntakeParts) {}

  /** Merges what an earlier process took and could not bring to its end. */
  async begin(): Promise<void> {
    for await (const lines of this.parts.store.journal.leftOver()) await this.take(lines.flatMap(eventsIn), 0);
  }

  /** @throws IntakeFull when there is no room: to be asked before events are read at all */
  checkRoom(): void {
    const { store, mostBytes } = this.parts;
    if (this.#isClosed) throw new IntakeFull('EVENTS_TOO_MANY', 'the connector is being stopped', 5);
    if (this.#bytes >= mostWaitingBytes || this.#count >= mostWaitingEvents)
      throw new IntakeFull('EVENTS_TOO_MANY', 'more events wait to be merged than are kept in memory', 1);
    if (this.#cannotSave) throw new IntakeFull('STORAGE_FULL', 'what was taken before cannot be written', 60);
    if (store.usedBytes() + store.journal.bytes >= mostBytes)
      throw new IntakeFull('STORAGE_FULL', 'the memory of the connector is full: raise `maxMegabytes`', 60);
  }

  /**
   * Resolves when the events survive a crash and the loss of power. May be repeated: an event that is known changes nothing.
   *
   * @param bytes - about what they take in memory
   * @throws IntakeFull
   */
  async accept(events: readonly LineageEvent[], bytes: number): Promise<void> {
    this.checkRoom();
    this.#reserve(events, bytes);
    const { journal } = this.parts.store;
    try {
      const segment = await journal.append(events.map(({ raw }) => `${JSON.stringify(raw)}\n`).join(''), events.length);
      this.#enqueue({
        events,
        bytes,
        done: 0,
        merged: () => journal.merged(segment, events.length),
        abandoned: () => undefined,
      });
    } catch (error) {
      this.#free(events, bytes);
      throw asFull(error);
    }
  }

  /**
   * Merges events that are safe where they come from. Resolves when they are in the graph.
   *
   * @param alongside - is called in the transaction that writes them
   */
  async take(events: readonly LineageEvent[], bytes: number, alongside?: () => void): Promise<void> {
    this.#reserve(events, bytes);
    await new Promise<void>((resolve, reject) =>
      this.#enqueue({ events, bytes, done: 0, merged: resolve, abandoned: reject }),
    );
    if (alongside !== undefined) this.#alongside.push(alongside);
    this.#saveSoon();
  }

  /** Resolves when all that was taken before is written, where it can be read. */
  async settled(): Promise<void> {
    await this.#working;
    await this.#save();
  }

  /** Takes no more, and ends when what was taken is safe; what cannot be written stays in the journal. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#working;
    await this.#save().catch(() => undefined);
    this.#cancelSave?.();
    if (this.parts.store.journal.bytes > 0 && !this.#cannotSave)
      await this.parts.store.makeSafe().catch(() => undefined);
  }

  #reserve(events: readonly LineageEvent[], bytes: number): void {
    this.#bytes += bytes;
    this.#count += events.length;
  }

  #free(events: readonly LineageEvent[], bytes: number): void {
    this.#bytes -= bytes;
    this.#count -= events.length;
  }

  #enqueue(given: Given): void {
    this.#waiting.push(given);
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#mergeSome();
      if (this.parts.store.graph.unsavedCount < mostUnsaved) continue;
      await this.#save().catch((error: unknown) => this.#afterFailure(error));
    }
    this.#working = undefined;
    this.#saveSoon();
  }

  /** As many as a turn may take. */
  #mergeSome(): void {
    const { store, shown, failed } = this.parts;
    const began = process.cpuUsage();
    let merged = 0;
    for (let given = this.#waiting[0]; given !== undefined; given = this.#waiting[0]) {
      for (; given.done < given.events.length; given.done += 1) {
        if (store.graph.unsavedCount >= mostUnsaved) return;
        if (merged >= mergedBetweenLooks) {
          if (spentSince(began) >= turnMicroseconds) return;
          merged = 0;
        }
        const event = given.events[given.done];
        if (event === undefined) continue;
        merged += 1 + event.inputs.length + event.outputs.length;
        try {
          mergeEvent(store.graph, event, shown);
        } catch (error) {
          failed(error);
        }
      }
      this.#waiting.shift();
      this.#free(given.events, given.bytes);
      given.merged();
    }
  }

  /** Nothing more is merged than fits into memory; when it is to end it leaves the rest where it is. */
  async #afterFailure(error: unknown): Promise<void> {
    if (this.#isClosed) for (const given of this.#waiting.splice(0)) given.abandoned(error);
    else await new Promise<void>((resolve) => this.parts.timers.after(retryAfterMs, resolve));
  }

  #saveSoon(): void {
    this.#cancelSave ??= this.parts.timers.after(saveAfterMs, () => void this.#save().catch(() => undefined));
  }

  /** One after the other. */
  #save(): Promise<void> {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const { store, changed, failed } = this.parts;
    const alongside = this.#alongside;
    const before = store.graph.sequence;
    try {
      await store.save(alongside);
      this.#alongside = this.#alongside.slice(alongside.length);
      this.#cannotSave = false;
    } catch (error) {
      this.#cannotSave = true;
      failed(error);
      if (!this.#isClosed) this.#saveSoon();
      throw error;
    }
    if (store.graph.sequence !== before) changed();
    if (store.journal.bytes >= journalBytes && !this.#isClosed) void store.makeSafe().catch(failed);
  }
}

/** A line of the journal was checked when it was taken. */
function eventsIn(line: string): readonly LineageEvent[] {
  try {
    return [readEvent(JSON.parse(line), Number.POSITIVE_INFINITY)];
  } catch {
    return [];
  }
}

function spentSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

/** A disk without room is no fault of the events. */
function asFull(error: unknown): unknown {
  const text = error instanceof Error ? `${error.message} ${'code' in error ? String(error.code) : ''}` : '';
  return /SQLITE_FULL|ENOSPC|EDQUOT|disk is full/i.test(text)
    ? new IntakeFull('STORAGE_FULL', 'no space is left where the connector keeps its memory', 60)
    : error;
}

import {
  type Clock,
  delay,
  type ErrorReport,
  IsthmusError,
  type Logger,
  messageOf,
  processSlicer,
} from '@isthmus/kernel';
import type { ElementStore, StoredChange } from '../store/element-store.js';
import { type ChangeFacts, factsOf } from './change-facts.js';
import type { Place, PlaceMemory } from './remembered-place.js';
import type { TopicRecord, TopicWriter } from './topic-writer.js';

/** Changes read, told and remembered at a time: all that is ever held of those that wait. */
const pageLimit = 100;
/** Kafka takes a megabyte at a time unless told otherwise. */
const mostBytesAtOnce = 500_000;
const mostBytesOfEvent = 900_000;
const waitMs = 30_000;
const firstRetryMs = 500;
const longestRetryMs = 15_000;

export interface ChangePublisherParts {
  readonly store: Pick<ElementStore, 'changes' | 'waitForChange' | 'identity' | 'get' | 'getRelationship'>;
  readonly writer: TopicWriter;
  readonly memory: PlaceMemory;
  /** What is told of a change, on which topics. */
  readonly records: (facts: ChangeFacts) => readonly TopicRecord[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells changes on topics after they are stored, in their order, each at least once: it follows the store's log of
 * changes from a place that it remembers, so nobody who writes waits for it, and brokers that are away for a day cost
 * nothing but the day.
 */
export class ChangePublisher {
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #place: Place | undefined;
  #failures = 0;

  constructor(private readonly parts: ChangePublisherParts) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** What was not told yet is told after the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.parts.writer.close().catch(() => undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        this.#place ??= await this.#findPlace();
        await this.#publish(this.#place, signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#failed(error);
      }
    }
  }

  /** Where it stopped; at first, and in a store that is another one than before, what comes from now on. */
  async #findPlace(): Promise<Place> {
    const { store, memory } = this.parts;
    const [known, { incarnation, changeSequence }] = await Promise.all([memory.load(), store.identity()]);
    if (known?.incarnation === incarnation && known.sequence <= changeSequence) return known;
    const place = { incarnation, sequence: changeSequence };
    await memory.save(place);
    return place;
  }

  async #publish(place: Place, signal: AbortSignal): Promise<void> {
    const { store, memory } = this.parts;
    const { changes, next } = await store.changes(place.sequence, pageLimit);
    if (changes.length === 0) {
      await store.waitForChange(next, waitMs, signal);
      return;
    }
    for (const batch of batchesOf(await this.#recordsOf(changes, signal))) {
      signal.throwIfAborted();
      await this.parts.writer.send(batch);
    }
    const told = { ...place, sequence: next };
    await memory.save(told);
    this.#place = told;
    if (this.#failures > 0) this.parts.logger.info('changes are published again');
    this.#failures = 0;
  }

  async #recordsOf(changes: readonly StoredChange[], signal: AbortSignal): Promise<readonly TopicRecord[]> {
    const all: TopicRecord[] = [];
    for (const change of changes) {
      await processSlicer.turn();
      signal.throwIfAborted();
      all.push(...this.#told(await factsOf(this.parts.store, change)));
    }
    return all;
  }

  /** One change that cannot be told in full must not hold up all that come after it. */
  #told(facts: ChangeFacts): readonly TopicRecord[] {
    try {
      const records = this.parts.records(facts);
      // A broker refuses what is larger; who subscribes reads the element anyway.
      if (records.every(({ value }) => Buffer.byteLength(value) <= mostBytesOfEvent)) return records;
    } catch (error) {
      const { guid, typeName } = facts.change;
      this.parts.logger.warn('a change is told without its contents', { guid, typeName, reason: reasonOf(error) });
    }
    return this.parts.records({ change: facts.change });
  }

  async #failed(error: unknown): Promise<void> {
    const { clock, logger, writer } = this.parts;
    if (IsthmusError.is(error) && error.code === 'CHANGES_TOO_OLD' && this.#place !== undefined) {
      const { oldest } = error.details;
      logger.warn('changes were forgotten before they could be published', { from: this.#place.sequence, to: oldest });
      // Else what is known of the store no longer holds, and is asked again.
      this.#place = typeof oldest === 'number' ? { ...this.#place, sequence: oldest } : undefined;
    } else if (this.#failures === 0) {
      logger.warn('changes cannot be published; it is tried again and nothing is left out', {
        reason: reasonOf(error),
      });
    }
    this.#failures += 1;
    await writer.close().catch(() => undefined);
    const wait = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    await delay(clock, wait, this.#closing.signal).catch(() => undefined);
  }
}

function* batchesOf(records: readonly TopicRecord[]): Generator<readonly TopicRecord[]> {
  let [batch, bytes]: [TopicRecord[], number] = [[], 0];
  for (const record of records) {
    const size = Buffer.byteLength(record.value);
    if (batch.length > 0 && bytes + size > mostBytesAtOnce) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Clients of brokers wrap what happened in lists of errors. */
function reasonOf(error: unknown): ErrorReport['message'] {
  if (error instanceof AggregateError && error.errors.length > 0)
    return `${messageOf(error)}: ${messageOf(error.errors[0])}`;
  return messageOf(error);
}

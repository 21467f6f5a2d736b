import { type Clock, type Logger, type Scheduled, toErrorReport } from '@isthmus/kernel';
import { elementById } from './element-lookup.js';
import type { Writer } from './element-store.js';
import { purgeElement } from './removing.js';
import type { WriteQueue, WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

const firstLookMs = 60_000;
const everyMs = 3_600_000;
/** Elements purged in one transaction, so that writers never wait long. */
const perTransaction = 100;
const housekeeper: Writer = { userId: 'metadata-store' };

/** Purges what was soft-deleted long ago: until then its name brings it back. */
export class DeletedRetention {
  readonly #queue: WriteQueue;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #retainedMs: number;
  #timer: Scheduled | undefined;
  #closed = false;

  constructor(queue: WriteQueue, clock: Clock, logger: Logger, retainedMs: number) {
    this.#queue = queue;
    this.#clock = clock;
    this.#logger = logger;
    this.#retainedMs = retainedMs;
  }

  start(): void {
    this.#schedule(firstLookMs);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Returns how many elements were purged. */
  async purge(): Promise<number> {
    const before = this.#clock.now() - this.#retainedMs;
    let total = 0;
    for (;;) {
      const count = await this.#queue.write(undefined, (tx) => purgeSome(tx, before));
      total += count;
      if (count < perTransaction || this.#closed) return total;
    }
  }

  #schedule(delayMs: number): void {
    if (this.#closed) return;
    this.#timer = this.#clock.schedule(delayMs, () => {
      this.purge()
        .then((count) => {
          if (count > 0) this.#logger.info('deleted elements purged', { count });
        })
        .catch((error: unknown) => {
          if (!this.#closed) this.#logger.warn('deleted elements not purged', { error: toErrorReport(error) });
        })
        .finally(() => this.#schedule(everyMs));
    });
  }
}

function* purgeSome(tx: WriteTransaction, before: number): WriteSteps<number> {
  const ids = tx.database.all<{ id: number; update_time: number }>(
    `SELECT id, update_time FROM element WHERE deletion IS NOT NULL ORDER BY deletion LIMIT ${perTransaction}`,
  );
  let count = 0;
  for (const { id, update_time } of ids) {
    if (update_time >= before) break;
    const row = elementById(tx.database, id);
    if (row !== undefined) yield* purgeElement(tx, housekeeper, row);
    count += 1;
    yield;
  }
  return count;
}

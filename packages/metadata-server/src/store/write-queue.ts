import { type Clock, IsthmusError, processSlicer, type Urgency } from '@isthmus/kernel';
import type { Grant } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import type { WriteTransaction } from './write-transaction.js';

/** A write: does its work in steps, so that the event loop gets a turn between them. */
export type WriteSteps<T> = Generator<undefined, T>;

/** For so long a commit gathers writes that wait. */
const gatherMs = 8;
/** Most writes that share one commit. */
const mostPerCommit = 200;

interface Job {
  readonly grant: Grant | undefined;
  run(transaction: WriteTransaction): WriteSteps<unknown>;
  resolve(value: never): void;
  reject(error: unknown): void;
}

interface Done {
  readonly job: Job;
  readonly value: unknown;
}

/**
 * The only way to write. One transaction is open at a time; writes that wait share the next one, so that a hundred
 * concurrent writes cost one flush to disk, yet each stands or falls alone. While one transaction is flushed, the next
 * is worked on. A promise resolves when the write is on disk.
 */
export class WriteQueue {
  readonly #jobs: Job[] = [];
  #working: Promise<void> | undefined;
  #confirming: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly begin: () => WriteTransaction,
    private readonly flush: (transaction: WriteTransaction) => WriteSteps<undefined>,
    private readonly committed: (transaction: WriteTransaction) => void,
    private readonly flushed: (lastSequence: number) => void,
  ) {}

  /** @throws what the steps throw (nothing of them is kept then), GRANT_SUPERSEDED, STORAGE_FULL */
  write<T>(grant: Grant | undefined, run: (transaction: WriteTransaction) => WriteSteps<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return reject(new IsthmusError('STORE_UNREACHABLE', 'the metadata store is closed'));
      this.#jobs.push({ grant, run, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Refuses new writes, ends those that were accepted. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#confirming;
  }

  async #work(): Promise<void> {
    // one turn, so that writes that are asked for at the same time come together
    await turn();
    while (this.#jobs.length > 0) {
      await this.#commitGroup();
      await turn();
    }
    this.#working = undefined;
  }

  async #commitGroup(): Promise<void> {
    const done: Done[] = [];
    let current: Job | undefined;
    try {
      this.database.run('BEGIN IMMEDIATE');
      const transaction = this.begin();
      const slice = new Slice('work');
      const start = this.clock.monotonic();
      do {
        current = this.#jobs.shift();
        if (current === undefined) break;
        const outcome = await this.#runOne(current, transaction, slice);
        if (outcome.ok) done.push({ job: current, value: outcome.value });
        else current.reject(outcome.error);
        current = undefined;
      } while (done.length < mostPerCommit && this.clock.monotonic() - start < gatherMs);
      await take(this.flush(transaction), slice);
      this.database.run('COMMIT');
      this.committed(transaction);
      const flushed = this.database.flushed();
      this.#confirming = this.#confirm(this.#confirming, flushed, done, transaction.lastSequence);
    } catch (error) {
      this.#rollback();
      current?.reject(error);
      for (const { job } of done) job.reject(error);
    }
  }

  /** In the order of the commits. Never rejects. */
  async #confirm(
    before: Promise<void>,
    flushed: Promise<void>,
    done: readonly Done[],
    sequence: number,
  ): Promise<void> {
    try {
      await Promise.all([flushed, before]);
    } catch (error) {
      for (const { job } of done) job.reject(error);
      return;
    }
    this.flushed(sequence);
    for (const { job, value } of done) job.resolve(value as never);
  }

  /** Throws only what spoils the whole transaction. */
  async #runOne(
    job: Job,
    transaction: WriteTransaction,
    slice: Slice,
  ): Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }> {
    const mark = transaction.mark();
    try {
      transaction.checkGrant(job.grant);
    } catch (error) {
      if (spoilsTransaction(error)) throw error;
      return { ok: false, error };
    }
    this.database.run('SAVEPOINT job');
    try {
      const value = await take(job.run(transaction), slice);
      this.database.run('RELEASE job');
      return { ok: true, value };
    } catch (error) {
      if (spoilsTransaction(error)) throw error;
      this.database.run('ROLLBACK TO job');
      this.database.run('RELEASE job');
      transaction.rollbackTo(mark);
      return { ok: false, error };
    }
  }

  #rollback(): void {
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself: the first error is the one to tell
    }
  }
}

/** After a full disk or a damaged file nothing of the open transaction can be relied on. */
export function spoilsTransaction(error: unknown): boolean {
  return (
    IsthmusError.is(error) &&
    ['STORAGE_FULL', 'DATABASE_UNREADABLE', 'DATA_DIRECTORY_UNWRITABLE', 'DATA_DIRECTORY_LOCKED'].includes(error.code)
  );
}

/** Cuts long work by measured time, together with all else that is busy in this process. */
export class Slice {
  constructor(private readonly urgency: Urgency) {}

  get isUsedUp(): boolean {
    return processSlicer.isUsedUp;
  }

  /** Gives the event loop a turn when the work has run long enough. */
  async pause(): Promise<void> {
    await processSlicer.turn(this.urgency);
  }
}

/** Takes all steps; every one may be followed by a turn of the event loop. */
async function take<T>(steps: WriteSteps<T>, slice: Slice): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    if (slice.isUsedUp) await slice.pause();
    step = steps.next();
  }
  return step.value;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { type Clock, IsthmusError, type Logger, messageOf, type Scheduled } from '@isthmus/kernel';
import type { BatchOperation, Grant, MetadataStore } from '@isthmus/model';
import type { BatchIntent, IntentItem, ItemKey, KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { ChangeFollower } from './change-follower.js';
import { type ItemProgress, judgeBatch, newProgress } from './judge-batch.js';
import type { RunTally } from './run-tally.js';
import { sizeOf } from './size-of.js';
import type { SyncOptions } from './sync-options.js';

/** One item's operations with what becomes known by them. */
export interface ItemWork {
  readonly item: ItemKey;
  readonly operations: readonly BatchOperation[];
  readonly known?: KnownItem;
  readonly partial?: KnownItem;
  readonly gone?: ItemKey;
  /** Known beside the item, whatever becomes of it. */
  readonly former?: KnownItem;
  /** Nothing was known of the item before. */
  readonly isNew: boolean;
}

export interface WriterParts {
  readonly store: MetadataStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly owner: SyncOwner;
  readonly grant: Grant;
  readonly options: SyncOptions;
  readonly follower: ChangeFollower;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  /** A batch was applied and is about to be remembered. */
  readonly onApplied: (items: readonly AppliedItem[]) => Promise<void>;
}

export interface AppliedItem {
  readonly work: ItemWork;
  readonly progress: ItemProgress;
}

interface Part {
  readonly work: ItemWork;
  readonly operations: readonly BatchOperation[];
  readonly progress: ItemProgress;
  readonly first: boolean;
  /** The last part of its item: its outcome is the item's. */
  readonly last: boolean;
}

interface PendingBatch {
  readonly intent: BatchIntent;
  readonly parts: readonly Part[];
}

/** At the store, and one more that waits with its intent written. */
const batchesInFlight = 2;

/**
 * Collects operations over items and scopes, cuts them into batches and carries each through its three steps: intent
 * into the journal, batch to the store, outcome into the journal. One batch is at the store at a time, so that what
 * refers to an earlier element finds it. The first failure ends it: what was intended and not settled is replayed by
 * the next run.
 */
export class BatchWriter {
  readonly #parts: WriterParts;
  #buffer: Part[] = [];
  #operationCount = 0;
  #bytes = 0;
  #limit: number;
  #linger: Scheduled | undefined;
  #pending: Promise<void>[] = [];
  #tail: Promise<void> = Promise.resolve();
  #intending: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#limit = parts.options.maxOperations;
  }

  /** Resolves when there is room for more. Throws what ended the writer. */
  async add(work: ItemWork): Promise<void> {
    const progress = newProgress();
    const slices = sliced(work.operations, this.#parts.options.maxOperations);
    for (const [index, operations] of slices.entries()) {
      this.throwIfFailed();
      const size = operations.reduce((sum, operation) => sum + sizeOf(operation), 0);
      while (this.#buffer.length > 0 && this.#isOver(operations.length, size)) {
        await this.#room();
        this.#cut();
      }
      this.#push({ work, operations, progress, first: index === 0, last: index === slices.length - 1 }, size);
    }
    if (this.#isOver(0, 0)) {
      await this.#room();
      if (this.#isOver(0, 0)) this.#cut();
    }
    this.throwIfFailed();
  }

  /** Writes what is buffered and waits for all of it. Throws what ended the writer. */
  async drain(): Promise<void> {
    while (this.#buffer.length > 0 || this.#pending.length > 0) {
      this.#cut();
      await this.#tail;
    }
    this.throwIfFailed();
  }

  /** Forgets what no intent was written for, and waits for the rest, however it ends. */
  async drop(): Promise<void> {
    this.#linger?.cancel();
    this.#buffer = [];
    while (this.#pending.length > 0) await this.#tail;
  }

  /** Names that operations on their way will write. */
  upcomingNames(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const parts of [this.#buffer, ...this.#sending.map((batch) => batch.parts)]) {
      for (const { operations } of parts) {
        for (const operation of operations) if (operation.op === 'upsert') names.add(operation.qualifiedName);
      }
    }
    return names;
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  readonly #sending: PendingBatch[] = [];

  #push(part: Part, size: number): void {
    this.#buffer.push(part);
    this.#operationCount += Math.max(1, part.operations.length);
    this.#bytes += size;
    if (this.#buffer.length > 1) return;
    this.#linger = this.#parts.clock.schedule(this.#parts.options.lingerMs, () => {
      void this.#room().then(() => this.#cut());
    });
  }

  #isOver(moreOperations: number, moreBytes: number): boolean {
    const { maxBytes } = this.#parts.options;
    const count = this.#operationCount + moreOperations;
    return moreOperations === 0
      ? count >= this.#limit || this.#bytes >= maxBytes
      : count > this.#limit || this.#bytes + moreBytes > maxBytes;
  }

  /** Resolves when fewer than the allowed batches are on their way. */
  async #room(): Promise<void> {
    while (this.#pending.length >= batchesInFlight) await this.#pending[0];
  }

  #cut(): void {
    this.#linger?.cancel();
    if (this.#buffer.length === 0) return;
    const parts = this.#buffer;
    this.#buffer = [];
    this.#operationCount = 0;
    this.#bytes = 0;
    if (this.#failure !== undefined) return;
    const batch = this.#batch(parts);
    this.#sending.push(batch);
    const intended = this.#intending.then(() => this.#parts.journal.intend(batch.intent));
    this.#intending = intended.catch(() => undefined);
    const done: Promise<void> = this.#tail
      .then(() => intended)
      .then(() => (this.#failure === undefined ? this.#write(batch) : undefined))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#pending = this.#pending.filter((pending) => pending !== done);
        this.#sending.splice(this.#sending.indexOf(batch), 1);
      });
    this.#tail = done;
    this.#pending.push(done);
  }

  #batch(parts: readonly Part[]): PendingBatch {
    const { owner, grant, newId } = this.#parts;
    const operations: BatchOperation[] = [];
    const items: IntentItem[] = [];
    for (const { work, operations: own, first, last } of parts) {
      const operationIndexes = own.map((_, index) => operations.length + index);
      operations.push(...own);
      if (work.former !== undefined) items.push({ known: work.former, operationIndexes: [] });
      items.push({
        ...(work.known === undefined ? {} : { known: last ? work.known : (work.partial ?? work.known) }),
        ...(work.partial === undefined || sameNames(work.partial, work.known) ? {} : { partial: work.partial }),
        ...(work.gone === undefined ? {} : { gone: work.gone }),
        ...(first ? {} : { isContinued: true }),
        operationIndexes,
      });
    }
    return { intent: { batchId: newId(), owner, slot: grant.slot, token: grant.token, operations, items }, parts };
  }

  async #write(batch: PendingBatch): Promise<void> {
    const { store, journal, grant, follower, tally, signal, onApplied } = this.#parts;
    const { intent, parts } = batch;
    let changeSequence: number | undefined;
    let result: Awaited<ReturnType<MetadataStore['writeBatch']>> = { items: [], changeSequence: 0 };
    if (intent.operations.length > 0) {
      signal.throwIfAborted();
      const startedAt = this.#parts.clock.monotonic();
      tally.add('requests');
      try {
        result = await store.writeBatch({ id: intent.batchId, grant, operations: intent.operations }, signal);
      } catch (error) {
        if (!isRefusedAsWhole(error)) throw error;
        return this.#writeHalves(batch, error);
      }
      this.#adapt(this.#parts.clock.monotonic() - startedAt);
      const passed = await follower.passOwn(result);
      changeSequence = passed.sequence;
      if (passed.othersWrote) for (const { progress, first } of parts) if (!first) progress.isDoubtful = true;
    }
    const progress = progressOfItems(parts);
    const verdict = judgeBatch(intent, result, progress);
    const ended = parts.filter((part) => part.last);
    await onApplied(ended);
    await journal.settle(intent, changeSequence === undefined ? verdict : { ...verdict, changeSequence });
    for (const part of ended) this.#count(part);
  }

  /** A request that is refused as a whole has something in it that the store cannot take: it is found by halving. */
  async #writeHalves(batch: PendingBatch, error: IsthmusError): Promise<void> {
    const { journal, logger } = this.#parts;
    await journal.abandon(batch.intent);
    const [first] = batch.parts;
    if (batch.parts.length <= 1) {
      if (first === undefined) return;
      first.progress.refused ??= {
        code: error.code,
        message: messageOf(error),
        qualifiedName: first.work.known?.qualifiedNames[0] ?? first.work.item.key,
      };
      if (first.last) this.#count(first);
      return;
    }
    logger.warn('batch refused as a whole, trying its halves', { batch: batch.intent.batchId, code: error.code });
    const middle = Math.ceil(batch.parts.length / 2);
    for (const parts of [batch.parts.slice(0, middle), batch.parts.slice(middle)]) {
      const half = this.#batch(parts);
      await journal.intend(half.intent);
      await this.#write(half);
    }
  }

  #adapt(tookMs: number): void {
    const { batchTargetMs, maxOperations } = this.#parts.options;
    if (tookMs > batchTargetMs) this.#limit = Math.max(Math.ceil(maxOperations / 10), Math.floor(this.#limit / 2));
    else if (tookMs < batchTargetMs / 2) this.#limit = Math.min(maxOperations, this.#limit * 2);
  }

  #count({ work, progress }: Part): void {
    const { tally } = this.#parts;
    const { refused, own } = progress;
    if (refused !== undefined) {
      tally.add('setAside');
      tally.finding(work.item.scope, {
        severity: 'error',
        code: refused.code,
        message: `${refused.qualifiedName}: ${refused.message}`,
        key: work.item.key,
      });
    } else if (work.gone !== undefined) {
      if (own === 'deleted') tally.add('deleted');
    } else if (own === 'created' || own === 'restored') tally.add(own);
    else tally.add(progress.changed ? 'updated' : 'unchanged');
  }
}

/** Not an answer to one operation, and not one that time or another grant would change. */
export function isRefusedAsWhole(error: unknown): error is IsthmusError {
  const notTheBatch = ['GRANT_SUPERSEDED', 'STORE_NOT_AUTHORIZED', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'];
  return IsthmusError.is(error) && !error.retryable && !notTheBatch.includes(error.code);
}

/** Beside the items of the batch: a former item has none of its own. */
function progressOfItems(parts: readonly Part[]): readonly ItemProgress[] {
  return parts.flatMap(({ work, progress }) => (work.former === undefined ? [progress] : [newProgress(), progress]));
}

function sliced(operations: readonly BatchOperation[], size: number): readonly (readonly BatchOperation[])[] {
  if (operations.length <= size) return [operations];
  return Array.from({ length: Math.ceil(operations.length / size) }, (_, index) =>
    operations.slice(index * size, (index + 1) * size),
  );
}

function sameNames(partial: KnownItem, known: KnownItem | undefined): boolean {
  return (
    known !== undefined &&
    partial.qualifiedNames.length === known.qualifiedNames.length &&
    partial.shapes?.every((shape, index) => shape === known.shapes?.[index]) === true
  );
}

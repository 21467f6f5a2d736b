import type { Scheduled } from '@isthmus/kernel';
import type { BatchOperation } from '@isthmus/model';
import type { IntentItem, ItemKey, KnownItem } from '../journal/journal.js';
import { noMoves } from './anchor-moves.js';
import { BatchSender, type SenderParts } from './batch-sender.js';
import { newProgress } from './judge-batch.js';
import { sizeOf } from './size-of.js';
import type { SyncOptions } from './sync-options.js';
import type { ItemWork, Part, PendingBatch } from './work-parts.js';
import type { DecidedNames, WorkSink } from './work-sink.js';

export { isRefusedAsWhole } from './batch-sender.js';

export interface WriterParts extends Omit<SenderParts, 'onAnswered' | 'batchOf'> {
  readonly newId: () => string;
  readonly options: SyncOptions;
  /** Default: the store's. */
  readonly deleteMethod?: 'ARCHIVE' | 'SOFT_DELETE';
}

/** Collects operations over items and scopes, cuts them into batches and sends them off. See `BatchSender`. */
export class BatchWriter implements WorkSink {
  readonly #parts: WriterParts;
  readonly #sender: BatchSender;
  #buffer: Part[] = [];
  #operationCount = 0;
  #bytes = 0;
  #limit: number;
  #linger: Scheduled | undefined;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#limit = parts.options.maxOperations;
    this.#sender = new BatchSender({
      ...parts,
      onAnswered: (tookMs) => this.#adapt(tookMs),
      batchOf: (some) => this.#batch(some),
    });
  }

  /** Resolves when there is room for more. Throws what ended the writer. */
  async add(work: ItemWork): Promise<void> {
    const progress = newProgress();
    const slices = sliced(this.#byMethod(work.operations), this.#parts.options.maxOperations);
    for (const [index, operations] of slices.entries()) {
      this.throwIfFailed();
      const size = operations.reduce((sum, operation) => sum + sizeOf(operation), 0);
      while (this.#buffer.length > 0 && this.#isOver(operations.length, size)) {
        await this.#sender.room();
        this.#cut();
      }
      this.#push({ work, operations, progress, first: index === 0, last: index === slices.length - 1 }, size);
    }
    if (this.#isOver(0, 0)) {
      await this.#sender.room();
      if (this.#isOver(0, 0)) this.#cut();
    }
    this.throwIfFailed();
  }

  /** Writes what is buffered and waits for all of it. Throws what ended the writer. */
  async drain(): Promise<void> {
    while (this.#buffer.length > 0 || this.#sender.batches.length > 0) {
      this.#cut();
      await this.#sender.idle();
    }
    this.throwIfFailed();
  }

  /** Forgets what no intent was written for, and waits for the rest, however it ends. */
  async drop(): Promise<void> {
    this.#linger?.cancel();
    this.#buffer = [];
    await this.#sender.idle();
  }

  async latest(key: ItemKey): Promise<KnownItem | undefined> {
    await this.drain();
    return this.#parts.journal.knownItem(this.#parts.owner, key);
  }

  async decided(names: readonly string[]): Promise<DecidedNames> {
    const upcoming = this.#upcomingNames();
    return {
      written: new Set(names.filter((name) => upcoming.has(name))),
      redecided: new Set(),
      moves: noMoves,
      refused: new Set(names.filter((name) => this.#sender.hasRefused(name))),
    };
  }

  /** Names that operations on their way will write. */
  #upcomingNames(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const parts of [this.#buffer, ...this.#sender.batches.map((batch) => batch.parts)]) {
      for (const { operations } of parts) {
        for (const operation of operations) if (operation.op === 'upsert') names.add(operation.qualifiedName);
      }
    }
    return names;
  }

  keepNames(names: readonly string[]): void {
    this.#sender.keepNames(names);
  }

  get hasFailed(): boolean {
    return this.#sender.hasFailed;
  }

  throwIfFailed(): void {
    this.#sender.throwIfFailed();
  }

  #byMethod(operations: readonly BatchOperation[]): readonly BatchOperation[] {
    const { deleteMethod: method } = this.#parts;
    if (method === undefined) return operations;
    return operations.map((operation) => (operation.op === 'delete' ? { method, ...operation } : operation));
  }

  #push(part: Part, size: number): void {
    this.#buffer.push(part);
    this.#operationCount += Math.max(1, part.operations.length);
    this.#bytes += size;
    if (this.#buffer.length > 1) return;
    this.#linger = this.#parts.clock.schedule(this.#parts.options.lingerMs, () => {
      void this.#sender.room().then(() => this.#cut());
    });
  }

  #isOver(moreOperations: number, moreBytes: number): boolean {
    const { maxBytes } = this.#parts.options;
    const count = this.#operationCount + moreOperations;
    return moreOperations === 0
      ? count >= this.#limit || this.#bytes >= maxBytes
      : count > this.#limit || this.#bytes + moreBytes > maxBytes;
  }

  #cut(): void {
    this.#linger?.cancel();
    if (this.#buffer.length === 0) return;
    const parts = this.#buffer;
    this.#buffer = [];
    this.#operationCount = 0;
    this.#bytes = 0;
    if (!this.#sender.hasFailed) this.#sender.send(this.#batch(parts));
  }

  #batch(parts: readonly Part[]): PendingBatch {
    const { owner, grant, newId, runId } = this.#parts;
    const operations: BatchOperation[] = [];
    const items: IntentItem[] = [];
    for (const { work, operations: own, first, last } of parts) {
      const { known, partial, former, gone, isRest, isCounted } = work;
      const isSplit = !(first && last);
      const item: { -readonly [Member in keyof IntentItem]: IntentItem[Member] } = {
        operationIndexes: own.map((_, index) => operations.length + index),
      };
      operations.push(...own);
      if (former !== undefined) items.push({ known: former, operationIndexes: [] });
      if (known !== undefined) item.known = last ? known : (partial ?? known);
      if (partial !== undefined && (isSplit || !sameNames(partial, known))) item.partial = partial;
      // Whoever dies between its parts must not have forgotten it.
      if (gone !== undefined) item[last ? 'gone' : 'going'] = gone;
      if (!first) item.isContinued = true;
      if (isSplit) item.isSplit = true;
      if (isRest) item.isRest = true;
      if (isCounted) item.isCounted = true;
      items.push(item);
    }
    return {
      intent: { batchId: newId(), runId, owner, slot: grant.slot, token: grant.token, operations, items },
      parts,
    };
  }

  #adapt(tookMs: number): void {
    const { batchTargetMs, maxOperations } = this.#parts.options;
    if (tookMs > batchTargetMs) this.#limit = Math.max(Math.ceil(maxOperations / 10), Math.floor(this.#limit / 2));
    else if (tookMs < batchTargetMs / 2) this.#limit = Math.min(maxOperations, this.#limit * 2);
  }
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

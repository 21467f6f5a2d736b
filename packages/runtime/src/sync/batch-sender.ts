import { type Clock, IsthmusError, type Logger, messageOf, processSlicer } from '@isthmus/kernel';
import type { BatchResult, Grant, MetadataStore } from '@isthmus/model';
import type { SyncJournal, SyncOwner } from '../journal/journal.js';
import { writtenItems } from '../plan/written-items.js';
import { dependOnOrder, namesOf, type TouchedNames } from './batch-order.js';
import type { ChangeFollower } from './change-follower.js';
import { type ItemProgress, type Judging, judgeBatch, newProgress } from './judge-batch.js';
import { refusalText } from './refusal-text.js';
import type { RunTally } from './run-tally.js';
import type { SyncSettings } from './sync-settings.js';
import { tellConflict } from './tell-conflict.js';
import type { AppliedItem, ItemWork, Part, PendingBatch } from './work-parts.js';

/** At the store at a time, where it says which changes are a batch's own; elsewhere one. */
const mostAtStore = 3;
/** Of which the intent is open: at the store, answered and being remembered, or about to be sent. */
const mostOnTheirWay = 5;

export interface SenderParts {
  readonly store: MetadataStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly grant: Grant;
  readonly owner: SyncOwner;
  readonly runId: string;
  readonly userId?: string;
  readonly follower: ChangeFollower;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  /** A batch was applied and is about to be remembered. */
  readonly onApplied: (items: readonly AppliedItem[]) => Promise<void>;
  /** Others have set fields of it that are the source's by policy: it is to be written once more. Must not wait. */
  readonly onContested: (work: ItemWork) => void;
  /** The store did not take it. */
  readonly onRefused?: (work: ItemWork) => void;
  readonly settings: Pick<SyncSettings, 'fieldPolicy'>;
  /** Default false. */
  readonly isTwoWay?: boolean;
  /** How long the store took for one batch, ms. */
  readonly onAnswered: (tookMs: number) => void;
  readonly batchOf: (parts: readonly Part[]) => PendingBatch;
  /** Rejects when the store is not what the run took it for. Default: that is known. */
  readonly assureStore?: () => Promise<void>;
}

/** One batch on its way through its three steps. */
interface Journey {
  readonly batch: PendingBatch;
  readonly names: TouchedNames;
  /** The store has answered, or never will: what depends on it may be sent. */
  isAnswered: boolean;
}

/** An answer that is not remembered yet. */
interface Answer {
  readonly batch: PendingBatch;
  readonly result: BatchResult;
  /** Requests that were out when it came: one of them may have been applied before. */
  readonly beside: ReadonlySet<object>;
  resolve(): void;
  reject(error: unknown): void;
}

const mostRefusedNames = 100_000;

/**
 * Carries batches through their three steps: intent into the journal, batch to the store, outcome into the journal.
 * Several may be at the store at a time, unless one of them touches what the other writes: what refers to an earlier
 * element finds it. Outcomes are remembered in the order in which the store applied them, so that its own numbering
 * tells our changes from those of others. The first failure ends it: what was intended and not settled (a handful of
 * batches at most) is replayed by the next run, which the store answers from its memory where it was applied.
 */
export class BatchSender {
  readonly #parts: SenderParts;
  readonly #refusedNames = new Set<string>();
  #journeys: Journey[] = [];
  readonly #requests = new Set<object>();
  #answers: Answer[] = [];
  #isRemembering = false;
  #atStore = 0;
  #mostAtStore = 1;
  #intending: Promise<void> = Promise.resolve();
  #sending: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #watchers: (() => void)[] = [];

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Batches that have been sent off and are not settled. */
  get batches(): readonly PendingBatch[] {
    return this.#journeys.map(({ batch }) => batch);
  }

  /** Resolves when one more batch may be sent off. */
  room(): Promise<void> {
    return this.#until(() => this.#journeys.length < mostOnTheirWay);
  }

  /** Resolves when all that was sent off has ended, however it ended. */
  idle(): Promise<void> {
    return this.#until(() => this.#journeys.length === 0);
  }

  /** Sends off a batch; how it ends is told by `throwIfFailed`. */
  send(batch: PendingBatch): void {
    const journey: Journey = { batch, names: namesOf(batch.intent.operations), isAnswered: false };
    this.#journeys.push(journey);
    // what was gathered has used its slice of the loop
    const intended = this.#intending
      .then(() => processSlicer.turn())
      .then(() => (batch.intent.operations.length > 0 ? this.#parts.assureStore?.() : undefined))
      .then(() => this.#parts.journal.intend(batch.intent));
    this.#intending = intended.catch(() => undefined);
    const turn = this.#sending.then(() => intended).then(() => this.#turn(journey));
    this.#sending = turn.catch(() => undefined);
    void turn
      .then(() => (this.#failure === undefined ? this.#write(journey) : undefined))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        journey.isAnswered = true;
        this.#journeys = this.#journeys.filter((other) => other !== journey);
        this.#changed();
      });
  }

  /** Waits until the store may be asked for it: in the order of sending off, and not beside what it depends on. */
  #turn(journey: Journey): Promise<void> {
    const earlier = this.#journeys.slice(0, this.#journeys.indexOf(journey));
    const awaited = earlier.filter(({ names }) => dependOnOrder(names, journey.names));
    return this.#until(
      () =>
        this.#failure !== undefined ||
        (this.#atStore < this.#mostAtStore && awaited.every(({ isAnswered }) => isAnswered)),
    );
  }

  async #write(journey: Journey): Promise<void> {
    this.#atStore += 1;
    const answered = (): void => {
      if (journey.isAnswered) return;
      journey.isAnswered = true;
      this.#atStore -= 1;
      this.#changed();
    };
    await this.#ask(journey.batch, answered).finally(answered);
  }

  /** @param answered - called when the store is through with it, which is before it is remembered */
  async #ask(batch: PendingBatch, answered: () => void): Promise<void> {
    const { operations } = batch.intent;
    if (operations.length === 0) return this.#take(batch, { items: [], changeSequence: 0 }, undefined, answered);
    const request = {};
    this.#requests.add(request);
    let result: BatchResult;
    try {
      result = await this.#request(batch);
    } catch (error) {
      this.#requests.delete(request);
      if (!isRefusedAsWhole(error)) this.#failure ??= { error };
      this.#rememberNext();
      if (!isRefusedAsWhole(error)) throw error;
      return this.#writeHalves(batch, error);
    }
    if (result.sequenceBefore !== undefined) this.#mostAtStore = mostAtStore;
    return this.#take(batch, result, request, answered);
  }

  async #request({ intent }: PendingBatch): Promise<BatchResult> {
    const { store, grant, userId, tally, signal, clock, onAnswered } = this.#parts;
    await processSlicer.turn();
    signal.throwIfAborted();
    // Another batch may have been refused for good while this one was noted.
    this.throwIfFailed();
    const startedAt = clock.monotonic();
    tally.add('requests');
    const { batchId: id, operations } = intent;
    const result = await store.writeBatch(
      { id, grant, ...(userId !== undefined && { userId }), tellFormer: true, operations },
      signal,
    );
    onAnswered((clock.monotonic() - startedAt) / this.#requests.size);
    return result;
  }

  /** Resolves when the outcome is remembered. */
  #take(batch: PendingBatch, result: BatchResult, request: object | undefined, answered: () => void): Promise<void> {
    if (request !== undefined) this.#requests.delete(request);
    const remembered = new Promise<void>((resolve, reject) => {
      this.#answers.push({ batch, result, beside: new Set(this.#requests), resolve, reject });
    });
    answered();
    this.#rememberNext();
    return remembered;
  }

  /** A request that is refused as a whole has something in it that the store cannot take: it is found by halving. */
  async #writeHalves({ intent, parts }: PendingBatch, error: IsthmusError): Promise<void> {
    const { journal, logger, batchOf } = this.#parts;
    await journal.abandon(intent);
    const [first] = parts;
    if (parts.length <= 1) {
      if (first === undefined) return;
      first.progress.refused ??= {
        code: error.code,
        message: messageOf(error),
        qualifiedName: first.work.known?.qualifiedNames[0] ?? first.work.item.key,
      };
      if (first.last) await this.#count(first);
      return;
    }
    logger.warn('batch refused as a whole, trying its halves', { batch: intent.batchId, code: error.code });
    const middle = Math.ceil(parts.length / 2);
    for (const half of [parts.slice(0, middle), parts.slice(middle)].map(batchOf)) {
      await journal.intend(half.intent);
      await this.#ask(half, () => undefined);
    }
  }

  /** One after the other, the one that the store applied first before the others. */
  #rememberNext(): void {
    if (this.#isRemembering) return;
    const next = this.#answers.reduce<Answer | undefined>(
      (first, answer) => (first === undefined || orderOf(answer) < orderOf(first) ? answer : first),
      undefined,
    );
    if (next === undefined) return;
    const sequence = this.#parts.follower.sequence;
    const isAhead = sequence !== undefined && orderOf(next) > sequence;
    if (isAhead && [...next.beside].some((request) => this.#requests.has(request))) return;
    this.#answers = this.#answers.filter((answer) => answer !== next);
    this.#isRemembering = true;
    let isOver = false;
    const goOn = (): void => {
      if (isOver) return;
      isOver = true;
      this.#isRemembering = false;
      this.#rememberNext();
    };
    this.#remember(next, goOn).then(next.resolve, next.reject).finally(goOn);
  }

  /** @param goOn - called once the next may be remembered: the journal keeps the order in which it is called */
  async #remember({ batch, result }: Answer, goOn: () => void): Promise<void> {
    const { journal, follower, onApplied, tally } = this.#parts;
    const { intent, parts } = batch;
    // Its intent stays open, as that of all that were out when it failed.
    this.throwIfFailed();
    let changeSequence: number | undefined;
    if (intent.operations.length > 0) {
      const passed = await follower.passOwn(result);
      changeSequence = passed.sequence;
      if (passed.othersWrote) for (const { progress, first } of parts) if (!first) progress.isDoubtful = true;
    }
    const verdict = judgeBatch(intent, result, progressOfItems(parts), this.#judging(parts));
    for (const { outcome, guid } of result.items) tally.changed(outcome, guid);
    const ended = parts.filter((part) => part.last);
    await onApplied(ended);
    const written = { runId: this.#parts.runId, at: this.#parts.clock.now(), items: writtenItems(intent, result) };
    const sequence = changeSequence === undefined ? {} : { changeSequence };
    const settled = journal.settle(intent, { ...verdict, written, ...sequence });
    goOn();
    await settled;
    // Open ones are told when the run ends, with those of before.
    for (const conflict of verdict.conflicts) if (conflict.state !== 'open') tellConflict(tally, conflict);
    for (const part of ended) await this.#end(part);
  }

  #judging(parts: readonly Part[]): Judging {
    const { settings, isTwoWay = false, clock } = this.#parts;
    const changedAt = parts.flatMap(({ work }) => {
      const at = work.source?.body.changedAt;
      return work.former === undefined ? [at] : [undefined, at];
    });
    return { settings, isTwoWay, now: clock.now(), changedAt };
  }

  async #end(part: Part): Promise<void> {
    const { work, progress } = part;
    if (progress.isContested === true && work.source !== undefined) this.#parts.onContested(work);
    else await this.#count(part);
  }

  async #count(part: Part): Promise<void> {
    const { work, progress } = part;
    const { tally } = this.#parts;
    const { refused, own } = progress;
    const { scope } = work.item;
    if (refused !== undefined) {
      this.#keepRefused(work);
      this.#parts.onRefused?.(work);
      tally.add('setAside', 1, scope);
      const held = await this.#heldParent(work, refused.code);
      const { key } = work.item;
      tally.finding(
        scope,
        held === undefined
          ? { severity: 'error', code: refused.code, message: refusalText(refused, work.source?.body), key }
          : { severity: 'info', code: 'UNDO_HOLDS', message: heldText(refused.qualifiedName, held), key },
      );
    } else if (work.isCounted === true || (work.vanished !== undefined && !wasWritten(part))) {
      // Counted before, or when what it lost is gone.
      return;
    } else if (work.gone !== undefined) {
      if (progress.changed && work.stays === undefined) tally.add('deleted', 1, scope);
    } else if (progress.changed && work.countsAs !== undefined) tally.add(work.countsAs, 1, scope);
    else if (own === 'created' || own === 'restored' || own === 'deleted') tally.add(own, 1, scope);
    else tally.add(wasWritten(part) ? 'updated' : 'unchanged', 1, scope);
  }

  /** Name of the parent that the item misses as people took that back: they hold the item with it. */
  async #heldParent({ source, known }: ItemWork, code: string): Promise<string | undefined> {
    const parent = source?.body.elements[0].parent?.qualifiedName;
    if (code !== 'ELEMENT_NOT_FOUND' || parent === undefined || known === undefined) return undefined;
    const { journal, owner } = this.#parts;
    const holder = (await journal.holdersOf(owner, [parent])).get(parent);
    return (holder?.undone ?? '') === '' ? undefined : parent;
  }

  /** What was refused is there in the source: nothing may take its names for those of something that went. */
  #keepRefused({ known, gone, vanished, isRest }: Part['work']): void {
    if (known === undefined || gone !== undefined || isRest === true) return;
    this.keepNames(known.qualifiedNames.filter((name) => vanished?.names.includes(name) !== true));
  }

  /** See `WorkSink`. */
  keepNames(names: readonly string[]): void {
    for (const name of names) if (this.#refusedNames.size <= mostRefusedNames) this.#refusedNames.add(name);
  }

  /** Whether the source has an element of this name that was not written. Of too many, each is said to be one. */
  hasRefused(name: string): boolean {
    return this.#refusedNames.size > mostRefusedNames || this.#refusedNames.has(name);
  }

  #until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (isSo()) resolve();
        else this.#watchers.push(look);
      };
      this.#watchers.push(look);
    });
  }

  #changed(): void {
    for (const look of this.#watchers.splice(0)) look();
  }
}

/** Whether anything of the item changed, so that it counts as such. */
export function wasWritten({ work, progress }: Pick<Part, 'work' | 'progress'>): boolean {
  return progress.changed || (work.round ?? 1) > 1;
}

function heldText(qualifiedName: string, parent: string): string {
  return `${qualifiedName} is not written, as ${parent}, in which it lies, was taken back by people: \`isthmus connector show\` tells by which run, \`isthmus run release\` lets it be written again`;
}

/** Of a store that does not number its changes any order is right. */
function orderOf({ result }: Answer): number {
  return result.sequenceBefore ?? -1;
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

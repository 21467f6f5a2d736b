import {
  type Finding,
  type HostAnswer,
  type HostMessage,
  type KeptItem,
  type ListingProof,
  largestCursor,
  mostKeptAtOnce,
  type SourceItem,
} from '@isthmus/connector-sdk';
import { IsthmusError, type TimeSlicer } from '@isthmus/kernel';
import { type DirectionSource, writeNotPermitted } from '../configuration/permitted-direction.js';
import type { RunSink } from '../run-sink.js';
import { bounds, checkFrame, fitFinding, isFitKey, isText } from './bounds.js';
import { canonicalHash, UnfitContent } from './canonical.js';
import { ScopeBuffer } from './scope-buffer.js';

export type RunMessage = Extract<
  HostMessage,
  { readonly type: `scope.${string}` | `run.cursor${string}` | 'run.source' }
>;

/** Calls that a connector may leave unanswered at a time; beyond it does not wait for its answers. */
const mostPending = 10_000;

export interface RunChannelOptions {
  readonly connectorName: string;
  /** False: what the connector finds may not be written (TO_THIRD_PARTY). */
  readonly mayWrite: boolean;
  /** Who says so. Default: its registration. */
  readonly direction?: DirectionSource;
  readonly slicer: TimeSlicer;
  readonly clean: (text: string, longest: number) => string;
}

/**
 * One run's way to its sink. Calls are served one after the other in the order in which they were made, so that a scope
 * is never certified before its items have arrived, also when the connector does not wait for its puts.
 */
export class RunChannel {
  readonly #buffer: ScopeBuffer;
  /** Scopes with an item that could not be told apart: what is missing there is not known, so nothing is certified. */
  readonly #tainted = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Set<(reason: unknown) => void>();
  #fault: { readonly error: unknown } | undefined;
  #certifies = true;
  #open = true;

  constructor(
    readonly run: string,
    private readonly sink: RunSink,
    readonly signal: AbortSignal,
    private readonly options: RunChannelOptions,
  ) {
    this.#buffer = new ScopeBuffer(sink);
    signal.addEventListener('abort', () => this.#release(), { once: true });
  }

  /** Whether a call waits for its answer: then it is not the connector that stands still. */
  get isServing(): boolean {
    return this.#waiting.size > 0;
  }

  /** Answers at once with CONNECTOR_STOPPED when the run is aborted, so that a slow store does not hold the connector. */
  call(message: RunMessage): Promise<HostAnswer<HostMessage>> {
    if (this.#waiting.size >= mostPending) {
      const error = new IsthmusError(
        'CONNECTOR_FAILED',
        `${mostPending} calls were made without waiting for an answer`,
      );
      this.#fault ??= { error };
      return Promise.reject(error);
    }
    const kept = message.type === 'scope.keep' ? this.#keepNow(message) : undefined;
    if (kept === undefined) return this.#queue(() => this.#serve(message));
    return kept instanceof Promise ? this.#queue(() => this.#guarded(() => kept)) : Promise.resolve(kept);
  }

  #queue(serve: () => Promise<HostAnswer<HostMessage>>): Promise<HostAnswer<HostMessage>> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const served = this.#last.then(serve);
      this.#last = served.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  progress(text: string): void {
    if (this.#open && !this.signal.aborted) this.sink.progress(this.options.clean(text, bounds.progressLength));
  }

  /** From now on nothing is certified: what the run lists no longer follows one configuration. */
  voidCertificates(): void {
    this.#certifies = false;
  }

  /**
   * The connector's refresh has returned: serves what it did not wait for and hands the rest over.
   *
   * @throws the first fault of the run's way to the store, even when the connector swallowed it
   */
  async end(): Promise<void> {
    await this.#last;
    try {
      if (this.#fault === undefined && !this.signal.aborted) await this.#buffer.flush();
    } finally {
      this.cut();
    }
    if (this.#fault !== undefined) throw this.#fault.error;
  }

  /** Nothing more is taken from this run. */
  cut(): void {
    this.#open = false;
    this.#buffer.clear();
    this.#release();
  }

  /** What went wrong on the way to the store, if anything did. */
  get fault(): unknown {
    return this.#fault?.error;
  }

  #release(): void {
    for (const reject of this.#waiting) reject(this.#over());
    this.#waiting.clear();
  }

  #over(): IsthmusError {
    return new IsthmusError('CONNECTOR_STOPPED', `run ${this.run} of ${this.options.connectorName} is over`);
  }

  async #serve(message: RunMessage): Promise<HostAnswer<HostMessage>> {
    await this.options.slicer.turn();
    this.#refuseWhenOver();
    if (message.type === 'scope.finding') return this.#deliverFinding(message.scope, message.finding);
    this.#refuseWhenReadOnly();
    if (message.type === 'run.cursor') return this.#saveCursor(message.value);
    if (message.type === 'run.cursorRefused') return this.#cursorRefused();
    if (message.type === 'run.source') return this.#source(message.identity);
    if (!isText(message.scope, bounds.scopeLength)) {
      throw new IsthmusError('CONNECTOR_FAILED', `a scope has no name of 1 to ${bounds.scopeLength} characters`);
    }
    switch (message.type) {
      case 'scope.keep':
        return this.#keep(message.scope, message.items);
      case 'scope.put':
        return this.#put(message.scope, message.item);
      case 'scope.missing':
        return this.#missing(message.scope, message.from);
      case 'scope.complete':
        return this.#complete(message);
      case 'scope.gone':
        return this.#gone(message.scope, message.key);
    }
  }

  /**
   * By far the most of what is said in a run in which nothing changed: when nothing waits and nothing is out of the
   * ordinary it passes by the queue, which costs ten times as much. Undefined: it has to queue.
   */
  #keepNow({ scope, items }: Extract<RunMessage, { readonly type: 'scope.keep' }>) {
    const { slicer, mayWrite } = this.options;
    if (this.#waiting.size > 0 || !mayWrite || !this.#open || this.signal.aborted || this.#fault !== undefined) return;
    if (!isText(scope, bounds.scopeLength) || !isList(items) || !items.every(isFitToKeep)) return;
    if (slicer.isUsedUp) return;
    try {
      return this.sink.keep(scope, items);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** What cannot be kept is left out of what the sink is asked, and answered beside its answer. */
  async #keep(scope: string, items: readonly KeptItem[]): Promise<readonly number[]> {
    if (!isList(items))
      throw new IsthmusError('CONNECTOR_FAILED', `keep takes a list of at most ${mostKeptAtOnce} items`);
    const fit: number[] = [];
    const unknown: number[] = [];
    for (const [position, item] of items.entries()) {
      if (isFitToKeep(item)) fit.push(position);
      else if (isFitKey(item?.key)) unknown.push(position);
      else await this.#unknownItem(scope, item?.key);
    }
    if (fit.length === 0) return unknown;
    const asked = fit.flatMap((position) => items[position] ?? []);
    const answer = await this.#guarded(async () => this.sink.keep(scope, asked));
    return [...unknown, ...answer.flatMap((position) => fit[position] ?? [])].sort((one, other) => one - other);
  }

  async #put(scope: string, item: SourceItem): Promise<undefined> {
    if (!isFitKey(item?.key)) return this.#unknownItem(scope, item?.key);
    try {
      checkFrame(item);
      const { changedAt } = item;
      const { text, hash, bytes } = await canonicalHash(item.elements, bounds.itemBytes, this.options.slicer);
      const digest = digestOf(item, hash);
      this.#buffer.add(scope, { digest, ...(changedAt === undefined ? {} : { changedAt }), text }, bytes);
    } catch (error) {
      if (!(error instanceof UnfitContent)) throw error;
      const { code, message } = error;
      return this.#deliverFinding(scope, {
        severity: 'error',
        code,
        message: `${JSON.stringify(item.key)} is set aside: ${message}`,
        key: item.key,
      });
    }
    if (!this.#buffer.isFull) return undefined;
    this.#refuseWhenOver();
    await this.#guarded(() => this.#buffer.flush());
    return undefined;
  }

  /** A key that is too long was never known, so nothing is lost with it; one that is no text may be any item. */
  async #unknownItem(scope: string, key: unknown): Promise<undefined> {
    const hasNul = typeof key === 'string' && key.includes('\0');
    const isTooLong = typeof key === 'string' && key.length > 0 && !hasNul;
    if (!isTooLong) this.#tainted.add(scope);
    const fault = hasNul
      ? `an item whose key holds a NUL (${JSON.stringify(key.slice(0, 100))})`
      : 'an item without a key';
    return this.#deliverFinding(scope, {
      severity: 'error',
      code: 'ITEM_KEY_INVALID',
      message: isTooLong
        ? `an item is left out: its key has more than ${bounds.keyLength} characters: ${key.slice(0, 100)}…`
        : `${fault} was sent, so the scope is not certified`,
    });
  }

  async #gone(scope: string, key: unknown): Promise<undefined> {
    if (!isFitKey(key)) return this.#unknownItem(scope, key);
    // What was put of it before is told before.
    await this.#guarded(() => this.#buffer.flush());
    this.#refuseWhenOver();
    await this.#guarded(() => this.sink.gone(scope, key));
    return undefined;
  }

  async #missing(scope: string, from: unknown): Promise<readonly string[]> {
    if (typeof from !== 'number' || !Number.isSafeInteger(from) || from < 0)
      throw new IsthmusError(
        'CONNECTOR_FAILED',
        'what is missing is asked for from a position that is no whole number',
      );
    // What was put is told.
    await this.#guarded(() => this.#buffer.flush());
    this.#refuseWhenOver();
    return this.#guarded(() => this.sink.missing(scope, from));
  }

  async #saveCursor(value: unknown): Promise<undefined> {
    const text = cursorText(value, this.options.connectorName);
    await this.#guarded(() => this.#buffer.flush());
    this.#refuseWhenOver();
    await this.#guarded(() => this.sink.saveCursor(JSON.parse(text)));
    return undefined;
  }

  async #cursorRefused(): Promise<undefined> {
    await this.#guarded(() => this.sink.cursorRefused());
    return undefined;
  }

  async #source(identity: string): Promise<boolean> {
    if (!isText(identity, bounds.placeLength)) {
      throw new IsthmusError(
        'CONNECTOR_FAILED',
        `the identity of the source of ${this.options.connectorName} is no text of 1 to ${bounds.placeLength} characters`,
      );
    }
    return this.#guarded(() => this.sink.source(identity));
  }

  async #complete({ scope, place, count, rights, seesAll }: CompleteMessage): Promise<undefined> {
    await this.#guarded(() => this.#buffer.flush());
    if (this.#tainted.has(scope) || !this.#certifies) {
      return this.#deliverFinding(scope, {
        severity: 'warning',
        code: 'SCOPE_NOT_CERTIFIED',
        message: this.#certifies
          ? 'the scope holds items that cannot be told apart, so nothing is concluded from what is missing'
          : 'the configuration changed during the run, so nothing is concluded from what is missing',
      });
    }
    // The flush took time; a certificate after the abort would let an incomplete listing delete.
    this.#refuseWhenOver();
    const medium = isText(place, bounds.placeLength) ? place : undefined;
    await this.#guarded(() =>
      this.sink.complete(scope, medium, fitProof({ count, rights, seesAll }, this.options.connectorName)),
    );
    return undefined;
  }

  async #deliverFinding(scope: string | undefined, finding: Finding): Promise<undefined> {
    const fit = fitFinding(finding, this.options.clean);
    await this.#guarded(() => this.sink.finding(scope, fit));
    return undefined;
  }

  /** What the store refused once is lost to this run: no later call may pass as if nothing had happened. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#fault ??= { error };
      throw error;
    }
  }

  #refuseWhenOver(): void {
    if (this.#fault !== undefined) throw this.#fault.error;
    if (this.#open && !this.signal.aborted) return;
    throw this.#over();
  }

  #refuseWhenReadOnly(): void {
    if (this.options.mayWrite) return;
    const { connectorName, direction = { by: 'registration' } } = this.options;
    throw writeNotPermitted(connectorName, direction);
  }
}

type CompleteMessage = Extract<RunMessage, { readonly type: 'scope.complete' }>;

/** @throws CURSOR_INVALID */
function cursorText(value: unknown, connectorName: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // a cycle, or a number that JSON cannot say
  }
  if (text === undefined || Buffer.byteLength(text) > largestCursor) {
    const fault = text === undefined ? 'is no plain JSON' : `has more than ${largestCursor} bytes`;
    throw new IsthmusError('CURSOR_INVALID', `the cursor of ${connectorName} ${fault}`);
  }
  return text;
}

/** @throws CONNECTOR_FAILED: a proof that cannot be read must not pass for none */
function fitProof(
  { count, rights, seesAll }: { readonly [field in keyof ListingProof]: unknown },
  connectorName: string,
): ListingProof | undefined {
  if (count === undefined && rights === undefined) return undefined;
  const isFitCount = count === undefined || (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0);
  const isFitRights =
    rights === undefined ||
    (Array.isArray(rights) &&
      rights.length <= bounds.rights &&
      rights.every((right) => isText(right, bounds.rightLength)));
  if (!isFitCount || !isFitRights) {
    const field = isFitCount ? 'rights' : 'count';
    throw new IsthmusError('CONNECTOR_FAILED', `${connectorName} completed a scope with ${field} that cannot be read`, {
      details: { field },
    });
  }
  return {
    ...(count === undefined ? {} : { count }),
    ...(rights === undefined ? {} : { rights }),
    ...(seesAll === true ? { seesAll } : {}),
  };
}

function isList(items: unknown): items is readonly KeptItem[] {
  return Array.isArray(items) && items.length <= mostKeptAtOnce;
}

function isFitToKeep(item: KeptItem): boolean {
  return isFitKey(item?.key) && isText(item.sourceVersion, bounds.sourceVersionLength);
}

function digestOf(item: SourceItem, hash: string) {
  return {
    key: item.key,
    hash,
    ...(item.sourceVersion === undefined ? {} : { sourceVersion: item.sourceVersion }),
    ...(item.opens === undefined ? {} : { opens: item.opens }),
  };
}

import type { ConnectorLog } from '../connector-log.js';
import { Poll } from '../helpers/poll.js';
import { reasonOf } from '../helpers/reason-of.js';
import { nodeTimers, type Timers } from '../helpers/timers.js';

export interface WatchedParts {
  /** How long it is waited between two looks. */
  readonly pollSeconds: number;
  /** Of the time that looking takes at most: what takes long is looked at less often. Default: all of it. */
  readonly share?: number;
  /**
   * A text for each part of the source, by the name of the scope that is to be listed when it changes: another text
   * whenever anything of it was changed. Throws what cannot be asked as a whole.
   */
  look(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * The scope that lists the parts themselves: told when one is gone, and once each when the source can no longer be
   * asked and when it can be again, so that a run shows it.
   */
  readonly scopeOfParts: string;
  readonly changed: (scopes: readonly string[]) => void;
  readonly log: ConnectorLog;
  readonly timers?: Timers;
}

/**
 * Looks from time to time whether anything was changed in the parts of a source, by a question that is far cheaper than
 * listing them. What a run has read is what later looks are held against: no change between two looks goes unseen.
 */
export class FingerprintWatch {
  readonly #poll: Poll;
  /** What was read or looked at last, by part. */
  readonly #known = new Map<string, string>();
  /** What was told last: a change is told once, however long the run takes that it leads to. */
  readonly #told = new Map<string, string>();
  #hasLooked = false;
  #isFailing = false;

  constructor(private readonly parts: WatchedParts) {
    const { pollSeconds, share, timers = nodeTimers } = parts;
    this.#poll = new Poll(timers, pollSeconds * 1_000, (signal) => this.#look(signal), share);
  }

  /** A run has listed this part completely as it was at this fingerprint. */
  read(scope: string, fingerprint: string): void {
    this.#known.set(scope, fingerprint);
    this.#told.delete(scope);
  }

  stop(): Promise<void> {
    return this.#poll.stop();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { look, log } = this.parts;
    try {
      this.#compare(await look(signal));
      if (this.#isFailing) log.info('it can be looked for changes again');
      this.#setFailing(false);
    } catch (error) {
      if (signal.aborted) return;
      if (!this.#isFailing) log.warn('it cannot be looked for changes', { reason: reasonOf(error) });
      this.#setFailing(true);
    }
  }

  /** What is only logged nobody sees: a run that fails shows that the source is lost, and the next that it is back. */
  #setFailing(isFailing: boolean): void {
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    this.parts.changed([this.parts.scopeOfParts]);
  }

  #compare(found: ReadonlyMap<string, string>): void {
    const changed: string[] = [];
    for (const [scope, fingerprint] of found) {
      const known = this.#known.get(scope);
      const isNew = known === undefined && this.#hasLooked;
      // what no run has read yet is remembered: a run that is still to come will read it
      if (known === undefined) this.#known.set(scope, fingerprint);
      const isChanged = known !== undefined && known !== fingerprint && this.#told.get(scope) !== fingerprint;
      if (isChanged) this.#told.set(scope, fingerprint);
      if (isNew || isChanged) changed.push(scope);
    }
    const gone = [...this.#known.keys()].filter((scope) => !found.has(scope));
    for (const scope of gone) this.#known.delete(scope);
    this.#hasLooked = true;
    if (gone.length > 0) changed.push(this.parts.scopeOfParts);
    if (changed.length > 0) this.parts.changed(changed);
  }
}

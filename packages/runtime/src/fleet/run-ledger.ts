import type { Clock, ErrorReport } from '@isthmus/kernel';
import type { Grant } from '@isthmus/model';
import type { GrantedRun } from '../dispatch/run-dispatcher.js';
import { noCounts, type RunRecord } from '../journal/journal.js';
import { ActiveRun } from './active-run.js';
import type { ConnectorState } from './connector-status.js';

/** Failures that are over with the next run, although repeating the same request would not help. */
const passing: ReadonlySet<string> = new Set(['GRANT_SUPERSEDED', 'CONNECTOR_STOPPED']);

/** What one connector's runs come to: the one under way, the last one, how many. */
export class RunLedger {
  #current: ActiveRun | undefined;
  #last: RunRecord | undefined;
  /** The last run of the present instance. */
  #judged: RunRecord | undefined;
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  get current(): ActiveRun | undefined {
    return this.#current;
  }

  /** The right of the run under way. */
  get grant(): Grant | undefined {
    const begun = this.#current?.begun;
    return begun === undefined ? undefined : { slot: begun.slot, token: begun.token };
  }

  get last(): RunRecord | undefined {
    return this.#last;
  }

  get count(): number {
    return this.#count;
  }

  begin(
    run: GrantedRun & Pick<RunRecord, 'acts'>,
    { connectorGuid, connectorName }: Pick<RunRecord, 'connectorGuid' | 'connectorName'>,
    isEndless: boolean,
  ): ActiveRun {
    this.#count += 1;
    const begun: RunRecord = {
      id: run.runId,
      slot: run.grant.slot,
      token: run.grant.token,
      connectorGuid,
      connectorName,
      mode: run.mode,
      reasons: run.reasons,
      ...(run.acts === undefined || run.acts.length === 0 ? {} : { acts: run.acts }),
      startedAt: this.clock.now(),
      outcome: 'running',
      counts: noCounts,
      findings: [],
      findingCount: 0,
    };
    this.#current = new ActiveRun(begun, isEndless);
    return this.#current;
  }

  /** @returns false when it was given up before */
  end(active: ActiveRun, ended: RunRecord): boolean {
    if (this.#current !== active) return false;
    this.giveUp();
    // A run that was cancelled from here says nothing about the connector.
    if (ended.outcome !== 'cancelled') this.#judged = ended;
    if (ended.outcome !== 'cancelled' || this.#last === undefined) this.#last = ended;
    return true;
  }

  /** The instance is gone: what its run still says does not count. */
  giveUp(): void {
    this.#current = undefined;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** A new instance is not judged by the runs of the one before. */
  renew(): void {
    this.#judged = undefined;
  }

  /** Why the present instance does not do well. */
  get fault(): ErrorReport | undefined {
    return this.#judged?.outcome === 'failed' ? this.#judged.error : undefined;
  }

  /** Resolves when no run is under way. */
  rest(): Promise<void> {
    return this.#current === undefined ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** State of an instance as its runs tell it. */
  state(): ConnectorState {
    if (this.#current !== undefined) return this.#current.isEndless ? 'engaged' : 'refreshing';
    if (this.fault === undefined) return 'waiting';
    return this.fault.retryable || passing.has(this.fault.code) ? 'backing-off' : 'failed';
  }
}

import { type Clock, type ErrorReport, IsthmusError, toErrorReport } from '@isthmus/kernel';
import { afterFailedStart, type FailureHistory, type RestartRules } from './restart-policy.js';

/** Zombies of one connector: instances whose code went on after it was told to end. More are not made by themselves. */
const mostZombies = 3;

/** What stands in the way of a connector's next start, as far as its own past is concerned. */
export class StartTroubles {
  #history: FailureHistory = [];
  #refusal: { readonly state: 'quarantined' | 'failed'; readonly reason: ErrorReport } | undefined;
  #retry:
    | {
        readonly state: 'backing-off' | 'failed';
        readonly reason: ErrorReport;
        readonly monotonicAt: number;
        /** Epoch ms, for people. */
        readonly at: number;
      }
    | undefined;
  #zombies = 0;

  constructor(
    private readonly clock: Clock,
    private readonly rules: RestartRules,
    private readonly random: () => number,
  ) {}

  get refusal(): 'quarantined' | 'failed' | undefined {
    return this.#refusal?.state;
  }

  get retry(): { readonly isDue: boolean; readonly state: 'backing-off' | 'failed' } | undefined {
    return this.#retry && { state: this.#retry.state, isDue: this.retryInMs === 0 };
  }

  /** Undefined: no retry is planned. */
  get retryInMs(): number | undefined {
    return this.#retry && Math.max(0, this.#retry.monotonicAt - this.clock.monotonic());
  }

  get retryAt(): number | undefined {
    return this.#refusal === undefined ? this.#retry?.at : undefined;
  }

  get reason(): ErrorReport | undefined {
    return this.#refusal?.reason ?? this.#retry?.reason;
  }

  failed(error: unknown): void {
    const reason = toErrorReport(error);
    if (!reason.retryable) {
      this.#refusal ??= { state: 'failed', reason };
      return;
    }
    const now = this.clock.monotonic();
    const { history, state, retryAt } = afterFailedStart(this.#history, now, this.random(), this.rules);
    this.#history = history;
    this.#retry = { state, reason, monotonicAt: retryAt, at: this.clock.now() + retryAt - now };
  }

  succeeded(): void {
    this.#history = [];
    this.#retry = undefined;
  }

  zombie(connectorName: string): void {
    this.#zombies += 1;
    if (this.#zombies < mostZombies) return;
    const error = new IsthmusError(
      'CONNECTOR_QUARANTINED',
      `${this.#zombies} instances of ${connectorName} went on after they were told to end; no further one is started`,
      { details: { connector: connectorName, zombies: this.#zombies } },
    );
    this.#refusal = { state: 'quarantined', reason: toErrorReport(error) };
  }

  /** Something has changed, so the past does not count. Zombies still do: they are still there. */
  forgive(): void {
    this.#history = [];
    this.#retry = undefined;
    this.#refusal = undefined;
  }

  /** A person takes the responsibility. */
  forgiveAll(): void {
    this.forgive();
    this.#zombies = 0;
  }
}

import { IsthmusError, type Logger } from '@isthmus/kernel';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  type IPolicy,
  retry,
  wrap,
} from 'cockatiel';
import type { HttpLimits } from './http-limits.js';
import { RetryBudget } from './retry-budget.js';

/** How requests are repeated and when they are not made at all. One per server, so that all callers share what it knows. */
export class Resilience {
  readonly #limits: HttpLimits;
  readonly #logger: Logger;
  readonly #repeat: IPolicy;
  readonly #budget = new RetryBudget();
  #breaker: CircuitBreakerPolicy;

  constructor(limits: HttpLimits, random: () => number, logger: Logger) {
    this.#limits = limits;
    this.#logger = logger;
    this.#breaker = this.#closedBreaker();
    this.#repeat = retry(
      handleWhen((error) => isWorthRepeating(error) && this.#budget.take()),
      {
        maxAttempts: limits.maxRetries,
        backoff: new ExponentialBackoff<number>({
          initialDelay: limits.firstRetryDelayMs,
          maxDelay: limits.maxRetryDelayMs,
          generator: (step, options) => {
            const exponent = step ?? 0;
            const ceiling = Math.min(options.maxDelay, options.initialDelay * options.exponent ** exponent);
            return [ceiling * (0.5 + random() / 2), exponent + 1];
          },
        }),
      },
    );
  }

  /**
   * @param mode - `once`: not repeated; `repeated`: idempotent; `probe`: idempotent and asked even while the breaker is
   * open, as polls are what finds out that a server is back
   * @throws BrokenCircuitError is turned into STORE_UNREACHABLE
   */
  async run<T>(mode: 'once' | 'repeated' | 'probe', attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const policy =
      mode === 'once' ? this.#breaker : mode === 'repeated' ? wrap(this.#repeat, this.#breaker) : this.#repeat;
    try {
      const result = await policy.execute(attempt, signal);
      this.#budget.succeeded();
      if (mode === 'probe') this.#serverIsThere();
      return result;
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new IsthmusError(
        'STORE_UNREACHABLE',
        'the metadata server did not answer lately, so it was not asked; it is tried again within seconds',
      );
    }
  }

  /** A poll got through: whoever asks now because of that must not be told that the server was away lately. */
  #serverIsThere(): void {
    if (this.#breaker.state === CircuitState.Closed) return;
    this.#breaker = this.#closedBreaker();
    this.#logger.info('metadata server answers again');
  }

  #closedBreaker(): CircuitBreakerPolicy {
    const breaker = circuitBreaker(handleWhen(isUnreachable), {
      halfOpenAfter: this.#limits.breakerOpenMs,
      breaker: new ConsecutiveBreaker(this.#limits.breakerFailures),
    });
    breaker.onBreak(() =>
      this.#logger.warn('metadata server does not answer; requests are refused at once for a while'),
    );
    breaker.onReset(() => this.#logger.info('metadata server answers again'));
    return breaker;
  }
}

function isUnreachable(error: unknown): boolean {
  return IsthmusError.is(error) && error.code === 'STORE_UNREACHABLE';
}

/** An answer that makes no sense is left to the caller: repeating it at once rarely helps. */
function isWorthRepeating(error: unknown): boolean {
  return (
    IsthmusError.is(error) && (error.code === 'STORE_UNREACHABLE' || error.code === 'STORE_REFUSED') && error.retryable
  );
}

import { type Clock, type Logger, processSlicer, type Scheduled } from '@isthmus/kernel';

/** Steps without a rest: more mean that two steps undo each other. */
const mostSteps = 50;
const breathMs = 1_000;

/** One worker for one key: takes step after step until there is nothing to do, never two at a time. */
export class KeyWorker {
  #isWorking = false;
  #isWoken = false;
  #timer: Scheduled | undefined;
  readonly #idle: (() => void)[] = [];

  /** @param step brings the key one step nearer to what is wanted; `rest`: nothing to do until it is woken */
  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly step: () => Promise<'again' | 'rest'>,
  ) {}

  /** Returns before any step is taken. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isWorking) return;
    this.#isWorking = true;
    void this.#work();
  }

  /** Replaces an earlier call; infinite = not by time. */
  wakeIn(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = Number.isFinite(delayMs) ? this.clock.schedule(delayMs, () => this.wake()) : undefined;
  }

  /** Resolves when the worker comes to rest; at once when it rests. */
  idle(): Promise<void> {
    return this.#isWorking ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  async #work(): Promise<void> {
    for (let steps = 0; this.#isWoken; steps += 1) {
      this.#isWoken = false;
      // Whoever woke it finishes its own change first; and thousands may be woken at once.
      await processSlicer.turn();
      if (steps >= mostSteps) {
        this.logger.error('connector does not come to rest', { steps });
        this.wakeIn(breathMs);
        break;
      }
      try {
        if ((await this.step()) === 'again') this.#isWoken = true;
      } catch (error) {
        this.logger.error('a step of the connector failed and is tried again', { error });
        this.#isWoken = false;
        this.wakeIn(breathMs);
      }
    }
    this.#isWorking = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

import { type Clock, type Logger, messageOf, type Scheduled } from '@isthmus/kernel';

const firstLookMs = 5_000;
const everyMs = 10_000;

/**
 * Prepares the orders of the store while nobody writes: soon after the start, and when it has come to rest after many
 * changes. Whoever asks for a page in one of them finds it ready.
 */
export class OrderKeeping {
  #timer: Scheduled | undefined;
  #closed = false;
  /** Number of the last change that was seen at the last look. */
  #seen: number | undefined;
  #preparedAt: number | undefined;

  /** @param lastChange gives the number of the last change @param prepare costs little where all is ready */
  constructor(
    private readonly clock: Pick<Clock, 'schedule'>,
    private readonly logger: Logger,
    private readonly lastChange: () => number,
    private readonly prepare: () => Promise<void>,
  ) {}

  start(): void {
    this.#schedule(firstLookMs);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    if (this.#closed) return;
    this.#timer = this.clock.schedule(delayMs, () => {
      void this.#look().finally(() => this.#schedule(everyMs));
    });
  }

  async #look(): Promise<void> {
    const last = this.lastChange();
    const isAtRest = this.#seen === undefined || this.#seen === last;
    this.#seen = last;
    if (!isAtRest || this.#preparedAt === last) return;
    this.#preparedAt = last;
    try {
      await this.prepare();
    } catch (error) {
      if (!this.#closed) this.logger.warn('orders of the store were not prepared', { error: messageOf(error) });
    }
  }
}

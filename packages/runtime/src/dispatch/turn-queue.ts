import type { Clock } from '@isthmus/kernel';
import PQueue from 'p-queue';

/** What limits how many runs may load one source at a time. */
export interface SourceBudget {
  readonly source: string;
  readonly limit: number;
}

/** What a turn is given to. */
export interface TurnTaker {
  /** Undefined: no limit. */
  readonly budget: SourceBudget | undefined;
  /** Takes the turn. The seat is free again when the promise resolves; it must not reject. */
  take(): Promise<void>;
}

/**
 * How long a request may be passed over by later ones of a higher priority, in ms by priority: demand never has to
 * wait for anybody, and after five minutes nobody comes before a schedule. So nothing starves.
 */
const allowances: Readonly<Record<number, number>> = { 4: 0, 3: 30_000, 2: 60_000, 1: 300_000 };

interface Seat {
  readonly taker: TurnTaker;
  readonly order: number;
}

/** One queue for all slots: bounded concurrency, priorities that age, and a budget per source. */
export class TurnQueue {
  readonly #queue: PQueue;
  /** Runs of a source under way, and those that its budget holds back, best first. */
  readonly #sources = new Map<string, { active: number; readonly parked: Seat[] }>();

  constructor(
    private readonly clock: Clock,
    concurrency: number,
  ) {
    this.#queue = new PQueue({ concurrency });
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /** @param priority - 1 (what time brings) to 4 (demand) */
  add(taker: TurnTaker, priority: number): void {
    const order = -(this.clock.monotonic() + (allowances[priority] ?? allowances[1] ?? 0));
    this.#enqueue({ taker, order });
  }

  clear(): void {
    this.#queue.clear();
    this.#sources.clear();
  }

  #enqueue(seat: Seat): void {
    void this.#queue.add(() => this.#give(seat), { priority: seat.order });
  }

  async #give(seat: Seat): Promise<void> {
    const { budget } = seat.taker;
    if (budget === undefined) return seat.taker.take();
    const source = this.#sources.get(budget.source) ?? { active: 0, parked: [] };
    this.#sources.set(budget.source, source);
    if (source.active >= Math.max(1, budget.limit)) {
      // Waits outside of the queue, so that a source at its limit keeps no seat from others.
      const place = source.parked.findIndex((other) => other.order < seat.order);
      source.parked.splice(place < 0 ? source.parked.length : place, 0, seat);
      return;
    }
    source.active += 1;
    try {
      await seat.taker.take();
    } finally {
      source.active -= 1;
      const next = source.parked.shift();
      if (next !== undefined) this.#enqueue(next);
      else if (source.active === 0) this.#sources.delete(budget.source);
    }
  }
}

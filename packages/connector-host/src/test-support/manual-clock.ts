import type { Clock, Scheduled } from '@isthmus/kernel';

/** A clock that tests turn; connector-testing has the full one, but depends on this package. */
export class TestClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  get armedTimers(): number {
    return this.#timers.length;
  }

  schedule(delayMs: number, action: () => void): Scheduled {
    const timer = { at: this.#now + delayMs, action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  async pass(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    await rest();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.action();
      await rest();
    }
    this.#now = end;
  }
}

export async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

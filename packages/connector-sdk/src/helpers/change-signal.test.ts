import { describe, expect, it } from '@jest/globals';
import { ChangeSignal } from './change-signal.js';

/** Timers that are turned by hand. */
class ManualTimers {
  #now = 0;
  #waiting: { readonly at: number; readonly action: () => void }[] = [];

  get armedTimers(): number {
    return this.#waiting.length;
  }

  after(delayMs: number, action: () => void): () => void {
    const timer = { at: this.#now + delayMs, action };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== timer);
    };
  }

  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    for (;;) {
      const [next] = this.#waiting.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#now = next.at;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      next.action();
    }
    this.#now = end;
  }
}

function signal() {
  const clock = new ManualTimers();
  const told: (readonly string[] | undefined)[] = [];
  return { clock, told, signal: new ChangeSignal(clock, (scopes) => told.push(scopes)) };
}

describe('ChangeSignal', () => {
  it('tells each folder once, 100 ms after the first event', async () => {
    const { clock, told, signal: one } = signal();
    one.scope('/a');
    await clock.advance(60);
    one.scope('/b');
    one.scope('/a');
    await clock.advance(39);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([['/a', '/b']]);
    await clock.advance(1_000);
    expect(told).toHaveLength(1);
  });

  it('tells everything after a flood, for the system may have dropped events', async () => {
    const { clock, told, signal: one } = signal();
    for (let count = 0; count < 8_192; count += 1) one.scope('/a');
    await clock.advance(100);
    expect(told).toEqual([undefined]);
  });

  it('tells everything when too many folders have changed', async () => {
    const { clock, told, signal: one } = signal();
    for (let count = 0; count <= 1_000; count += 1) one.scope(`/${count}`);
    await clock.advance(100);
    expect(told).toEqual([undefined]);
  });

  it('waits as long as a listing takes, two seconds at most', async () => {
    const { clock, told, signal: one } = signal();
    one.pace(700);
    one.scope('/a');
    await clock.advance(699);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toHaveLength(1);
    one.pace(60_000);
    one.scope('/a');
    await clock.advance(2_000);
    expect(told).toHaveLength(2);
  });

  it('tells nothing after it is closed', async () => {
    const { clock, told, signal: one } = signal();
    one.scope('/a');
    one.close();
    one.scope('/b');
    await clock.advance(1_000);
    expect([told, clock.armedTimers]).toEqual([[], 0]);
  });
});

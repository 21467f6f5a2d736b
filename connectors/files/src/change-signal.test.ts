import { ManualClock } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { ChangeSignal } from './change-signal.js';

function signal() {
  const clock = new ManualClock();
  const told: (readonly string[] | undefined)[] = [];
  const timers = {
    after(delayMs: number, action: () => void) {
      const timer = clock.schedule(delayMs, action);
      return () => timer.cancel();
    },
  };
  return { clock, told, signal: new ChangeSignal(timers, (paths) => told.push(paths)) };
}

describe('ChangeSignal', () => {
  it('tells each folder once, 100 ms after the first event', async () => {
    const { clock, told, signal: one } = signal();
    one.folder('/a');
    await clock.advance(60);
    one.folder('/b');
    one.folder('/a');
    await clock.advance(39);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([['/a', '/b']]);
    await clock.advance(1_000);
    expect(told).toHaveLength(1);
  });

  it('tells everything after a flood, for the system may have dropped events', async () => {
    const { clock, told, signal: one } = signal();
    for (let count = 0; count < 8_192; count += 1) one.folder('/a');
    await clock.advance(100);
    expect(told).toEqual([undefined]);
  });

  it('tells everything when too many folders have changed', async () => {
    const { clock, told, signal: one } = signal();
    for (let count = 0; count <= 1_000; count += 1) one.folder(`/${count}`);
    await clock.advance(100);
    expect(told).toEqual([undefined]);
  });

  it('waits as long as a listing takes, two seconds at most', async () => {
    const { clock, told, signal: one } = signal();
    one.pace(700);
    one.folder('/a');
    await clock.advance(699);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toHaveLength(1);
    one.pace(60_000);
    one.folder('/a');
    await clock.advance(2_000);
    expect(told).toHaveLength(2);
  });

  it('tells nothing after it is closed', async () => {
    const { clock, told, signal: one } = signal();
    one.folder('/a');
    one.close();
    one.folder('/b');
    await clock.advance(1_000);
    expect([told, clock.armedTimers]).toEqual([[], 0]);
  });
});

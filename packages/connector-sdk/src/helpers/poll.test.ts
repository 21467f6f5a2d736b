import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Poll } from './poll.js';

function turned() {
  const waiting: (() => void)[] = [];
  const timers = {
    after: (_delayMs: number, action: () => void) => {
      waiting.push(action);
      return () => void waiting.splice(waiting.indexOf(action), 1);
    },
  };
  return { timers, waiting, turn: () => waiting.shift()?.() };
}

describe('a poll', () => {
  it('looks again after the last look has ended, also when that failed', async () => {
    const { timers, waiting, turn } = turned();
    let looks = 0;
    const poll = new Poll(timers, 1_000, async () => {
      looks += 1;
      if (looks === 1) throw new Error('not now');
    });
    turn();
    expect([looks, waiting.length]).toEqual([1, 0]);
    await setImmediate();
    turn();
    await setImmediate();
    expect([looks, waiting.length]).toEqual([2, 1]);
    await poll.stop();
    expect(waiting.length).toBe(0);
  });

  it('looks less often at what takes long, where it has a share of the time', async () => {
    const delays: number[] = [];
    const { timers, turn } = turned();
    const after = (delayMs: number, action: () => void) => {
      delays.push(delayMs);
      return timers.after(delayMs, action);
    };
    const poll = new Poll({ after }, 0.001, () => setImmediate(), 0.000_001);
    turn();
    await setImmediate();
    await setImmediate();
    expect(delays[0]).toBe(0.001);
    expect(delays[1]).toBeGreaterThan(1);
    await poll.stop();
  });

  it('ends the look that is under way when it is stopped', async () => {
    const { timers, waiting, turn } = turned();
    let ended = false;
    const poll = new Poll(timers, 1_000, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      ended = true;
    });
    turn();
    await poll.stop();
    await poll.stop();
    expect([ended, waiting.length]).toEqual([true, 0]);
  });
});

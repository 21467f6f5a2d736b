import { type Clock, systemClock } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LoginThrottle } from './login-throttle.js';

describe('the throttle', () => {
  it('never lets more through than the burst and one per refill, whatever happens when', () => {
    const step = fc.record({ waitMs: fc.integer({ min: 0, max: 5_000 }), succeeds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let time = 0;
        const clock: Clock = { ...systemClock, monotonic: () => time };
        const throttle = new LoginThrottle({ burst: 5, refillMs: 1_000 }, clock);
        let failed = 0;
        for (const { waitMs, succeeds } of steps) {
          time += waitMs;
          if (throttle.take('key') > 0) continue;
          if (succeeds) throttle.giveBack('key');
          else failed += 1;
        }
        expect(failed).toBeLessThanOrEqual(5 + time / 1_000);
      }),
    );
  });

  it('remembers a bounded number of keys', () => {
    const throttle = new LoginThrottle({ burst: 1, refillMs: 1_000_000 }, systemClock);
    for (let index = 0; index < 30_000; index += 1) throttle.take(`key ${index}`);
    expect(throttle.size).toBe(10_000);
  });

  it('forgets who has nothing to answer for', () => {
    const throttle = new LoginThrottle({ burst: 3, refillMs: 1_000 }, systemClock);
    throttle.take('key');
    throttle.giveBack('key');
    expect(throttle.size).toBe(0);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterFailedStart, defaultRestartRules, type FailureHistory } from './restart-policy.js';

const { windowMs, slowProbeMs, failureLimit } = defaultRestartRules;

describe('afterFailedStart', () => {
  it('doubles the wait, jittered in full', () => {
    let history: FailureHistory = [];
    const waits: number[] = [];
    for (let failure = 0; failure < 4; failure += 1) {
      const decision = afterFailedStart(history, failure, 0.5);
      history = decision.history;
      waits.push(decision.retryAt - failure);
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
    expect(afterFailedStart([], 0, 0).retryAt).toBe(0);
  });

  it('fails after five in ten minutes, then probes slowly without end', () => {
    let history: FailureHistory = [];
    let now = 0;
    for (let failure = 1; failure <= 20; failure += 1) {
      const decision = afterFailedStart(history, now, 0.9);
      expect(decision.state).toBe(failure < failureLimit ? 'backing-off' : 'failed');
      if (failure >= failureLimit) expect(decision.retryAt - now).toBe(slowProbeMs);
      history = decision.history;
      now = decision.retryAt;
    }
    expect(history).toHaveLength(failureLimit);
  });

  it('does not count failures that lie further apart than its window', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: windowMs, max: 10 * windowMs }), { maxLength: 50 }), (gaps) => {
        let history: FailureHistory = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          const decision = afterFailedStart(history, now, 0.5);
          expect(decision.state).toBe('backing-off');
          history = decision.history;
        }
      }),
    );
  });
});

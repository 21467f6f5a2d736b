import type { SlotFailures, SlotRules } from './slot-state.js';

/** Codes that say "not now", not "never": what they report is over with the next token. */
const passing: ReadonlySet<string> = new Set(['GRANT_SUPERSEDED', 'CONNECTOR_STOPPED']);

/** Counts a failure. The wait before the next attempt follows from the result by `backOffMs`. */
export function countFailure(
  failures: SlotFailures,
  failure: { readonly code: string | undefined; readonly retryable: boolean },
  now: number,
  rules: SlotRules,
): SlotFailures {
  const recent = [...failures.recent.filter((instant) => instant > now - rules.failureWindowMs), now].slice(
    -rules.failureLimit,
  );
  return {
    count: failures.count + 1,
    recent,
    slow: failures.slow || recent.length >= rules.failureLimit,
    blocked: !failure.retryable && !passing.has(failure.code ?? ''),
    code: failure.code,
  };
}

/**
 * Wait before the next attempt: 5 s, doubled up to 60 s, of which the second half is jittered. Never near zero (as
 * full jitter would allow), so that a connector that fails at once cannot spin. Slow probes lose at most a tenth.
 *
 * @param jitter - in [0, 1)
 */
export function backOffMs(failures: SlotFailures, jitter: number, rules: SlotRules): number {
  if (failures.slow) return Math.round(rules.slowProbeMs * (0.9 + jitter / 10));
  const doublings = Math.min(Math.max(0, failures.count - 1), 30);
  const ceiling = Math.min(rules.backOffMaxMs, rules.backOffBaseMs * 2 ** doublings);
  return Math.round(ceiling * (0.5 + jitter / 2));
}

/** When to try a start again. Milliseconds. */
export interface RestartRules {
  /** So many failures within the window, then only slow probes. */
  readonly failureLimit: number;
  readonly windowMs: number;
  readonly baseMs: number;
  readonly mostMs: number;
  readonly slowProbeMs: number;
}

export const defaultRestartRules: RestartRules = {
  failureLimit: 5,
  windowMs: 10 * 60_000,
  baseMs: 1_000,
  mostMs: 60_000,
  slowProbeMs: 15 * 60_000,
};

/** Instants of failed starts, newest last; never more than the limit. */
export type FailureHistory = readonly number[];

export interface RestartDecision {
  readonly history: FailureHistory;
  readonly state: 'backing-off' | 'failed';
  readonly retryAt: number;
}

/**
 * What follows a failed start: another try after an exponential wait with full jitter, or, when too many failed in a short
 * time, `failed` with slow probes (never for ever dead). Failures older than the window do not count any more.
 *
 * @param now and the history: of a clock that only grows; @param random in [0, 1)
 */
export function afterFailedStart(
  history: FailureHistory,
  now: number,
  random: number,
  rules: RestartRules = defaultRestartRules,
): RestartDecision {
  // Once slow, slow until a start succeeds and the history is cleared: a failed probe is no fresh beginning.
  const isSlow = history.length >= rules.failureLimit;
  const counted = isSlow ? history : history.filter((at) => at > now - rules.windowMs);
  const recent = [...counted, now].slice(-rules.failureLimit);
  if (recent.length >= rules.failureLimit) {
    return { history: recent, state: 'failed', retryAt: now + rules.slowProbeMs };
  }
  const ceiling = Math.min(rules.mostMs, rules.baseMs * 2 ** (recent.length - 1));
  return { history: recent, state: 'backing-off', retryAt: now + Math.round(ceiling * random) };
}

/** Bounds of the conversation with one metadata access server. Times in milliseconds. */
export interface HttpLimits {
  /** A call with all its retries ends by then. Default 30 s. */
  readonly deadlineMs: number;
  /** One attempt ends by then. Default 10 s. */
  readonly attemptTimeoutMs: number;
  /** Of idempotent requests only. Default 3. */
  readonly maxRetries: number;
  readonly firstRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** Consecutive failures after which nothing is asked for a while. Default 8. */
  readonly breakerFailures: number;
  /** How long nothing is asked. Default 1 s: shorter than a poll, so that a server that is back is noticed at once. */
  readonly breakerOpenMs: number;
  /** Larger answers are refused. Default 64 MiB. */
  readonly maxAnswerBytes: number;
  readonly maxSockets: number;
}

export const defaultHttpLimits: HttpLimits = {
  deadlineMs: 30_000,
  attemptTimeoutMs: 10_000,
  maxRetries: 3,
  firstRetryDelayMs: 100,
  maxRetryDelayMs: 2_000,
  breakerFailures: 8,
  breakerOpenMs: 1_000,
  maxAnswerBytes: 64 * 1024 * 1024,
  maxSockets: 16,
};

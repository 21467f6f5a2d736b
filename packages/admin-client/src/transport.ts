/** One call of the API; `generated.ts` makes them. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
  /** With parameters already encoded, from `/api/v1` on. */
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

/**
 * Carries calls to a daemon. Errors of the daemon arrive as `IsthmusError` with its code and next step; further codes:
 * DAEMON_UNREACHABLE (also when it does not answer in time), DAEMON_ANSWER_INVALID. An abort rejects with the
 * signal's reason.
 */
export interface AdminTransport {
  send<T>(call: ApiCall, isAnswer: (value: unknown) => value is T, signal?: AbortSignal): Promise<T>;
}

/**
 * Keeps retries a small share of all requests, so that many callers do not together beat a server that is already in
 * trouble. A retry takes one token, a success gives back a tenth.
 */
export class RetryBudget {
  #tokens: number;

  constructor(private readonly size = 20) {
    this.#tokens = size;
  }

  /** Whether one more retry may be made; takes its token. */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  succeeded(): void {
    this.#tokens = Math.min(this.size, this.#tokens + 0.1);
  }
}

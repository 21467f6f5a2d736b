import type { Timers } from './timers.js';

const debounceMs = 100;
const slowestMs = 2_000;
const mostScopes = 1_000;
/** The kernel drops events beyond 16,384 in its queue and Node does not tell; half of that is taken as a flood. */
const floodOfEvents = 8_192;

/** Gathers what changed for a moment and tells it once: for sources that tell of their changes one by one. */
export class ChangeSignal {
  readonly #scopes = new Set<string>();
  #everything = false;
  #events = 0;
  #delayMs = debounceMs;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(
    private readonly timers: Timers,
    /** Scopes that are to be listed again; undefined = all. */
    private readonly tell: (scopes: readonly string[] | undefined) => void,
  ) {}

  scope(name: string): void {
    this.#events += 1;
    if (this.#events >= floodOfEvents || this.#scopes.size >= mostScopes) this.#everything = true;
    else this.#scopes.add(name);
    this.#arm();
  }

  everything(): void {
    this.#everything = true;
    this.#arm();
  }

  /** Listing took so long: as much time shall pass between two of them, so that a busy source takes half a core at most. */
  pace(durationMs: number): void {
    this.#delayMs = Math.min(Math.max(durationMs, debounceMs), slowestMs);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    if (this.#closed) return;
    // Counted from the first event, not from the last: a file that is written for an hour does not hide the others.
    this.#cancel ??= this.timers.after(this.#delayMs, () => {
      const scopes = this.#everything ? undefined : [...this.#scopes];
      this.#cancel = undefined;
      this.#everything = false;
      this.#events = 0;
      this.#scopes.clear();
      this.tell(scopes);
    });
  }
}

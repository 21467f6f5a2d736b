import type { Timers } from './timers.js';

const debounceMs = 100;
const slowestMs = 2_000;
const mostScopes = 1_000;
/** The kernel drops events beyond 16,384 in its queue and Node does not tell; half of that is taken as a flood. */
const floodOfEvents = 8_192;

/** Gathers what changed for a moment and tells it once. */
export class ChangeSignal {
  readonly #paths = new Set<string>();
  #everything = false;
  #events = 0;
  #delayMs = debounceMs;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(
    private readonly timers: Timers,
    /** Folders whose children are to be listed again; undefined = all. */
    private readonly tell: (paths: readonly string[] | undefined) => void,
  ) {}

  folder(path: string): void {
    this.#events += 1;
    if (this.#events >= floodOfEvents || this.#paths.size >= mostScopes) this.#everything = true;
    else this.#paths.add(path);
    this.#arm();
  }

  everything(): void {
    this.#everything = true;
    this.#arm();
  }

  /** Listing took so long: as much time shall pass between two of them, so that a busy folder takes half a core at most. */
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
      const paths = this.#everything ? undefined : [...this.#paths];
      this.#cancel = undefined;
      this.#everything = false;
      this.#events = 0;
      this.#paths.clear();
      this.tell(paths);
    });
  }
}

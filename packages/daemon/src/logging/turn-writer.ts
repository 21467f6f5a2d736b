/**
 * Writes what is said in one turn of the event loop with one call of the system: thousands of connectors that start say
 * thousands of lines, and each write to a pipe holds the process up. Nothing is lost when the process ends by itself.
 */
export class TurnWriter {
  #isHeld = false;

  constructor(
    private readonly out: Pick<NodeJS.WritableStream & { cork(): void; uncork(): void }, 'cork' | 'uncork'>,
    ending: Pick<NodeJS.EventEmitter, 'on'> = process,
  ) {
    ending.on('exit', () => this.#release());
  }

  /** @param mayWait - false: this and what was held before it is written at once */
  collect(write: () => void, mayWait: boolean): void {
    if (mayWait && !this.#isHeld) {
      this.#isHeld = true;
      this.out.cork();
      setImmediate(() => this.#release());
    }
    write();
    if (!mayWait) this.#release();
  }

  #release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.out.uncork();
  }
}

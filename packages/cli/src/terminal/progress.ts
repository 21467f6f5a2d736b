import type { Output } from '../io.js';
import { plain } from './escape.js';
import { cut } from './width.js';

/** Shows how something goes on: on a terminal one line that is written over, elsewhere a line for each change, seldom. */
export class Progress {
  readonly #output: Output;
  readonly #now: () => number;
  #last = '';
  #lastAt = Number.NEGATIVE_INFINITY;
  #open = false;

  /** @param now - milliseconds */
  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
  }

  show(text: string): void {
    if (text === this.#last) return;
    if (this.#output.isTTY === true) {
      this.#output.write(`\r\u001b[2K${cut(plain(text), (this.#output.columns ?? 80) - 1)}`);
      this.#open = true;
    } else {
      if (this.#now() - this.#lastAt < lineIntervalMs) return;
      this.#output.write(`${plain(text)}\n`);
    }
    this.#last = text;
    this.#lastAt = this.#now();
  }

  /** Clears the line. */
  end(): void {
    if (this.#open) this.#output.write('\r\u001b[2K');
    this.#open = false;
  }
}

/** Logs of scripts need no line per item. */
const lineIntervalMs = 5_000;

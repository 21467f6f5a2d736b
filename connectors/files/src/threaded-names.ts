import { Buffer } from 'node:buffer';
import { namesToText } from './entry-path.js';

/** Of names that are turned into text at a time: hundreds of usual ones, and never a millisecond's work. */
const bytesTogether = 16 * 1024;

/** The names in a folder as a thread sends them, joined by NUL; turned into text as they are needed. */
export class ThreadedNames {
  readonly #bytes: Buffer;
  #from = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  pop(): readonly string[] | undefined {
    if (this.#from >= this.#bytes.length) return undefined;
    const end = this.#bytes.indexOf(0, this.#from + bytesTogether);
    const some = this.#bytes.subarray(this.#from, end === -1 ? this.#bytes.length : end);
    this.#from += some.length + 1;
    return namesToText(some);
  }
}

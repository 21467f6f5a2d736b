import { processSlicer } from '@isthmus/kernel';
import type { KeptJson } from './kept-json.js';

/** Items whose text is made into bytes in one go. */
const itemsAPiece = 20;

/**
 * JSON that is put together in slices: the text of thousands of connectors takes longer than the event loop may be held
 * up. Bytes, as one long text would be copied twice more on its way out, all at once.
 */
export class SlicedJson {
  readonly #pieces: Buffer[] = [];
  #text = '';

  /** Text as it is. */
  add(text: string): this {
    this.#text += text;
    return this;
  }

  /** A list: brackets, items and commas. */
  async list<T>(items: Iterable<T>, view: (item: T) => object): Promise<this> {
    this.#text += '[';
    let count = 0;
    for (const item of items) {
      if (processSlicer.isUsedUp) await processSlicer.turn('answer');
      this.#text += `${count === 0 ? '' : ','}${JSON.stringify(view(item))}`;
      count += 1;
      if (count % itemsAPiece === 0) this.#cut();
    }
    this.#text += ']';
    return this;
  }

  /** The same of items whose JSON is kept. */
  async keptList<T extends object>(items: Iterable<T>, json: KeptJson<T>): Promise<this> {
    this.#text += '[';
    let isFirst = true;
    for (const item of items) {
      if (processSlicer.isUsedUp) await processSlicer.turn('answer');
      if (!isFirst) this.#text += ',';
      isFirst = false;
      this.#cut();
      this.#pieces.push(json.of(item));
    }
    this.#text += ']';
    return this;
  }

  bytes(): Buffer {
    this.#cut();
    return Buffer.concat(this.#pieces);
  }

  #cut(): void {
    if (this.#text === '') return;
    this.#pieces.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/** The members of an object without its braces, to be put beside others. */
export function membersOf(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}

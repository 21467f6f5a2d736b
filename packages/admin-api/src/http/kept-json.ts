/**
 * JSON of things that are shown again and again: made once for each object, kept as long as the object is. Only for
 * objects that never change.
 */
export class KeptJson<T extends object> {
  readonly #known = new WeakMap<T, Buffer>();

  constructor(private readonly view: (item: T) => object) {}

  of(item: T): Buffer {
    const known = this.#known.get(item);
    if (known !== undefined) return known;
    const bytes = Buffer.from(JSON.stringify(this.view(item)));
    this.#known.set(item, bytes);
    return bytes;
  }
}

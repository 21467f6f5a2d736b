/** Many values per key, most keys having one: ten thousand sets of one would cost more than what they hold. */
export class OneToMany {
  readonly #values = new Map<string, string | Set<string>>();

  has(key: string): boolean {
    return this.#values.has(key);
  }

  of(key: string): Iterable<string> {
    const found = this.#values.get(key);
    return found === undefined ? [] : typeof found === 'string' ? [found] : found;
  }

  add(key: string, value: string): void {
    const found = this.#values.get(key);
    if (found === undefined) this.#values.set(key, value);
    else if (typeof found !== 'string') found.add(value);
    else if (found !== value) this.#values.set(key, new Set([found, value]));
  }

  remove(key: string, value: string): void {
    const found = this.#values.get(key);
    if (found === value) this.#values.delete(key);
    if (found === undefined || typeof found === 'string') return;
    found.delete(value);
    if (found.size === 0) this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}

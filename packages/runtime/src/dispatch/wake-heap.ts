/** One wanted wake per owner. Setting, dropping and taking cost O(log n); it holds one entry per owner, never more. */
export class WakeHeap<Owner extends object> {
  readonly #entries: { at: number; readonly owner: Owner }[] = [];
  readonly #places = new Map<Owner, number>();

  /** Earliest instant; undefined when empty. */
  get earliest(): number | undefined {
    return this.#entries[0]?.at;
  }

  get size(): number {
    return this.#entries.length;
  }

  /** Replaces the owner's wake; undefined drops it. */
  set(owner: Owner, at: number | undefined): void {
    const place = this.#places.get(owner);
    if (at === undefined) {
      if (place !== undefined) this.#drop(place);
      return;
    }
    if (place === undefined) {
      this.#entries.push({ at, owner });
      this.#places.set(owner, this.#entries.length - 1);
      this.#rise(this.#entries.length - 1);
      return;
    }
    const entry = this.#entries[place];
    if (entry === undefined) return;
    entry.at = at;
    this.#sink(this.#rise(place));
  }

  /** Removes and returns an owner whose wake is due; undefined when none is. */
  take(now: number): Owner | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.at > now) return undefined;
    this.#drop(0);
    return first.owner;
  }

  #drop(place: number): void {
    const gone = this.#entries[place];
    const last = this.#entries.pop();
    if (gone === undefined || last === undefined) return;
    this.#places.delete(gone.owner);
    if (gone === last) return;
    this.#put(place, last);
    this.#sink(this.#rise(place));
  }

  #rise(from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >>> 1;
      if (this.#at(parent) <= this.#at(place)) break;
      this.#swap(place, parent);
      place = parent;
    }
    return place;
  }

  #sink(from: number): void {
    let place = from;
    while (true) {
      const left = place * 2 + 1;
      const right = left + 1;
      const smaller = this.#at(right) < this.#at(left) ? right : left;
      if (this.#at(smaller) >= this.#at(place)) return;
      this.#swap(place, smaller);
      place = smaller;
    }
  }

  #at(place: number): number {
    return this.#entries[place]?.at ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const first = this.#entries[one];
    const second = this.#entries[other];
    if (first === undefined || second === undefined) return;
    this.#put(one, second);
    this.#put(other, first);
  }

  #put(place: number, entry: { at: number; readonly owner: Owner }): void {
    this.#entries[place] = entry;
    this.#places.set(entry.owner, place);
  }
}

import type { Reading, Stamps } from './document-reader.js';
import type { ToldApi, ToldThing } from './to-catalogue.js';

/** What is known of a document since it was read last. */
export interface Remembered {
  /** Scope of the location in which it was found. */
  readonly location: string;
  readonly stamps: Stamps;
  readonly reading: Exclude<Reading, { readonly kind: 'api' }> | { readonly kind: 'api'; readonly api: ToldApi };
  /** By noun: what is in it, without its content; undefined = too much to be remembered. */
  readonly kept: readonly KeptThing[] | undefined;
}

export type KeptThing = {
  readonly noun: ToldThing['noun'];
  readonly names: readonly string[];
  readonly sourceVersion: string;
};

/** Things of all documents that are remembered by their versions; of more than that, documents are read each time. */
const mostThings = 200_000;

/** What was read, by the key of its document. */
export class RememberedDocuments {
  readonly #byKey = new Map<string, Remembered>();
  #thingCount = 0;

  get(key: string): Remembered | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, remembered: Remembered): void {
    this.delete(key);
    const count = remembered.kept?.length ?? 0;
    const fits = this.#thingCount + count <= mostThings;
    this.#byKey.set(key, fits ? remembered : { ...remembered, kept: undefined });
    if (fits) this.#thingCount += count;
  }

  delete(key: string): void {
    this.#thingCount -= this.#byKey.get(key)?.kept?.length ?? 0;
    this.#byKey.delete(key);
  }

  /** Of a location, by the name of its scope. */
  keysOf(scope: string): readonly string[] {
    return [...this.#byKey].filter(([, { location }]) => location === scope).map(([key]) => key);
  }

  /** What a location holds no longer is no change of it any more. */
  keepOnly(scope: string, seen: ReadonlySet<string>): void {
    for (const key of this.keysOf(scope)) if (!seen.has(key)) this.delete(key);
  }
}

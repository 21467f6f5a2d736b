import type { CatalogTarget } from '../catalog-target.js';

/** The name of what the connector's own connection leads to: no target is called like this. */
const own = '';

/**
 * What a connector keeps open for each thing that it works on: for its own connection, or for each of its catalog targets.
 * Made when a run needs it first, and anew when its configuration is another one.
 */
export class TargetSources<C, S extends AsyncDisposable> implements AsyncDisposable {
  readonly #sources = new Map<string, { readonly configuration: string; readonly source: S }>();

  /** @param make - must not wait; `target` is undefined for the connector's own connection */
  constructor(
    private readonly configuration: C,
    private readonly make: (configuration: C, target: string | undefined) => S,
  ) {}

  async of(target: CatalogTarget<C> | undefined): Promise<S> {
    const { name = own, configuration = this.configuration } = target ?? {};
    const text = JSON.stringify(configuration);
    const known = this.#sources.get(name);
    if (known?.configuration === text) return known.source;
    await this.close(name);
    const source = this.make(configuration, name === own ? undefined : name);
    this.#sources.set(name, { configuration: text, source });
    return source;
  }

  /** All that are open, with the names of their targets. */
  *entries(): Generator<readonly [target: string | undefined, source: S]> {
    for (const [name, { source }] of [...this.#sources]) yield [name === own ? undefined : name, source];
  }

  get hasTargets(): boolean {
    return [...this.#sources.keys()].some((name) => name !== own);
  }

  /** What the connector's own connection leads to. */
  async closeOwn(): Promise<void> {
    await this.close(own);
  }

  async close(name: string): Promise<void> {
    const known = this.#sources.get(name);
    this.#sources.delete(name);
    await known?.source[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [...this.#sources.keys()]) await this.close(name);
  }
}

import type { ItemDigest, RunSink } from '../run-sink.js';
import { itemAsTold } from './plain-copy.js';

const mostItems = 200;
const mostBytes = 1024 * 1024;

interface Buffered {
  readonly digest: ItemDigest;
  readonly changedAt?: number;
  /** The elements as JSON: what the connector does with its objects afterwards changes nothing. */
  readonly text: string;
}

/**
 * Gathers the items of a run into offers. Scopes are offered in the order in which they first appear and items in the
 * order in which they were put, so that what is referred to travels before what refers to it.
 */
export class ScopeBuffer {
  #scopes = new Map<string, Buffered[]>();
  #count = 0;
  #bytes = 0;

  constructor(private readonly sink: Pick<RunSink, 'offer' | 'deliver'>) {}

  get isFull(): boolean {
    return this.#count >= mostItems || this.#bytes >= mostBytes;
  }

  add(scope: string, item: Buffered, bytes: number): void {
    const items = this.#scopes.get(scope);
    if (items === undefined) this.#scopes.set(scope, [item]);
    else items.push(item);
    this.#count += 1;
    this.#bytes += bytes;
  }

  /** Offers everything, delivers what is wanted. Calls must not overlap. */
  async flush(): Promise<void> {
    const scopes = this.#scopes;
    this.clear();
    for (const [scope, items] of scopes) {
      const wanted = new Set(
        await this.sink.offer(
          scope,
          items.map(({ digest }) => digest),
        ),
      );
      const bodies = items
        .filter(({ digest }) => wanted.has(digest.key))
        .map(({ digest, changedAt, text }) => ({
          digest,
          body: itemAsTold(changedAt === undefined ? digest : { ...digest, changedAt }, text),
        }));
      if (bodies.length > 0) await this.sink.deliver(scope, bodies);
    }
  }

  clear(): void {
    this.#scopes = new Map();
    this.#count = 0;
    this.#bytes = 0;
  }
}

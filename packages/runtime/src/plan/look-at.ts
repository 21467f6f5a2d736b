import { IsthmusError } from '@isthmus/kernel';
import type { BatchOperation, FoundElement, MetadataStore } from '@isthmus/model';
import type { RunTally } from '../sync/run-tally.js';
import type { SyncRunSpec } from '../sync/sync-engine.js';

type Look = Extract<BatchOperation, { op: 'look' }>;

export interface LookParts {
  readonly store: MetadataStore;
  readonly newId: () => string;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  readonly spec: Pick<SyncRunSpec, 'userId'>;
}

const looksAtOnce = 1000;

/** What is wanted of an element beside what it says itself. */
export type LookWish = Pick<Look, 'parent' | 'anchored' | 'foreignLinks'>;

/**
 * Elements as the store has them, by qualified name; deleted ones too, where the store tells.
 *
 * @param atOnce - names in one request: where what hangs on them is asked for, an answer may be long
 * @throws what the server says where it refuses to tell: that is not the same as that there is none
 */
export async function lookAt(
  { store, newId, tally, signal, spec }: LookParts,
  qualifiedNames: readonly string[],
  wish: (qualifiedName: string) => LookWish = () => ({}),
  atOnce = looksAtOnce,
): Promise<ReadonlyMap<string, FoundElement>> {
  const found = new Map<string, FoundElement>();
  const names = [...new Set(qualifiedNames)];
  const asUser = spec.userId === undefined ? {} : { userId: spec.userId };
  for (let from = 0; from < names.length; from += atOnce) {
    const operations = names
      .slice(from, from + atOnce)
      .map((qualifiedName): Look => ({ op: 'look', qualifiedName, ...wish(qualifiedName) }));
    signal.throwIfAborted();
    tally.add('requests');
    const { items } = await store.writeBatch({ id: newId(), ...asUser, operations }, signal);
    for (const [index, { qualifiedName }] of operations.entries()) {
      const { former, error } = items[index] ?? {};
      if (error !== undefined)
        throw new IsthmusError(
          'STORE_REFUSED',
          `the metadata server does not tell of ${qualifiedName}: ${error.message}`,
        );
      if (former !== undefined) found.set(qualifiedName, former);
    }
  }
  return found;
}

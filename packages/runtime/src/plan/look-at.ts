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

/**
 * Elements as the store has them, by qualified name; deleted ones too, where the store tells.
 *
 * @param parents - by qualified name: the kind of parent that is wanted beside
 * @param anchored - what is anchored to each is wanted too
 */
export async function lookAt(
  { store, newId, tally, signal, spec }: LookParts,
  qualifiedNames: readonly string[],
  parents: ReadonlyMap<string, NonNullable<Look['parent']>>,
  anchored?: true,
): Promise<ReadonlyMap<string, FoundElement>> {
  const found = new Map<string, FoundElement>();
  const names = [...new Set(qualifiedNames)];
  const asUser = spec.userId === undefined ? {} : { userId: spec.userId };
  for (let from = 0; from < names.length; from += looksAtOnce) {
    const operations = names.slice(from, from + looksAtOnce).map((qualifiedName): Look => {
      const parent = parents.get(qualifiedName);
      return { op: 'look', qualifiedName, ...(parent === undefined ? {} : { parent }), ...(anchored && { anchored }) };
    });
    signal.throwIfAborted();
    tally.add('requests');
    const { items } = await store.writeBatch({ id: newId(), ...asUser, operations }, signal);
    for (const [index, { qualifiedName }] of operations.entries()) {
      const element = items[index]?.former;
      if (element !== undefined) found.set(qualifiedName, element);
    }
  }
  return found;
}

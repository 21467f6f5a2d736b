import type { OmisScopes, SupportedKind } from '../connector.js';
import type { RefreshRun } from '../refresh-run.js';
import type { GenericScope } from '../scopes/generic-scope.js';
import type { ServerProof } from './server-identity.js';

/**
 * Scopes of one run that are listed side by side, e.g. the schemas of a database whose tables come in one answer. What is
 * told in each is counted, and completing one proves the listing by a count that was taken another way.
 */
export class CountedScopes<K extends SupportedKind> {
  readonly #expected: Map<string, number>;

  /** @param counts - how much there is by the source's own count, by name of the scope; none = 0 */
  constructor(
    private readonly run: RefreshRun<K>,
    counts: ReadonlyMap<string, number>,
    private readonly proof: ServerProof,
  ) {
    this.#expected = new Map(counts);
  }

  /** @param uncounted - how many will be told that `counts` knows nothing of */
  scope(name: string, uncounted = 0): OmisScopes[K] {
    if (uncounted > 0) this.#expected.set(name, (this.#expected.get(name) ?? 0) + uncounted);
    return this.run.scope(name);
  }

  /** @param isWhole - nothing is filtered, so that the source's own count can be held against the listing */
  async complete(name: string, isWhole: boolean): Promise<void> {
    this.run.signal.throwIfAborted();
    const scope: Pick<GenericScope, 'complete'> = this.run.scope(name);
    const count = this.#expected.get(name) ?? 0;
    await scope.complete({ ...this.proof, ...(isWhole ? { count } : {}) });
  }
}

/**
 * Says of all things that they are there, and tells those that are not known at their version:
 *
 *     await keepOrTell(run.signal, tables, (things) => scope.keepThings('table', things), scope.table);
 */
export async function keepOrTell<T>(
  signal: AbortSignal,
  things: readonly T[],
  keep: (things: readonly T[]) => Promise<readonly T[]>,
  tell: (thing: T) => Promise<void>,
): Promise<void> {
  if (things.length === 0) return;
  for (const thing of await keep(things)) {
    signal.throwIfAborted();
    await tell(thing);
  }
  signal.throwIfAborted();
}

/** Runs of neighbours with the same name, e.g. rows of tables that come in the order of their schemas. */
export function runsOf<T>(
  rows: readonly T[],
  nameOf: (row: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const runs: [string, T[]][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    const name = nameOf(row);
    if (last?.[0] === name) last[1].push(row);
    else runs.push([name, [row]]);
  }
  return runs;
}

import { IsthmusError } from '@isthmus/kernel';
import type { BatchOperation, MetadataElement, MetadataStore } from '@isthmus/model';

import { firstOfName } from './first-of-name.js';

/** Names that are asked for in one request. */
const namesAtOnce = 40;

/** Elements that a batch is about to need, asked for by many names in one request. Each answer is good for one use. */
export class NamesAhead {
  readonly #seen = new Map<string, MetadataElement | undefined>();
  #isRefused = false;

  constructor(private readonly store: Pick<MetadataStore, 'find'>) {}

  /** What was known of earlier names is forgotten. */
  async look(names: readonly string[], signal: AbortSignal): Promise<void> {
    this.#seen.clear();
    if (names.length < 2 || this.#isRefused) return;
    const pageSize = 2 * names.length;
    const conditions = names.map((value) => ({ property: 'qualifiedName', operator: 'EQ', value }) as const);
    let found: readonly MetadataElement[];
    try {
      found = await this.store.find({ matchCriteria: 'ANY', conditions }, { forLineage: true, pageSize }, signal);
    } catch (error) {
      if (signal.aborted || !IsthmusError.is(error) || error.code !== 'STORE_REFUSED') throw error;
      // Each is asked for by itself then.
      this.#isRefused = true;
      return;
    }
    if (found.length >= pageSize) return;
    for (const name of names) this.#seen.set(name, firstOfName(found, name));
  }

  /** Undefined: it is to be asked for. */
  take(name: string): { readonly element: MetadataElement | undefined } | undefined {
    if (!this.#seen.has(name)) return undefined;
    const element = this.#seen.get(name);
    this.#seen.delete(name);
    return { element };
  }

  /** GUID of what was found under the name, for those that hang below it. */
  guidOf(name: string): string | undefined {
    return this.#seen.get(name)?.guid;
  }
}

/** A run of operations that is looked ahead for. */
export interface Stretch {
  readonly operations: readonly BatchOperation[];
  /** What its operations will ask for first. */
  readonly names: readonly string[];
  /** Those of them that others hang below. */
  readonly above: readonly string[];
}

/** Deletes take along what nobody can foresee, so nothing is foreseen beyond one. */
export function* stretchesOf(operations: readonly BatchOperation[]): Generator<Stretch> {
  let stretch: BatchOperation[] = [];
  let names = new Set<string>();
  let above = new Set<string>();
  for (const operation of operations) {
    const needed = neededBy(operation);
    const all = [...needed.own, ...needed.above].filter((name) => !names.has(name));
    if (stretch.length > 0 && (names.size + all.length > namesAtOnce || stretch.at(-1)?.op === 'delete')) {
      yield { operations: stretch, names: [...names], above: [...above] };
      [stretch, names, above] = [[], new Set(), new Set()];
    }
    stretch.push(operation);
    for (const name of needed.own) names.add(name);
    for (const name of needed.above) {
      names.add(name);
      above.add(name);
    }
  }
  if (stretch.length > 0) yield { operations: stretch, names: [...names], above: [...above] };
}

function neededBy(operation: BatchOperation): { readonly own: readonly string[]; readonly above: readonly string[] } {
  if (operation.op === 'look') return { own: [operation.qualifiedName], above: [] };
  if (operation.op !== 'upsert') return { own: [], above: [] };
  const { parent, anchor, expects } = operation;
  return {
    // A version that is expected is compared with what is there right before.
    own: expects === undefined ? [operation.qualifiedName] : [],
    above: [...(parent ? [parent.qualifiedName] : []), ...(anchor === undefined ? [] : [anchor])],
  };
}

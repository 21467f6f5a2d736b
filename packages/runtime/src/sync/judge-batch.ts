import { IsthmusError } from '@isthmus/kernel';
import type { BatchItemResult, BatchResult } from '@isthmus/model';
import type { BatchIntent, IntentItem, ItemKey, KnownItem } from '../journal/journal.js';

/** How far an item is; shared by the batches over which a large item is spread. */
export interface ItemProgress {
  /** Outcome of the item's own element. */
  own?: BatchItemResult['outcome'];
  applied: number;
  changed: boolean;
  /** Others may have touched what an earlier batch wrote of the item: its state is to be compared again. */
  isDoubtful?: boolean;
  refused?: { readonly code: string; readonly message: string; readonly qualifiedName: string };
}

export function newProgress(): ItemProgress {
  return { applied: 0, changed: false };
}

export interface BatchVerdict {
  readonly known: readonly KnownItem[];
  readonly gone: readonly ItemKey[];
  readonly guids: ReadonlyMap<string, string>;
  /** Scopes below elements that were made, not changed: what was linked to a former one no longer is. */
  readonly doubtfulScopes: readonly string[];
  /** Names of elements that were made or brought back. */
  readonly made: readonly string[];
}

/**
 * What is known after the store's answer: of a refused item nothing new, of a partly refused one that it is ours but
 * in a state to be compared again.
 *
 * @param progress - beside each item of the intent; brought up to date
 * @throws STORE_ANSWER_INVALID when the answer does not fit the batch
 */
export function judgeBatch(intent: BatchIntent, result: BatchResult, progress: readonly ItemProgress[]): BatchVerdict {
  if (result.items.length !== intent.operations.length) {
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `the answer to batch ${intent.batchId} has ${result.items.length} results for ${intent.operations.length} operations`,
    );
  }
  const known: KnownItem[] = [];
  const gone: ItemKey[] = [];
  const doubtfulScopes: string[] = [];
  intent.items.forEach((item, index) => {
    const state = progress[index] ?? newProgress();
    for (const position of item.operationIndexes) note(state, intent, result, position);
    if (item.gone !== undefined && state.refused === undefined) gone.push(item.gone);
    if (state.own === 'created' && item.known?.opens !== undefined) doubtfulScopes.push(item.known.opens);
    const remembered = rememberedItem(item, state);
    if (remembered !== undefined) known.push(remembered);
  });
  return { known, gone, guids: guidsOf(intent, result), doubtfulScopes, made: madeNames(intent, result) };
}

function rememberedItem(item: IntentItem, state: ItemProgress): KnownItem | undefined {
  if (item.known === undefined || (state.refused === undefined && state.isDoubtful !== true)) return item.known;
  if (state.applied === 0) return undefined;
  if (item.partial !== undefined) return item.partial;
  const { sourceVersion: _, ...rest } = item.known;
  return { ...rest, hash: '' };
}

function note(state: ItemProgress, intent: BatchIntent, result: BatchResult, position: number): void {
  const outcome = result.items[position];
  const operation = intent.operations[position];
  if (outcome === undefined || operation === undefined) return;
  state.own ??= outcome.outcome;
  if (outcome.outcome === 'refused') {
    state.refused ??= {
      code: outcome.error?.code ?? 'STORE_REFUSED',
      message: outcome.error?.message ?? 'the metadata access server gave no reason',
      qualifiedName: 'qualifiedName' in operation ? operation.qualifiedName : operation.end2,
    };
    return;
  }
  state.applied += 1;
  if (outcome.outcome !== 'unchanged') state.changed = true;
}

function madeNames(intent: BatchIntent, result: BatchResult): readonly string[] {
  return intent.operations.flatMap((operation, index) => {
    const outcome = result.items[index]?.outcome;
    return operation.op === 'upsert' && (outcome === 'created' || outcome === 'restored')
      ? [operation.qualifiedName]
      : [];
  });
}

function guidsOf(intent: BatchIntent, result: BatchResult): ReadonlyMap<string, string> {
  const guids = new Map<string, string>();
  intent.operations.forEach((operation, index) => {
    const guid = result.items[index]?.guid;
    if (operation.op === 'upsert' && guid !== undefined) guids.set(operation.qualifiedName, guid);
  });
  return guids;
}

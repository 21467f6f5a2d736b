import { IsthmusError } from '@isthmus/kernel';
import type { BatchItemResult, BatchOperation, BatchResult } from '@isthmus/model';
import type { BatchIntent, FieldConflict, HeldField, IntentItem, ItemKey, KnownItem } from '../journal/journal.js';
import { type MergedElement, mergeElement } from './field-merge.js';
import { printsBeside } from './field-prints.js';
import type { SyncSettings } from './sync-settings.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

/** How far an item is; shared by the batches over which a large item is spread. */
export interface ItemProgress {
  /** Outcome of the item's own element. */
  own?: BatchItemResult['outcome'];
  applied: number;
  changed: boolean;
  /** Others may have touched what an earlier batch wrote of the item: its state is to be compared again. */
  isDoubtful?: boolean;
  /** Others have set fields that are the source's by policy: the item is to be written once more. */
  isContested?: boolean;
  /** By qualified name: fields that stay as others have set them. */
  readonly held: Map<string, Readonly<Record<string, HeldField>>>;
  refused?: { readonly code: string; readonly message: string; readonly qualifiedName: string };
}

export function newProgress(): ItemProgress {
  return { applied: 0, changed: false, held: new Map() };
}

/** What it takes to say whose a field is. */
export interface Judging {
  readonly settings: Pick<SyncSettings, 'fieldPolicy'>;
  /** Whether what others set in the metadata server goes to the source. */
  readonly isTwoWay: boolean;
  /** Epoch ms. */
  readonly now: number;
  /** Beside each item of the intent: when the source says that it changed last. */
  readonly changedAt?: readonly (number | undefined)[];
}

export interface BatchVerdict {
  readonly known: readonly KnownItem[];
  /** Items that only lost parts. */
  readonly lessened: readonly KnownItem[];
  readonly gone: readonly ItemKey[];
  readonly going: readonly ItemKey[];
  readonly guids: ReadonlyMap<string, string>;
  /** Scopes below elements that were made, not changed: what was linked to a former one no longer is. */
  readonly doubtfulScopes: readonly string[];
  /** Names of elements that were made or brought back. */
  readonly made: readonly string[];
  readonly conflicts: readonly FieldConflict[];
}

/**
 * What is known after the store's answer: of a refused item nothing new, of a partly refused one that it is ours but
 * in a state to be compared again; of one in which others have set fields, whose they are by policy.
 *
 * @param progress - beside each item of the intent; brought up to date
 * @throws STORE_ANSWER_INVALID when the answer does not fit the batch
 */
export function judgeBatch(
  intent: BatchIntent,
  result: BatchResult,
  progress: readonly ItemProgress[],
  judging: Judging,
): BatchVerdict {
  if (result.items.length !== intent.operations.length) {
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `the answer to batch ${intent.batchId} has ${result.items.length} results for ${intent.operations.length} operations`,
    );
  }
  const known: KnownItem[] = [];
  const lessened: KnownItem[] = [];
  const gone: ItemKey[] = [];
  const going = intent.items.flatMap((item) => item.going ?? []);
  const doubtfulScopes: string[] = [];
  const conflicts: FieldConflict[] = [];
  intent.items.forEach((item, index) => {
    const state = progress[index] ?? newProgress();
    const merged = new Map<string, MergedElement>();
    for (const position of item.operationIndexes) {
      note(state, intent, result, position);
      // Of nearly all that is written nothing was left as others had set it.
      if (result.items[position]?.kept === undefined) continue;
      const element = merge(item, intent, result, position, { ...judging, changedAt: [judging.changedAt?.[index]] });
      if (element === undefined) continue;
      const [name, of] = element;
      merged.set(name, of);
      conflicts.push(...of.conflicts);
      if (of.isContested) state.isContested = true;
      if (Object.keys(of.held).length > 0) state.held.set(name, of.held);
    }
    if (item.gone !== undefined && state.refused === undefined) gone.push(item.gone);
    if (state.own === 'created' && item.known?.opens !== undefined) doubtfulScopes.push(item.known.opens);
    const remembered = rememberedItem(item, state, merged, intent, result);
    if (remembered !== undefined) (item.isRest === true ? lessened : known).push(remembered);
  });
  return {
    known,
    lessened,
    gone,
    going,
    guids: guidsOf(intent, result),
    doubtfulScopes,
    made: madeNames(intent, result),
    conflicts,
  };
}

function rememberedItem(
  item: IntentItem,
  state: ItemProgress,
  merged: ReadonlyMap<string, MergedElement>,
  intent: BatchIntent,
  result: BatchResult,
): KnownItem | undefined {
  if (item.known === undefined) return undefined;
  const known = item.isRest === true ? item.known : withoutHeld(item.known);
  const isWhole = state.refused === undefined && state.isDoubtful !== true && state.isContested !== true;
  if (isWhole && merged.size === 0 && state.held.size === 0) return known;
  const held = state.held.size === 0 ? {} : { held: Object.fromEntries(state.held) };
  if (isWhole) return { ...known, ...held };
  if (state.applied === 0) return undefined;
  if (item.isRest === true) return item.partial;
  const { links } = item.known;
  const { sourceVersion: _, awaits: __, links: ___, ...rest } = item.partial ?? item.known;
  // What an element that was not written is linked to is told with it, once it is.
  const told = links === undefined || state.own === 'refused' ? {} : { links };
  return {
    ...rest,
    ...told,
    ...elementsOf(item, merged, intent, result),
    ...(item.isSplit === true ? {} : held),
    hash: '',
  };
}

function withoutHeld(known: KnownItem): KnownItem {
  if (known.held === undefined) return known;
  const { held: _, ...rest } = known;
  return rest;
}

/** What is known element by element of an item that is not as it should be. */
function elementsOf(
  item: IntentItem,
  merged: ReadonlyMap<string, MergedElement>,
  intent: BatchIntent,
  result: BatchResult,
): Pick<KnownItem, 'shapes' | 'prints'> {
  const { known, partial = known } = item;
  const now = new Map(known?.qualifiedNames.map((name, index) => [name, index]));
  const written = new Map(
    item.operationIndexes.flatMap((position) => {
      const operation = intent.operations[position];
      return operation?.op === 'upsert' ? [[operation.qualifiedName, { operation, position }] as const] : [];
    }),
  );
  const elements = (partial?.qualifiedNames ?? []).map((name, index) => {
    const united = partial?.shapes?.[index] ?? '';
    const either = { shape: united, prints: partial?.prints?.[index] ?? '' };
    const place = now.get(name);
    const wholeShape = place === undefined ? united : (known?.shapes?.[place] ?? '');
    // A part that went is remembered with what was written of it: what people set in it holds should it come back.
    const wholePrints = place === undefined ? either.prints : (known?.prints?.[place] ?? '');
    const write = written.get(name);
    if (write === undefined) return item.isSplit === true ? either : { shape: wholeShape, prints: wholePrints };
    if (result.items[write.position]?.outcome !== 'refused')
      return merged.get(name) ?? { shape: wholeShape, prints: wholePrints };
    const { guards, trustsOwnWork } = write.operation;
    if (trustsOwnWork === true) return { shape: '', prints: '' };
    return { shape: united, prints: guards === undefined ? '' : printsBeside(united, (field) => guards[field]) };
  });
  return { shapes: elements.map(({ shape }) => shape), prints: elements.map(({ prints }) => prints) };
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

function merge(
  { known }: IntentItem,
  intent: BatchIntent,
  result: BatchResult,
  position: number,
  { settings, isTwoWay, now, changedAt }: Judging,
): readonly [name: string, MergedElement] | undefined {
  const operation = intent.operations[position];
  const outcome = result.items[position];
  if (known === undefined || outcome === undefined || !isUpsert(operation)) return undefined;
  const { qualifiedName } = operation;
  const index = known.qualifiedNames.indexOf(qualifiedName);
  const [at] = changedAt ?? [];
  const merged = mergeElement(operation, outcome, {
    settings,
    isTwoWay,
    body: at === undefined ? {} : { changedAt: at },
    now,
    heldBefore: known.held?.[qualifiedName] ?? {},
    shape: known.shapes?.[index] ?? '',
    prints: known.prints?.[index] ?? '',
  });
  return merged === undefined ? undefined : [qualifiedName, merged];
}

function isUpsert(operation: BatchOperation | undefined): operation is Upsert {
  return operation?.op === 'upsert';
}

function guidsOf(intent: BatchIntent, result: BatchResult): ReadonlyMap<string, string> {
  const guids = new Map<string, string>();
  intent.operations.forEach((operation, index) => {
    const guid = result.items[index]?.guid;
    if (operation.op === 'upsert' && guid !== undefined) guids.set(operation.qualifiedName, guid);
  });
  return guids;
}

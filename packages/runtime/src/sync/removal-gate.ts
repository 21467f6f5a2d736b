import { itemText, type KnownItem } from '../journal/journal.js';
import { movedAway } from './anchor-moves.js';
import { type Holding, type HoldingParts, holdingsOf } from './holdings.js';
import type { Staying } from './staying.js';
import type { WorkSink } from './work-sink.js';

export interface GateParts extends HoldingParts {
  readonly writer: Pick<WorkSink, 'decided'>;
}

/** An item that is no longer listed, and stays with what is anchored to it. */
export interface HeldItem {
  readonly item: KnownItem;
  readonly holding: Holding;
}

/** Items that may go, in their order, and those that something anchored to them, or below them, keeps. */
export interface Judged {
  readonly going: readonly KnownItem[];
  readonly held: readonly HeldItem[];
}

/**
 * @param items - that are no longer listed, with what lies below them, deepest first
 * @param before - scopes in which something is held already
 */
export async function judgeHolders(
  parts: GateParts,
  items: readonly KnownItem[],
  staying: ReadonlyMap<string, Staying>,
  before: ReadonlyMap<string, HeldItem>,
): Promise<Judged> {
  const held = new Map<string, HeldItem>();
  const scopes = new Map(before);
  // What stays holds in its turn what it is anchored to.
  for (let count = -1; held.size > count; ) {
    count = held.size;
    const going = items.filter((item) => !held.has(itemText(item)));
    const found = await holdingsAmong(parts, going, staying);
    for (const item of going) {
      const holding = unwritten(item, staying) ?? anchoring(item, found) ?? belowHeld(item, scopes);
      if (holding === undefined) continue;
      const one = { item, holding };
      held.set(itemText(item), one);
      scopes.set(item.scope, one);
    }
  }
  return { going: items.filter((item) => !held.has(itemText(item))), held: [...held.values()] };
}

async function holdingsAmong(
  parts: GateParts,
  items: readonly KnownItem[],
  staying: ReadonlyMap<string, Staying>,
): Promise<ReadonlyMap<string, Holding>> {
  const goes = new Set(items.flatMap(({ qualifiedNames }) => qualifiedNames.filter((name) => !staying.has(name))));
  // Parts go with their element, and one by one where that stays.
  const holders = items.flatMap((item) => {
    const names = goes.has(ownOf(item)) ? [ownOf(item)] : item.qualifiedNames.filter((name) => goes.has(name));
    return names.map((name) => ({ name, item }));
  });
  return holdingsOf(parts, holders, async ({ name: holder }, anchored) => {
    const beside = anchored.filter((name) => !goes.has(name));
    if (beside.length === 0) return goes;
    const { moves } = await parts.writer.decided(beside);
    return new Set([...anchored.filter((name) => goes.has(name)), ...movedAway(moves, holder, anchored)]);
  });
}

/** Who lets go of it now leaves it to nobody, should the source lose it before it could be written. */
function unwritten({ qualifiedNames }: KnownItem, staying: ReadonlyMap<string, Staying>): Holding | undefined {
  const name = qualifiedNames.find((each) => staying.get(each)?.isUnwritten === true);
  if (name === undefined) return undefined;
  const why = `the source has ${name} elsewhere now, where it was not written; the next run decides`;
  return { why, isOwn: false, isUnwritten: true };
}

function anchoring({ qualifiedNames }: KnownItem, found: ReadonlyMap<string, Holding>): Holding | undefined {
  return qualifiedNames.flatMap((name) => found.get(name) ?? [])[0];
}

/** Something stays in the scope that the item opens: nothing would list that any more. */
function belowHeld({ opens }: KnownItem, scopes: ReadonlyMap<string, HeldItem>): Holding | undefined {
  const below = opens === undefined ? undefined : scopes.get(opens);
  if (below === undefined) return undefined;
  const { isOwn, isUnwritten } = below.holding;
  return { why: `${ownOf(below.item)}, which lies in it, stays`, isOwn, ...(isUnwritten && { isUnwritten }) };
}

function ownOf({ qualifiedNames: [own = ''] }: KnownItem): string {
  return own;
}

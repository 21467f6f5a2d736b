import type { Clock } from '@isthmus/kernel';
import type { FoundElement } from '@isthmus/model';
import type { KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import { type LookParts, lookAt } from '../plan/look-at.js';
import type { SyncOptions } from './sync-options.js';

export interface HoldingParts extends LookParts {
  readonly journal: Pick<SyncJournal, 'claimedByOthers' | 'holdersOf'>;
  readonly owner: SyncOwner;
  readonly clock: Pick<Clock, 'now'>;
  readonly options: Pick<SyncOptions, 'claimLifetimeMs'>;
}

/** Why an element that would be deleted stays: what is anchored to it would go with it. */
export interface Holding {
  readonly why: string;
  /** It is all this connector's own: what becomes of it may be known only later in the run. */
  readonly isOwn: boolean;
  /** The source has one of its names elsewhere, which could not be written: until it is, nobody else has the element. */
  readonly isUnwritten?: true;
}

/** An element that is to go, of this item. */
export interface Holder {
  readonly name: string;
  readonly item: KnownItem;
}

/** Elements that are asked about in one request: an answer names all that is anchored to them. */
const holdersAtOnce = 100;
/** What is anchored to an element beside what goes with it by itself; what has more is not deleted. */
const mostAnchored = 10_000;
const namesTold = 3;

/**
 * Deleting an element takes along what is anchored to it. Held by that, by name, are those to which something is anchored
 * that others made or changed, that another connector has, or that this one has and does not let go.
 *
 * @param leaving - of what is anchored to the holder, what goes by itself or is anchored to it no longer
 */
export async function holdingsOf(
  parts: HoldingParts,
  holders: readonly Holder[],
  leaving: (holder: Holder, anchored: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<ReadonlyMap<string, Holding>> {
  const holdings = new Map<string, Holding>();
  for (let from = 0; from < holders.length; from += holdersAtOnce) {
    const some = holders.slice(from, from + holdersAtOnce);
    const most = mostAnchored + Math.max(...some.map(({ item }) => item.qualifiedNames.length));
    const names = some.map(({ name }) => name);
    const found = await lookAt(parts, names, () => ({ anchored: most }), holdersAtOnce);
    const asked: Asked[] = [];
    for (const holder of some) {
      const { anchored = [] } = found.get(holder.name) ?? {};
      if (anchored.length === 0) continue;
      const gone = await leaving(holder, anchored);
      const rest = anchored.filter((name) => !gone.has(name));
      if (rest.length > 0 && anchored.length >= most) holdings.set(holder.name, tooMany(most));
      else if (rest.length > 0) asked.push(await askedOf(parts, holder, rest));
    }
    const unknown = await lookAt(
      parts,
      asked.flatMap((one) => one.unknown),
    );
    for (const one of asked) {
      const holding = holdingOf(one, unknown);
      if (holding !== undefined) holdings.set(one.name, holding);
    }
  }
  return holdings;
}

/** What would go with a holder, and what the journal tells of it. */
interface Asked {
  readonly name: string;
  readonly anchored: readonly string[];
  readonly own: ReadonlyMap<string, KnownItem>;
  readonly ofOthers: ReadonlySet<string>;
  /** Only the server can tell whose these are. */
  readonly unknown: readonly string[];
}

async function askedOf(parts: HoldingParts, { name, item }: Holder, anchored: readonly string[]): Promise<Asked> {
  const { journal, owner, clock, options } = parts;
  const own = await journal.holdersOf(owner, anchored);
  const asked = { ...item, hash: '', qualifiedNames: anchored };
  const claimed = await journal.claimedByOthers(owner, [asked], clock.now() - options.claimLifetimeMs);
  const ofOthers = new Set(anchored.filter((each) => claimed.get(each)?.isOther === true));
  return { name, anchored, own, ofOthers, unknown: anchored.filter((each) => !own.has(each) && !ofOthers.has(each)) };
}

function holdingOf({ anchored, own, ofOthers }: Asked, found: ReadonlyMap<string, FoundElement>): Holding | undefined {
  const reasons = new Map<string, string>();
  for (const name of anchored) {
    const why = ofOthers.has(name) ? 'another connector has it' : ownReason(own.get(name));
    const reason = why ?? peopleReason(found, name);
    if (reason !== undefined) reasons.set(name, reason);
  }
  if (reasons.size === 0) return undefined;
  const told = [...reasons].slice(0, namesTold).map(([name, why]) => `${name} (${why})`);
  const more = reasons.size > namesTold ? ` and ${reasons.size - namesTold} more` : '';
  const isOwn = [...reasons.keys()].every((name) => own.has(name) && !ofOthers.has(name));
  return { why: `with it would go what is anchored to it: ${told.join(', ')}${more}`, isOwn };
}

function ownReason(item: KnownItem | undefined): string | undefined {
  return item && `this connector has it in the scope ${JSON.stringify(item.scope)} and has not found it gone`;
}

/** What nobody else had a hand in is known as a part of the holder alone. */
function peopleReason(found: ReadonlyMap<string, FoundElement>, name: string): string | undefined {
  const element = found.get(name);
  // What is told by its GUID has no name to be found by: the server tells it where others had a hand in it.
  if (element === undefined) return 'others made or changed it';
  if (element.state !== 'live') return undefined;
  if (element.madeByOther !== undefined) return `${element.madeByOther} made it`;
  const isChanged = element.isOwnWork !== true || (element.foreignClassifications ?? []).length > 0;
  return isChanged ? 'others changed it' : undefined;
}

function tooMany(most: number): Holding {
  return {
    why: `more than ${most} elements are anchored to it, too many to look at: what is to go with it goes first`,
    isOwn: true,
  };
}

import type { Clock } from '@isthmus/kernel';
import type { ClaimedBy, KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import { type LookParts, lookAt } from '../plan/look-at.js';
import type { SyncOptions } from './sync-options.js';
import type { WorkSink } from './work-sink.js';

export interface StayingParts extends LookParts {
  readonly journal: Pick<SyncJournal, 'claimedByOthers' | 'perhapsNotMade'>;
  readonly owner: SyncOwner;
  readonly clock: Pick<Clock, 'now'>;
  readonly options: Pick<SyncOptions, 'claimLifetimeMs'>;
  readonly writer: Pick<WorkSink, 'decided'>;
}

/** Why an element stays though its item goes. */
export interface Staying {
  readonly why: string;
  /** This connector has it no more: people are told. */
  readonly isLetGo: boolean;
  /** The item that has it now could not be written: until it is, nobody else has it. */
  readonly isUnwritten?: true;
}

/**
 * Those elements of the items that must not be deleted with them: another item has them too, or will by what this run writes, or the
 * connector did not make them.
 */
export async function stayingOf(
  parts: StayingParts,
  items: readonly KnownItem[],
): Promise<ReadonlyMap<string, Staying>> {
  const { journal, owner, clock, options, writer } = parts;
  const { written, redecided, refused } = await writer.decided(items.flatMap(({ qualifiedNames }) => qualifiedNames));
  const since = clock.now() - options.claimLifetimeMs;
  const claimed = await journal.claimedByOthers(owner, items, since, redecided);
  const staying = new Map([...claimed].map(([name, by]) => [name, by.isOwn ? hasItStill : hasItToo]));
  for (const name of written) staying.set(name, hasItStill);
  for (const name of refused) if (staying.get(name)?.isLetGo !== false) staying.set(name, willHaveIt);
  const unsure = (await journal.perhapsNotMade(owner, items)).flatMap(({ qualifiedNames }) => qualifiedNames);
  const asked = unsure.filter((name) => !staying.has(name));
  if (asked.length === 0) return staying;
  for (const [name, { madeByOther }] of await lookAt(parts, asked))
    if (madeByOther !== undefined) staying.set(name, madeBy(madeByOther));
  return staying;
}

/** Whether another connector has an element that an item of this one has. */
export function isClaimed(claimed: ReadonlyMap<string, ClaimedBy>, name: string): boolean {
  return claimed.get(name)?.isOther === true;
}

const hasItStill: Staying = { why: 'another item of this connector has it', isLetGo: false };
const willHaveIt: Staying = {
  why: 'the source has it elsewhere now, where it was not written; the next run decides',
  isLetGo: false,
  isUnwritten: true,
};
const hasItToo: Staying = {
  why: 'another connector has it too, so it stays and this one lets go of it',
  isLetGo: true,
};

function madeBy(user: string): Staying {
  const why = `${user} made it, not this connector, so it stays as it is and the connector lets go of it; delete it by hand if it is to go`;
  return { why, isLetGo: true };
}

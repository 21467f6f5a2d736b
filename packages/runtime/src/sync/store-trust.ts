import type { StoreIdentity } from '@isthmus/model';
import type { StoreMark } from '../journal/journal.js';

/** What the memory is worth before this store. */
export type Trust =
  /** Nothing was written yet. */
  | 'first'
  /** The store goes on from where it was: hashes hold, but for what others changed since. */
  | 'continued'
  /** The same store, which cannot tell what changed and was compared not long ago: hashes hold until that is due again. */
  | 'recent'
  /** The same store, but it cannot tell what changed: everything is compared. */
  | 'unsure'
  /** Restored, wiped or exchanged: everything is compared, and nothing is deleted before two certified full runs. */
  | 'lost';

/** @param compareEveryMs - how long a comparison is good for before a store that cannot tell what changed */
export function judgeStore(
  mark: StoreMark | undefined,
  identity: StoreIdentity,
  { now, compareEveryMs }: { readonly now: number; readonly compareEveryMs: number },
): Trust {
  if (mark === undefined) return 'first';
  if (mark.metadataCollectionId !== identity.metadataCollectionId) return 'lost';
  if (mark.incarnation !== identity.incarnation) return 'lost';
  if (identity.changeSequence === undefined) {
    const age = mark.comparedAt === undefined ? undefined : now - mark.comparedAt;
    // A clock that was set back says nothing.
    return age !== undefined && age >= 0 && age < compareEveryMs ? 'recent' : 'unsure';
  }
  if (mark.changeSequence === undefined) return 'unsure';
  return identity.changeSequence < mark.changeSequence ? 'lost' : 'continued';
}

/** Certified full runs after which deletes are allowed again. */
export const certifiedRunsForDeletes = 2;

/** The mark to begin a run with. Without `lost`, what a mark says about certificates and boundary stays. */
export function nextMark(
  mark: StoreMark | undefined,
  identity: StoreIdentity,
  trust: Trust,
  boundaryHash: string,
  now: number,
): StoreMark {
  const kept: Pick<StoreMark, 'certifiedRuns' | 'boundaryHash' | 'firstRun' | 'lastChange' | 'policyHash' | 'source'> =
    mark === undefined
      ? { certifiedRuns: certifiedRunsForDeletes, boundaryHash, firstRun: true }
      : {
          certifiedRuns: trust === 'lost' ? 0 : mark.certifiedRuns,
          ...(mark.boundaryHash === undefined ? {} : { boundaryHash: mark.boundaryHash }),
          ...(mark.source === undefined ? {} : { source: mark.source }),
          ...(mark.policyHash === undefined ? {} : { policyHash: mark.policyHash }),
          ...(mark.firstRun === true && trust !== 'lost' ? { firstRun: true } : {}),
          ...(mark.lastChange !== undefined && trust === 'continued' ? { lastChange: mark.lastChange } : {}),
        };
  return {
    metadataCollectionId: identity.metadataCollectionId,
    ...(identity.incarnation === undefined ? {} : { incarnation: identity.incarnation }),
    ...(identity.changeSequence === undefined
      ? comparison(mark, trust, now)
      : { changeSequence: identity.changeSequence }),
    ...kept,
  };
}

/** All hashes are forgotten with this mark, unless the store is believed: what is known from now on is no older than that. */
function comparison(mark: StoreMark | undefined, trust: Trust, now: number): Pick<StoreMark, 'comparedAt' | 'witness'> {
  if (trust !== 'recent' || mark?.comparedAt === undefined) return { comparedAt: now };
  const { comparedAt, witness } = mark;
  return { comparedAt, ...(witness === undefined ? {} : { witness }) };
}

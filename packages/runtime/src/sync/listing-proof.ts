import type { Finding, ListingProof } from '@isthmus/connector-sdk';
import { printOf } from '@isthmus/model';
import type { SyncJournal } from '../journal/journal.js';
import type { ScopeLedger } from './scope-ledger.js';
import type { SyncRunSpec } from './sync-engine.js';

/** What the source says of its own listing, held against what was listed. */
export type Judgement =
  | { readonly kind: 'refuted'; readonly finding: Finding }
  /** `isCounted`: the source's own count agrees. `rights`: what is to be remembered of them, if it is something else. */
  | { readonly kind: 'accepted'; readonly isCounted: boolean; readonly rights?: readonly string[] };

export async function judgeProof(
  journal: Pick<SyncJournal, 'rightsOf'>,
  spec: Pick<SyncRunSpec, 'owner' | 'confirmRemovals'>,
  ledger: ScopeLedger,
  { count, rights, seesAll = false }: ListingProof,
  isIncremental: boolean,
): Promise<Judgement> {
  const listed = isIncremental ? ledger.expectedCount : ledger.seenCount;
  if (count !== undefined && count !== listed) {
    const what = isIncremental ? 'would be there after what changed' : 'were listed';
    return refuted(`the source counts ${count} items in the scope and ${listed} ${what}`);
  }
  const isCounted = count !== undefined;
  if (rights === undefined) return { kind: 'accepted', isCounted };
  const now = [...new Set(rights.map(printOf))].sort();
  const before = await journal.rightsOf(spec.owner, ledger.name);
  const lost = before.filter((right) => !now.includes(right)).length;
  if (lost > 0 && !seesAll && spec.confirmRemovals !== true) {
    return refuted(
      `${lost} of the ${before.length} rights of the last listing are missing, and what is hidden looks like what is gone; give them back, or confirm removals once if they are to stay away`,
    );
  }
  const isSame = now.length === before.length && lost === 0;
  return { kind: 'accepted', isCounted, ...(isSame ? {} : { rights: now }) };
}

function refuted(why: string): Judgement {
  return {
    kind: 'refuted',
    finding: {
      severity: 'warning',
      code: 'SCOPE_NOT_CERTIFIED',
      message: `nothing is concluded from what is missing: ${why}`,
    },
  };
}

import type { StoreMark } from '../journal/journal.js';
import type { ChangeFollower } from './change-follower.js';
import { lastChangeAt } from './last-change.js';
import { type LastChanges, printOfChange } from './last-changes.js';
import type { RunTally } from './run-tally.js';
import { certifiedRunsForDeletes } from './store-trust.js';

export interface MarkParts {
  readonly lastChanges: LastChanges;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  /** See `lastChangeAt`. */
  readonly mostAgeMs?: number;
  /** Tells up to where everything is accounted for, and what the store holds there. */
  readonly follower: Pick<ChangeFollower, 'sequence' | 'lastChange'>;
  /** Of previews the store is asked nothing more. */
  readonly mode: 'preview' | 'apply';
}

/**
 * The mark at the end of a run.
 *
 * @param certified - everything was listed completely, under this boundary, and written
 */
export async function closedMark(
  parts: MarkParts,
  mark: StoreMark,
  certified: { readonly boundaryHash: string } | undefined,
): Promise<StoreMark> {
  const { sequence } = parts.follower;
  const closed: StoreMark =
    sequence === undefined
      ? withWitness(parts.tally, mark)
      : { ...(await withLastChange(parts, mark, sequence)), changeSequence: sequence };
  if (certified === undefined) return closed;
  const { firstRun: _, ...rest } = closed;
  return {
    ...rest,
    certifiedRuns: Math.min(certifiedRunsForDeletes, closed.certifiedRuns + 1),
    boundaryHash: certified.boundaryHash,
  };
}

/** Where something is missing that is known to be there, what is known is not believed any longer. */
function withWitness(tally: RunTally, mark: StoreMark): StoreMark {
  if (mark.comparedAt === undefined) return mark;
  const { witness: before, ...rest } = mark;
  const isGone = before !== undefined && tally.changedElements.deleted.includes(before);
  const witness = tally.lastHeld ?? (isGone ? undefined : before);
  if (tally.findings.some(({ code }) => code === 'ELEMENT_NOT_FOUND')) {
    const { comparedAt: _, ...doubted } = rest;
    return doubted;
  }
  return witness === undefined ? rest : { ...rest, witness };
}

/** A store that does not tell now is asked at the end of the next run. */
async function withLastChange(parts: MarkParts, mark: StoreMark, sequence: number): Promise<StoreMark> {
  if (mark.lastChange?.sequence === sequence || parts.mode === 'preview') return mark;
  const { lastChange: _, ...rest } = mark;
  const own = parts.follower.lastChange;
  const lastChange =
    own === undefined
      ? await lastChangeAt(parts, sequence).catch(() => undefined)
      : { sequence, print: printOfChange(own) };
  return lastChange === undefined ? rest : { ...rest, lastChange };
}

import type { StoreMark } from '../journal/journal.js';
import { lastChangeAt } from './last-change.js';
import type { LastChanges } from './last-changes.js';
import type { RunTally } from './run-tally.js';
import { certifiedRunsForDeletes } from './store-trust.js';

export interface MarkParts {
  readonly lastChanges: LastChanges;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  /** Everything up to there is accounted for. */
  readonly sequence: number | undefined;
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
  const { sequence } = parts;
  const closed: StoreMark =
    sequence === undefined ? mark : { ...(await withLastChange(parts, mark, sequence)), changeSequence: sequence };
  if (certified === undefined) return closed;
  const { firstRun: _, ...rest } = closed;
  return {
    ...rest,
    certifiedRuns: Math.min(certifiedRunsForDeletes, closed.certifiedRuns + 1),
    boundaryHash: certified.boundaryHash,
  };
}

/** A store that does not tell now is asked at the end of the next run. */
async function withLastChange(parts: MarkParts, mark: StoreMark, sequence: number): Promise<StoreMark> {
  if (mark.lastChange?.sequence === sequence || parts.mode === 'preview') return mark;
  const { lastChange: _, ...rest } = mark;
  const lastChange = await lastChangeAt(parts, sequence).catch(() => undefined);
  return lastChange === undefined ? rest : { ...rest, lastChange };
}

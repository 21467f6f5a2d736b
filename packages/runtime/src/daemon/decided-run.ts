import { toErrorReport } from '@isthmus/kernel';
import type { RefusedAct } from '../fleet/permitted-acts.js';
import type { RunAct } from '../journal/journal.js';

/** The run that carries out what people decided. */
export interface DecidedRun {
  readonly runId: string;
  /** What it leaves out, since it cannot be carried out at these catalog targets. Absent: nothing. */
  readonly leftOut?: readonly LeftOutPart[];
}

export interface LeftOutPart {
  readonly target: string;
  /** Ids of the part: of the plan, of the run that was to be taken back, or of the conflicts. */
  readonly ids: readonly string[];
  readonly code: string;
  readonly message: string;
  /** What people can do. */
  readonly next: string;
}

export function decidedRun(runId: string, refused: readonly RefusedAct[]): DecidedRun {
  if (refused.length === 0) return { runId };
  const leftOut = refused.map(({ act, error }): LeftOutPart => {
    const { code, message, next } = toErrorReport(error);
    return { target: act.target, ids: idsOf(act), code, message, next };
  });
  return { runId, leftOut };
}

function idsOf(act: RunAct): readonly string[] {
  switch (act.kind) {
    case 'apply-plan':
      return [act.planId];
    case 'undo':
      return [act.undoneRunId];
    case 'resolve':
      return act.disputeIds;
  }
}

import { type Clock, IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { RunAct } from '../journal/journal.js';
import type { PlanJournal } from '../journal/plan-journal.js';
import type { NotApplied, PlanRecord } from './plan.js';

/** An approval that a crash left behind is carried out within this time; later the plan waits for people again. */
export const approvalHoldsMs = 60 * 60 * 1_000;

/**
 * What people approved and no run has applied to its end, by connector, oldest first. Approvals that are too old do not
 * hold any more: their plans wait again and tell so.
 */
export async function approvedActs(
  plans: PlanJournal,
  clock: Pick<Clock, 'now'>,
): Promise<ReadonlyMap<string, readonly RunAct[]>> {
  const acts = new Map<string, RunAct[]>();
  const now = clock.now();
  for (const plan of await plans.approvedPlans()) {
    const at = plan.approval?.at ?? plan.madeAt;
    // An approval that seems to come from the future was given before the clock was set back.
    if (now - at > approvalHoldsMs) {
      await plans.reopen(plan.id, expired(plan, now));
      continue;
    }
    const { connectorGuid, target } = plan.owner;
    const own = acts.get(connectorGuid) ?? [];
    acts.set(connectorGuid, own);
    own.push({ kind: 'apply-plan', planId: plan.id, by: plan.approval?.by ?? '', target });
  }
  return acts;
}

function expired({ approval }: PlanRecord, at: number): NotApplied {
  const who = approval === undefined ? '' : ` by ${approval.by}`;
  const message = `the daemon ended before the approval${who} was carried out, and was away for too long`;
  const { code, next } = toErrorReport(new IsthmusError('PLAN_APPROVAL_EXPIRED', message));
  return { at, code, message, next };
}

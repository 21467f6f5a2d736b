import { IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { SyncOwner } from '../journal/journal.js';
import type { PlanJournal } from '../journal/plan-journal.js';

// of a connector with 1,000 catalog targets, five of each
const mostPlans = 10_000;
const waiting: ReadonlySet<string> = new Set(['open', 'too-large', 'approved']);

/**
 * Ends the plans of the owner that wait, or that are approved: they were made from a store that is another one now. Versions
 * cannot tell, since what people do in a restored store gives elements the same ones again.
 */
export async function endWaitingPlans(
  plans: Pick<PlanJournal, 'plansOf' | 'save'>,
  owner: SyncOwner,
  at: number,
): Promise<void> {
  const message = 'the metadata access server was restored, emptied or exchanged since the plan was made';
  const { code, next } = toErrorReport(new IsthmusError('PLAN_STALE', message));
  for (const plan of await plans.plansOf(owner.connectorGuid, mostPlans)) {
    if (!waiting.has(plan.state) || plan.owner.target !== owner.target) continue;
    await plans.save({ ...plan, state: 'stale', notApplied: { at, code, message, next } });
  }
}

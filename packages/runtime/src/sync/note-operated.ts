import type { PlanJournal } from '../journal/plan-journal.js';
import type { OperatedCall, PlannedElement } from '../operations/operated-call.js';
import { plannedCallRow } from '../operations/planned-call.js';
import type { PlanRecorder } from '../plan/plan-recorder.js';
import type { RunTally } from './run-tally.js';

/** Takes what a call wrote into the counts of its run; what it would have written also into the plan. */
export async function noteOperated(
  { tally, plan }: { readonly tally: RunTally; readonly plan?: PlanRecorder | undefined },
  done: OperatedCall,
): Promise<void> {
  tally.operated(done);
  if (plan !== undefined) return await plan.writer.keep([plannedCallRow(done, plan.writer.nextCall())]);
  for (const effect of done.effects) {
    if (effect.of !== 'element') continue;
    const outcome = effect.from === undefined ? 'created' : effect.to === undefined ? 'deleted' : 'updated';
    tally.changed(outcome, effect.element.guid);
  }
}

/** An element that the plan makes, as operations of the same preview see it. */
export async function plannedElement(
  { plan, plans }: { readonly plan: PlanRecorder; readonly plans: PlanJournal },
  planId: string,
  qualifiedName: string,
): Promise<PlannedElement | undefined> {
  await plan.writer.drain();
  const rows = await plans.planned(planId, [qualifiedName]);
  let found: PlannedElement | undefined;
  for (const operation of rows.flatMap(({ work }) => work?.operations ?? [])) {
    if (!('qualifiedName' in operation) || operation.qualifiedName !== qualifiedName) continue;
    if (operation.op === 'delete') found = undefined;
    if (operation.op !== 'upsert') continue;
    const properties = { ...found?.properties, ...operation.properties, qualifiedName };
    found = { typeName: operation.typeName, properties };
  }
  return found;
}

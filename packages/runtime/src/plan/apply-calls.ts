import type { DisputeJournal } from '../journal/dispute-journal.js';
import type { OperationJournal } from '../journal/operation-journal.js';
import type { PlanJournal, PlanMark } from '../journal/plan-journal.js';
import type { PlannedCall } from '../operations/planned-call.js';
import type { ActParts } from './apply-plan.js';
import { CallPerformer } from './perform-call.js';
import type { PlanRecord } from './plan.js';

/** What acts on operations need of the journal. */
export interface OperationsJournal {
  readonly plans: PlanJournal;
  readonly operations: OperationJournal;
  readonly disputes: DisputeJournal;
}

const pageRows = 200;

/** Knows what calls that are not carried out now would have made: they were before, or people left them out. */
export async function callPerformer(
  { journal, spec, store, signal }: ActParts,
  plan: PlanRecord,
): Promise<CallPerformer> {
  const { runId, operations, userId } = spec;
  const reader = userId === undefined ? store : store.as({ userId });
  const performer = new CallPerformer({ runId, store: reader, signal, ...(operations && { operations }) });
  if (plan.callCount === undefined) return performer;
  for (let after = 0; ; ) {
    const rows = await journal.plans.calls(plan.id, after, pageRows);
    const last = rows.at(-1);
    if (last === undefined) return performer;
    for (const { call } of rows) performer.passed(call);
    after = last.number;
  }
}

/** Carries out one call. It is marked at once: what was done must not be done again. */
export async function performCall(
  { journal, tally }: ActParts,
  performer: CallPerformer,
  planId: string,
  { call, number }: { readonly call: PlannedCall; readonly number: number },
): Promise<void> {
  const performed = await performer.perform(call);
  if (performed.kind === 'done') return journal.plans.mark(planId, [{ number, decision: 'applied' }]);
  const { code, message } = performed;
  const fault = { code, message };
  tally.finding(undefined, { severity: 'error', ...fault, message: `${call.operation}: ${message}` });
  return journal.plans.mark(planId, [{ number, decision: 'refused', fault }]);
}

/**
 * Whether an element that the call is about is not as it was when the plan was made.
 *
 * @param live - versions of elements that are there, by qualified name
 */
export function staleCall(
  { expects }: PlannedCall,
  number: number,
  live: ReadonlyMap<string, number>,
): PlanMark | undefined {
  const changed = expects.find(({ qualifiedName, version }) => version !== (live.get(qualifiedName) ?? 0));
  if (changed === undefined) return undefined;
  const { qualifiedName, version } = changed;
  const message = `${qualifiedName} ${changeText(version, live.get(qualifiedName) ?? 0)}`;
  return { number, decision: 'stale', fault: { code: 'ELEMENT_CHANGED', message } };
}

/** What has become of an element since it was read for a plan. Version 0: it is not there. */
export function changeText(expected: number, version: number): string {
  if (expected === 0) return `was not there when the plan was made and has version ${version} now`;
  return version === 0 ? 'is gone' : `was read in version ${expected} and has version ${version} now`;
}

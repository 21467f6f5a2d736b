import type { BatchOperation } from '@isthmus/model';
import type { DisputeJournal } from '../journal/dispute-journal.js';
import type { OperationJournal } from '../journal/operation-journal.js';
import type { PlanJournal, PlanMark } from '../journal/plan-journal.js';
import type { PlannedCall } from '../operations/planned-call.js';
import type { ActParts } from './apply-plan.js';
import { type ChangedFindings, changeText } from './changed-findings.js';
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
  const isWritten = async (qualifiedName: string) => {
    const rows = await journal.plans.planned(plan.id, [qualifiedName]);
    return rows.some(({ work }) => work?.operations.some((each) => isAbout(each, qualifiedName)));
  };
  const performer = new CallPerformer({ runId, store: reader, isWritten, signal, ...(operations && { operations }) });
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
  const decision = code === 'ELEMENT_CHANGED' ? 'stale' : 'refused';
  return journal.plans.mark(planId, [{ number, decision, fault }]);
}

/**
 * Whether something that the call is about is not as it was when the plan was made.
 *
 * @param live - versions of elements that are there, by qualified name
 */
export async function staleCall(
  { expects, finds = [] }: PlannedCall,
  number: number,
  live: ReadonlyMap<string, number>,
  findings: ChangedFindings,
): Promise<PlanMark | undefined> {
  const stale = (message: string): PlanMark => {
    return { number, decision: 'stale', fault: { code: 'ELEMENT_CHANGED', message } };
  };
  const changed = expects.find(({ qualifiedName, version }) => version !== (live.get(qualifiedName) ?? 0));
  if (changed !== undefined) {
    const { qualifiedName, version } = changed;
    return stale(`${qualifiedName} ${changeText(version, live.get(qualifiedName) ?? 0)}`);
  }
  for (const finding of finds) {
    const what = await findings.changeOf(finding);
    if (what !== undefined) return stale(what);
  }
  return undefined;
}

function isAbout(operation: BatchOperation, qualifiedName: string): boolean {
  if ('qualifiedName' in operation) return operation.qualifiedName === qualifiedName;
  return operation.end1 === qualifiedName || operation.end2 === qualifiedName;
}

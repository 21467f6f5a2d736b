import type { RunRecord, ScopesReport, TargetRecord } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { RunSchema, RunSummarySchema } from '../schemas/run.js';
import { optionalTime, present, toTime } from './fields.js';

export function toRunSummary(run: RunRecord): Static<typeof RunSummarySchema> {
  const { id, acts, connectorGuid, connectorName, mode, outcome, counts, findingCount, error } = run;
  return present({
    id,
    connectorGuid,
    connectorName,
    mode,
    reasons: [...run.reasons],
    acts: acts?.map((act) => (act.kind === 'resolve' ? { ...act, disputeIds: [...act.disputeIds] } : act)),
    startedAt: toTime(run.startedAt),
    endedAt: optionalTime(run.endedAt),
    outcome,
    counts,
    findingCount,
    error,
  });
}

export function toTargetRun<T extends TargetRecord>({ scopes, ...target }: T) {
  return { ...target, ...(scopes === undefined ? {} : { scopes: toScopes(scopes) }) };
}

function toScopes({ items, ...scopes }: ScopesReport) {
  return { ...scopes, items: [...items] };
}

export function toRun(run: RunRecord): Static<typeof RunSchema> {
  const { slot, token, findings, targets, scopes, operations, undone } = run;
  const back = undone === undefined ? {} : { undone: { ...undone, at: toTime(undone.at) } };
  const told = targets === undefined ? {} : { targets: targets.map(toTargetRun) };
  const report = scopes === undefined ? {} : { scopes: toScopes(scopes) };
  const called = operations === undefined ? {} : { operations: [...operations] };
  return { ...toRunSummary(run), slot, token, ...back, ...told, ...report, ...called, findings: [...findings] };
}

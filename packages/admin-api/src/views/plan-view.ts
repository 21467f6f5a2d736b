import type { NotApplied, PlanItem, PlanRecord } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { PlanItemSchema, PlanSchema } from '../schemas/plan.js';
import { present, toTime } from './fields.js';

export function toPlan(plan: PlanRecord): Static<typeof PlanSchema> {
  const { id, owner, connectorName, madeAt, state, counts, links, itemCount, approval } = plan;
  const { callCount, certificates, certificateCount, openScopeCount, isCertified, appliedBy } = plan;
  return present({
    runId: id,
    connectorGuid: owner.connectorGuid,
    connectorName,
    target: owner.target === '' ? undefined : owner.target,
    madeAt: toTime(madeAt),
    state,
    counts,
    links,
    itemCount,
    callCount,
    certificates: [...certificates],
    certificateCount,
    openScopeCount,
    isCertified,
    approval: approval && present({ ...approval, at: toTime(approval.at) }),
    appliedBy,
    notApplied: toNotApplied(plan.notApplied),
    parts: plan.parts?.map(({ id: part, certificates: own, notApplied, ...rest }) =>
      present({ runId: part, ...rest, certificates: [...own], notApplied: toNotApplied(notApplied) }),
    ),
  });
}

function toNotApplied(notApplied: NotApplied | undefined): Static<typeof PlanSchema>['notApplied'] {
  return notApplied && present({ ...notApplied, at: toTime(notApplied.at) });
}

export function toPlanItem(item: PlanItem): Static<typeof PlanItemSchema> {
  const { number, action, decision, scope, key, qualifiedName, typeName, target, reason, operation, changes, fault } =
    item;
  return present({
    number,
    action,
    decision,
    scope,
    key,
    qualifiedName,
    typeName,
    target,
    reason,
    operation,
    changes: changes.map((change) => ({ ...change, fields: [...change.fields] })),
    fault,
  });
}

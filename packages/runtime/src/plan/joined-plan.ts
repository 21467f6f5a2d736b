import type { PlanChoice } from '../journal/plan-journal.js';
import {
  type Certificate,
  noPlanCounts,
  type PlanCounts,
  type PlanPart,
  type PlanRecord,
  type PlanState,
  planActions,
} from './plan.js';

const mostCertificates = 100;
/** The state of the whole is the first of these that any part has. */
const stateOrder: readonly PlanState[] = [
  'recording',
  'too-large',
  'stale',
  'approved',
  'open',
  'superseded',
  'rejected',
  'applied',
];

/**
 * Plans of one run over catalog targets as one plan, under the run's own id: parts in the order of the targets, items
 * numbered through.
 *
 * @param parts - at least one
 */
export function joinedPlan(runId: string, parts: readonly PlanRecord[]): PlanRecord {
  const [first] = parts;
  if (first === undefined) throw new TypeError('a plan without parts');
  const { appliedBy: _, approval: ___, callCount: __, notApplied: ____, ...shared } = first;
  const approval = parts.find((part) => part.approval !== undefined)?.approval;
  const notApplied = parts.find((part) => part.notApplied !== undefined)?.notApplied;
  const sum = (of: (part: PlanRecord) => number) => parts.reduce((total, part) => total + of(part), 0);
  const callCount = sum((part) => part.callCount ?? 0);
  const applied = parts.map(({ appliedBy }) => appliedBy).filter((id) => id !== undefined);
  return {
    ...shared,
    id: runId,
    owner: { ...first.owner, target: '' },
    state: stateOrder.find((state) => parts.some((part) => part.state === state)) ?? first.state,
    counts: sumOfCounts(parts),
    links: { make: sum(({ links }) => links?.make ?? 0), remove: sum(({ links }) => links?.remove ?? 0) },
    itemCount: sum(({ itemCount }) => itemCount),
    ...(callCount > 0 && { callCount }),
    certificates: certificatesOf(parts),
    certificateCount: sum(({ certificateCount }) => certificateCount),
    openScopeCount: sum(({ openScopeCount }) => openScopeCount),
    isCertified: parts.every(({ isCertified }) => isCertified),
    ...(approval && { approval: { ...approval, itemCount: sum((part) => part.approval?.itemCount ?? 0) } }),
    ...(applied.length === parts.length && applied[0] !== undefined ? { appliedBy: applied[0] } : {}),
    ...(notApplied && { notApplied }),
    parts: parts.map(partOf),
  };
}

function partOf(plan: PlanRecord): PlanPart {
  const { id, owner, state, counts, itemCount, certificates, certificateCount, openScopeCount, isCertified } = plan;
  const { notApplied } = plan;
  return {
    id,
    target: owner.target,
    state,
    counts,
    itemCount,
    certificates: certificates.slice(0, mostCertificates),
    certificateCount,
    openScopeCount,
    isCertified,
    ...(notApplied && { notApplied }),
  };
}

function sumOfCounts(parts: readonly PlanRecord[]): PlanCounts {
  const sums: Record<keyof PlanCounts, number> = { ...noPlanCounts };
  for (const { counts } of parts) {
    for (const action of planActions) sums[action] += counts[action];
  }
  return sums;
}

function certificatesOf(parts: readonly PlanRecord[]): readonly Certificate[] {
  return parts
    .flatMap(({ owner, certificates }) =>
      certificates.map(({ scope, seen }) => ({ scope: `${owner.target}: ${scope}`, seen })),
    )
    .slice(0, mostCertificates);
}

/** Number that comes before the first item of each part, in the numbers of the whole. */
export function offsetsOf(parts: readonly Pick<PlanRecord, 'itemCount'>[]): readonly number[] {
  let offset = 0;
  return parts.map(({ itemCount }) => {
    const own = offset;
    offset += itemCount;
    return own;
  });
}

/** What a choice among the items of the whole means for one part. */
export function choiceOfPart(choice: PlanChoice, offset: number, itemCount: number): PlanChoice {
  const own = (numbers: readonly number[]) =>
    numbers.filter((number) => number > offset && number <= offset + itemCount).map((number) => number - offset);
  if (choice.kind === 'all') return choice.except === undefined ? choice : { kind: 'all', except: own(choice.except) };
  return { kind: 'only', numbers: own(choice.numbers) };
}

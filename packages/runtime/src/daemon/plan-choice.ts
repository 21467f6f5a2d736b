import { IsthmusError } from '@isthmus/kernel';
import type { PlanChoice } from '../journal/plan-journal.js';
import { offsetsOf } from '../plan/joined-plan.js';
import type { PlanRecord } from '../plan/plan.js';

export interface PlanApproval {
  readonly reason?: string;
  /** Numbers of the items that are approved; the others are left out. Default: all. */
  readonly only?: readonly number[];
  /** Numbers of items that are left out. */
  readonly except?: readonly number[];
}

const numbersTold = 10;

export function choiceOf({ only, except }: PlanApproval): PlanChoice {
  if (only !== undefined) return { kind: 'only', numbers: only };
  return { kind: 'all', ...(except === undefined ? {} : { except }) };
}

/** For people, after what they did: nothing when they took all. */
export function choiceText({ only, except }: PlanApproval): string {
  if (only !== undefined) return `, only ${told(only)}`;
  return except === undefined ? '' : `, except ${told(except)}`;
}

/**
 * Refuses a choice that cannot mean what it says, before anything of it is kept.
 *
 * @param parts - all of the plan, in their order
 * @throws PARAMETER_INVALID naming the numbers; PLAN_NOT_OPEN when another choice was approved before
 */
export function refuseChoice(runId: string, parts: readonly PlanRecord[], { only, except = [] }: PlanApproval): void {
  if (only !== undefined && only.length === 0) throw refused(runId, 'only', 'names no item');
  const isBoth = only?.filter((number) => except.includes(number)) ?? [];
  if (isBoth.length > 0) throw refused(runId, 'except', `has items that \`only\` has too: ${told(isBoth)}`);
  for (const [field, numbers] of [
    ['only', only ?? []],
    ['except', except],
  ] as const) {
    const unknown = numbers.filter((number) => partOf(parts, number) === undefined);
    if (unknown.length > 0) throw refused(runId, field, `has numbers that no item of the plan has: ${told(unknown)}`);
    const closed = numbers.filter((number) => !isUndecided(partOf(parts, number)));
    const state = partOf(parts, closed[0] ?? 0)?.state;
    if (state !== undefined) throw decided(runId, `its part with the items ${told(closed)} is ${state}`, state);
  }
  const approved = parts.find(({ state }) => state === 'approved');
  if (only !== undefined && approved !== undefined)
    throw decided(runId, `${approved.approval?.itemCount ?? 0} items of it are approved already`, approved.state);
}

function partOf(parts: readonly PlanRecord[], number: number): PlanRecord | undefined {
  const offsets = offsetsOf(parts);
  return parts.find(({ itemCount }, index) => {
    const offset = offsets[index] ?? 0;
    return Number.isInteger(number) && number > offset && number <= offset + itemCount;
  });
}

function isUndecided(part: PlanRecord | undefined): boolean {
  return part?.state === 'open';
}

function told(numbers: readonly number[]): string {
  const more = numbers.length - numbersTold;
  return `${numbers.slice(0, numbersTold).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function refused(runId: string, field: string, fault: string): IsthmusError {
  return new IsthmusError('PARAMETER_INVALID', `\`${field}\` of the approval ${fault}`, {
    next: `see the numbers with \`isthmus run plan ${runId}\`, and approve again; nothing was decided`,
    details: { plan: runId, field, fault },
  });
}

function decided(runId: string, why: string, state: string): IsthmusError {
  return new IsthmusError('PLAN_NOT_OPEN', `no other items of the plan of the run ${runId} can be chosen: ${why}`, {
    next: 'approve it without choosing items to go on by what was chosen then, or make a new plan with `isthmus connector preview`',
    details: { plan: runId, state },
  });
}

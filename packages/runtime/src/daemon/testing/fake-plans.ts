import { IsthmusError } from '@isthmus/kernel';
import { defaultPlanLimits, type PlanChoice, type PlanJournal } from '../../journal/plan-journal.js';
import type { NotApplied, PlanItem, PlanRecord } from '../../plan/plan.js';

const unused = async (): Promise<never> => {
  throw new IsthmusError('INTERNAL', 'not used where people decide');
};

/** Plans in memory, as far as people deal with them. */
export class FakePlans implements PlanJournal {
  readonly limits = defaultPlanLimits;
  readonly records = new Map<string, PlanRecord>();
  readonly itemsOf = new Map<string, readonly PlanItem[]>();
  readonly choices: PlanChoice[] = [];

  begin = unused;
  add = unused;
  amend = unused;
  planned = unused;
  plannedItem = unused;
  calls = unused;
  partsOf = async (runId: string) => [...this.records.values()].filter(({ id }) => id.startsWith(`${runId}.`));
  publish = unused;
  drop = unused;
  approved = unused;
  mark = unused;
  notePlaces = unused;
  places = unused;
  dropUnfinished = unused;

  async save(plan: PlanRecord, from?: PlanRecord['state']): Promise<boolean> {
    if (from !== undefined && this.records.get(plan.id)?.state !== from) return false;
    this.records.set(plan.id, plan);
    return true;
  }

  async plan(id: string): Promise<PlanRecord | undefined> {
    return this.records.get(id);
  }

  async plansOf(connectorGuid: string): Promise<readonly PlanRecord[]> {
    return [...this.records.values()].filter(({ owner }) => owner.connectorGuid === connectorGuid);
  }

  async items(id: string): Promise<readonly PlanItem[]> {
    return this.itemsOf.get(id) ?? [];
  }

  async approve(id: string, choice: PlanChoice): Promise<number> {
    this.choices.push(choice);
    return choice.kind === 'only' ? choice.numbers.length : (this.itemsOf.get(id)?.length ?? 0);
  }

  approvedPlans = async () => [...this.records.values()].filter(({ state }) => state === 'approved');

  async reopen(id: string, notApplied?: NotApplied): Promise<void> {
    const plan = this.records.get(id);
    if (plan === undefined) return;
    const { approval: _, ...open } = plan;
    this.records.set(id, { ...open, state: 'open', ...(notApplied && { notApplied }) });
  }
}

import type { PlannedCall } from '../operations/planned-call.js';
import type { NotApplied, PlanDecision, PlanFilter, PlanItem, PlanRecord, PlanRow } from '../plan/plan.js';
import type { ItemKey, SyncOwner } from './journal.js';

/** Bounds of what is kept of plans. The oldest go first; the newest of a connector always stays. */
export interface PlanLimits {
  /** Items of one plan; what goes beyond is only counted. Default 1,000,000. */
  readonly items: number;
  /** Default 5. */
  readonly plansPerConnector: number;
  /** Over all connectors. Default 2,000,000. */
  readonly itemsInAll: number;
}

export const defaultPlanLimits: PlanLimits = { items: 1_000_000, plansPerConnector: 5, itemsInAll: 2_000_000 };

/** What runs intend, item by item, until people decide. Items are written and read in pages; nothing holds a whole plan. */
export interface PlanJournal {
  readonly limits: PlanLimits;
  /** Begins to record; plans beyond the limits go. */
  begin(plan: PlanRecord): Promise<void>;
  /** In the order of applying. */
  add(id: string, rows: readonly PlanRow[]): Promise<void>;
  /** Takes the place of what the plan said of the item last. */
  amend(id: string, row: PlanRow): Promise<void>;
  /** What this plan does already to elements of these names, in its order. @param decisions - default: whatever was decided */
  planned(
    id: string,
    qualifiedNames: readonly string[],
    decisions?: readonly PlanDecision[],
  ): Promise<readonly PlanRow[]>;
  /** What this plan did with the item last. */
  plannedItem(id: string, key: ItemKey): Promise<PlanRow | undefined>;
  /** Recording has ended: earlier plans of the same owner that are open become `superseded`. */
  publish(plan: PlanRecord): Promise<void>;
  /** @param from - nothing is saved where the plan's state is another one by now. @returns whether it was saved */
  save(plan: PlanRecord, from?: PlanRecord['state']): Promise<boolean>;
  /** Takes the plan and its items away. */
  drop(id: string): Promise<void>;
  plan(id: string): Promise<PlanRecord | undefined>;
  /** Plans for catalog targets that this run made, in their order. */
  partsOf(runId: string): Promise<readonly PlanRecord[]>;
  /** Newest first. */
  plansOf(connectorGuid: string, limit: number): Promise<readonly PlanRecord[]>;
  /** Items after the number `after` that fit, in order. */
  items(id: string, filter: PlanFilter, after: number, limit: number): Promise<readonly PlanItem[]>;
  /** Rows after the number `after` that are approved, with all that it takes to write them. */
  approved(id: string, after: number, limit: number): Promise<readonly (PlanRow & { readonly number: number })[]>;
  /** Operations of the context after the number `after`, whatever was decided of them. */
  calls(
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly { readonly number: number; readonly call: PlannedCall }[]>;
  /** Approves these items that are undecided, or all; leaves the others out. Returns how many are approved. */
  approve(id: string, choice: PlanChoice): Promise<number>;
  /**
   * Takes an approval back of which nothing was applied: its items are undecided again, unless a newer plan has taken its
   * place. Of one that was applied in part what was chosen stays, so that people can go on with it.
   *
   * @param notApplied - what the plan tells of it from now on
   */
  reopen(id: string, notApplied?: NotApplied): Promise<void>;
  /** Those that were not applied to their end, oldest first; at most 10,000. */
  approvedPlans(): Promise<readonly PlanRecord[]>;
  mark(id: string, marks: readonly PlanMark[]): Promise<void>;
  /** Medium on which scopes were listed; saved when the plan is applied. */
  notePlaces(id: string, places: ReadonlyMap<string, string | undefined>): Promise<void>;
  places(id: string, afterScope: string, limit: number): Promise<readonly (readonly [string, string | undefined])[]>;
  /** Plans that a crash left half recorded go. */
  dropUnfinished(owner: SyncOwner): Promise<void>;
}

export type PlanChoice =
  | { readonly kind: 'all'; readonly except?: readonly number[] }
  | { readonly kind: 'only'; readonly numbers: readonly number[] };

export interface PlanMark extends Pick<PlanItem, 'number' | 'decision' | 'fault'> {}

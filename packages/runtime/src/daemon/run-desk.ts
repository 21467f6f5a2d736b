import type { Clock } from '@isthmus/kernel';
import { IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { ConnectorFleet } from '../fleet/connector-fleet.js';
import type { RunAct, RunJournal } from '../journal/journal.js';
import type { PlanChoice, PlanJournal } from '../journal/plan-journal.js';
import { planNotFound } from '../journal/plan-rows.js';
import type { HeldBack, UndoJournal, WritingRun } from '../journal/undo-journal.js';
import { notOpen } from '../plan/apply-plan.js';
import type { Explanation } from '../plan/explain.js';
import { choiceOfPart, joinedPlan, offsetsOf } from '../plan/joined-plan.js';
import type { PlanFilter, PlanItem, PlanRecord } from '../plan/plan.js';
import { type DecidedRun, decidedRun } from './decided-run.js';
import { choiceOf, type PlanApproval, refuseChoice } from './plan-choice.js';

/** What people do with runs: see what one would do, decide, take it back. */
export interface RunUseCases {
  /** Asks for a run that writes nothing and ends in a plan; its id is that of the run. */
  previewConnector(reference: string, by: string, groupName?: string): Promise<{ readonly runId: string }>;
  /** Newest first. */
  plans(reference: string, limit: number, groupName?: string): Promise<readonly PlanRecord[]>;
  /** Throws PLAN_NOT_FOUND. */
  plan(runId: string): Promise<PlanRecord>;
  /** Items after the number `after`, in the order of applying. Throws PLAN_NOT_FOUND. */
  planItems(runId: string, page: PlanPage): Promise<readonly PlanItem[]>;
  /**
   * Approves a plan as a whole, without some items, or only some; a run then applies it. Repeating it goes on with a plan
   * that was not applied to its end, by what was chosen then. When it is refused the plan stays as it was.
   *
   * Throws PLAN_NOT_FOUND, PLAN_NOT_OPEN, PLAN_TOO_LARGE, PARAMETER_INVALID (of a number that is not in the plan), CONNECTOR_NOT_FOUND, CONNECTOR_STOPPED.
   */
  approvePlan(runId: string, by: string, approval: PlanApproval): Promise<DecidedRun>;
  /** Nothing of it will be applied. Throws PLAN_NOT_FOUND, PLAN_NOT_OPEN. */
  rejectPlan(runId: string, by: string, reason?: string): Promise<void>;
  /**
   * Asks for a run that takes back what this one wrote. What anybody changed since stays and stands in its findings.
   *
   * Throws RUN_NOT_FOUND, UNDO_NOT_POSSIBLE, CONNECTOR_NOT_FOUND, CONNECTOR_STOPPED.
   */
  undoRun(runId: string, by: string, reason?: string): Promise<DecidedRun>;
  /**
   * Lets refreshes write again what was taken back by this run, one that took another back. Returns how many items.
   *
   * Throws RUN_NOT_FOUND, RELEASE_NOT_POSSIBLE.
   */
  releaseRun(runId: string, by: string, reason?: string): Promise<number>;
  /** Items that refreshes leave alone, by the run that took them back. */
  heldBack(reference: string, groupName?: string): Promise<readonly HeldBack[]>;
  /** Who holds the element of this name, by which runs, and where its fields are from. Throws ELEMENT_NOT_FOUND. */
  explain(qualifiedName: string, signal: AbortSignal): Promise<Explanation>;
}

export interface PlanPage {
  readonly filter: PlanFilter;
  readonly after: number;
  readonly limit: number;
}

export interface RunDeskParts {
  readonly fleet: Pick<ConnectorFleet, 'act' | 'refresh'>;
  readonly journal: Pick<RunJournal, 'run'> & { readonly plans: PlanJournal; readonly undos: UndoJournal };
  readonly clock: Clock;
}

/** Decides with what is kept of runs, and asks the fleet for the runs that carry it out. Audited by whoever calls it. */
export class RunDesk {
  /** By run, whose plan is being decided. */
  readonly #deciding = new Map<string, Promise<unknown>>();

  constructor(private readonly parts: RunDeskParts) {}

  /** Two who decide at the same instant: the second sees what the first has decided. */
  async #inTurn<T>(runId: string, decide: () => Promise<T>): Promise<T> {
    const decided = (this.#deciding.get(runId) ?? Promise.resolve()).then(decide);
    const ended = decided.catch(() => undefined);
    this.#deciding.set(runId, ended);
    await ended;
    if (this.#deciding.get(runId) === ended) this.#deciding.delete(runId);
    return decided;
  }

  async plan(runId: string): Promise<PlanRecord> {
    const parts = await this.#parts(runId);
    const [only] = parts;
    return only !== undefined && parts.length === 1 && only.id === runId ? only : joinedPlan(runId, parts);
  }

  plans(connectorGuid: string, limit: number): Promise<readonly PlanRecord[]> {
    return this.parts.journal.plans.plansOf(connectorGuid, limit);
  }

  async planItems(runId: string, { filter, after, limit }: PlanPage): Promise<readonly PlanItem[]> {
    const parts = await this.#parts(runId);
    const offsets = offsetsOf(parts);
    const found: PlanItem[] = [];
    for (const [index, { id, owner, itemCount }] of parts.entries()) {
      const offset = offsets[index] ?? 0;
      if (after >= offset + itemCount && itemCount > 0) continue;
      const from = Math.max(0, after - offset);
      const items = await this.parts.journal.plans.items(id, filter, from, limit - found.length);
      const target = id === runId ? {} : { target: owner.target };
      found.push(...items.map((item) => ({ ...item, ...target, number: item.number + offset })));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The plan of a run, or those of its catalog targets. @throws PLAN_NOT_FOUND */
  async #parts(runId: string): Promise<readonly PlanRecord[]> {
    const { plans } = this.parts.journal;
    const plan = await plans.plan(runId);
    const parts = plan === undefined ? await plans.partsOf(runId) : [plan];
    const there = parts.filter(({ state }) => state !== 'recording');
    if (there.length === 0) throw planNotFound(runId);
    return there;
  }

  approve(runId: string, by: string, approval: PlanApproval): Promise<DecidedRun> {
    return this.#inTurn(runId, () => this.#approve(runId, by, approval));
  }

  async #approve(runId: string, by: string, approval: PlanApproval): Promise<DecidedRun> {
    const parts = await this.#parts(runId);
    const offsets = offsetsOf(parts);
    const choice = choiceOf(approval);
    const tooLarge = parts.find(({ state }) => state === 'too-large');
    if (tooLarge !== undefined)
      throw new IsthmusError(
        'PLAN_TOO_LARGE',
        `the plan of the run ${runId} has more than ${tooLarge.itemCount} items`,
        {
          details: { plan: runId, kept: tooLarge.itemCount },
        },
      );
    const deciding = parts.filter(({ state }) => state === 'open' || state === 'approved');
    const [first] = deciding;
    if (first === undefined) throw notOpen({ ...(parts[0] ?? (await this.plan(runId))), id: runId });
    refuseChoice(runId, parts, approval);
    const acts: RunAct[] = [];
    const approvedNow: PlanRecord[] = [];
    try {
      for (const part of deciding) {
        acts.push({ kind: 'apply-plan', planId: part.id, by, target: part.owner.target });
        if (part.state !== 'open') {
          const { notApplied, ...rest } = part;
          if (notApplied !== undefined) await this.parts.journal.plans.save(rest);
          continue;
        }
        const own = choiceOfPart(choice, offsets[parts.indexOf(part)] ?? 0, part.itemCount);
        await this.#approvePart(part, own, by, approval.reason);
        approvedNow.push(part);
      }
      const { runId: applying, refused } = await this.parts.fleet.act(first.owner.connectorGuid, ...acts);
      for (const { act, error } of refused) if (act.kind === 'apply-plan') await this.#reopen(act.planId, error);
      return decidedRun(applying, refused);
    } catch (error) {
      // An approval that was refused must not wait to be carried out by the next one.
      for (const { id } of approvedNow) await this.parts.journal.plans.reopen(id);
      throw error;
    }
  }

  /** One part is left out, the others are applied. */
  async #reopen(planId: string, error: IsthmusError): Promise<void> {
    const { code, message, next } = toErrorReport(error);
    await this.parts.journal.plans.reopen(planId, { at: this.parts.clock.now(), code, message, next });
  }

  async #approvePart(plan: PlanRecord, choice: PlanChoice, by: string, reason: string | undefined): Promise<void> {
    const { plans } = this.parts.journal;
    const itemCount = await plans.approve(plan.id, choice);
    const at = this.parts.clock.now();
    const { notApplied: _, ...rest } = plan;
    const why = reason === undefined ? {} : { reason };
    await this.#decide(plan, { ...rest, state: 'approved', approval: { by, at, itemCount, ...why } });
  }

  /** A run may have made a newer plan meanwhile. @throws PLAN_NOT_OPEN */
  async #decide({ id, state }: PlanRecord, decided: PlanRecord): Promise<void> {
    const { plans } = this.parts.journal;
    if (await plans.save(decided, state)) return;
    throw notOpen((await plans.plan(id)) ?? { ...decided, state: 'superseded' });
  }

  async undo(runId: string, by: string): Promise<DecidedRun> {
    const runs = await this.#written(runId);
    if (runs.length === 0) return this.#refuse(runId, 'wrote nothing, or nothing is kept of it any more');
    const left = runs.filter(({ undone }) => undone === undefined);
    const [first] = left;
    if (first === undefined) throw undoneAlready(runId, runs[0]?.undone);
    if (left.some(({ isKept }) => !isKept))
      return this.#refuse(runId, 'is too old: former values are kept of the newest runs only');
    const acts = left.map(({ id, owner }): RunAct => ({ kind: 'undo', undoneRunId: id, by, target: owner.target }));
    const { runId: undoing, refused } = await this.parts.fleet.act(first.owner.connectorGuid, ...acts);
    return decidedRun(undoing, refused);
  }

  /** What is kept of the run, or of its parts over catalog targets. */
  async #written(runId: string): Promise<readonly WritingRun[]> {
    const run = await this.parts.journal.undos.run(runId);
    return run === undefined ? await this.parts.journal.undos.partsOf(runId) : [run];
  }

  async release(runId: string): Promise<number> {
    const run = await this.parts.journal.undos.run(runId);
    if (run === undefined) throw await this.#missing(runId);
    const record = await this.parts.journal.run(runId);
    const isUndo = record === undefined || record.acts?.some(({ kind }) => kind === 'undo') === true;
    if (run.undone !== undefined) throw notReleased(runId, 'is the one that was taken back', run.undone.runId);
    if (!isUndo) throw notReleased(runId, 'took nothing back');
    const count = await this.parts.journal.undos.release(runId);
    if (count === 0) throw notReleased(runId, 'has nothing any more that it could let go');
    return count;
  }

  async #refuse(runId: string, why: string): Promise<never> {
    const known = (await this.parts.journal.undos.run(runId)) ?? (await this.parts.journal.run(runId));
    if (known === undefined) throw await this.#missing(runId);
    throw new IsthmusError('UNDO_NOT_POSSIBLE', `the run ${runId} ${why}`, { details: { run: runId } });
  }

  async #missing(runId: string): Promise<IsthmusError> {
    const known = await this.parts.journal.run(runId);
    return known === undefined
      ? new IsthmusError('RUN_NOT_FOUND', `there is no run ${runId}`, { details: { run: runId } })
      : new IsthmusError('UNDO_NOT_POSSIBLE', `the run ${runId} wrote nothing`, { details: { run: runId } });
  }

  reject(runId: string): Promise<void> {
    return this.#inTurn(runId, () => this.#reject(runId));
  }

  async #reject(runId: string): Promise<void> {
    const parts = await this.#parts(runId);
    const waiting = parts.filter(({ state }) => state === 'open' || state === 'too-large');
    const [first] = parts;
    if (waiting.length === 0 && first !== undefined) throw notOpen({ ...first, id: runId });
    for (const plan of waiting) await this.#decide(plan, { ...plan, state: 'rejected' });
  }
}

function undoneAlready(runId: string, undone: WritingRun['undone']): IsthmusError {
  const { by, runId: undoneBy } = undone ?? { by: 'somebody', runId: '' };
  return new IsthmusError(
    'UNDO_NOT_POSSIBLE',
    `the run ${runId} was taken back by ${by} already, in the run ${undoneBy}`,
    {
      next: `\`isthmus run release ${undoneBy}\` lets refreshes write it again; \`isthmus run undo ${undoneBy}\` takes back the undo`,
      details: { run: runId, undoneBy },
    },
  );
}

/** @param undoneBy - the run that took it back: people often name the one that was taken back */
function notReleased(runId: string, why: string, undoneBy?: string): IsthmusError {
  const next =
    undoneBy === undefined
      ? 'see with `isthmus connector show <connector>` by which runs items are held back'
      : `\`isthmus run release ${undoneBy}\``;
  const by = undoneBy === undefined ? '' : `, by the run ${undoneBy}`;
  return new IsthmusError('RELEASE_NOT_POSSIBLE', `the run ${runId} ${why}${by}, so it holds nothing back`, {
    next,
    details: { run: runId, ...(undoneBy === undefined ? {} : { undoneBy }) },
  });
}

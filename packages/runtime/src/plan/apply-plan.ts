import { IsthmusError } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import type { StoreMark, SyncJournal } from '../journal/journal.js';
import type { PlanJournal, PlanMark } from '../journal/plan-journal.js';
import { planNotFound } from '../journal/plan-rows.js';
import type { UndoJournal } from '../journal/undo-journal.js';
import { BatchWriter, type WriterParts } from '../sync/batch-writer.js';
import type { ChangeFollower } from '../sync/change-follower.js';
import { closedMark } from '../sync/closed-mark.js';
import type { LastChanges } from '../sync/last-changes.js';
import { writeLinks } from '../sync/link-writer.js';
import type { RunTally } from '../sync/run-tally.js';
import type { SyncReport, SyncRunSpec } from '../sync/sync-engine.js';
import { defaultSyncSettings } from '../sync/sync-settings.js';
import type { AppliedItem, ItemWork } from '../sync/work-parts.js';
import { callPerformer, type OperationsJournal, performCall, staleCall } from './apply-calls.js';
import { changedFields } from './changed-fields.js';
import { ChangedFindings, changeText } from './changed-findings.js';
import type { CallPerformer } from './perform-call.js';
import type { PlanRecord, PlanRow } from './plan.js';
import { keepMovedOn, spareLeftOut } from './spare-left-out.js';

/** What an act needs: a run that lists nothing and writes what was decided before. */
export interface ActParts
  extends Omit<WriterParts, 'onApplied' | 'onContested' | 'settings' | 'grant' | 'runId' | 'owner' | 'journal'> {
  readonly journal: SyncJournal & OperationsJournal & { readonly undos: UndoJournal };
  readonly spec: SyncRunSpec;
  readonly mark: StoreMark;
  readonly follower: ChangeFollower;
  readonly lastChanges: LastChanges;
  readonly tally: RunTally;
}

type ApprovedRow = PlanRow & { readonly number: number };

/** Rows that are held at a time. */
const pageRows = 200;
/** Operations that are looked at in one request. */
const looksAtOnce = 1000;
const namesTold = 20;

/**
 * Applies what people approved of a plan: first looks whether every element concerned is as it was read for the plan,
 * then writes in the plan's order, each operation under the version that it expects. Begun again after a crash it goes
 * on with what was not applied.
 *
 * @throws PLAN_NOT_FOUND, PLAN_NOT_OPEN; PLAN_STALE when anything has changed: then nothing is written
 */
export async function applyPlan(parts: ActParts, planId: string): Promise<SyncReport> {
  const { plans } = parts.journal;
  const plan = await plans.plan(planId);
  if (plan === undefined) throw planNotFound(planId);
  if (plan.state === 'stale') throw new IsthmusError('PLAN_STALE', plan.notApplied?.message ?? 'the plan is stale');
  if (plan.state !== 'approved') throw notOpen(plan);
  await refuseStale(parts, plan);
  await spareLeftOut(parts, planId, approvedPages(plans, planId));
  await keepMovedOn(parts, planId, approvedPages(plans, planId));
  const numbers = new WeakMap<ItemWork, number>();
  const marks: PlanMark[] = [];
  const { grant, owner, userId, runId, deleteMethod } = parts.spec;
  const writer = new BatchWriter({
    ...parts,
    grant,
    runId,
    owner,
    ...(userId !== undefined && { userId }),
    ...(deleteMethod !== undefined && { deleteMethod }),
    settings: parts.spec.settings ?? defaultSyncSettings,
    // A plan has no more of an item than its operations: the next run writes what is the source's after all.
    onContested: () => undefined,
    onApplied: async (items) => {
      for (const item of items) marks.push(...markOf(item, numbers.get(item.work)));
    },
  });
  try {
    const performer = await callPerformer(parts, plan);
    for await (const rows of approvedPages(plans, planId)) {
      for (const row of rows) await applyRow({ ...parts, performer, planId }, writer, row, numbers, marks);
      await writer.drain();
      await plans.mark(planId, marks.splice(0));
      await markRefused(plans, planId, rows);
    }
  } catch (error) {
    await writer.drop();
    throw error;
  }
  await writeLinks({ ...parts, ...parts.spec });
  await savePlaces(parts, planId);
  await close(parts, plan);
  return reportOf(parts.tally);
}

async function applyRow(
  parts: ActParts & { readonly performer: CallPerformer; readonly planId: string },
  writer: BatchWriter,
  row: ApprovedRow,
  numbers: WeakMap<ItemWork, number>,
  marks: PlanMark[],
): Promise<void> {
  const { journal, spec } = parts;
  const { work, absence, call, number } = row;
  if (call !== undefined) {
    // It may be about what was planned before it.
    await writer.drain();
    return performCall(parts, parts.performer, parts.planId, { call, number });
  }
  if (work === undefined) {
    if (absence !== undefined) await journal.markAbsent(spec.owner, [row], absence);
    marks.push({ number, decision: 'applied' });
    return;
  }
  const own: ItemWork = { ...work };
  numbers.set(own, number);
  await writer.add(own);
}

function markOf({ progress }: AppliedItem, number: number | undefined): readonly PlanMark[] {
  if (number === undefined) return [];
  const { refused } = progress;
  if (refused === undefined) return [{ number, decision: 'applied' }];
  const { code, message } = refused;
  return [{ number, decision: code === 'ELEMENT_CHANGED' ? 'stale' : 'refused', fault: { code, message } }];
}

/** What the store refused as a whole is told nowhere else. */
async function markRefused(plans: PlanJournal, planId: string, rows: readonly ApprovedRow[]): Promise<void> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return;
  const left = await plans.approved(planId, first.number - 1, rows.length);
  const fault = {
    code: 'STORE_REFUSED',
    message: 'the metadata access server refused it; see the findings of the run',
  };
  const own = left.filter(({ number }) => number <= last.number);
  await plans.mark(
    planId,
    own.map(({ number }) => ({ number, decision: 'refused', fault })),
  );
}

async function* approvedPages(plans: PlanJournal, planId: string): AsyncGenerator<readonly ApprovedRow[]> {
  for (let after = 0; ; ) {
    const rows = await plans.approved(planId, after, pageRows);
    if (rows.length === 0) return;
    after = rows.at(-1)?.number ?? after;
    yield rows;
  }
}

/** @throws PLAN_STALE */
async function refuseStale(parts: ActParts, plan: PlanRecord): Promise<void> {
  const { plans } = parts.journal;
  let count = 0;
  const names: string[] = [];
  for await (const rows of approvedPages(plans, plan.id)) {
    const marks = await changedRows(parts, rows, namesTold - names.length);
    const stale = marks.filter(({ decision }) => decision === 'stale');
    count += stale.length;
    for (const { number } of stale) {
      const row = rows.find((candidate) => candidate.number === number);
      if (row !== undefined && names.length < namesTold) names.push(row.qualifiedName);
    }
    if (marks.length > 0) await plans.mark(plan.id, marks);
  }
  if (count === 0) return;
  await plans.save({ ...plan, state: 'stale' });
  const what = count === 1 ? '1 item of the plan has' : `${count} items of the plan have`;
  throw new IsthmusError('PLAN_STALE', `${what} changed since it was made, e.g. ${names[0] ?? ''}`, {
    details: { plan: plan.id, changed: names, changedCount: count },
  });
}

/**
 * Those of which an element is in another version, or that a run which crashed has applied already.
 *
 * @param told - of so many it is told field by field what has changed
 */
async function changedRows(parts: ActParts, rows: readonly ApprovedRow[], told: number): Promise<readonly PlanMark[]> {
  const { versions, live } = await versionsOf(parts, rows.flatMap(namesOf));
  const findings = new ChangedFindings(parts.store, parts.signal);
  const marks: PlanMark[] = [];
  for (const row of rows) {
    const stale = row.call && (await staleCall(row.call, row.number, live, findings));
    if (stale !== undefined) marks.push(stale);
    const changed = row.work?.operations.find((operation) => {
      if (operation.op !== 'upsert' && operation.op !== 'delete') return false;
      return operation.expects !== undefined && operation.expects !== (versions.get(operation.qualifiedName) ?? 0);
    });
    const { number } = row;
    if (changed === undefined || !('qualifiedName' in changed)) {
      const finds = row.work?.finds;
      const added = finds && (await findings.addedTo(finds));
      if (added !== undefined)
        marks.push({ number, decision: 'stale', fault: { code: 'ELEMENT_CHANGED', message: added } });
      continue;
    }
    if (await isApplied(parts, row)) {
      marks.push({ number, decision: 'applied' });
      continue;
    }
    const { qualifiedName } = changed;
    const expected = 'expects' in changed ? (changed.expects ?? 0) : 0;
    const version = versions.get(qualifiedName) ?? 0;
    const isTold = marks.length < told && expected > 0 && version > 0;
    const fields = isTold ? await changedFields(parts.store, qualifiedName, expected, parts.signal) : undefined;
    const message = `${qualifiedName} ${changeText(expected, version)}${fields === undefined ? '' : `: ${fields}`}`;
    marks.push({ number, decision: 'stale', fault: { code: 'ELEMENT_CHANGED', message } });
  }
  return marks;
}

async function isApplied({ journal, spec }: ActParts, { work }: ApprovedRow): Promise<boolean> {
  if (work === undefined) return false;
  const known = await journal.knownItem(spec.owner, work.item);
  if (work.gone !== undefined) return known === undefined;
  return known !== undefined && known.hash !== '' && known.hash === work.known?.hash;
}

async function versionsOf(
  { store, newId, tally, signal }: { store: MetadataStore } & Pick<ActParts, 'newId' | 'tally' | 'signal'>,
  names: readonly string[],
): Promise<{ readonly versions: ReadonlyMap<string, number>; readonly live: ReadonlyMap<string, number> }> {
  const all = [...new Set(names)];
  const versions = new Map<string, number>();
  const live = new Map<string, number>();
  for (let from = 0; from < all.length; from += looksAtOnce) {
    const looks = all.slice(from, from + looksAtOnce);
    signal.throwIfAborted();
    tally.add('requests');
    const { items } = await store.writeBatch(
      { id: newId(), operations: looks.map((qualifiedName) => ({ op: 'look', qualifiedName })) },
      signal,
    );
    for (const [index, qualifiedName] of looks.entries()) {
      const former = items[index]?.former;
      if (former === undefined) continue;
      versions.set(qualifiedName, former.version);
      if (former.state !== 'deleted') live.set(qualifiedName, former.version);
    }
  }
  return { versions, live };
}

function namesOf({ work, call }: ApprovedRow): readonly string[] {
  const operations = work?.operations ?? [];
  const written = operations.flatMap((operation) => ('qualifiedName' in operation ? [operation.qualifiedName] : []));
  return [...written, ...(call?.expects ?? []).map(({ qualifiedName }) => qualifiedName)];
}

async function savePlaces({ journal, spec }: ActParts, planId: string): Promise<void> {
  for (let after = ''; ; ) {
    const places = await journal.plans.places(planId, after, 1000);
    const last = places.at(-1);
    if (last === undefined) return;
    await journal.savePlaces(spec.owner, new Map(places));
    [after] = last;
  }
}

/** What was listed completely and approved as a whole earns the trust of a certified run. */
async function close(parts: ActParts, plan: PlanRecord): Promise<void> {
  const { journal, spec, mark } = parts;
  const leftOut = await journal.plans.items(plan.id, { decisions: ['left-out', 'refused', 'stale'] }, 0, 1);
  const proof = plan.isCertified && leftOut.length === 0 ? { boundaryHash: plan.boundaryHash } : undefined;
  const closed = await closedMark({ ...parts, mode: spec.mode }, mark, proof);
  // Elements that a first run finds instead of making were written under a memory that is lost.
  const isRefound = mark.firstRun === true && plan.counts.adopt > 0;
  await journal.saveStoreMark(spec.owner, isRefound ? { ...closed, certifiedRuns: 0 } : closed);
  await journal.plans.save({ ...plan, state: 'applied', appliedBy: spec.runId });
}

export function reportOf(tally: RunTally): SyncReport {
  const { findings, findingCount, isPartial, scopes, operations, changedElements } = tally;
  return {
    counts: tally.counts({ opened: 0, completed: 0 }),
    findings,
    findingCount,
    isPartial,
    scopes,
    ...(operations && { operations }),
    changedElements,
  };
}

export function notOpen({ id, state }: PlanRecord): IsthmusError {
  return new IsthmusError('PLAN_NOT_OPEN', `the plan of the run ${id} is ${state}`, { details: { plan: id, state } });
}

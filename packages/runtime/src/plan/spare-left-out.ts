import { processSlicer } from '@isthmus/kernel';
import type { PlanMark } from '../journal/plan-journal.js';
import { anchorMoves, movedAway } from '../sync/anchor-moves.js';
import { holdingsOf } from '../sync/holdings.js';
import type { ActParts } from './apply-plan.js';
import type { PlanRow } from './plan.js';

type ApprovedRow = PlanRow & { readonly number: number };

/**
 * Refuses approved deletes that would take along what is to stay: the store deletes what is anchored to an element with it.
 * That is what people left out, what the plan keeps, and what came up since.
 *
 * @param pages - of what is approved
 */
export async function spareLeftOut(
  parts: ActParts,
  planId: string,
  pages: AsyncIterable<readonly ApprovedRow[]>,
): Promise<void> {
  const { plans } = parts.journal;
  const asked = { ...parts, owner: parts.spec.owner };
  for await (const rows of pages) {
    await processSlicer.turn();
    const deletes = new Map(rows.flatMap((row) => removedBy(row).map((name) => [name, row] as const)));
    if (deletes.size === 0) continue;
    const holders = [...deletes].map(([name, { work, scope, key }]) => {
      return { name, item: work?.removed ?? { scope, key, hash: '', qualifiedNames: [name] } };
    });
    const holdings = await holdingsOf(asked, holders, async ({ name }, anchored) => {
      const planned = await plans.planned(planId, anchored, ['approved', 'applied']);
      const own = deletes.get(name)?.work;
      const works = planned.flatMap(({ work }) => (work === undefined ? [] : [work]));
      const moves = anchorMoves(own === undefined ? works : [...works, own]);
      return movedAway(moves, name, anchored);
    });
    const marks = new Map<number, PlanMark>();
    for (const [holder, { why }] of holdings) {
      const row = deletes.get(holder);
      if (row === undefined || marks.has(row.number)) continue;
      const { number, scope, key } = row;
      const fault = { code: 'DELETE_WITHHELD', message: `${holder} stays: ${why}` };
      parts.tally.finding(scope, { severity: 'error', ...fault, key });
      marks.set(number, { number, decision: 'refused', fault });
    }
    if (marks.size > 0) await plans.mark(planId, [...marks.values()]);
  }
}

/**
 * Refuses approved items that would let go of an element which another item of the plan has by now, where people left that one
 * out: nobody would have the element then, and the next run would find something that was there before.
 *
 * @param pages - of what is approved
 */
export async function keepMovedOn(
  parts: ActParts,
  planId: string,
  pages: AsyncIterable<readonly ApprovedRow[]>,
): Promise<void> {
  const { plans } = parts.journal;
  if ((await plans.items(planId, { decisions: ['left-out'] }, 0, 1)).length === 0) return;
  for await (const rows of pages) {
    const marks: PlanMark[] = [];
    for (const row of rows) {
      await processSlicer.turn();
      const left = await leftOutOf(parts, planId, await letGoBy(parts, row));
      if (left === undefined) continue;
      const { number, scope, key } = row;
      const message = `it stays as it is: ${left.name} would no longer be its own, and ${left.heir}, which has that now, was left out`;
      parts.tally.finding(scope, { severity: 'error', code: 'DELETE_WITHHELD', message, key });
      marks.push({ number, decision: 'refused', fault: { code: 'DELETE_WITHHELD', message } });
    }
    if (marks.length > 0) await plans.mark(planId, marks);
  }
}

/** Names of elements that the item has and that it would have no longer, though they stay. */
async function letGoBy({ journal, spec }: ActParts, row: ApprovedRow): Promise<readonly string[]> {
  const { work } = row;
  const before = work === undefined ? undefined : await journal.knownItem(spec.owner, work.item);
  if (work === undefined || before === undefined) return [];
  const gone = new Set([
    ...removedBy(row),
    ...(work.known?.qualifiedNames ?? []),
    ...(work.former?.qualifiedNames ?? []),
  ]);
  // Parts go with their element.
  if (work.gone !== undefined && gone.has(before.qualifiedNames[0] ?? '')) return [];
  return before.qualifiedNames.filter((name) => !gone.has(name));
}

/** The first of the names that only items have which were left out. */
async function leftOutOf(
  { journal }: ActParts,
  planId: string,
  names: readonly string[],
): Promise<{ readonly name: string; readonly heir: string } | undefined> {
  for (const name of names) {
    const having = (await journal.plans.planned(planId, [name])).filter(({ work }) => writes(work, name));
    const [first] = having;
    const isTaken = (await journal.plans.planned(planId, [name], ['approved', 'applied'])).some(({ work }) =>
      writes(work, name),
    );
    const heir = first?.qualifiedName === name ? 'the item' : first?.qualifiedName;
    if (heir !== undefined && !isTaken) return { name, heir };
  }
  return undefined;
}

function writes(work: PlanRow['work'], name: string): boolean {
  return (work?.operations ?? []).some((operation) => operation.op === 'upsert' && operation.qualifiedName === name);
}

function removedBy({ work }: PlanRow): readonly string[] {
  return (work?.operations ?? []).flatMap((operation) => (operation.op === 'delete' ? [operation.qualifiedName] : []));
}

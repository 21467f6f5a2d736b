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

function removedBy({ work }: PlanRow): readonly string[] {
  return (work?.operations ?? []).flatMap((operation) => (operation.op === 'delete' ? [operation.qualifiedName] : []));
}

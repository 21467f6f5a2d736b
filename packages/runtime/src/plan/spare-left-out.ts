import type { PlanJournal } from '../journal/plan-journal.js';
import type { ActParts } from './apply-plan.js';
import { lookAt } from './look-at.js';
import type { PlanItem, PlanRow } from './plan.js';

type ApprovedRow = PlanRow & { readonly number: number };

const pageItems = 1_000;

/**
 * Refuses approved deletes that would take along what people left out or what the plan keeps: the store deletes what is
 * anchored to an element with it.
 *
 * @param pages - of what is approved
 */
export async function spareLeftOut(
  parts: ActParts,
  planId: string,
  pages: AsyncIterable<readonly ApprovedRow[]>,
): Promise<void> {
  const { plans } = parts.journal;
  if ((await firstSpared(plans, planId)) === undefined) return;
  const takers = new Map<string, ApprovedRow>();
  for await (const rows of pages) {
    const deletes = rows.filter(({ action, work }) => action === 'delete' && work !== undefined);
    const names = deletes.map(({ qualifiedName }) => qualifiedName);
    const found = names.length === 0 ? undefined : await lookAt(parts, names, new Map(), true);
    for (const row of deletes) for (const name of found?.get(row.qualifiedName)?.anchored ?? []) takers.set(name, row);
  }
  const refused = new Map<number, { readonly row: ApprovedRow; readonly spared: string }>();
  for await (const { qualifiedName } of sparedItems(plans, planId)) {
    const row = takers.get(qualifiedName);
    if (row !== undefined && !refused.has(row.number)) refused.set(row.number, { row, spared: qualifiedName });
  }
  const marks = [...refused.values()].map(({ row: { number, scope, key, qualifiedName }, spared }) => {
    const message = `${qualifiedName} stays: ${spared}, which would go with it, was left out of the approval or is to stay`;
    const fault = { code: 'DELETE_WITHHELD', message };
    parts.tally.finding(scope, { severity: 'error', ...fault, key });
    return { number, decision: 'refused', fault } as const;
  });
  if (marks.length > 0) await plans.mark(planId, marks);
}

async function firstSpared(plans: PlanJournal, planId: string): Promise<PlanItem | undefined> {
  for await (const item of sparedItems(plans, planId)) return item;
  return undefined;
}

/** Whatever was decided of what is kept, it stays. */
async function* sparedItems(plans: PlanJournal, planId: string): AsyncGenerator<PlanItem> {
  const filters = [{ actions: ['keep'] }, { actions: ['delete'], decisions: ['left-out'] }] as const;
  for (const filter of filters) {
    for (let after = 0; ; ) {
      const items = await plans.items(planId, filter, after, pageItems);
      yield* items;
      if (items.length < pageItems) break;
      after = items.at(-1)?.number ?? after;
    }
  }
}

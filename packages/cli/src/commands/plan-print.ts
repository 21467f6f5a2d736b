import type { Plan, PlanItem, PlanItemPage } from '@isthmus/admin-client';
import { grouped, planCounts, planState, shellWord, waitsForApproval } from '../support/describe.js';
import { timeText } from '../support/field-text.js';
import type { Screen } from '../terminal/screen.js';
import type { Tone } from '../terminal/style.js';

const tones: Readonly<Record<PlanItem['action'], Tone>> = {
  create: 'good',
  update: 'busy',
  restore: 'good',
  delete: 'bad',
  adopt: 'faint',
  keep: 'waiting',
};

const mostFields = 12;
const mostParts = 50;
const longestValue = 60;

/** @param filter - options by which the items were chosen, as they stand on a command line */
export function printPlan(screen: Screen, plan: Plan, page: PlanItemPage, filter: string): void {
  const { approval, openScopeCount, certificateCount, callCount } = plan;
  const scopes = openScopeCount === 0 ? '' : `, ${grouped(openScopeCount)} not listed to the end`;
  screen.fields([
    ['connector', plan.connectorName],
    ['target', plan.target],
    ['run', plan.runId],
    ['made', screen.at(plan.madeAt)],
    ['state', planState(plan)],
    ['would', planCounts(plan)],
    ['by operations', callCount === undefined ? undefined : `${grouped(callCount)} of them`],
    ['scopes', `${grouped(certificateCount)} listed completely${scopes}`],
    [
      'approved by',
      approval &&
        `${approval.by}, ${screen.ago(approval.at)}: ${grouped(approval.itemCount)} items${approval.reason === undefined ? '' : ` (${approval.reason})`}`,
    ],
    ['applied by', plan.appliedBy && `run ${plan.appliedBy}`],
    ['not applied', notAppliedText(screen, plan)],
  ]);
  printParts(screen, plan);
  printItems(screen, page, filter);
  printNext(screen, plan, page, filter);
}

function notAppliedText(screen: Screen, { notApplied }: Pick<Plan, 'notApplied'>): string | undefined {
  if (notApplied === undefined) return undefined;
  const { at, code, message, next, runId } = notApplied;
  const by = runId === undefined ? '' : ` by run ${runId}`;
  return `${screen.ago(at)}${by}: ${code}: ${message}${next === undefined ? '' : `; next: ${next}`}`;
}

function printParts(screen: Screen, { parts = [] }: Plan): void {
  if (parts.length === 0) return;
  const shown = parts.slice(0, mostParts);
  screen.heading('Catalog targets');
  screen.table(
    [
      { title: 'TARGET', minimum: 20 },
      { title: 'STATE' },
      { title: 'ITEMS' },
      { title: 'WOULD', minimum: 20 },
      { title: 'SCOPES' },
    ],
    shown.map((part) => [
      part.target,
      planState(part),
      grouped(part.itemCount),
      planCounts(part),
      `${grouped(part.certificateCount)} listed completely, ${grouped(part.openScopeCount)} not`,
    ]),
  );
  for (const part of parts.slice(0, mostParts)) {
    const text = notAppliedText(screen, part);
    if (text !== undefined) screen.line(`${part.target}: not applied ${text}`);
  }
  if (parts.length > shown.length) screen.note(`and ${parts.length - shown.length} more: see --json`);
}

function printItems(screen: Screen, { items }: PlanItemPage, filter: string): void {
  if (items.length === 0) {
    screen.note(filter === '' ? 'It has no items.' : 'No items fit.');
    return;
  }
  screen.heading('Items');
  screen.table(
    [
      { title: 'NO' },
      { title: 'ACTION' },
      { title: 'TYPE', spare: true },
      { title: 'QUALIFIED NAME', cut: 'middle', minimum: 24 },
      { title: 'WHAT', minimum: 16 },
    ],
    items.flatMap((item) => [
      [
        String(item.number),
        { text: item.action, tone: tones[item.action] },
        item.typeName,
        item.qualifiedName,
        whatText(item),
      ],
      ...fieldRows(item),
    ]),
  );
}

/** Beside the item: why, or what became of it. */
function whatText(item: PlanItem): string {
  const { operation, target } = item;
  const where = [target && `at ${target}`, operation && `by ${operation}`].filter((part) => part).join(' ');
  return [where, becameText(item)].filter((part) => part !== '').join(': ');
}

function becameText({ action, reason, decision, fault, changes }: PlanItem): string {
  const became = decision === 'open' ? '' : decision.replace('-', ' ');
  if (fault !== undefined) return `${became}: ${fault.message}`;
  const others = changes.length - 1;
  const parts = action === 'create' && others > 0 ? `with ${grouped(others)} parts` : '';
  return [became, reason ?? parts].filter((part) => part !== '').join(': ');
}

/** One line per field that changes. What is made anew has only new values: they are in --json. */
function fieldRows(item: PlanItem): (readonly string[])[] {
  if (item.action !== 'update') return [];
  const rows = item.changes.flatMap(({ qualifiedName, action, fields, kept }) => [
    ...fields.map(({ field, from, to }) => [
      '',
      '',
      '',
      qualifiedName === item.qualifiedName ? `  ${field}` : `  ${field} of ${qualifiedName}`,
      `${valueText(field, from)} -> ${valueText(field, to)}`,
    ]),
    ...(fields.length === 0 && action !== 'unchanged' ? [['', '', '', `  ${qualifiedName}`, action]] : []),
    ...Object.entries(kept ?? {}).map(([field, value]) => [
      '',
      '',
      '',
      qualifiedName === item.qualifiedName ? `  ${field}` : `  ${field} of ${qualifiedName}`,
      `stays ${valueText(field, value)}`,
    ]),
  ]);
  if (rows.length <= mostFields) return rows;
  return [...rows.slice(0, mostFields), ['', '', '', `  and ${rows.length - mostFields} more`, 'see --json']];
}

function valueText(field: string, value: unknown): string {
  if (value === undefined) return '(none)';
  const text = timeText(field, value) ?? JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}\u2026`;
}

function printNext(screen: Screen, plan: Plan, { nextAfter, items }: PlanItemPage, filter: string): void {
  const { runId, state, notApplied } = plan;
  const run = shellWord(runId);
  if (nextAfter !== undefined) screen.note(`There is more: isthmus run plan ${run}${filter} --after ${nextAfter}`);
  if (waitsForApproval(plan) && items.length > 0) screen.note(`Approve it with: isthmus run approve ${run}`);
  if (state === 'approved' && notApplied !== undefined) screen.note(`Go on with it: isthmus run approve ${run}`);
  if (state === 'stale')
    screen.note('Something has changed since it was made: make a new plan with connector preview.');
}

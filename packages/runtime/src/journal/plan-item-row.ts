import type { Database, SqlValue } from '@isthmus/sqlite';
import { changeOf, type ElementChange, type ElementOperation } from '../plan/field-changes.js';
import {
  type PlanAction,
  type PlanFilter,
  type PlanItem,
  type PlanRow,
  planActions,
  planDecisions,
} from '../plan/plan.js';
import { decode } from './decode.js';
import { isPlanBody } from './guards.js';
import type { ItemKey } from './journal.js';

/** An item of a plan as its row has it. What a plan makes anew is kept as its operations alone: its new values stand there. */
export type PlanItemRow = {
  readonly number: number;
  readonly action: string;
  readonly decision: string;
  readonly type: string;
  readonly scope: string;
  readonly name: string;
  readonly body: string;
  readonly fault: string | null;
};

/** Columns of a `PlanItemRow`. */
export const planItemColumns = 'number, action, decision, type, scope, name, body, fault';

/** What the row keeps beside its columns. */
export function bodyText({ action: _, scope: __, qualifiedName: ___, typeName: ____, ...body }: PlanRow): string {
  return JSON.stringify(body.work === undefined ? body : { ...body, changes: body.changes.map(withoutNewValues) });
}

/** With all that it takes to write it. @param id - of the plan, for whoever is told that a row is damaged */
export function planRowOf(database: Database, id: string, row: PlanItemRow): PlanRow {
  const name = `${id} ${row.number}`;
  const body = decode(database, { table: 'plan_item', name }, row.body, isPlanBody);
  return {
    ...body,
    action: actionOf(row.action),
    scope: row.scope,
    qualifiedName: row.name,
    typeName: row.type,
    changes: body.changes.map((change) => withNewValues(change, body.work)),
  };
}

/** As people see it. */
export function planItemOf(database: Database, id: string, row: PlanItemRow): PlanItem {
  const { work: _, absence: __, call: ___, ...shown } = planRowOf(database, id, row);
  const fault: unknown = row.fault === null ? undefined : JSON.parse(row.fault);
  return {
    ...shown,
    number: row.number,
    decision: planDecisions.find((known) => known === row.decision) ?? 'open',
    ...(isFault(fault) ? { fault } : {}),
  };
}

/** Under what the item is found: the elements that it writes or that go with it, and its own key. */
export function planNamesOf(row: PlanRow): readonly string[] {
  return [...elementNamesOf(row), planItemName(row)];
}

function actionOf(text: string): PlanAction {
  return planActions.find((known) => known === text) ?? 'keep';
}

function elementNamesOf({ work }: PlanRow): readonly string[] {
  if (work === undefined) return [];
  const written = work.operations.flatMap((operation) =>
    'qualifiedName' in operation ? [operation.qualifiedName] : [],
  );
  const known = [...(work.removed?.qualifiedNames ?? []), ...(work.former?.qualifiedNames ?? [])];
  return [...new Set([...written, ...known])];
}

/** Under what an item itself is found; no qualified name looks like this. */
export function planItemName({ scope, key }: ItemKey): string {
  return `\u0001item\u0001${scope}\u0001${key}`;
}

function withoutNewValues(change: ElementChange): ElementChange {
  return change.action === 'create'
    ? { ...change, fields: change.fields.filter(({ kind }) => kind === 'link') }
    : change;
}

function withNewValues(change: ElementChange, work: PlanRow['work']): ElementChange {
  if (change.action !== 'create' || work === undefined) return change;
  const operation = work.operations.find(
    (candidate): candidate is ElementOperation =>
      candidate.op === 'upsert' && candidate.qualifiedName === change.qualifiedName,
  );
  if (operation === undefined) return change;
  const made = changeOf(operation, undefined);
  return { ...made, fields: [...made.fields, ...change.fields] };
}

function isFault(value: unknown): value is { readonly code: string; readonly message: string } {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** Of the items that fit. */
export function planConditions(filter: PlanFilter): { readonly sql: string; readonly parameters: readonly SqlValue[] } {
  const parts: string[] = [];
  const parameters: SqlValue[] = [];
  const add = (sql: string, value: SqlValue): void => {
    parts.push(`AND ${sql}`);
    parameters.push(value);
  };
  const { actions, decisions, typeName, scope, text } = filter;
  if (actions !== undefined) add('action IN (SELECT value FROM json_each(?))', JSON.stringify(actions));
  if (decisions !== undefined) add('decision IN (SELECT value FROM json_each(?))', JSON.stringify(decisions));
  if (typeName !== undefined) add('type = ?', typeName);
  if (scope !== undefined) add('scope = ?', scope);
  if (text !== undefined) add('instr(lower(name), lower(?)) > 0', text);
  return { sql: parts.join(' '), parameters };
}

import { IsthmusError, processSlicer } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';
import { operationsScope, type PlannedCall } from '../operations/planned-call.js';
import {
  type NotApplied,
  type PlanDecision,
  type PlanFilter,
  type PlanItem,
  type PlanRecord,
  type PlanRow,
  planDecisions,
} from '../plan/plan.js';
import { decode } from './decode.js';
import { isPlanRecord } from './guards.js';
import type { ItemKey, SyncOwner } from './journal.js';
import { nameNumber } from './name-number.js';
import {
  bodyText,
  type PlanItemRow,
  planConditions,
  planItemColumns,
  planItemName,
  planItemOf,
  planNamesOf,
  planRowOf,
} from './plan-item-row.js';
import {
  defaultPlanLimits,
  type PlanChoice,
  type PlanJournal,
  type PlanLimits,
  type PlanMark,
} from './plan-journal.js';
import { writeInSlices } from './slices.js';

/** Rows that are looked at in one go: a few milliseconds. */
const windowRows = 500;

/** Plans in SQLite, and what people decide of their items. */
export class PlanRows implements PlanJournal {
  constructor(
    private readonly database: Database,
    readonly limits: PlanLimits = defaultPlanLimits,
  ) {}

  async begin(plan: PlanRecord): Promise<void> {
    const { connectorGuid } = plan.owner;
    this.database.commitSoon(() => {
      this.database.run(
        'INSERT INTO plan (id, connector, state, items, record) VALUES (?, ?, ?, 0, ?)',
        plan.id,
        connectorGuid,
        plan.state,
        JSON.stringify(plan),
      );
    });
    const own = this.#ofOwner(plan.owner, this.limits.plansPerConnector + 100);
    for (const { id } of own.slice(this.limits.plansPerConnector)) await this.drop(id);
    await this.#dropOldest();
  }

  async add(id: string, rows: readonly PlanRow[]): Promise<void> {
    const plan = this.#number(id);
    let number = this.#itemCount(plan);
    const { collection } = this.#owner(id);
    await writeInSlices(this.database, rows, (row) => {
      number += 1;
      const { action, scope, qualifiedName, typeName } = row;
      this.database.run(
        `INSERT INTO plan_item (plan, number, action, decision, type, scope, name, body) VALUES (?, ?, ?, 'open', ?, ?, ?, ?)`,
        plan,
        number,
        action,
        typeName,
        scope,
        qualifiedName,
        bodyText(row),
      );
      this.#putNames(plan, collection, number, row);
      this.database.run('UPDATE plan SET items = ? WHERE number = ?', number, plan);
    });
    this.database.flushSoon();
  }

  async amend(id: string, row: PlanRow): Promise<void> {
    const { plan, collection } = this.#owner(id);
    const numbers = this.#numbersOf(plan, collection, [planItemName(row)]);
    const number = numbers.findLast((candidate) => isOfItem(this.#row(plan, candidate, planDecisions), row));
    if (number === undefined) return;
    const { action, qualifiedName, typeName } = row;
    this.database.commitSoon(() => {
      const sql = 'UPDATE plan_item SET action = ?, type = ?, name = ?, body = ? WHERE plan = ? AND number = ?';
      this.database.run(sql, action, typeName, qualifiedName, bodyText(row), plan, number);
      this.#putNames(plan, collection, number, row);
    });
  }

  /** Under what the row is found. */
  #putNames(plan: number, collection: string, number: number, row: PlanRow): void {
    const sql = 'INSERT OR IGNORE INTO plan_name (plan, name, number) VALUES (?, ?, ?)';
    for (const name of planNamesOf(row)) this.database.run(sql, plan, nameNumber(collection, name), number);
  }

  async planned(
    id: string,
    qualifiedNames: readonly string[],
    decisions: readonly PlanDecision[] = planDecisions,
  ): Promise<readonly PlanRow[]> {
    const { plan, collection } = this.#owner(id);
    const numbers = this.#numbersOf(plan, collection, qualifiedNames);
    return numbers.flatMap((number) => this.#row(plan, number, decisions) ?? []);
  }

  #numbersOf(plan: number, collection: string, names: readonly string[]): readonly number[] {
    const sql = 'SELECT number FROM plan_name WHERE plan = ? AND name = ? ORDER BY number';
    const numbers = names.flatMap((name) =>
      this.database.all<{ number: number }>(sql, plan, nameNumber(collection, name)).map(({ number }) => number),
    );
    return [...new Set(numbers)].sort((one, other) => one - other);
  }

  async plannedItem(id: string, { scope, key }: ItemKey): Promise<PlanRow | undefined> {
    const rows = await this.planned(id, [planItemName({ scope, key })]);
    return rows.filter((row) => isOfItem(row, { scope, key })).at(-1);
  }

  async publish(plan: PlanRecord): Promise<void> {
    await this.database.commit(() => {
      for (const other of this.#ofOwner(plan.owner, this.limits.plansPerConnector + 1)) {
        if (other.id !== plan.id && isWaiting(other)) this.#save({ ...other, state: 'superseded' });
      }
      this.#save(plan);
    });
  }

  save(plan: PlanRecord, from?: PlanRecord['state']): Promise<boolean> {
    return this.database.commit(() => {
      const row = this.database.get('SELECT state FROM plan WHERE id = ?', plan.id);
      if (from !== undefined && row?.state !== from) return false;
      this.#save(plan);
      return true;
    });
  }

  async drop(id: string): Promise<void> {
    const plan = this.#find(id);
    if (plan === undefined) return;
    for (const table of ['plan_item', 'plan_name', 'plan_place'] as const) {
      for (let more = true; more; ) {
        await processSlicer.turn();
        more = this.database.transaction(() => this.database.run(deleteSome[table], plan, plan).changes > 0);
      }
    }
    this.database.commitSoon(() => this.database.run('DELETE FROM plan WHERE number = ?', plan));
  }

  async plan(id: string): Promise<PlanRecord | undefined> {
    const row = this.database.get('SELECT id, record FROM plan WHERE id = ?', id);
    return row === undefined ? undefined : this.#decode(row);
  }

  async partsOf(runId: string): Promise<readonly PlanRecord[]> {
    // `/` follows `.`
    return this.database
      .all('SELECT id, record FROM plan WHERE id > ? AND id < ? ORDER BY number', `${runId}.`, `${runId}/`)
      .map((row) => this.#decode(row))
      .filter(({ state }) => state !== 'recording');
  }

  async plansOf(connectorGuid: string, limit: number): Promise<readonly PlanRecord[]> {
    return this.#plansOf(connectorGuid, limit).filter(({ state }) => state !== 'recording');
  }

  async items(id: string, filter: PlanFilter, after: number, limit: number): Promise<readonly PlanItem[]> {
    const plan = this.#number(id);
    const { sql, parameters } = planConditions(filter);
    const found: PlanItem[] = [];
    await this.#windows(plan, after, (from, to) => {
      const rows = this.database.all<PlanItemRow>(
        `SELECT ${planItemColumns} FROM plan_item
         WHERE plan = ? AND number > ? AND number <= ? ${sql} ORDER BY number LIMIT ?`,
        plan,
        from,
        to,
        ...parameters,
        limit - found.length,
      );
      found.push(...rows.map((row) => planItemOf(this.database, id, row)));
      return found.length < limit;
    });
    return found;
  }

  async approved(
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly (PlanRow & { readonly number: number })[]> {
    const plan = this.#number(id);
    return this.database
      .all<PlanItemRow>(
        `SELECT ${planItemColumns} FROM plan_item
         WHERE plan = ? AND number > ? AND decision = 'approved' ORDER BY number LIMIT ?`,
        plan,
        after,
        limit,
      )
      .map((row) => ({ ...planRowOf(this.database, id, row), number: row.number }));
  }

  async approve(id: string, choice: PlanChoice): Promise<number> {
    const plan = this.#number(id);
    let approved = 0;
    if (choice.kind === 'only') {
      await writeInSlices(this.database, choice.numbers, (number) => {
        approved += this.database.run(setDecision, 'approved', plan, number).changes;
      });
    }
    const except = choice.kind === 'all' ? (choice.except ?? []) : [];
    await writeInSlices(this.database, except, (number) => this.database.run(setDecision, 'left-out', plan, number));
    const rest = choice.kind === 'all' ? 'approved' : 'left-out';
    await this.#windows(plan, 0, (from, to) => {
      const { changes } = this.database.transaction(() =>
        this.database.run(
          "UPDATE plan_item SET decision = ? WHERE plan = ? AND number > ? AND number <= ? AND decision = 'open'",
          rest,
          plan,
          from,
          to,
        ),
      );
      if (rest === 'approved') approved += changes;
      return true;
    });
    this.database.flushSoon();
    return approved;
  }

  async reopen(id: string, notApplied?: NotApplied): Promise<void> {
    const number = this.#number(id);
    if (await this.#isBegun(number)) {
      const plan = await this.plan(id);
      if (plan?.state === 'approved' && notApplied !== undefined) await this.save({ ...plan, notApplied });
      return;
    }
    await this.#windows(number, 0, (from, to) => {
      this.database.transaction(() => this.database.run(undecide, number, from, to));
      return true;
    });
    await this.database.commit(() => {
      const row = this.database.get('SELECT id, record FROM plan WHERE id = ?', id);
      const plan = row && this.#decode(row);
      if (plan?.state !== 'approved') return;
      const { approval: _, ...rest } = plan;
      const open = notApplied === undefined ? rest : { ...rest, notApplied };
      const own = this.#ofOwner(plan.owner, this.limits.plansPerConnector + 1);
      const newest = own.find(({ state }) => state !== 'recording');
      this.#save({ ...open, state: newest?.id === id ? 'open' : 'superseded' });
    });
  }

  async approvedPlans(): Promise<readonly PlanRecord[]> {
    return this.database
      .all("SELECT id, record FROM plan WHERE state = 'approved' ORDER BY number LIMIT 10000")
      .map((row) => this.#decode(row));
  }

  async calls(
    id: string,
    after: number,
    limit: number,
  ): Promise<readonly { readonly number: number; readonly call: PlannedCall }[]> {
    const plan = this.#number(id);
    const found: { readonly number: number; readonly call: PlannedCall }[] = [];
    await this.#windows(plan, after, (from, to) => {
      const rows = this.database.all<PlanItemRow>(
        `SELECT ${planItemColumns} FROM plan_item
         WHERE plan = ? AND number > ? AND number <= ? AND scope = ? ORDER BY number LIMIT ?`,
        plan,
        from,
        to,
        operationsScope,
        limit - found.length,
      );
      for (const row of rows) {
        const { call } = planRowOf(this.database, id, row);
        if (call !== undefined) found.push({ number: row.number, call });
      }
      return found.length < limit;
    });
    return found;
  }

  async mark(id: string, marks: readonly PlanMark[]): Promise<void> {
    const plan = this.#number(id);
    await writeInSlices(this.database, marks, ({ number, decision, fault }) =>
      this.database.run(
        'UPDATE plan_item SET decision = ?, fault = ? WHERE plan = ? AND number = ?',
        decision,
        fault === undefined ? null : JSON.stringify(fault),
        plan,
        number,
      ),
    );
    this.database.flushSoon();
  }

  async notePlaces(id: string, places: ReadonlyMap<string, string | undefined>): Promise<void> {
    const plan = this.#number(id);
    await writeInSlices(this.database, [...places], ([scope, place]) =>
      this.database.run(
        'INSERT OR REPLACE INTO plan_place (plan, scope, place) VALUES (?, ?, ?)',
        plan,
        scope,
        place ?? null,
      ),
    );
  }

  async places(
    id: string,
    afterScope: string,
    limit: number,
  ): Promise<readonly (readonly [string, string | undefined])[]> {
    return this.database
      .all<{ scope: string; place: string | null }>(
        'SELECT scope, place FROM plan_place WHERE plan = ? AND scope > ? ORDER BY scope LIMIT ?',
        this.#number(id),
        afterScope,
        limit,
      )
      .map(({ scope, place }) => [scope, place ?? undefined]);
  }

  async dropUnfinished(owner: SyncOwner): Promise<void> {
    for (const plan of this.#ofOwner(owner, this.limits.plansPerConnector + 1)) {
      if (plan.state === 'recording') await this.drop(plan.id);
    }
  }

  /** Items of plans that nobody waits for go first, then the oldest. */
  async #dropOldest(): Promise<void> {
    for (;;) {
      const total =
        this.database.get<{ items: number }>('SELECT coalesce(sum(items), 0) AS items FROM plan')?.items ?? 0;
      if (total <= this.limits.itemsInAll) return;
      const oldest = this.database.get<{ id: string }>(
        `SELECT id FROM plan WHERE items > 0 AND state <> 'recording'
         ORDER BY state IN ('open', 'approved'), number LIMIT 1`,
      );
      if (oldest === undefined) return;
      await this.drop(oldest.id);
    }
  }

  /** Calls `work` for stretches of numbers, each in a turn of its own, as long as it says true. */
  async #windows(plan: number, after: number, work: (from: number, to: number) => boolean): Promise<void> {
    const last = this.#itemCount(plan);
    for (let from = after; from < last; from += windowRows) {
      await processSlicer.turn('answer');
      if (!work(from, from + windowRows)) return;
    }
  }

  #row(plan: number, number: number, decisions: readonly PlanDecision[]): PlanRow | undefined {
    const row = this.database.get<PlanItemRow>(
      `SELECT ${planItemColumns} FROM plan_item WHERE plan = ? AND number = ?`,
      plan,
      number,
    );
    if (row === undefined || !decisions.some((decision) => decision === row.decision)) return undefined;
    return planRowOf(this.database, String(plan), row);
  }

  #save(plan: PlanRecord): void {
    this.database.run('UPDATE plan SET state = ?, record = ? WHERE id = ?', plan.state, JSON.stringify(plan), plan.id);
  }

  #plansOf(connectorGuid: string, limit: number): readonly PlanRecord[] {
    return this.database
      .all('SELECT id, record FROM plan WHERE connector = ? ORDER BY number DESC LIMIT ?', connectorGuid, limit)
      .map((row) => this.#decode(row));
  }

  /** Newest first. */
  #ofOwner({ connectorGuid, target }: SyncOwner, limit: number): readonly PlanRecord[] {
    return this.database
      .all(
        `SELECT id, record FROM plan WHERE connector = ? AND json_extract(record, '$.owner.target') = ?
         ORDER BY number DESC LIMIT ?`,
        connectorGuid,
        target,
        limit,
      )
      .map((row) => this.#decode(row));
  }

  #owner(id: string): { readonly plan: number; readonly collection: string } {
    const row = this.database.get<{ number: number; id: string; record: string }>(
      'SELECT number, id, record FROM plan WHERE id = ?',
      id,
    );
    if (row === undefined) throw planNotFound(id);
    return { plan: row.number, collection: this.#decode(row).owner.metadataCollectionId };
  }

  /** Some of it was written, or refused when it was to be. */
  async #isBegun(plan: number): Promise<boolean> {
    let isBegun = false;
    await this.#windows(plan, 0, (from, to) => {
      isBegun = this.database.get(someDone, plan, from, to) !== undefined;
      return !isBegun;
    });
    return isBegun;
  }

  #find(id: string): number | undefined {
    return this.database.get<{ number: number }>('SELECT number FROM plan WHERE id = ?', id)?.number;
  }

  #number(id: string): number {
    const number = this.#find(id);
    if (number === undefined) throw planNotFound(id);
    return number;
  }

  #itemCount(plan: number): number {
    return this.database.get<{ items: number }>('SELECT items FROM plan WHERE number = ?', plan)?.items ?? 0;
  }

  #decode(row: { readonly id?: unknown; readonly record?: unknown }): PlanRecord {
    return decode(this.database, { table: 'plan', name: String(row.id) }, row.record, isPlanRecord);
  }
}

const undecide = `UPDATE plan_item SET decision = 'open'
  WHERE plan = ? AND number > ? AND number <= ? AND decision IN ('approved', 'left-out')`;
const someDone = `SELECT 1 FROM plan_item
  WHERE plan = ? AND number > ? AND number <= ? AND decision IN ('applied', 'refused', 'stale') LIMIT 1`;
const setDecision = "UPDATE plan_item SET decision = ? WHERE plan = ? AND number = ? AND decision = 'open'";

const deleteSome = {
  plan_item: `DELETE FROM plan_item WHERE plan = ? AND number IN (SELECT number FROM plan_item WHERE plan = ? LIMIT ${windowRows})`,
  plan_name: `DELETE FROM plan_name WHERE plan = ? AND (name, number) IN (SELECT name, number FROM plan_name WHERE plan = ? LIMIT ${windowRows})`,
  plan_place: `DELETE FROM plan_place WHERE plan = ? AND scope IN (SELECT scope FROM plan_place WHERE plan = ? LIMIT ${windowRows})`,
} as const;

export function planNotFound(id: string): IsthmusError {
  return new IsthmusError('PLAN_NOT_FOUND', `there is no plan of the run ${id}`, { details: { plan: id } });
}

function isOfItem(row: PlanRow | undefined, { scope, key }: ItemKey): boolean {
  return row?.scope === scope && row.key === key;
}

function isWaiting({ state }: PlanRecord): boolean {
  return state === 'open' || state === 'too-large';
}

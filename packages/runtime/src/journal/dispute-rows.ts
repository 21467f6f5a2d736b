import { printOf } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import {
  type Dispute,
  type DisputeCounts,
  type DisputeJournal,
  type ElementDecision,
  type KeptByDecision,
  mostReported,
  type ReportedElement,
} from './dispute-journal.js';
import { isFieldConflict } from './guards.js';
import type { SyncOwner } from './journal.js';
import type { OwnerRows } from './owner-rows.js';
import { writeInSlices } from './slices.js';

interface FieldRow extends Record<string, number | string> {
  readonly number: number;
  readonly owner: number;
  readonly detail: string;
}

interface ElementRow extends Record<string, number | string> {
  readonly number: number;
  readonly owner: number;
  readonly name: string;
  readonly scope: string;
  readonly key: string;
  readonly at: number;
}

/** What waits for people's word: conflicts of fields, and elements that were there before. */
export class DisputeRows implements DisputeJournal {
  constructor(
    private readonly database: Database,
    private readonly owners: OwnerRows,
  ) {}

  async open(connectorGuid: string, after: string | undefined, limit: number): Promise<readonly Dispute[]> {
    const [kind, number] = placeOf(after);
    const fields = kind === 'e' ? [] : this.#fields('AND c.number > ?', connectorGuid, number, limit);
    if (fields.length >= limit) return fields;
    const from = kind === 'e' ? number : 0;
    return [...fields, ...this.#elements('AND s.number > ?', connectorGuid, from, limit - fields.length)];
  }

  async find(connectorGuid: string, ids: readonly string[]): Promise<readonly Dispute[]> {
    return ids.flatMap((id) => {
      const [kind, number] = placeOf(id);
      return kind === 'e'
        ? this.#elements('AND s.number = ?', connectorGuid, number, 1)
        : this.#fields('AND c.number = ?', connectorGuid, number, 1);
    });
  }

  async counts(): Promise<readonly DisputeCounts[]> {
    return this.database.all<{ connectorGuid: string; fields: number; elements: number }>(
      `SELECT connectorGuid, sum(fields) AS fields, sum(elements) AS elements FROM (
         SELECT o.connector AS connectorGuid, count(*) AS fields, 0 AS elements FROM conflict c JOIN owner o ON o.id = c.owner
         WHERE c.state = 'open' GROUP BY o.connector
         UNION ALL
         SELECT o.connector, 0, count(*) FROM reported_element s JOIN owner o ON o.id = s.owner
         WHERE s.decision IS NULL GROUP BY o.connector)
       GROUP BY connectorGuid LIMIT 1000`,
    );
  }

  async keep(disputes: readonly Dispute[]): Promise<void> {
    await writeInSlices(this.database, disputes, (dispute) => {
      if (dispute.kind === 'element') return this.#decide(dispute, 'leave');
      const owner = this.owners.find(dispute.owner);
      if (owner === undefined) return;
      const { qualifiedName, field, sourceValue } = dispute;
      this.database.run(
        'INSERT OR REPLACE INTO conflict_decision (owner, name, field, source) VALUES (?, ?, ?, ?)',
        owner.id,
        qualifiedName,
        field,
        sourceValue === undefined ? '' : printOf(sourceValue),
      );
      this.#close(dispute);
    });
    await this.database.commit(() => undefined);
  }

  async settle(disputes: readonly Dispute[]): Promise<void> {
    await writeInSlices(this.database, disputes, (dispute) => {
      if (dispute.kind === 'field') return this.#close(dispute);
      this.#decide(dispute, 'adopt');
      // A source that tells changes alone would not name it.
      const owner = this.owners.find(dispute.owner);
      if (owner !== undefined) this.owners.noteRun(owner.id, 'full-due');
    });
    await this.database.commit(() => undefined);
  }

  async release(
    connectorGuid: string,
    qualifiedName: string,
    field: string | undefined,
  ): Promise<readonly SyncOwner[]> {
    const ids = this.database.all<{ id: number }>('SELECT id FROM owner WHERE connector = ?', connectorGuid);
    return await this.database.commit(() =>
      ids.flatMap(({ id }) => {
        const { changes: fields } = this.database.run(
          'DELETE FROM conflict_decision WHERE owner = ? AND name = ? AND field = coalesce(?, field)',
          id,
          qualifiedName,
          field ?? null,
        );
        const elements = field === undefined ? this.#undecide(id, qualifiedName) : 0;
        const owner = this.owners.of(id);
        return owner === undefined ? [] : Array.from({ length: fields + elements }, () => owner);
      }),
    );
  }

  async kept(connectorGuid: string, skipped: number, limit: number): Promise<readonly KeptByDecision[]> {
    return this.database
      .all<{ owner: number; name: string; field: string | null }>(
        `SELECT d.owner, d.name, d.field FROM owner o JOIN conflict_decision d ON d.owner = o.id WHERE o.connector = ?
         UNION ALL
         SELECT s.owner, s.name, NULL FROM owner o JOIN reported_element s ON s.owner = o.id
         WHERE o.connector = ? AND s.decision = 'leave'
         ORDER BY 2, 3, 1 LIMIT ? OFFSET ?`,
        connectorGuid,
        connectorGuid,
        limit,
        skipped,
      )
      .flatMap(({ owner: id, name: qualifiedName, field }) => {
        const owner = this.owners.of(id);
        return owner === undefined ? [] : [{ owner, qualifiedName, ...(field !== null && { field }) }];
      });
  }

  async report(owner: SyncOwner, elements: readonly ReportedElement[], at: number): Promise<void> {
    if (elements.length === 0) return;
    const { id } = this.owners.ensure(owner);
    const known = this.database.get<{ count: number }>(
      'SELECT count(*) AS count FROM reported_element WHERE owner = ?',
      id,
    );
    const room = Math.max(0, mostReported - (known?.count ?? 0));
    await writeInSlices(this.database, elements.slice(0, room), ({ qualifiedName, scope, key }) =>
      this.database.run(
        `INSERT INTO reported_element (owner, name, scope, key, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (owner, name) DO UPDATE SET scope = excluded.scope, key = excluded.key`,
        id,
        qualifiedName,
        scope,
        key,
        at,
      ),
    );
    this.database.flushSoon();
  }

  async decisions(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, ElementDecision>> {
    const row = this.owners.find(owner);
    if (row === undefined || names.length === 0) return new Map();
    const rows = this.database.all<{ name: string; decision: string }>(
      `SELECT name, decision FROM reported_element WHERE owner = ? AND decision IS NOT NULL
       AND name IN (SELECT value FROM json_each(?))`,
      row.id,
      JSON.stringify(names),
    );
    return new Map(rows.map(({ name, decision }) => [name, decision === 'adopt' ? 'adopt' : 'leave']));
  }

  async gone(owner: SyncOwner, names: readonly string[]): Promise<void> {
    const row = this.owners.find(owner);
    if (row === undefined || names.length === 0) return;
    this.database.commitSoon(() =>
      this.database.run(
        'DELETE FROM reported_element WHERE owner = ? AND name IN (SELECT value FROM json_each(?))',
        row.id,
        JSON.stringify(names),
      ),
    );
  }

  #fields(where: string, connectorGuid: string, number: number, limit: number): readonly Dispute[] {
    return this.database
      .all<FieldRow>(
        `SELECT c.number, c.owner, c.detail FROM owner o JOIN conflict c ON c.owner = o.id
         WHERE o.connector = ? AND c.state = 'open' ${where} ORDER BY c.number LIMIT ?`,
        connectorGuid,
        number,
        limit,
      )
      .flatMap((row): readonly Dispute[] => {
        const owner = this.owners.of(row.owner);
        if (owner === undefined) return [];
        const name = String(row.number);
        const conflict = decode(this.database, { table: 'conflict', name }, row.detail, isFieldConflict);
        const { qualifiedName, field, hubValue, sourceValue, by, link, at } = conflict;
        return [
          {
            id: `f${row.number}`,
            owner,
            kind: 'field',
            qualifiedName,
            field,
            hubValue,
            ...(sourceValue === undefined ? {} : { sourceValue }),
            ...(by === undefined ? {} : { by }),
            ...(link === undefined ? {} : { link }),
            at,
          },
        ];
      });
  }

  #elements(where: string, connectorGuid: string, number: number, limit: number): readonly Dispute[] {
    return this.database
      .all<ElementRow>(
        `SELECT s.number, s.owner, s.name, s.scope, s.key, s.at FROM owner o JOIN reported_element s ON s.owner = o.id
         WHERE o.connector = ? AND s.decision IS NULL ${where} ORDER BY s.number LIMIT ?`,
        connectorGuid,
        number,
        limit,
      )
      .flatMap(({ owner: ownerId, name, scope, key, at, ...row }): readonly Dispute[] => {
        const owner = this.owners.of(ownerId);
        return owner === undefined
          ? []
          : [{ id: `e${row.number}`, owner, kind: 'element', qualifiedName: name, scope, key, at }];
      });
  }

  #decide({ id }: Dispute, decision: ElementDecision): void {
    this.database.run('UPDATE reported_element SET decision = ? WHERE number = ?', decision, placeOf(id)[1]);
  }

  /** @returns how many */
  #undecide(owner: number, name: string): number {
    return this.database.run(
      "UPDATE reported_element SET decision = NULL WHERE owner = ? AND name = ? AND decision = 'leave'",
      owner,
      name,
    ).changes;
  }

  #close({ id }: Dispute): void {
    this.database.run("DELETE FROM conflict WHERE number = ? AND state = 'open'", placeOf(id)[1]);
  }
}

function placeOf(id: string | undefined): readonly [kind: 'f' | 'e', number: number] {
  const number = Number(id?.slice(1) ?? 0);
  return [id?.startsWith('e') === true ? 'e' : 'f', Number.isSafeInteger(number) ? number : 0];
}

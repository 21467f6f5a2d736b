import type { Database, SqlValue } from '@isthmus/sqlite';
import type { SlotName } from '../slot/slot.js';
import { decode } from './decode.js';
import { isRunRecord } from './guards.js';
import type { AuditJournal, RunJournal, RunRecord } from './journal.js';

type AuditEntry = Parameters<AuditJournal['audit']>[0];

const runsPerConnector = 200;
/** Over all connectors, also those that are gone. */
const runsInAll = 20_000;
const findingsPerRun = 100;
const auditEntries = 10_000;

/** Tokens, the history of runs, and who did what. */
export class RunRecords implements RunJournal, AuditJournal {
  /** `leastToken`: no token is given out below it. */
  constructor(
    private readonly database: Database,
    private readonly leastToken: () => number,
  ) {}

  async nextToken(slot: SlotName): Promise<number> {
    const given = this.database.get(
      `INSERT INTO slot (name, token) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET token = max(token + 1, excluded.token) RETURNING token`,
      slot,
      this.leastToken(),
    );
    this.database.flushSoon();
    return Number(given?.token);
  }

  async beginRun(run: RunRecord): Promise<void> {
    this.database.commitSoon(() => {
      const added = Number(this.database.get(`${writeRun} RETURNING number`, ...rowOf(run))?.number);
      const oldest = this.database.get<{ number: number }>(
        'SELECT number FROM run WHERE connector = ? ORDER BY number DESC LIMIT 1 OFFSET ?',
        run.connectorGuid,
        runsPerConnector,
      );
      if (oldest !== undefined) {
        this.database.run('DELETE FROM run WHERE connector = ? AND number <= ?', run.connectorGuid, oldest.number);
      }
      this.database.run('DELETE FROM run WHERE number <= ?', added - runsInAll);
    });
  }

  async endRun(run: RunRecord): Promise<void> {
    this.database.run(writeRun, ...rowOf(run));
    this.database.flushSoon();
  }

  async runs(connectorGuid: string, limit: number): Promise<readonly RunRecord[]> {
    return this.database
      .all('SELECT id, record FROM run WHERE connector = ? ORDER BY number DESC LIMIT ?', connectorGuid, limit)
      .map((row) => this.#decode(row));
  }

  async run(id: string): Promise<RunRecord | undefined> {
    const row = this.database.get('SELECT id, record FROM run WHERE id = ?', id);
    return row === undefined ? undefined : this.#decode(row);
  }

  async closeOpenRuns(at: number): Promise<number> {
    return this.database.commit(() => {
      const open = this.database.all("SELECT id, record FROM run WHERE outcome = 'running'");
      for (const row of open) this.#interrupt(row, at);
      return open.length;
    });
  }

  /** One that cannot be read tells of it to whoever asks for it, and holds nothing up at a start. */
  #interrupt(row: { readonly id?: SqlValue; readonly record?: SqlValue }, at: number): void {
    let run: RunRecord;
    try {
      run = this.#decode(row);
    } catch {
      this.database.run("UPDATE run SET outcome = 'interrupted' WHERE id = ?", row.id ?? null);
      return;
    }
    this.database.run(writeRun, ...rowOf({ ...run, outcome: 'interrupted', endedAt: at }));
  }

  async audit(entry: AuditEntry): Promise<void> {
    await this.database.commit(() => {
      const { lastInsertRowid } = this.database.run(
        'INSERT INTO audit (at, by, action, target, reason, outcome) VALUES (?, ?, ?, ?, ?, ?)',
        entry.at,
        entry.by,
        entry.action,
        entry.target,
        entry.reason ?? null,
        entry.outcome,
      );
      this.database.run('DELETE FROM audit WHERE number <= ?', lastInsertRowid - auditEntries);
    });
  }

  /** Newest first. */
  async audits(limit: number): Promise<readonly AuditEntry[]> {
    return this.database
      .all('SELECT at, by, action, target, reason, outcome FROM audit ORDER BY number DESC LIMIT ?', limit)
      .map((row) => ({
        at: Number(row.at),
        by: String(row.by),
        action: String(row.action),
        target: String(row.target),
        ...(row.reason === null ? {} : { reason: String(row.reason) }),
        outcome: String(row.outcome),
      }));
  }

  #decode(row: { readonly id?: unknown; readonly record?: unknown }): RunRecord {
    return decode(this.database, { table: 'run', name: String(row.id) }, row.record, isRunRecord);
  }
}

const writeRun = `INSERT INTO run (id, connector, outcome, record) VALUES (?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome, record = excluded.record`;

function rowOf(run: RunRecord): readonly [id: string, connector: string, outcome: string, record: string] {
  const record = JSON.stringify({ ...run, findings: run.findings.slice(0, findingsPerRun) });
  return [run.id, run.connectorGuid, run.outcome, record];
}

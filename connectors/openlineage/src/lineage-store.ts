import { randomUUID } from 'node:crypto';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { EventJournal } from './event-journal.js';
import { FolderLock } from './folder-lock.js';
import { makeFolder } from './make-folder.js';
import { StoredGraph } from './stored-graph.js';
import { WriteAheadLog } from './write-ahead-log.js';

export type Kind = 'dataset' | 'job' | 'run';
type Value = string | number | null;

export interface StoredRow {
  readonly key: string;
  readonly sequence: number;
  readonly body: string;
}

/** A change, and among those made together the record. */
export type ChangePlace = Pick<StoredRow, 'sequence' | 'key'>;

/** How far a file of events was read. */
export interface FilePlace {
  readonly identity: string;
  readonly offset: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, key TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
  );
  CREATE INDEX IF NOT EXISTS record_sequence ON record (kind, sequence, key);
  CREATE TABLE IF NOT EXISTS left_run (key TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS file (path TEXT PRIMARY KEY, identity TEXT NOT NULL, offset INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;
const version = 1;
/** Runs that are no longer shown while nobody could be told of it. */
const mostLeft = 100_000;

/**
 * What was heard, on disk, in the connector's folder: events that were taken in a journal, and the graph that they are
 * merged into in a SQLite file. The graph is written some time later and made safe now and then; what it lacks after a
 * crash is still in the journal and merged once more, which changes nothing where it was merged already.
 */
export class LineageStore {
  readonly #database: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();
  readonly #log: WriteAheadLog;
  /** Changes with every memory that begins anew. */
  readonly id: string;
  readonly graph: StoredGraph;
  #making: Promise<void> | undefined;
  #usedBytes: number | undefined;
  #isClosed = false;

  private constructor(
    database: DatabaseSyncInstance,
    log: WriteAheadLog,
    private readonly lock: FolderLock,
    readonly journal: EventJournal,
    readonly path: string,
    /** Device and number of the file. */
    readonly identity: string,
  ) {
    this.#database = database;
    this.#log = log;
    this.id = this.fact('id') ?? '';
    this.graph = new StoredGraph(this);
  }

  /** @throws when the folder cannot be written, or a newer version has written it */
  static async open(folder: string): Promise<LineageStore> {
    await makeFolder(folder);
    const path = join(folder, 'lineage.db');
    const lock = new FolderLock(folder);
    const database = new DatabaseSync(path);
    try {
      // what jobs are called and how they fail is nobody else's
      chmodSync(path, 0o600);
      database.exec('PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      const { user_version: found = 0 } = database.prepare('PRAGMA user_version').get() ?? {};
      if (Number(found) > version) throw new Error(`${path} was written by a newer version of the connector`);
      database.exec(`${schema} PRAGMA user_version = ${version}`);
      database.prepare('INSERT OR IGNORE INTO fact VALUES (?, ?)').run('id', randomUUID());
      database.exec('PRAGMA wal_checkpoint(FULL)');
      const log = await WriteAheadLog.open(database, path);
      const { dev, ino } = statSync(path);
      return new LineageStore(database, log, lock, await EventJournal.open(folder), path, `${dev}:${ino}`);
    } catch (error) {
      database.close();
      lock[Symbol.dispose]();
      throw error;
    }
  }

  /** Writes what has changed in the graph since the last time, and what goes with it; all or nothing, to be repeated. */
  async save(alongside: readonly (() => void)[] = []): Promise<void> {
    await this.writable();
    this.transaction(() => {
      this.graph.save();
      for (const write of alongside) write();
    });
    this.#log.committed(this.graph.saved());
  }

  /** Synchronous, so keep it short. Only when `writable` has resolved in this very turn. */
  transaction(work: () => void): void {
    if (!this.#log.isWritable) throw new Error('the log of the store is being copied');
    this.#usedBytes = undefined;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite may have rolled back by itself: the first error is the one to tell
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Makes what was merged safe, so that the journal may let it go. Those who ask at the same time share one. */
  makeSafe(): Promise<void> {
    this.#making ??= this.#makeSafe().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #makeSafe(): Promise<void> {
    const last = await this.journal.roll();
    await this.save();
    await this.#log.flushed();
    await this.journal.drop(last);
  }

  /** Resolves when a transaction may be made. */
  writable(): Promise<void> {
    return this.#log.writable();
  }

  /** The disk refused to keep something: what it holds is not known until the store is opened anew. */
  get hasFailed(): boolean {
    return this.#log.hasFailed;
  }

  /** Bytes that are in use; what was dropped is free again. Asked for with every event, and other after a transaction. */
  usedBytes(): number {
    this.#usedBytes ??=
      this.get<{ readonly used: number }>(
        `SELECT (page_count - freelist_count) * page_size AS used
         FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
      )?.used ?? 0;
    return this.#usedBytes;
  }

  fact(name: string): string | undefined {
    return this.get<{ readonly value: string }>('SELECT value FROM fact WHERE name = ?', name)?.value;
  }

  setFact(name: string, value: string): void {
    this.run('INSERT INTO fact VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', name, value);
  }

  record(kind: Kind, key: string): string | undefined {
    return this.get<StoredRow>('SELECT body FROM record WHERE kind = ? AND key = ?', kind, key)?.body;
  }

  /** In the order of keys, those after this one. */
  recordsAfter(kind: Kind, key: string, count: number): readonly StoredRow[] {
    const sql = 'SELECT key, sequence, body FROM record WHERE kind = ? AND key > ? ORDER BY key LIMIT ?';
    return this.all<StoredRow>(sql, kind, key, count);
  }

  /** In the order of changes: those after a place in it, up to a change. */
  recordsChanged(kind: Kind, after: ChangePlace, until: number, count: number): readonly StoredRow[] {
    const sql = `SELECT key, sequence, body FROM record
                 WHERE kind = ? AND (sequence, key) > (?, ?) AND sequence <= ? ORDER BY sequence, key LIMIT ?`;
    return this.all<StoredRow>(sql, kind, after.sequence, after.key, until, count);
  }

  count(kind: Kind): number {
    return this.get<{ readonly n: number }>('SELECT count(*) AS n FROM record WHERE kind = ?', kind)?.n ?? 0;
  }

  /** The number of the last change. */
  lastSequence(): number {
    const sql = `SELECT max(coalesce((SELECT max(sequence) FROM record WHERE kind = 'dataset'), 0),
                            coalesce((SELECT max(sequence) FROM record WHERE kind = 'job'), 0),
                            coalesce((SELECT max(sequence) FROM record WHERE kind = 'run'), 0),
                            coalesce((SELECT max(sequence) FROM left_run), 0)) AS last`;
    return this.get<{ readonly last: number }>(sql)?.last ?? 0;
  }

  /** Keys of runs that are no longer shown, by changes after one and up to another one. */
  runsLeft(after: number, until: number): readonly string[] {
    const sql = 'SELECT key FROM left_run WHERE sequence > ? AND sequence <= ?';
    return this.all<{ readonly key: string }>(sql, after, until).map(({ key }) => key);
  }

  /** What left up to a change is no longer in the catalogue. */
  async forgetLeft(until: number): Promise<void> {
    await this.writable();
    this.transaction(() => this.run('DELETE FROM left_run WHERE sequence <= ?', until));
  }

  /**
   * Raised whenever what has left could not be noted one by one: then everything has to be listed. Within a transaction.
   */
  boundLeft(): void {
    const { count = 0 } = this.get<{ readonly count: number }>('SELECT count(*) AS count FROM left_run') ?? {};
    if (count <= mostLeft) return;
    this.run('DELETE FROM left_run');
    this.setFact('epoch', String(this.epoch() + 1));
  }

  epoch(): number {
    return Number(this.fact('epoch') ?? 0);
  }

  filePlace(path: string): FilePlace | undefined {
    return this.get<{ identity: string; offset: number }>('SELECT identity, offset FROM file WHERE path = ?', path);
  }

  setFilePlace(path: string, { identity, offset }: FilePlace): void {
    this.run('INSERT OR REPLACE INTO file VALUES (?, ?, ?)', path, identity, offset);
  }

  run(sql: string, ...values: readonly Value[]): void {
    this.#statement(sql).run(...values);
  }

  get<T>(sql: string, ...values: readonly Value[]): T | undefined {
    const row: unknown = this.#statement(sql).get(...values);
    return isRowOf<T>(row) ? row : undefined;
  }

  all<T>(sql: string, ...values: readonly Value[]): readonly T[] {
    const rows: readonly unknown[] = this.#statement(sql).all(...values);
    return [...rows].filter((row) => isRowOf<T>(row));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#log.settle();
    this.#statements.clear();
    this.#database.close();
    await this.#log.close();
    await this.journal.close();
    this.lock[Symbol.dispose]();
  }

  #statement(sql: string): StatementSyncInstance {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const made = this.#database.prepare(sql);
    this.#statements.set(sql, made);
    return made;
  }
}

/** Rows have the columns that their statement names. */
function isRowOf<T>(row: unknown): row is T {
  return typeof row === 'object' && row !== null;
}

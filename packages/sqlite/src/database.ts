import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { IsthmusError, messageOf } from '@isthmus/kernel';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { makeDirectory } from './make-directory.js';
import { throughGate } from './threads.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** One step of a schema, SQL or code; step n brings version n-1 to n. Never change a step that was released. */
export type Migration = string | ((database: Database) => void);

/** Bytes of the log file that are kept for reuse: what is overwritten is flushed faster than what grows. */
const largestIdleLog = 16 * 1024 * 1024;
/** How long closing waits for others that are at the file; what could be copied until then was. */
const longestClosingWaitMs = 2_000;

export type SqlValue = null | number | bigint | string | Uint8Array;
export type Row = Record<string, SqlValue>;

/**
 * A SQLite file in WAL mode. Calls are synchronous, so callers keep each transaction short (15 ms at most) and offer
 * promises outward. A commit is atomic and visible at once, also after the process dies; it survives the loss of power
 * when `flushed` or `commit` has resolved, so nobody is told of it before.
 */
export class Database implements Disposable {
  readonly #connection: DatabaseSyncInstance;
  readonly #path: string;
  readonly #statements = new Map<string, StatementSyncInstance>();
  readonly #rowStatements = new Map<string, StatementSyncInstance>();
  readonly #log: WriteAheadLog;
  #depth = 0;
  #changedRows = 0;
  #changeCount = 0;
  #rollbackCount = 0;

  /** Use `openDatabase`. */
  constructor(path: string, connection: DatabaseSyncInstance) {
    this.#path = path;
    this.#connection = connection;
    this.#log = new WriteAheadLog(path, () => this.exec('PRAGMA wal_checkpoint(PASSIVE)'));
  }

  get path(): string {
    return this.#path;
  }

  /** Transactions and savepoints that were taken back: whatever is remembered of rows may be of one of them. */
  get rollbackCount(): number {
    return this.#rollbackCount;
  }

  /** Grows with each `run` and `exec`, and when they are taken back: what was read at the same count is as it was. */
  get changeCount(): number {
    return this.#changeCount;
  }

  exec(sql: string): void {
    this.#changeCount += 1;
    this.#guard(() => this.#connection.exec(sql));
  }

  /** Runs a prepared statement (kept for the life of the database: use constant SQL). */
  run(sql: string, ...parameters: SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number } {
    this.#changeCount += 1;
    const result = this.#guard(() => this.#statement(sql).run(...parameters));
    this.#changedRows += Number(result.changes);
    return { changes: Number(result.changes), lastInsertRowid: Number(result.lastInsertRowid) };
  }

  get<T = Row>(sql: string, ...parameters: SqlValue[]): T | undefined {
    return this.#guard(() => this.#statement(sql).get(...parameters)) as T | undefined;
  }

  all<T = Row>(sql: string, ...parameters: SqlValue[]): T[] {
    return this.#guard(() => this.#statement(sql).all(...parameters)) as T[];
  }

  /** Rows as the values of their columns in order: many of them cost two thirds of what `all` does. */
  rows<T extends readonly SqlValue[]>(sql: string, ...parameters: SqlValue[]): T[] {
    return this.#guard(() => {
      let statement = this.#rowStatements.get(sql);
      if (statement === undefined) {
        statement = this.#connection.prepare(sql);
        statement.setReturnArrays(true);
        this.#rowStatements.set(sql, statement);
      }
      return statement.all(...parameters);
    }) as T[];
  }

  /** All or nothing. A call inside another becomes a savepoint, so that one bad item can be set aside. */
  transaction<T>(work: () => T): T {
    const depth = this.#depth;
    const [begin, commit, rollback] =
      depth === 0
        ? ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
        : [`SAVEPOINT s${depth}`, `RELEASE s${depth}`, `ROLLBACK TO s${depth}; RELEASE s${depth}`];
    this.exec(begin);
    this.#depth += 1;
    let result: T;
    try {
      result = work();
      this.#depth -= 1;
      this.exec(commit);
    } catch (error) {
      this.#depth = depth;
      this.#rollbackCount += 1;
      try {
        this.#changeCount += 1;
        throughGate(() => this.#connection.exec(rollback));
      } catch {
        // SQLite has rolled back by itself (disk full, I/O error): the first error is the one to tell
      }
      throw error;
    }
    return result;
  }

  /** `transaction`, then `flushed`. */
  async commit<T>(work: () => T): Promise<T> {
    const result = this.transaction(work);
    await this.flushed();
    return result;
  }

  /**
   * `transaction`, then a flush that nobody waits for: for what the loss of power may take back together with all that
   * came after it. When the flush fails, the next one that somebody waits for says so.
   */
  commitSoon<T>(work: () => T): T {
    const result = this.transaction(work);
    this.flushSoon();
    return result;
  }

  /** Begins a flush that nobody waits for. */
  flushSoon(): void {
    this.flushed().catch(() => undefined);
  }

  /**
   * Resolves when all that was committed before the call is on disk. Those who ask at the same time share one flush.
   *
   * @throws what the disk said; from then on every call fails until the database is opened anew
   */
  async flushed(): Promise<void> {
    this.#log.committed(this.#changedRows);
    this.#changedRows = 0;
    try {
      await this.#log.flush();
    } catch (error) {
      throw toStorageError(this.#path, error);
    }
  }

  /**
   * Leaves all in the one file: SQLite does so by itself only when no statement is left, and statements end when the
   * garbage collector comes to them. What another connection still reads is copied too.
   */
  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#rowStatements.clear();
    this.#log.close();
    throughGate(() => {
      if (!this.#connection.isOpen) return;
      try {
        this.#connection.exec(`PRAGMA busy_timeout = ${longestClosingWaitMs}; PRAGMA wal_checkpoint(TRUNCATE)`);
      } catch {
        // disk full, or no database at all: the log stays and belongs to it
      }
      this.#connection.close();
    });
  }

  #statement(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return throughGate(work);
    } catch (error) {
      throw toStorageError(this.#path, error);
    }
  }
}

/**
 * Opens or creates a database and brings its schema up to date. A new one can be read by its owner alone. An older one
 * is copied to `<path>.v<version>.backup` before it is changed.
 *
 * @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL
 */
export function openDatabase(path: string, migrations: readonly Migration[]): Database {
  let database: Database | undefined;
  try {
    makeDirectory(dirname(path));
    makePrivate(path);
    database = new Database(
      path,
      throughGate(() => new DatabaseSync(path)),
    );
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;
       PRAGMA journal_size_limit = ${largestIdleLog}; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000`,
    );
    migrate(database, migrations);
    return database;
  } catch (error) {
    database?.[Symbol.dispose]();
    throw toStorageError(path, error);
  }
}

/**
 * What was catalogued, and secrets of documents, are nobody else's: a new file is its owner's alone, and logs take after
 * it. One that exists is not touched: closing a file takes the locks away that others of this process have on it.
 */
function makePrivate(path: string): void {
  if (path !== ':memory:' && !existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
}

function migrate(database: Database, migrations: readonly Migration[]): void {
  const version = Number(database.get('PRAGMA user_version')?.user_version ?? 0);
  if (version > migrations.length) {
    throw new IsthmusError(
      'DATABASE_NEWER',
      `${database.path} has schema version ${version}, this Isthmus knows ${migrations.length}`,
      {
        details: { path: database.path, version, known: migrations.length },
      },
    );
  }
  if (version === migrations.length) return;
  if (version > 0) {
    const backup = `${database.path}.v${version}.backup`;
    if (!existsSync(backup)) {
      makePrivate(backup);
      database.exec(`VACUUM INTO '${backup.replaceAll("'", "''")}'`);
    }
  }
  database.transaction(() => {
    for (const step of migrations.slice(version)) {
      if (typeof step === 'string') database.exec(step);
      else step(database);
    }
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Names what SQLite or the file system said in the words of the catalogue; other errors stay as they are. */
export function toStorageError(path: string, error: unknown): unknown {
  if (IsthmusError.is(error)) return error;
  const text = `${codeOf(error)} ${messageOf(error)}`;
  const options = { cause: error, details: { path } };
  if (/SQLITE_FULL|ENOSPC|EDQUOT|database or disk is full/i.test(text))
    return new IsthmusError('STORAGE_FULL', `no space left to write ${path}`, options);
  if (/SQLITE_NOTADB|SQLITE_CORRUPT|not a database|malformed/i.test(text))
    return new IsthmusError('DATABASE_UNREADABLE', `${path} is not a readable database: ${messageOf(error)}`, options);
  if (/SQLITE_READONLY|SQLITE_CANTOPEN|readonly|unable to open|EACCES|EROFS|EPERM|ENOTDIR|EEXIST|ENOENT/i.test(text)) {
    return new IsthmusError(
      'DATA_DIRECTORY_UNWRITABLE',
      `${path} cannot be opened for writing: ${messageOf(error)}`,
      options,
    );
  }
  if (/SQLITE_BUSY|SQLITE_LOCKED|database is locked/i.test(text))
    return new IsthmusError('DATA_DIRECTORY_LOCKED', `${path} is locked by another process`, options);
  return error;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

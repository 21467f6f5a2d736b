import { join } from 'node:path';
import { type Clock, type Logger, messageOf, systemClock } from '@isthmus/kernel';
import { type Database, openDatabase } from '@isthmus/sqlite';

/** One call that changed something, or was refused to. */
export interface AuditedCall {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly by: string;
  /** In whose name, where that is another. */
  readonly actingFor?: string;
  /** Where it came from. */
  readonly address: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** HTTP status, or the `relatedHTTPCode` of Egeria's envelope. */
  readonly status: number;
  /** What the caller said of a decision: the reason, what was chosen. */
  readonly said?: Readonly<Record<string, unknown>>;
}

export interface NumberedCall extends AuditedCall {
  /** Counts from 1; never used twice. */
  readonly number: number;
}

interface CallRow {
  readonly number: number;
  readonly at: number;
  readonly by: string;
  readonly acting_for: string | null;
  readonly address: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly said: string | null;
}

const keptCalls = 100_000;
const longestText = 500;
const migrations = [
  `CREATE TABLE call (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, by TEXT NOT NULL, acting_for TEXT, address TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL
  ) STRICT`,
  'ALTER TABLE call ADD COLUMN said TEXT',
];

/**
 * Who changed what, when and from where, over all faces of a process: `audit.db` in the data directory. Stewards'
 * elements are not here: the store keeps who made each version.
 */
export class CallAudit implements Disposable {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #clock: Clock;

  /** @throws what `openDatabase` throws */
  constructor(dataDirectory: string, logger: Logger, clock: Clock = systemClock) {
    this.#database = openDatabase(join(dataDirectory, 'audit.db'), migrations);
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Outlives the process when it returns. Never fails: what was done is done, the log tells what could not be kept. */
  add(call: Omit<AuditedCall, 'at'>): void {
    const { by, actingFor, address, method, path, status, said } = call;
    try {
      this.#database.commitSoon(() => {
        const { lastInsertRowid } = this.#database.run(
          'INSERT INTO call (at, by, acting_for, address, method, path, status, said) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          this.#clock.now(),
          cut(by),
          actingFor === undefined ? null : cut(actingFor),
          cut(address),
          method,
          cut(path),
          status,
          said === undefined ? null : JSON.stringify(said),
        );
        this.#database.run('DELETE FROM call WHERE number <= ?', lastInsertRowid - keptCalls);
      });
    } catch (error) {
      this.#logger.error('a call could not be audited', { ...call, path: cut(path), problem: messageOf(error) });
    }
  }

  /** Newest first; those before a number, so that all can be read page by page. */
  list(limit: number, before = Number.MAX_SAFE_INTEGER): readonly NumberedCall[] {
    return this.#database
      .all<CallRow>('SELECT * FROM call WHERE number < ? ORDER BY number DESC LIMIT ?', before, limit)
      .map(({ acting_for: actingFor, said, ...row }) => ({
        ...row,
        ...(actingFor === null ? {} : { actingFor }),
        ...(said === null ? {} : { said: JSON.parse(said) }),
      }));
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}

function cut(text: string): string {
  return text.slice(0, longestText);
}

import type { SqlValue } from '@isthmus/sqlite';
import type { ChangeEventType } from './element-store.js';

/** What a line of the change log says beside the time, which all of a transaction share. */
export interface ChangeLine {
  readonly sequence: number;
  readonly event: ChangeEventType;
  readonly guid: string;
  readonly type: number;
  readonly classification: number | undefined;
  readonly end1: string | undefined;
  readonly end2: string | undefined;
  readonly user: string;
}

const linesAtOnce = 32;
const columnsOfLine = 8;

/**
 * Lines of the change log that are not written yet: many in one statement cost half of what they cost one by one. They
 * are to be written before a savepoint is opened, so that a rollback takes along the lines that belong to it alone.
 */
export class PendingLines {
  /** Column by column, line by line. */
  #values: SqlValue[] = [];

  constructor(
    private readonly time: number,
    private readonly run: (sql: string, values: readonly SqlValue[]) => void,
  ) {}

  add({ sequence, event, guid, type, classification, end1, end2, user }: ChangeLine): void {
    this.#values.push(sequence, event, guid, type, classification ?? null, end1 ?? null, end2 ?? null, user);
    if (this.#values.length < linesAtOnce * columnsOfLine) return;
    this.run(manySql, [this.time, ...this.#values]);
    this.#values = [];
  }

  /** Writes what waits: fewer than fit into one statement. */
  write(): void {
    for (let from = 0; from < this.#values.length; from += columnsOfLine)
      this.run(oneSql, [this.time, ...this.#values.slice(from, from + columnsOfLine)]);
    this.#values = [];
  }

  /** Forgets what waits. */
  clear(): void {
    this.#values = [];
  }
}

const oneSql = insertSql(1);
const manySql = insertSql(linesAtOnce);

function insertSql(lines: number): string {
  const line = `(${Array.from({ length: columnsOfLine }, () => '?').join(', ')}, ?1)`;
  // the time comes first: what is numbered without a number follows the largest so far
  const first = `(${Array.from({ length: columnsOfLine }, (_, index) => `?${index + 2}`).join(', ')}, ?1)`;
  const rest = Array.from({ length: lines - 1 }, () => line);
  return `INSERT INTO change (sequence, event, guid, type, classification, end1, end2, user, time)
    VALUES ${[first, ...rest].join(', ')}`;
}

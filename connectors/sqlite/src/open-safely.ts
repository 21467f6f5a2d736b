import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Timers } from '@isthmus/connector-sdk/helpers';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { type FileMarks, isSameFile, marksOf } from './file-marks.js';

/** Why a database cannot be read now; what is known of it stays. */
export class DatabaseUnreadable extends Error {
  constructor(
    readonly reason: 'DATABASE_EMPTY' | 'NOT_A_DATABASE' | 'DATABASE_BUSY' | 'DATABASE_TOO_LARGE' | 'DATABASE_DAMAGED',
    message: string,
  ) {
    super(message);
  }
}

export interface ReadingParts {
  readonly maxCopyBytes: number;
  readonly timers: Timers;
}

const attempts = 6;
const pauseMs = 60;

/**
 * Reads a database that others may be writing, without making or changing a file beside it and without keeping a writer
 * waiting. One way of three, by what lies beside the file:
 *
 * - no log and no transaction under way: as a file that nobody changes, without a lock. It is looked at before and
 *   afterwards; where it was changed meanwhile what was read is thrown away.
 * - a log that is in use: together with its writers, whose index of the log is looked at and not written to. Readers and
 *   writers of a log do not wait for each other.
 * - a log that nobody uses, left by a crash or copied: from a copy of both, as SQLite would have to make a file beside it.
 *
 * @throws DatabaseUnreadable, or what the file system says
 */
export async function readSafely<T>(
  path: string,
  parts: ReadingParts,
  signal: AbortSignal,
  read: (database: DatabaseSyncInstance) => Promise<T>,
): Promise<{ readonly content: T; readonly marks: FileMarks }> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const marks = await marksOf(path);
    // SQLite takes it for a database without tables; so does a copy look that has just begun, or one on a full disk
    if (marks.bytes === 0)
      throw new DatabaseUnreadable(
        'DATABASE_EMPTY',
        'it holds no bytes: nothing was written into it yet, or all of it is lost',
      );
    if (!marks.isDatabase)
      throw new DatabaseUnreadable('NOT_A_DATABASE', 'it does not begin like a database: it is none, or encrypted');
    const content = marks.isBeingWritten ? undefined : await readOnce(path, marks, parts, read);
    if (content !== undefined) return { content: content.value, marks };
    if (attempt === attempts)
      throw new DatabaseUnreadable(
        'DATABASE_BUSY',
        'it was being written each time, or its writer died: its own program sets it right when it is opened',
      );
    await new Promise<void>((resolve) => parts.timers.after(pauseMs, resolve));
  }
}

/** Undefined = it was changed meanwhile. */
async function readOnce<T>(
  path: string,
  marks: FileMarks,
  parts: ReadingParts,
  read: (database: DatabaseSyncInstance) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  if (marks.log === undefined) {
    let found: { readonly value: T } | { readonly fault: unknown };
    try {
      found = { value: await readOpened(uriOf(path, { mode: 'ro', immutable: '1' }), read) };
    } catch (fault) {
      found = { fault };
    }
    const after = await marksOf(path);
    // whatever was said of a file that changed meanwhile says nothing
    if (!isSameFile(marks, after)) return undefined;
    if ('fault' in found) throw found.fault;
    return found;
  }
  if (marks.hasIndexOfLog) return { value: await readOpened(uriOf(path, { mode: 'ro', readonly_shm: '1' }), read) };
  return readCopy(path, marks, parts, read);
}

async function readCopy<T>(
  path: string,
  marks: FileMarks,
  { maxCopyBytes }: ReadingParts,
  read: (database: DatabaseSyncInstance) => Promise<T>,
): Promise<{ readonly value: T } | undefined> {
  if (marks.bytes + marks.logBytes > maxCopyBytes)
    throw new DatabaseUnreadable(
      'DATABASE_TOO_LARGE',
      'changes that its writer left beside it can only be read from a copy, and it is larger than `maxCopyBytes`',
    );
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-sqlite-'));
  try {
    const copy = join(folder, 'copy.db');
    await copyFile(path, copy);
    await copyFile(`${path}-wal`, `${copy}-wal`);
    const after = await marksOf(path);
    if (!isSameFile(marks, after) || marks.log !== after.log) return undefined;
    return { value: await readOpened(uriOf(copy, { mode: 'rw' }), read) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readOpened<T>(uri: URL, read: (database: DatabaseSyncInstance) => Promise<T>): Promise<T> {
  const database = new DatabaseSync(uri, { readOnly: uri.searchParams.get('mode') === 'ro', timeout: 0 });
  try {
    // nothing that a stranger's schema names is run
    database.exec(
      'PRAGMA trusted_schema = OFF; PRAGMA query_only = ON; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; BEGIN',
    );
    const content = await read(database);
    database.exec('ROLLBACK');
    return content;
  } catch (error) {
    throw unreadable(error);
  } finally {
    database.close();
  }
}

function uriOf(path: string, parameters: Readonly<Record<string, string>>): URL {
  const uri = pathToFileURL(path);
  for (const [name, value] of Object.entries(parameters)) uri.searchParams.set(name, value);
  return uri;
}

/** What SQLite says of the file itself; anything else stays as it is. */
function unreadable(error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (/not a database|file is encrypted/i.test(text)) return new DatabaseUnreadable('NOT_A_DATABASE', text);
  if (/malformed|corrupt|unsupported file format/i.test(text)) return new DatabaseUnreadable('DATABASE_DAMAGED', text);
  if (/database (table )?is locked|busy/i.test(text)) return new DatabaseUnreadable('DATABASE_BUSY', text);
  return error;
}

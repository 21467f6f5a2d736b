import { closeSync, fchmodSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { IsthmusError } from '@isthmus/kernel';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { toStorageError } from './database.js';
import { makeDirectory } from './make-directory.js';

/**
 * Takes the data directory for this process: an exclusive transaction on `lock.db`, which ends with the process,
 * however it ends.
 *
 * @throws DATA_DIRECTORY_LOCKED, DATA_DIRECTORY_UNWRITABLE
 */
export function lockDataDirectory(directory: string): Disposable {
  const path = join(directory, 'lock.db');
  let connection: DatabaseSyncInstance | undefined;
  try {
    makeDirectory(directory);
    forOwnerAlone(path);
    connection = new DatabaseSync(path);
    connection.exec(
      'PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS lock (held INTEGER)',
    );
  } catch (error) {
    connection?.close();
    const known = toStorageError(path, error);
    if (IsthmusError.is(known) && known.code === 'DATA_DIRECTORY_LOCKED') {
      throw new IsthmusError('DATA_DIRECTORY_LOCKED', `the data directory ${directory} is in use by another daemon`, {
        cause: error,
        details: { directory },
      });
    }
    throw known;
  }
  const held = connection;
  return {
    [Symbol.dispose]: () => {
      if (held.isOpen) held.close();
    },
  };
}

/** Like every other file of the directory; one that an earlier version made is closed to the others, too. */
function forOwnerAlone(path: string): void {
  const file = openSync(path, 'a', 0o600);
  try {
    fchmodSync(file, 0o600);
  } finally {
    closeSync(file);
  }
}

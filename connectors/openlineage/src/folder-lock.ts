import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

/**
 * Keeps a folder to this process: an open transaction on a database of no content, which ends with the process, however
 * that ends.
 */
export class FolderLock implements Disposable {
  readonly #database: DatabaseSyncInstance;

  /** @throws when another process has the folder */
  constructor(folder: string) {
    this.#database = new DatabaseSync(join(folder, 'lock.db'));
    try {
      this.#database.exec('PRAGMA busy_timeout = 200; BEGIN EXCLUSIVE');
    } catch (cause) {
      this.#database.close();
      throw new Error(`another process uses the folder ${folder}: give each connector a folder of its own`, { cause });
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

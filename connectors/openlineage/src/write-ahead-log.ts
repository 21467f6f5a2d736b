import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';

/** Work after which the log is copied into the database: some two megabytes of it, so that copying is a short turn. */
const weightPerCopy = 3_000;
/** A commit writes whole pages, however small it is. */
const weightOfCommit = 8;

/**
 * Brings what was committed to the disk without keeping the event loop waiting for it. SQLite itself waits for no disk
 * here: commits go into its log, one `fdatasync` in a thread serves all that were made before it, and copying the log into
 * the database is made safe in the same way while nothing is written.
 */
export class WriteAheadLog {
  #flushing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #copying: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #weight = 0;

  private constructor(
    private readonly database: DatabaseSyncInstance,
    private readonly log: FileHandle,
    private readonly file: FileHandle,
  ) {}

  /** @param path - of the database, which is in WAL mode and has been written to */
  static async open(database: DatabaseSyncInstance, path: string): Promise<WriteAheadLog> {
    database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF');
    const log = await open(`${path}-wal`, 'r+');
    const file = await open(path, 'r+');
    // new files are safe once their folder is
    const folder = await open(dirname(path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return new WriteAheadLog(database, log, file);
  }

  /** What the disk said: nothing that is written from then on is known to be safe. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves when transactions may be made: at once, but while the log is being copied. */
  async writable(): Promise<void> {
    while (this.#copying !== undefined) await this.#copying;
  }

  get isWritable(): boolean {
    return this.#copying === undefined;
  }

  committed(rows: number): void {
    this.#weight += rows + weightOfCommit;
  }

  /** Resolves when all that was committed before the call survives the loss of power; after a failure never again. */
  flushed(): Promise<void> {
    this.#next ??= this.#flushAfter(this.#flushing);
    return this.#next;
  }

  /** To be called before the database is closed, which copies and removes the log in its own way. */
  async settle(): Promise<void> {
    await this.flushed().catch(() => undefined);
    await this.writable();
    await this.#copy();
    this.database.exec('PRAGMA synchronous = FULL');
  }

  /** After the database: as long as it is open its file must not be closed here, which would take its locks away. */
  async close(): Promise<void> {
    await this.log.close();
    await this.file.close();
  }

  async #flushAfter(previous: Promise<void> | undefined): Promise<void> {
    await previous?.catch(() => undefined);
    this.#flushing = this.#next;
    this.#next = undefined;
    await this.#sync(this.log);
    if (this.#weight < weightPerCopy || this.#copying !== undefined) return;
    this.#copying = this.#copy().finally(() => {
      this.#copying = undefined;
    });
  }

  /** Nothing is written meanwhile: the next one to write begins the log anew, so what was copied has to be safe before. */
  async #copy(): Promise<void> {
    try {
      await this.#sync(this.log);
      this.database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      await this.#sync(this.file);
      this.#weight = 0;
    } catch {
      // a log that was not copied only becomes longer; a disk that failed is told of by the next flush
    }
  }

  async #sync(handle: FileHandle): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      await handle.datasync();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}

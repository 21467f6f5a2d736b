import { fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { checkpoint } from './checkpoints.js';

/** Work after which the log is copied into the database: some four megabytes of it. */
const weightPerCheckpoint = 8_000;
/** Size of the log from which on writers wait for the copying: only a log that was copied to its end begins anew. */
const mostLogBytes = 32 * 1024 * 1024;
/** A commit writes whole pages, however small it is, and some of the trees above its rows. */
const weightOfCommit = 8;

/**
 * Brings what was committed to the disk, off the event loop: SQLite writes a commit into the log without waiting for
 * the disk (`synchronous = NORMAL`), then one `fdatasync` in a thread serves all commits since the one before. Copying
 * the log into the database happens in a worker thread. After a loss of power the log is valid up to some commit, and
 * never ends before one that was confirmed.
 */
export class WriteAheadLog {
  #handle: FileHandle | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #written = 0;
  /** What of `#written` lies in the database too. */
  #copied = 0;
  #checkpoint: Promise<void> | undefined;
  #isClosed = false;

  /** `copyHere` copies the log into the database in this thread: the way out when the worker cannot. */
  constructor(
    private readonly path: string,
    private readonly copyHere: () => void,
  ) {}

  /** Notes what a commit changed. */
  committed(rows: number): void {
    this.#written += rows + weightOfCommit;
  }

  /**
   * Resolves when all that was committed before the call is on disk. After a failure every call fails until the
   * database is opened anew: what the disk kept is not known.
   */
  flush(): Promise<void> {
    this.#next ??= this.#after(this.#running);
    return this.#next;
  }

  close(): void {
    this.#isClosed = true;
    // waits by itself for what still uses it
    void this.#handle?.close().catch(() => undefined);
    this.#handle = undefined;
  }

  async #after(previous: Promise<void> | undefined): Promise<void> {
    await previous?.catch(() => undefined);
    this.#running = this.#next;
    this.#next = undefined;
    // closing copied all of it into the database
    if (this.#isClosed) return;
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      const handle = this.#handle ?? (await open(`${this.path}-wal`));
      if (this.#isClosed) return await handle.close();
      this.#handle = handle;
      await handle.datasync();
    } catch (error) {
      if (this.#isClosed) return;
      this.#failure = { error };
      throw error;
    }
    if (this.#written - this.#copied >= weightPerCheckpoint) this.#checkpoint ??= this.#copy();
    if (this.#handle === undefined || fstatSync(this.#handle.fd).size < mostLogBytes) return;
    await this.#checkpoint;
    // those who wait for this flush write nothing meanwhile
    await this.#copy();
  }

  /** What is written meanwhile stays in the log for the next time. Never rejects: nothing is lost when it fails. */
  async #copy(): Promise<void> {
    const before = this.#written;
    try {
      await checkpoint(this.path).catch(() => this.#isClosed || this.copyHere());
      this.#copied = before;
    } catch {
      // the log stays longer; the next flush tries again
    } finally {
      this.#checkpoint = undefined;
    }
  }
}

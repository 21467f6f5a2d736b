import { IsthmusError } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';
import { Slice } from './write-queue.js';

/** One state of the store, held while a long read gives the event loop its turns. */
export interface Snapshot {
  readonly database: Database;
  readonly slice: Slice;
}

/** Connections for reads that take several turns. Each read sees the last commit before it began, and nothing later. */
export class SnapshotPool {
  readonly #free: Database[] = [];
  readonly #waiting: ((database: Database) => void)[] = [];
  #opened = 0;
  #busy = 0;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(
    private readonly open: () => Database,
    private readonly size: number,
  ) {}

  async run<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const database = await this.#acquire();
    try {
      database.run('BEGIN');
      try {
        return await work({ database, slice: new Slice('answer') });
      } finally {
        database.run('COMMIT');
      }
    } finally {
      this.#release(database);
    }
  }

  /** Ends the reads that run, then closes the connections. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    for (const database of this.#free.splice(0)) database[Symbol.dispose]();
  }

  #acquire(): Promise<Database> {
    if (this.#closed) return Promise.reject(new IsthmusError('STORE_UNREACHABLE', 'the metadata store is closed'));
    this.#busy += 1;
    const free = this.#free.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (this.#opened < this.size) {
      this.#opened += 1;
      return Promise.resolve(this.open());
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(database: Database): void {
    this.#busy -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) next(database);
    else this.#free.push(database);
    if (this.#busy === 0) this.#drained?.();
  }
}

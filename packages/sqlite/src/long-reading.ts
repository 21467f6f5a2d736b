import { Worker } from 'node:worker_threads';
import { toStorageError } from './database.js';
import { sqliteThreadData } from './threads.js';

/** A query whose rows are one whole number each, and one of the same state of the database that says which state it was. */
export interface LongReading {
  readonly sql: string;
  readonly parameters: readonly (string | number | null)[];
  /** Gives one row with one number. */
  readonly markSql: string;
}

export interface LongAnswer {
  readonly numbers: Float64Array;
  readonly mark: number;
}

/** As the thread tells it. */
export type LongAnswerMessage = LongAnswer | { readonly error: string };

/**
 * Runs a query that takes SQLite seconds (it sorts a million rows) in a thread of its own, which ends with it. What does
 * not fit into a few megabytes of memory is sorted on disk. A process that ends meanwhile waits for the thread.
 *
 * @throws what `Database` throws
 */
export function readInThread(path: string, reading: LongReading): Promise<LongAnswer> {
  return new Promise((resolve, reject) => {
    // without limits of its heap: a thread that is ended inside SQLite's binding takes the process with it
    const thread = new Worker(new URL('./long-reading-worker.js', import.meta.url), {
      execArgv: ['--no-warnings'],
      workerData: { gate: sqliteThreadData(), path, reading },
    });
    let answer: LongAnswerMessage = { error: 'the thread ended without an answer' };
    thread.on('message', (told: LongAnswerMessage) => (answer = told));
    thread.on('error', (error) => (answer = { error: error.message }));
    thread.on('exit', () => {
      if ('error' in answer) reject(toStorageError(path, new Error(answer.error)));
      else resolve(answer);
    });
  });
}

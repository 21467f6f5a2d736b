import { ThreadGate } from './thread-gate.js';

/** What a thread is given by the one that starts it, and hands to `joinProcess`. */
export type SqliteThreadData = SharedArrayBuffer;

interface Membership {
  readonly gate: ThreadGate;
  readonly checkpoint: (path: string) => Promise<void>;
}

let own: ThreadGate | undefined;
let joined: Membership | undefined;

/** For `workerData` of a thread that is going to use SQLite. There is one gate, which the main thread closes at the end. */
export function sqliteThreadData(): SqliteThreadData {
  if (joined !== undefined) return joined.gate.shared;
  if (own === undefined) {
    const gate = new ThreadGate();
    process.once('exit', () => gate.close());
    own = gate;
  }
  return own.shared;
}

/**
 * Called once by a thread of the process before it opens a database.
 *
 * @param checkpoint - has the main thread copy a log into its database (`checkpoint` there): there is one thread for that
 */
export function joinProcess(data: SqliteThreadData, checkpoint: (path: string) => Promise<void>): void {
  joined = { gate: new ThreadGate(data), checkpoint };
}

/** Undefined in the main thread. */
export function membership(): Membership | undefined {
  return joined;
}

/** Every call of SQLite goes through here. */
export function throughGate<T>(work: () => T): T {
  return joined === undefined ? work() : joined.gate.pass(work);
}

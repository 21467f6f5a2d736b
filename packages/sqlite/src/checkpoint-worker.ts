import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '@isthmus/kernel';
import { DatabaseSync } from '@photostructure/sqlite';
import { ThreadGate } from './thread-gate.js';

const gate = new ThreadGate(workerData);

parentPort?.on('message', ({ id, path }: { readonly id: number; readonly path: string }) => {
  try {
    // opening would make it anew
    if (existsSync(path)) gate.pass(() => copyLog(path));
    parentPort?.postMessage({ id });
  } catch (error) {
    parentPort?.postMessage({ id, error: messageOf(error) });
  }
});

/** PASSIVE waits for nobody and makes nobody wait. */
function copyLog(path: string): void {
  const connection = new DatabaseSync(path);
  try {
    connection.exec('PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000');
    connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
  } finally {
    connection.close();
  }
}

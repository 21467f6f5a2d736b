import { Worker } from 'node:worker_threads';
import { membership, sqliteThreadData } from './threads.js';

interface Answer {
  readonly id: number;
  readonly error?: string;
}

const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
let worker: Worker | undefined;
let lastId = 0;

/** Copies the log of a database into it, in a thread that all databases of the process share. Idle it keeps no process alive. */
export function checkpoint(path: string): Promise<void> {
  return membership()?.checkpoint(path) ?? checkpointInThread(path);
}

function checkpointInThread(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    lastId += 1;
    waiting.set(lastId, { resolve, reject });
    worker ??= startWorker();
    // somebody may have nothing else to wait for
    worker.ref();
    worker.postMessage({ id: lastId, path });
  });
}

function startWorker(): Worker {
  // without limits of its heap: a thread that is ended inside SQLite's binding takes the process with it
  const started = new Worker(new URL('./checkpoint-worker.js', import.meta.url), {
    execArgv: ['--no-warnings'],
    workerData: sqliteThreadData(),
  });
  started.on('message', ({ id, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) started.unref();
    if (error === undefined) asked?.resolve();
    else asked?.reject(new Error(error));
  });
  const end = (error: Error) => {
    if (worker === started) worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  started.on('error', end);
  started.on('exit', (code) => end(new Error(`the checkpoint thread ended with ${code}`)));
  started.unref();
  return started;
}

import { Worker } from 'node:worker_threads';

interface Answer {
  readonly id: number;
  readonly error?: string;
}

const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
let worker: Worker | undefined;
let lastId = 0;

/** Copies the log of a database into it, in a thread that all databases of the process share. It never keeps the process alive. */
export function checkpoint(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    lastId += 1;
    waiting.set(lastId, { resolve, reject });
    worker ??= startWorker();
    worker.postMessage({ id: lastId, path });
  });
}

function startWorker(): Worker {
  const started = new Worker(new URL('./checkpoint-worker.js', import.meta.url), {
    execArgv: ['--no-warnings'],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  started.on('message', ({ id, error }: Answer) => {
    const asked = waiting.get(id);
    waiting.delete(id);
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

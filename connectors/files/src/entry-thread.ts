import { Worker } from 'node:worker_threads';
import type { EntryAnswer, EntryRequest } from './entry-work.js';

/** Where entries are looked at beside everything else. */
export interface EntryThread {
  post(request: EntryRequest): void;
  /** Whether the process is to live on for its answers. */
  keepAlive(isNeeded: boolean): void;
  end(): void;
}

export type StartThread = (answered: (answer: EntryAnswer) => void, failed: () => void) => EntryThread;

/** A few samples at a time need no more. A thread that is short of memory ends, and entries are asked for directly. */
const heapLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 96 };

export const startEntryThread: StartThread = (answered, failed) => {
  const worker = new Worker(new URL('./entry-worker.js', import.meta.url), {
    execArgv: ['--no-warnings'],
    resourceLimits: heapLimits,
  });
  worker.on('message', answered);
  worker.on('error', failed);
  worker.on('exit', failed);
  worker.unref();
  return {
    post: (request) => worker.postMessage(request),
    keepAlive: (isNeeded) => (isNeeded ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
};

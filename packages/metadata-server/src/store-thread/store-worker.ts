import { randomUUID } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { joinProcess } from '@isthmus/sqlite';
import { SqliteElementStore } from '../store/index.js';
import { fromPlainError, type StoreThreadData, type ToThread, toPlainError } from './messages.js';
import { StoreService, type ThreadPort, threadLogger } from './serve-store.js';

/** Waits for the main thread to copy a log, by number. */
const copying = new Map<number, { resolve(): void; reject(error: Error): void }>();
let lastCopy = 0;

if (parentPort !== null) serve(parentPort, workerData);

function serve(parent: MessagePort, { sqlite, options }: StoreThreadData): void {
  const port: ThreadPort = { post: (message) => parent.postMessage(message), close: () => parent.close() };
  joinProcess(sqlite, (path) => copyElsewhere(port, path));
  try {
    const store = new SqliteElementStore({
      ...options,
      types: standardTypes(),
      clock: systemClock,
      newUuid: randomUUID,
      logger: threadLogger(port),
    });
    const service = new StoreService(store, port);
    parent.on('message', (message: ToThread) => (message.kind === 'copied' ? copied(message) : service.take(message)));
    port.post({ kind: 'opened' });
    // nobody waits for it to open, and the first batch does not wait for it either; one that comes sooner says what failed
    import('../requests/batch-text.js').catch(() => undefined);
  } catch (error) {
    port.post({ kind: 'unopened', error: toPlainError(error) });
  }
}

function copyElsewhere(port: ThreadPort, path: string): Promise<void> {
  lastCopy += 1;
  const id = lastCopy;
  return new Promise((resolve, reject) => {
    copying.set(id, { resolve, reject });
    port.post({ kind: 'copy', id, path });
  });
}

function copied({ id, error }: Extract<ToThread, { readonly kind: 'copied' }>): void {
  const waiting = copying.get(id);
  copying.delete(id);
  if (error === undefined) waiting?.resolve();
  else waiting?.reject(fromPlainError(error));
}

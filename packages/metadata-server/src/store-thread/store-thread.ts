import { Worker } from 'node:worker_threads';
import { IsthmusError, type Logger, processSlicer } from '@isthmus/kernel';
import { checkpoint, sqliteThreadData } from '@isthmus/sqlite';
import { addPart, type ListPart } from './list-parts.js';
import {
  type FromThread,
  fromPlainError,
  type StoreMethod,
  type StoreThreadData,
  type ToThread,
  toPlainError,
} from './messages.js';

export type StartWorker = (data: StoreThreadData) => Worker;

/** Without limits of its heap: a thread that is ended inside SQLite takes the process with it. */
export const startStoreWorker: StartWorker = (workerData) =>
  new Worker(new URL('./store-worker.js', import.meta.url), { execArgv: ['--no-warnings'], workerData });

interface Pending {
  resolve(value: never): void;
  reject(error: unknown): void;
  /** What has come of an answer in parts. */
  head?: unknown;
}

interface Opening {
  opened(): void;
  failed(error: unknown): void;
}

/** One life of the thread that a store lives in. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #ended: Promise<void>;
  #failure: unknown;
  #state: 'opening' | 'open' | 'unopened' | 'closing' | 'closed' = 'opening';
  #closeError: unknown;
  #lastId = 0;

  private constructor(
    worker: Worker,
    private readonly opening: Opening,
    private readonly logger: Logger,
    private readonly lost: (reason: unknown) => void,
  ) {
    this.#worker = worker;
    worker.on('message', (message: FromThread) => this.#take(message));
    worker.on('error', (error) => (this.#failure = error));
    this.#ended = new Promise((resolve) => worker.once('exit', (code) => resolve(this.#end(code))));
  }

  /**
   * Starts a thread and opens the store in it.
   *
   * @param lost - called when the thread has ended by itself, with the reason
   * @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL
   */
  static start(
    options: StoreThreadData['options'],
    logger: Logger,
    lost: (reason: unknown) => void,
    startWorker: StartWorker = startStoreWorker,
  ): Promise<StoreThread> {
    return new Promise((resolve, reject) => {
      const worker = startWorker({ sqlite: sqliteThreadData(), options });
      const opening = { opened: () => resolve(thread), failed: reject };
      const thread = new StoreThread(worker, opening, logger, lost);
    });
  }

  /**
   * @param signal - nobody waits for the answer any more
   * @throws what the store throws; STORE_UNREACHABLE when the thread ends first
   */
  ask<T>(method: StoreMethod, parameters: readonly unknown[], signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const abort = () => {
        this.#post({ kind: 'abort', id });
        this.#settle(id)?.reject(signal?.reason);
      };
      const unlisten = () => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(id, {
        resolve: (value) => {
          unlisten();
          resolve(value);
        },
        reject: (error) => {
          unlisten();
          reject(error);
        },
      });
      // somebody may have nothing else to wait for
      this.#worker.ref();
      this.#post({ kind: 'call', id, method, parameters });
    });
  }

  /** Ends what was accepted, then closes the files; settles when the thread has ended. */
  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing';
      this.#worker.ref();
      this.#post({ kind: 'close' });
    }
    await this.#ended;
    if (this.#closeError !== undefined) throw this.#closeError;
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromThread): void {
    switch (message.kind) {
      case 'opened':
        this.#state = 'open';
        this.#worker.unref();
        this.opening.opened();
        return;
      case 'unopened':
        this.#state = 'unopened';
        this.opening.failed(fromPlainError(message.error));
        return;
      case 'answer':
        if (message.isPart) this.#takeHead(message.id, message.value);
        else this.#resolve(message.id, message.value);
        return;
      case 'part':
        this.#takePart(message.id, message.part, message.isLast);
        return;
      case 'refusal':
        this.#settle(message.id)?.reject(fromPlainError(message.error));
        return;
      case 'copy':
        void this.#copy(message.id, message.path);
        return;
      case 'log':
        this.logger[message.level](message.message, message.fields);
        return;
      case 'closed':
        this.#state = 'closed';
        this.#closeError = message.error && fromPlainError(message.error);
    }
  }

  #takeHead(id: number, value: unknown): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    pending.head = value;
    void this.#askForMore(id);
  }

  #takePart(id: number, part: ListPart, isLast: boolean): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    addPart(pending.head, part);
    if (isLast) this.#resolve(id, pending.head);
    else void this.#askForMore(id);
  }

  /** One part at a time, each in a slice of this event loop. */
  async #askForMore(id: number): Promise<void> {
    await processSlicer.turn('answer');
    this.#post({ kind: 'more', id });
  }

  async #copy(id: number, path: string): Promise<void> {
    try {
      await checkpoint(path);
      this.#post({ kind: 'copied', id });
    } catch (error) {
      this.#post({ kind: 'copied', id, error: toPlainError(error) });
    }
  }

  #resolve(id: number, value: unknown): void {
    this.#settle(id)?.resolve(value as never);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0 && this.#state === 'open') this.#worker.unref();
    return pending;
  }

  #end(code: number): void {
    const state = this.#state;
    this.#state = 'closed';
    const reason = this.#failure ?? `it ended with ${code}`;
    for (const { reject } of this.#pending.values()) reject(unreachable('ended before it answered', reason));
    this.#pending.clear();
    if (state === 'opening') this.opening.failed(unreachable('ended before it was open', reason));
    if (state === 'closing') this.#closeError = unreachable('ended before it was closed', reason);
    if (state === 'open') this.lost(reason);
  }
}

function unreachable(what: string, cause: unknown): IsthmusError {
  return new IsthmusError('STORE_UNREACHABLE', `the thread of the metadata store ${what}`, { cause });
}

import type { SyncJournal } from '../../journal/journal.js';
import type { FakeStore } from './fake-store.js';

/** Stands for the end of the process: thrown once, and everything after it is as dead. */
export class Crash extends Error {
  constructor() {
    super('crash');
  }
}

/**
 * Counts the steps at which a process can die: before and after each write of the journal and each batch of the
 * store. At step `at` it dies; every later step fails too.
 */
export class Faults {
  #step = 0;
  #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  get steps(): number {
    return this.#step;
  }

  get isDead(): boolean {
    return this.#step > this.#at;
  }

  step(): void {
    this.#step += 1;
    if (this.isDead) throw new Crash();
  }

  /** The journal, dying at its steps. */
  journal<T extends SyncJournal>(journal: T): T {
    const writes = new Set<string | symbol>([
      'intend',
      'settle',
      'abandon',
      'touch',
      'markAbsent',
      'distrust',
      'suspect',
      'suspectTouched',
      'savePlaces',
      'saveCursor',
      'saveRights',
      'noteRun',
      'saveRefused',
      'forgetToldGone',
      'suspectHeld',
      'markDirty',
      'forgetDirty',
      'settlePush',
      'settleLinks',
    ]);
    return new Proxy(journal, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...values: unknown[]): Promise<unknown> => {
          if (writes.has(name)) this.step();
          const result: unknown = await Reflect.apply(method, target, values);
          if (writes.has(name)) this.step();
          return result;
        };
      },
    });
  }

  arm(store: FakeStore): void {
    store.beforeBatch = () => this.step();
    store.afterBatch = () => this.step();
  }

  static disarm(store: FakeStore): void {
    store.beforeBatch = () => undefined;
    store.afterBatch = () => undefined;
  }
}

import { createHook } from 'node:async_hooks';

/** Intervals, watches of files, and child processes that were begun while it watched and go on, also those that keep nobody alive. */
export class LivingThings {
  readonly #living = new Map<number, string>();
  readonly #hook = createHook({
    init: (id, type, _trigger, resource) => {
      const kind = kinds.get(type);
      if (kind !== undefined && (type !== 'Timeout' || isInterval(resource))) this.#living.set(id, kind);
    },
    destroy: (id) => void this.#living.delete(id),
  });

  /** @returns what the work has left, by kind */
  async leftBy(work: () => Promise<void>): Promise<readonly string[]> {
    this.#hook.enable();
    try {
      await work();
      return [...this.#living.values()].sort();
    } finally {
      this.#hook.disable();
      this.#living.clear();
    }
  }
}

/** By the names that Node gives them. */
const kinds: ReadonlyMap<string, string> = new Map([
  ['Timeout', 'an interval'],
  ['FSEVENTWRAP', 'a watch of files'],
  ['STATWATCHER', 'a watch of a file'],
  ['PROCESSWRAP', 'a child process'],
  ['WORKER', 'a worker thread'],
]);

function isInterval(timer: object): boolean {
  return '_repeat' in timer && timer._repeat !== null;
}

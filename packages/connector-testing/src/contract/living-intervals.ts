import { createHook } from 'node:async_hooks';

/** Intervals of this process that were made while it watched and are not cleared, also those that keep nobody alive. */
export class LivingIntervals {
  readonly #living = new Set<number>();
  readonly #hook = createHook({
    init: (id, type, _trigger, resource) => {
      if (type === 'Timeout' && isInterval(resource)) this.#living.add(id);
    },
    destroy: (id) => void this.#living.delete(id),
  });

  /** @returns how many intervals the work has left */
  async leftBy(work: () => Promise<void>): Promise<number> {
    this.#hook.enable();
    try {
      await work();
      return this.#living.size;
    } finally {
      this.#hook.disable();
      this.#living.clear();
    }
  }
}

function isInterval(timer: object): boolean {
  return '_repeat' in timer && timer._repeat !== null;
}

/**
 * Works on items from the end of the list, several at a time; work may add to the list. After a failure nothing new is
 * begun, and the failure is thrown when all that was begun has ended.
 */
export function workThrough<T>(items: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let active = 0;
    let failure: { readonly error: unknown } | undefined;
    const ended = (): void => {
      active -= 1;
      proceed();
    };
    const failed = (error: unknown): void => {
      failure ??= { error };
      ended();
    };
    const proceed = (): void => {
      while (failure === undefined && active < atOnce) {
        const item = items.pop();
        if (item === undefined) break;
        active += 1;
        work(item).then(ended, failed);
      }
      if (active > 0) return;
      if (failure === undefined) resolve();
      else reject(failure.error);
    };
    proceed();
  });
}

/** Lets at most so many run at a time; the others wait in turn. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/**
 * Works on items from the end of the list, several at a time; work may add to the list. After a failure nothing new is
 * begun, and the failure is thrown when all that was begun has ended.
 */
export function workThrough<T>(
  items: { pop(): T | undefined },
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
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

/** Lets so many run at a time as weigh no more than `capacity` together, and no more than `most`; the others wait in turn. */
export class Gate {
  readonly #waiting: { readonly weight: number; enter(): void }[] = [];
  #weight = 0;
  #count = 0;

  constructor(
    private readonly most: number,
    private readonly capacity: number,
  ) {}

  async pass<T>(weight: number, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length === 0 && this.#hasRoom(weight)) this.#enter(weight);
    else await new Promise<void>((enter) => this.#waiting.push({ weight, enter }));
    try {
      return await work();
    } finally {
      this.#weight -= weight;
      this.#count -= 1;
      this.#next();
    }
  }

  #next(): void {
    for (let first = this.#waiting[0]; first !== undefined && this.#hasRoom(first.weight); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(first.weight);
      first.enter();
    }
  }

  /** What is heavier than all of it goes alone. */
  #hasRoom(weight: number): boolean {
    return this.#count === 0 || (this.#count < this.most && this.#weight + weight <= this.capacity);
  }

  #enter(weight: number): void {
    this.#weight += weight;
    this.#count += 1;
  }
}

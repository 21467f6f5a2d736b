/** Closes what was opened, in reverse order; tries all, then reports every failure. Disposing twice is harmless. */
export class Resources implements AsyncDisposable {
  readonly #closers: (() => unknown)[] = [];

  /** Remembers how to close something. Returns the thing. */
  own<T>(resource: T, close: (resource: T) => unknown): T {
    this.#closers.push(() => close(resource));
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some resources did not close');
  }
}

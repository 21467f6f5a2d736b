/** Users that connectors write as; more of them are made anew each time. */
const mostUsers = 100;

/** Adapters of one server for other users than that of its connection, each with what it learnt of the server. */
export class StoresOfUsers<Store> {
  readonly #stores = new Map<string, Store>();

  of(userId: string, make: () => Store): Store {
    const known = this.#stores.get(userId);
    if (known !== undefined) return known;
    const made = make();
    if (this.#stores.size < mostUsers) this.#stores.set(userId, made);
    return made;
  }
}

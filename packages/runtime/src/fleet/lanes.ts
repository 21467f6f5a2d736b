/**
 * One lane per connector GUID: only its holder may run it, so that a connector which moves between groups is stopped
 * there before it starts here. A holder keeps its lane until it is no longer wanted, or its stop date has passed.
 */
export class Lanes<Holder> {
  readonly #holders = new Map<string, Holder>();

  holder(connectorGuid: string): Holder | undefined {
    return this.#holders.get(connectorGuid);
  }

  /** Takes the lane when it is free. @returns whether it is this holder's now */
  take(connectorGuid: string, holder: Holder): boolean {
    const current = this.#holders.get(connectorGuid);
    if (current === undefined) this.#holders.set(connectorGuid, holder);
    return current === undefined || current === holder;
  }

  /** @returns whether it was this holder's */
  leave(connectorGuid: string, holder: Holder): boolean {
    return this.#holders.get(connectorGuid) === holder && this.#holders.delete(connectorGuid);
  }
}

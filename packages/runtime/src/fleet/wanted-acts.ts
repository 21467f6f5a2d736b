import { IsthmusError } from '@isthmus/kernel';
import type { RunAct } from '../journal/journal.js';

const mostPerConnector = 100;

/** What people asked for and no run has begun to do, by connector. In memory: whoever asked sees whether it was done. */
export class WantedActs {
  readonly #acts = new Map<string, readonly RunAct[]>();

  add(connectorGuid: string, more: readonly RunAct[]): void {
    const acts = this.#acts.get(connectorGuid) ?? [];
    if (acts.length > 0 && acts.length + more.length > mostPerConnector)
      throw new IsthmusError(
        'CONNECTOR_STOPPED',
        `${mostPerConnector} plans and undos wait for this connector already`,
      );
    this.#acts.set(connectorGuid, [...acts, ...more]);
  }

  remove(connectorGuid: string, acts: readonly RunAct[]): void {
    const left = (this.#acts.get(connectorGuid) ?? []).filter((other) => !acts.includes(other));
    if (left.length === 0) this.#acts.delete(connectorGuid);
    else this.#acts.set(connectorGuid, left);
  }

  /** Those that a run now does. */
  take(connectorGuid: string): readonly RunAct[] {
    const acts = this.#acts.get(connectorGuid) ?? [];
    this.#acts.delete(connectorGuid);
    return acts;
  }
}

import type { Connection, Registration } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import type { Change } from './connector-supervisor.js';

interface Overridden {
  /** What the metadata access server says. */
  readonly stored: Registration;
  readonly connection: Connection;
}

/**
 * Connections that people gave to running connectors in place of the registered ones. In memory alone: one holds until
 * the registered connection changes, the group's configuration is asked for anew, or the daemon ends.
 */
export class ConnectionOverrides<Owner extends object> {
  readonly #overridden = new Map<Owner, Overridden>();

  /** What the owner's registration says in the metadata access server; undefined: nothing was put in its place. */
  stored(owner: Owner): Registration | undefined {
    return this.#overridden.get(owner)?.stored;
  }

  /** @returns the registration to run by */
  put(owner: Owner, registration: Registration, connection: Connection): Registration {
    this.#overridden.set(owner, { stored: this.stored(owner) ?? registration, connection });
    return { ...registration, connection };
  }

  /**
   * A list was accepted: an override stays as long as its connection is not what changed.
   *
   * @returns the registration to run by, and what that means for what runs
   */
  rebase(owner: Owner, registration: Registration, change: Change): readonly [Registration, Change] {
    const overridden = this.#overridden.get(owner);
    if (overridden === undefined) return [registration, change];
    if (!isSameValue(overridden.stored.connection, registration.connection)) {
      this.#overridden.delete(owner);
      return [registration, 'restart'];
    }
    this.#overridden.set(owner, { ...overridden, stored: registration });
    return [{ ...registration, connection: overridden.connection }, change];
  }

  /** @returns the registration to run by from now on; undefined: it runs by it already */
  drop(owner: Owner): Registration | undefined {
    const stored = this.stored(owner);
    this.#overridden.delete(owner);
    return stored;
  }
}

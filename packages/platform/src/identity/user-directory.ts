import { IsthmusError } from '@isthmus/kernel';
import type { User } from '../accounts.js';

/** A user as stored. Undefined `password` = cannot log in. */
export interface StoredUser extends User {
  /** As `hashPassword` writes it. */
  readonly password: string | undefined;
}

/** Where users are kept. Read from memory; changes are on disk when they settle. */
export interface UserDirectory extends AsyncDisposable {
  readonly count: number;
  find(name: string): StoredUser | undefined;
  list(): readonly User[];
  /**
   * @param hash - of the new password
   * @throws USER_NOT_FOUND, STORAGE_FULL, DATA_DIRECTORY_UNWRITABLE
   */
  setPassword(name: string, hash: string): Promise<void>;
  /** Looks at once whether they have changed. Never fails. */
  reload(): Promise<void>;
}

/** Users that end with the process: for test servers. */
export class MemoryUsers implements UserDirectory {
  readonly #users: Map<string, StoredUser>;

  constructor(users: readonly StoredUser[]) {
    this.#users = new Map(users.map((user) => [user.name, user]));
  }

  get count(): number {
    return this.#users.size;
  }

  find(name: string): StoredUser | undefined {
    return this.#users.get(name);
  }

  list(): readonly User[] {
    return [...this.#users.values()];
  }

  async setPassword(name: string, hash: string): Promise<void> {
    const user = this.#users.get(name);
    if (user === undefined) throw new IsthmusError('USER_NOT_FOUND', `there is no user ${name}`);
    this.#users.set(name, { ...user, password: hash });
  }

  /** Nothing is watched. */
  async reload(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

import { unwatchFile, watchFile } from 'node:fs';
import { IsthmusError, type Logger, messageOf } from '@isthmus/kernel';
import type { User } from '../accounts.js';
import { changeUsers } from './change-users.js';
import type { StoredUser, UserDirectory } from './user-directory.js';
import { readUsers, type UserEntries } from './users-format.js';

const lookEveryMs = 1000;

/** @throws USERS_UNREADABLE */
export async function openUsersFile(path: string, logger: Logger): Promise<UsersFile> {
  const file = new UsersFile(path, logger, (await readUsers(path)) ?? {});
  return file.watch();
}

/**
 * Users of a file, read again when it changes. A file with a mistake, or one that went away, changes nothing: the log
 * says so, and those known stay.
 */
export class UsersFile implements UserDirectory {
  readonly #path: string;
  readonly #logger: Logger;
  #users: ReadonlyMap<string, StoredUser>;
  #running = Promise.resolve();
  readonly #ask = (): void => {
    void this.reload();
  };

  constructor(path: string, logger: Logger, entries: UserEntries) {
    this.#path = path;
    this.#logger = logger;
    this.#users = toUsers(entries);
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
    await changeUsers(this.#path, (users) => {
      const entry = users[name];
      if (entry === undefined) throw new IsthmusError('USER_NOT_FOUND', `${this.#path} has no user ${name}`);
      return { ...users, [name]: { ...entry, password: hash } };
    });
    await this.reload();
  }

  /** Reads the file again. Never fails; what is wrong is logged. */
  reload(): Promise<void> {
    this.#running = this.#running.then(() => this.#reload());
    return this.#running;
  }

  watch(): this {
    watchFile(this.#path, { interval: lookEveryMs, persistent: false }, this.#ask);
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    unwatchFile(this.#path, this.#ask);
    await this.#running;
  }

  async #reload(): Promise<void> {
    try {
      const entries = await readUsers(this.#path);
      if (entries === undefined) {
        if (this.#users.size > 0) this.#logger.error('the users file is gone, its users stay', { path: this.#path });
        return;
      }
      const users = toUsers(entries);
      const changed = changedNames(this.#users, users);
      this.#users = users;
      if (changed.length > 0) this.#logger.info('users read again', { changed: changed.slice(0, 100) });
    } catch (error) {
      this.#logger.error('the changed users file has a mistake, the users known stay', { problem: messageOf(error) });
    }
  }
}

function toUsers(entries: UserEntries): ReadonlyMap<string, StoredUser> {
  return new Map(
    Object.entries(entries).map(([name, { role, displayName, password, disabled, actsFor }]) => [
      name,
      {
        name,
        role,
        password,
        disabled: disabled === true,
        actsFor: actsFor ?? (role === 'admin' ? '*' : []),
        ...(displayName === undefined ? {} : { displayName }),
      },
    ]),
  );
}

function changedNames(before: ReadonlyMap<string, StoredUser>, after: ReadonlyMap<string, StoredUser>): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name)));
}

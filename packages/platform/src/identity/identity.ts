import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import type { FastifyInstance } from 'fastify';
import { type Account, type Caller, type Role, roles } from '../accounts.js';
import type { EgeriaSetting } from '../egeria/egeria-manners.js';
import {
  bearerToken,
  type CallerFinder,
  type Credentials,
  createAuthentication,
  quickStartCaller,
} from '../http/authentication.js';
import { LogIn } from './log-in.js';
import { addAboutRoute, addLogInRoutes } from './log-in-routes.js';
import { hashPassword } from './password-hash.js';
import { loadSigningKey, newSigningKey, type SigningKey } from './signing-key.js';
import { MemoryUsers, type UserDirectory } from './user-directory.js';
import { UserTokens } from './user-tokens.js';
import { openUsersFile } from './users-file.js';
import { usersFileOf } from './users-format.js';

/** A user of a test server, whose password is no secret. */
export interface InitialUser {
  readonly name: string;
  readonly password: string;
  readonly role: Role;
  readonly displayName?: string;
}

export interface IdentityOptions {
  /** Where the key of the tokens lies. Undefined = a key, and users, that end with the process. */
  readonly dataDirectory?: string;
  /** Default `users.json` in the data directory. It need not exist. */
  readonly usersFile?: string;
  /** Users in memory instead of a file: for test servers. */
  readonly users?: readonly InitialUser[];
  /** Accounts of the configuration: bearer tokens that do not expire. */
  readonly accounts?: readonly Account[];
  /** The process' own accounts: they never count as somebody who may call from outside. */
  readonly ownAccounts?: readonly Account[];
  /** Without any account and user everybody is `quick-start` with role admin: for the quick start on loopback alone. */
  readonly openWithoutAccounts?: boolean;
  /**
   * Egeria 4.3's way: who is named in the path (`/users/{userId}/`) is believed, without a token. Everybody then has
   * this role, or that of the users file when it is weaker. Undefined = refused.
   */
  readonly userIdInPath?: Role;
  /** Whose manners: what is unknown without a token is 401 in 6.1, 404 in 4.3. Default `both`. */
  readonly release?: EgeriaSetting;
  /** Default one hour. */
  readonly tokenLifetimeMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Who may call this process. `createHttpHost` asks it before a body is read. */
export interface Identity extends CallerFinder, AsyncDisposable {
  readonly users: UserDirectory;
  /** `POST /api/token`, `POST /servers/{any}/api/token`, `GET /api/about`. `createHttpHost` calls it. */
  routes(http: FastifyInstance): void;
}

/**
 * Opens users and key.
 *
 * @throws USERS_UNREADABLE, TOKEN_KEY_UNREADABLE, DATA_DIRECTORY_UNWRITABLE,
 *   LISTEN_NEEDS_ACCOUNTS when nobody may call and `openWithoutAccounts` is not set
 */
export async function createIdentity(options: IdentityOptions): Promise<Identity> {
  const { dataDirectory, logger } = options;
  const users = await openUsers(options);
  const key = dataDirectory === undefined ? await newSigningKey() : await loadSigningKey(dataDirectory, logger);
  return new TokenIdentity(options, users, key);
}

async function openUsers({ dataDirectory, usersFile, users, logger }: IdentityOptions): Promise<UserDirectory> {
  const path = usersFile ?? (dataDirectory === undefined ? undefined : usersFileOf(dataDirectory));
  if (users === undefined && path !== undefined) return openUsersFile(path, logger);
  const hashed = (users ?? []).map(async ({ name, password, role, displayName = name }) => ({
    name,
    role,
    displayName,
    disabled: false,
    actsFor: role === 'admin' ? ('*' as const) : [],
    password: await hashPassword(password),
  }));
  return new MemoryUsers(await Promise.all(hashed));
}

class TokenIdentity implements Identity {
  readonly users: UserDirectory;
  readonly #options: IdentityOptions;
  readonly #tokens: UserTokens;
  readonly #logIn: LogIn;
  #accounts: ReturnType<typeof createAuthentication>;
  #names: ReadonlySet<string>;
  /** Once somebody has to log in it never opens again. */
  #open: boolean;

  constructor(options: IdentityOptions, users: UserDirectory, key: SigningKey) {
    const { clock, logger, accounts = [], ownAccounts = [], tokenLifetimeMs = 3_600_000 } = options;
    this.users = users;
    this.#options = options;
    this.#tokens = new UserTokens({ key, users, clock, lifetimeMs: tokenLifetimeMs });
    this.#logIn = new LogIn({ users, tokens: this.#tokens, clock, logger });
    this.#accounts = createAuthentication([...accounts, ...ownAccounts]);
    this.#names = new Set(accounts.map(({ name }) => name));
    this.#open = options.openWithoutAccounts === true && accounts.length === 0;
    this.#requireSomebody(accounts);
  }

  callerOf({ authorization, pathUser }: Credentials): Caller | Promise<Caller> {
    this.#open &&= this.users.count === 0;
    if (this.#open) return quickStartCaller;
    const token = bearerToken(authorization);
    if (token === undefined) return this.#namedInPath(pathUser);
    return this.#accounts(token) ?? this.#tokens.callerOf(token);
  }

  setAccounts(accounts: readonly Account[]): void {
    this.#requireSomebody(accounts);
    this.#open &&= accounts.length === 0;
    this.#names = new Set(accounts.map(({ name }) => name));
    this.#accounts = createAuthentication([...accounts, ...(this.#options.ownAccounts ?? [])]);
  }

  /** Without any user there is no list to be missing from. */
  knows(name: string): boolean {
    return this.users.count === 0 || this.users.find(name) !== undefined || this.#names.has(name);
  }

  routes(http: FastifyInstance): void {
    addLogInRoutes(http, this.#logIn);
    addAboutRoute(http, this.#options.release ?? 'both');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.users[Symbol.asyncDispose]();
  }

  #namedInPath(pathUser: string | undefined): Caller {
    const role = this.#options.userIdInPath;
    if (role === undefined || pathUser === undefined)
      throw new IsthmusError('UNAUTHENTICATED', 'the call carries no bearer token');
    const user = this.users.find(pathUser);
    if (user?.disabled === true) throw new IsthmusError('UNAUTHENTICATED', 'the user of the path is disabled');
    return { name: pathUser, role: user === undefined ? role : weaker(user.role, role) };
  }

  /** Closed by default. */
  #requireSomebody(accounts: readonly Account[]): void {
    const { userIdInPath } = this.#options;
    if (this.#open || accounts.length > 0 || this.users.count > 0 || userIdInPath !== undefined) return;
    throw new IsthmusError('LISTEN_NEEDS_ACCOUNTS', 'there is neither an account nor a user who may call');
  }
}

function weaker(one: Role, other: Role): Role {
  return roles.indexOf(one) < roles.indexOf(other) ? one : other;
}

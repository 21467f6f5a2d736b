import { createHash, timingSafeEqual } from 'node:crypto';
import { IsthmusError } from '@isthmus/kernel';
import { type Account, type Caller, type Role, roles } from '../accounts.js';

/** What a request tells of who sends it. */
export interface Credentials {
  /** The header. */
  readonly authorization: string | undefined;
  /** `{userId}` of the path, decoded. */
  readonly pathUser: string | undefined;
}

/** Whom a listener asks who calls. */
export interface CallerFinder {
  /** @throws UNAUTHENTICATED */
  callerOf(credentials: Credentials): Caller | Promise<Caller>;
  /**
   * From the next request on these accounts of the configuration hold, and no other.
   *
   * @throws LISTEN_NEEDS_ACCOUNTS when nobody would be left who may call
   */
  setAccounts(accounts: readonly Account[]): void;
  /** Whether there is a user or account of this name. Absent = nobody keeps a list. */
  knows?(name: string): boolean;
}

/** Everybody, when there are no accounts: only the quick start on loopback may run so; the daemon sees to that. */
export const quickStartCaller: Caller = { name: 'quick-start', role: 'admin', actsFor: '*' };

/** The token of an Authorization header; undefined when it carries none. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
}

/**
 * Finds the account of a token. Tokens are compared by their SHA-256 in constant time, all accounts each time, so
 * that the time of the answer tells nothing.
 */
export function createAuthentication(accounts: readonly Account[]): (token: string) => Caller | undefined {
  const known = accounts.map(({ name, role, token, actsFor = '*' }) => ({
    caller: { name, role, actsFor },
    digest: digestOf(token),
  }));
  return (token) => {
    const digest = digestOf(token);
    let caller: Caller | undefined;
    for (const account of known) if (timingSafeEqual(account.digest, digest)) caller = account.caller;
    return caller;
  };
}

/** Everybody is `quick-start` while there are no accounts; for hosts without users. */
export function accountsOnly(accounts: readonly Account[] = []): CallerFinder {
  let callerWith = createAuthentication(accounts);
  const isOpen = accounts.length === 0;
  return {
    callerOf({ authorization }) {
      if (isOpen) return quickStartCaller;
      const token = bearerToken(authorization);
      const caller = token === undefined ? undefined : callerWith(token);
      if (caller === undefined) throw new IsthmusError('UNAUTHENTICATED', 'the call carries no token of an account');
      return caller;
    },
    setAccounts(others) {
      if (others.length === 0)
        throw new IsthmusError('LISTEN_NEEDS_ACCOUNTS', 'a listener that runs cannot be left without accounts');
      callerWith = createAuthentication(others);
    },
  };
}

export function mayActAs(caller: Caller, role: Role): boolean {
  return roles.indexOf(caller.role) >= roles.indexOf(role);
}

/** @throws FORBIDDEN */
export function requireRole(caller: Caller, role: Role): void {
  if (mayActAs(caller, role)) return;
  throw new IsthmusError('FORBIDDEN', `${caller.name} is ${caller.role}; this call needs the role ${role}`, {
    details: { account: caller.name, role: caller.role, needed: role },
  });
}

/** Whether a caller may call in the name of another, as `{userId}` of a path or `delegatingUserId`. */
export function mayActFor({ name, actsFor = [] }: Caller, other: string): boolean {
  return other === name || actsFor === '*' || actsFor.includes(other);
}

/** @throws FORBIDDEN */
export function requireActingFor(caller: Caller, other: string): void {
  if (mayActFor(caller, other)) return;
  const shown = other.slice(0, 100);
  throw new IsthmusError('FORBIDDEN', `${caller.name} may not act for ${shown}`, {
    details: { account: caller.name, actingFor: shown },
    next: 'name yourself in the path, or let an administrator add the name to `actsFor` of your user',
  });
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

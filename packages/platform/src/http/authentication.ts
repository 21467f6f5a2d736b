import { createHash, timingSafeEqual } from 'node:crypto';
import { IsthmusError } from '@isthmus/kernel';
import { type Account, type Caller, type Role, roles } from '../accounts.js';

/** Everybody, when there are no accounts: only the quick start on loopback may run so; the daemon sees to that. */
export const quickStartCaller: Caller = { name: 'quick-start', role: 'admin' };

/**
 * Finds out who calls. Tokens are compared by their SHA-256 in constant time, all accounts each time, so that the
 * time of the answer tells nothing.
 *
 * @param accounts - undefined or none: everybody is `quick-start`
 * @returns takes the Authorization header; throws UNAUTHENTICATED
 */
export function createAuthentication(accounts: readonly Account[] = []): (authorization?: string) => Caller {
  if (accounts.length === 0) return () => quickStartCaller;
  const known = accounts.map(({ name, role, token }) => ({ caller: { name, role }, digest: digestOf(token) }));
  return (authorization) => {
    const token = /^bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new IsthmusError('UNAUTHENTICATED', 'the call carries no bearer token');
    const digest = digestOf(token);
    let caller: Caller | undefined;
    for (const account of known) if (timingSafeEqual(account.digest, digest)) caller = account.caller;
    if (caller === undefined) throw new IsthmusError('UNAUTHENTICATED', 'no account has this token');
    return caller;
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

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

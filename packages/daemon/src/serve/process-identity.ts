import { randomBytes } from 'node:crypto';
import type { Clock, Logger } from '@isthmus/kernel';
import { type Account, createIdentity, type Identity } from '@isthmus/platform';
import { usersFileIn } from '../configuration/accounts.js';
import type { Configuration } from '../configuration/configuration-schema.js';

/** Who may call a process, and how it calls itself. */
export interface ProcessIdentity {
  readonly identity: Identity;
  readonly ownToken: string;
}

export interface IdentityParts {
  readonly configuration: Configuration;
  readonly accounts: readonly Account[];
  /** Absolute; exists. */
  readonly dataDirectory: string;
  readonly isQuickStart: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @throws USERS_UNREADABLE, TOKEN_KEY_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, LISTEN_NEEDS_ACCOUNTS */
export async function openIdentity(parts: IdentityParts): Promise<ProcessIdentity> {
  const { configuration, accounts, dataDirectory, isQuickStart, clock, logger } = parts;
  const { identity, egeria } = configuration;
  const ownToken = newOwnToken();
  return {
    ownToken,
    identity: await createIdentity({
      dataDirectory,
      usersFile: usersFileIn(configuration),
      accounts,
      ownAccounts: [ownAccount(ownToken)],
      openWithoutAccounts: isQuickStart,
      ...(egeria.userIdInPath ? { userIdInPath: egeria.userIdInPathRole } : {}),
      release: egeria.release,
      tokenLifetimeMs: identity.tokenLifetimeMinutes * 60_000,
      clock,
      logger,
    }),
  };
}

export function newOwnToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The daemon of a process calls its own metadata server with an account that lives in memory. */
export function ownAccount(token: string): Account {
  return { name: 'integration-daemon', role: 'operator', token };
}

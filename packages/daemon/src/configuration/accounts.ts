import { resolve } from 'node:path';
import { errorCatalogue, IsthmusError } from '@isthmus/kernel';
import { type Account, readUsers, usersFileOf } from '@isthmus/platform';
import type { Configuration } from './configuration-schema.js';
import type { LoadedConfiguration, Origin } from './load-configuration.js';
import { resolveSecret } from './secrets.js';
import type { ConfigurationProblem } from './validate-configuration.js';

const shortestToken = 8;

export interface ResolvedAccounts {
  /** Only for use when there are no problems. */
  readonly accounts: readonly Account[];
  readonly problems: readonly ConfigurationProblem[];
}

/** Looks the token of every account up, anew each time, and gathers what keeps them from being used. */
export async function resolveAccounts(
  loaded: LoadedConfiguration,
  isQuickStart: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ResolvedAccounts> {
  const { configuration } = loaded;
  if (configuration.accounts.length === 0)
    return { accounts: [], problems: await withoutAccounts(loaded, isQuickStart) };
  const accounts: Account[] = [];
  const problems: ConfigurationProblem[] = [];
  const nameByToken = new Map<string, string>();
  for (const [index, { name, role, token: reference, actsFor }] of configuration.accounts.entries()) {
    const field = `accounts.${index}.token`;
    const place = { field, origin: loaded.origins.get(field) ?? ({ kind: 'default' } as const) };
    try {
      const token = await resolveSecret(reference, environment);
      const fault = faultOf(reference, token, nameByToken.get(token));
      if (fault === undefined) accounts.push({ name, role, token, ...namesOf(actsFor) });
      else problems.push({ ...place, code: 'CONFIG_INVALID_VALUE', ...fault });
      if (!nameByToken.has(token)) nameByToken.set(token, name);
    } catch (error) {
      if (!IsthmusError.is(error)) throw error;
      problems.push({ ...place, code: 'CONFIG_SECRET_UNRESOLVED', fault: error.message, next: error.next });
    }
  }
  return { accounts, problems };
}

function namesOf(actsFor: readonly string[] | undefined): Pick<Account, 'actsFor'> {
  return actsFor === undefined || actsFor.includes('*') ? {} : { actsFor };
}

/** Where the people are kept who may log in. */
export function usersFileIn({ identity, dataDirectory }: Configuration): string {
  return resolve(identity.usersFile ?? usersFileOf(dataDirectory));
}

/** Names the reference, never the token. */
function faultOf(reference: string, token: string, sameAs: string | undefined) {
  if (token.length < shortestToken)
    return {
      fault: `${reference} leads to a token of fewer than ${shortestToken} characters`,
      next: 'use a longer one, e.g. of `openssl rand -base64 32`',
    };
  if (/[^\x21-\x7e]/.test(token))
    return {
      fault: `${reference} leads to a token with white space or other characters that a header cannot carry`,
      next: 'use letters, digits and punctuation of ASCII on a single line',
    };
  if (sameAs !== undefined)
    return {
      fault: `${reference} leads to the token that the account ${sameAs} has`,
      next: 'give each account its own token',
    };
  return undefined;
}

/** Closed by default: without accounts only the quick start runs, and only on loopback. */
async function withoutAccounts(loaded: LoadedConfiguration, isQuickStart: boolean): Promise<ConfigurationProblem[]> {
  const { host } = loaded.configuration.listen;
  try {
    const users = await readUsers(usersFileIn(loaded.configuration));
    if (users !== undefined && Object.keys(users).length > 0) return [];
  } catch (error) {
    if (!IsthmusError.is(error)) throw error;
    const place = { field: 'identity.usersFile', origin: placeOf(loaded) };
    return [{ ...place, code: 'USERS_UNREADABLE', fault: error.message, next: error.next }];
  }
  if (isQuickStart && isLoopback(host)) return [];
  if (loaded.configuration.egeria.userIdInPath) return [];
  const code = 'LISTEN_NEEDS_ACCOUNTS';
  if (isQuickStart)
    return [
      {
        code,
        field: 'listen.host',
        origin: loaded.origins.get('listen.host') ?? { kind: 'default' },
        fault: `listening on ${host} needs accounts`,
        next: 'leave --host at 127.0.0.1, or write a configuration with `accounts` (see config/isthmus.yaml) and start with --config',
      },
    ];
  return [
    {
      code,
      field: 'accounts',
      origin: placeOf(loaded),
      fault: `${errorCatalogue[code].meaning}, and there is none`,
      next: 'add an account under `accounts`: { name: admin, role: admin, token: ${env:ISTHMUS_TOKEN} }, and set ISTHMUS_TOKEN; or a person with `isthmus user add`',
    },
  ];
}

/** What is missing is missing in the file. */
function placeOf({ origins, file }: LoadedConfiguration): Origin {
  const own = origins.get('accounts');
  if (own !== undefined && own.kind !== 'default') return own;
  return file === undefined ? { kind: 'default' } : { kind: 'file', file, line: 1 };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

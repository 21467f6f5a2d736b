import type { Account } from '@isthmus/platform';
import { resolveAccounts } from '../configuration/accounts.js';
import { requireValid } from '../configuration/configuration-commands.js';
import type { LoadedConfiguration } from '../configuration/load-configuration.js';

/**
 * Closed by default: without accounts only the quick start runs, and only on loopback.
 *
 * @throws LISTEN_NEEDS_ACCOUNTS, CONFIG_SECRET_UNRESOLVED, CONFIG_INVALID_VALUE; the message holds every problem
 */
export async function accountsFor(
  loaded: LoadedConfiguration,
  isQuickStart: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly Account[]> {
  const { accounts, problems } = await resolveAccounts(loaded, isQuickStart, environment);
  requireValid({ ...loaded, problems });
  return accounts;
}

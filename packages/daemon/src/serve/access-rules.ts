import { IsthmusError } from '@isthmus/kernel';
import type { Account } from '@isthmus/platform';
import type { Configuration } from '../configuration/configuration-schema.js';
import { resolveSecret } from '../configuration/secrets.js';

/**
 * Closed by default: without accounts only the quick start runs, and only on loopback.
 *
 * @throws LISTEN_NEEDS_ACCOUNTS, CONFIG_SECRET_UNRESOLVED
 */
export async function accountsFor(
  configuration: Configuration,
  isQuickStart: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Account[]> {
  const { host } = configuration.listen;
  if (configuration.accounts.length === 0 && !(isQuickStart && isLoopback(host))) {
    throw new IsthmusError(
      'LISTEN_NEEDS_ACCOUNTS',
      isQuickStart ? `listening on ${host} needs accounts` : 'a configured start needs accounts',
      {
        next: isQuickStart
          ? 'leave --host at 127.0.0.1, or write a configuration with `accounts` (see config/isthmus.yaml) and start with --config'
          : 'add an account under `accounts`: { name: admin, role: admin, token: ${env:ISTHMUS_TOKEN} }, and set ISTHMUS_TOKEN',
        details: { host },
      },
    );
  }
  return Promise.all(
    configuration.accounts.map(async ({ name, role, token }) => ({
      name,
      role,
      token: await resolveSecret(token, environment),
    })),
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

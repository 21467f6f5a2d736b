import { resolveSecrets, type SecretSource, systemSecrets } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';

/**
 * The secret behind a reference of the configuration: `${env:NAME}` or `${file:/path}` (a trailing newline of the file
 * is not part of it).
 *
 * @throws CONFIG_SECRET_UNRESOLVED, which names the reference and never the secret
 */
export async function resolveSecret(
  reference: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const source: SecretSource = { ...systemSecrets, env: (name) => environment[name] };
  const unresolved = (fault: string, cause?: unknown) =>
    new IsthmusError('CONFIG_SECRET_UNRESOLVED', `${reference} ${fault}`, { details: { reference }, cause });
  const { configuration } = await resolveSecrets(reference, source).catch((error: unknown) => {
    throw IsthmusError.is(error) ? unresolved('leads to nothing', error) : error;
  });
  if (typeof configuration !== 'string' || configuration === '') throw unresolved('is empty');
  return configuration;
}

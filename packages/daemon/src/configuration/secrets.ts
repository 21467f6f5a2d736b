import { readFileSync } from 'node:fs';
import { IsthmusError, messageOf } from '@isthmus/kernel';

const longestSecret = 65_536;

/**
 * The secret behind a reference: `${env:NAME}` or `${file:/path}` (a trailing newline of the file is not part of it).
 *
 * @throws CONFIG_SECRET_UNRESOLVED, which names the reference and never the secret
 */
export function resolveSecret(reference: string, environment: Readonly<Record<string, string | undefined>>): string {
  const [, kind, name = ''] = /^\$\{(env|file):([^}]+)\}$/.exec(reference) ?? [];
  const value = kind === 'env' ? environment[name] : kind === 'file' ? fromFile(reference, name) : undefined;
  if (value === undefined || value === '') {
    throw new IsthmusError('CONFIG_SECRET_UNRESOLVED', `${reference} is ${value === '' ? 'empty' : 'not set'}`, {
      details: { reference },
    });
  }
  return value;
}

function fromFile(reference: string, path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > longestSecret) throw new Error(`longer than ${longestSecret} characters`);
    return text.replace(/\r?\n$/, '');
  } catch (error) {
    throw new IsthmusError('CONFIG_SECRET_UNRESOLVED', `${reference} cannot be read: ${messageOf(error)}`, {
      cause: error,
      details: { reference },
    });
  }
}

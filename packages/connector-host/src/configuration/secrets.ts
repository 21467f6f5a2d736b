import { readFile, stat } from 'node:fs/promises';
import { IsthmusError } from '@isthmus/kernel';
import { addressSecrets, isSecretKey } from '@isthmus/model';

const reference = /\$\{(env|file):([^}]{1,1024})\}/g;
const largestSecretBytes = 64 * 1024;
const deepest = 20;

/** Where references lead. */
export interface SecretSource {
  env(name: string): string | undefined;
  /** Content of a file; undefined when it cannot be read. */
  file(path: string): Promise<string | undefined>;
}

export const systemSecrets: SecretSource = {
  env: (name) => process.env[name],
  async file(path) {
    try {
      const found = await stat(path);
      if (!found.isFile() || found.size > largestSecretBytes) return undefined;
      return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
    } catch {
      return undefined;
    }
  },
};

/**
 * Replaces `${env:NAME}` and `${file:/path}` in every text of a configuration, also inside a longer text. The value
 * put in is not searched again.
 *
 * @returns a copy, and the secret values that went in
 * @throws CONFIG_SECRET_UNRESOLVED names the field and the reference
 */
export async function resolveSecrets(
  configuration: unknown,
  source: SecretSource,
): Promise<{ readonly configuration: unknown; readonly secrets: ReadonlySet<string> }> {
  const secrets = new Set<string>();
  const resolveText = async (text: string, path: string): Promise<string> => {
    let result = '';
    let end = 0;
    for (const match of text.matchAll(reference)) {
      const [whole, provider, name = ''] = match;
      const value = provider === 'env' ? source.env(name) : await source.file(name);
      if (value === undefined) {
        throw new IsthmusError('CONFIG_SECRET_UNRESOLVED', `${path || 'configuration'}: ${whole} leads to nothing`, {
          details: { field: path, reference: whole },
        });
      }
      secrets.add(value);
      result += text.slice(end, match.index) + value;
      end = match.index + whole.length;
    }
    return result + text.slice(end);
  };
  const walk = async (value: unknown, path: string, depth: number): Promise<unknown> => {
    if (typeof value === 'string') return value.includes('${') ? resolveText(value, path) : value;
    if (typeof value !== 'object' || value === null || depth > deepest) return value;
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const [position, item] of value.entries()) items.push(await walk(item, `${path}[${position}]`, depth + 1));
      return items;
    }
    const copy: [string, unknown][] = [];
    for (const [key, inner] of Object.entries(value)) {
      copy.push([key, await walk(inner, path === '' ? key : `${path}.${key}`, depth + 1)]);
    }
    return Object.fromEntries(copy);
  };
  return { configuration: await walk(configuration, '', 0), secrets };
}

/** Values of the fields that the schema marks with `secret: true`. */
export function markedSecrets(schema: unknown, configuration: unknown, depth = 0): readonly string[] {
  if (!isRecord(schema) || configuration === undefined || depth > deepest) return [];
  if (schema.secret === true) return leaves(configuration, 0);
  const found: string[] = [];
  if (isRecord(schema.properties) && isRecord(configuration)) {
    for (const [key, inner] of Object.entries(schema.properties)) {
      found.push(...markedSecrets(inner, configuration[key], depth + 1));
    }
  }
  if (Array.isArray(configuration)) {
    for (const item of configuration) found.push(...markedSecrets(schema.items, item, depth + 1));
  }
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[word];
    if (!Array.isArray(parts)) continue;
    for (const part of parts) found.push(...markedSecrets(part, configuration, depth + 1));
  }
  return found;
}

/** Values that read like secrets, by their key or as a part of an address: a schema may mark too little. */
export function apparentSecrets(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return addressSecrets(value);
  if (typeof value !== 'object' || value === null || depth > deepest) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    isSecretKey(key) ? leaves(inner, depth) : apparentSecrets(inner, depth + 1),
  );
}

function leaves(value: unknown, depth: number): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null || depth > deepest) return [];
  return Object.values(value).flatMap((inner) => leaves(inner, depth + 1));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

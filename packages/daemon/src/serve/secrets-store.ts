import { readFile, stat } from 'node:fs/promises';
import { IsthmusError, messageOf } from '@isthmus/kernel';
import { isPlainObject } from '@isthmus/model';
import { parse } from 'yaml';

/** Where a document says that secrets are: Egeria's `secretsStore*`. */
export interface SecretsStore {
  /** Java class of Egeria's that reads it; absent = its store in YAML. */
  readonly provider?: string;
  /** Path of a file, from the working directory of the process. */
  readonly location: string;
  readonly collection: string;
}

export interface StoredCredentials {
  readonly userId?: string;
  readonly password: string;
}

const yamlProvider = 'YAMLSecretsStoreProvider';
const largestBytes = 1_048_576;

/**
 * User and password of a collection of a store in Egeria's YAML format: `secrets` with `userId` and `clearPassword`, or
 * a `tokenAPI` that sends them to the platform's own log-in.
 *
 * @param platformUrl - root of the platform that is logged in to; secrets for another one do not go there
 * @throws CONFIG_SECRET_UNRESOLVED, which names store and collection and never a secret
 */
export async function readSecretsStore(store: SecretsStore, platformUrl: string): Promise<StoredCredentials> {
  if (store.provider !== undefined && !store.provider.endsWith(`.${yamlProvider}`))
    throw unresolved(store, `is read by ${store.provider}, which does not run here; ${yamlProvider} does`);
  const collections = await collectionsOf(store);
  const collection = own(collections, store.collection);
  if (!isPlainObject(collection)) throw unresolved(store, 'has no such collection');
  const secrets = own(collection, 'secrets');
  const clearPassword = isPlainObject(secrets) ? own(secrets, 'clearPassword') : undefined;
  if (isPlainObject(secrets) && isText(clearPassword)) return credentials(own(secrets, 'userId'), clearPassword);
  const tokenApi = own(collection, 'tokenAPI');
  const body = isPlainObject(tokenApi) ? own(tokenApi, 'requestBody') : undefined;
  const password = isPlainObject(body) ? own(body, 'password') : undefined;
  if (!isPlainObject(tokenApi) || !isPlainObject(body) || !isText(password))
    throw unresolved(store, 'has neither secrets.clearPassword nor a tokenAPI with a password');
  const url = own(tokenApi, 'url');
  if (isText(url) && originOf(url) !== originOf(platformUrl))
    throw unresolved(store, `has its tokens from ${originOf(url)}, which is not the platform ${originOf(platformUrl)}`);
  return credentials(own(body, 'userId'), password);
}

async function collectionsOf(store: SecretsStore): Promise<Readonly<Record<string, unknown>>> {
  let content: unknown;
  try {
    const found = await stat(store.location);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > largestBytes) throw new Error(`it has more than ${largestBytes} bytes`);
    content = parse(await readFile(store.location, 'utf8'), { maxAliasCount: 0, logLevel: 'error' });
  } catch (error) {
    // what a parser says repeats the text
    const isParser = error instanceof Error && error.name.startsWith('YAML');
    throw unresolved(store, `cannot be read: ${isParser ? 'it is not YAML' : messageOf(error)}`);
  }
  const collections = isPlainObject(content) ? own(content, 'secretsCollections') : undefined;
  if (!isPlainObject(collections)) throw unresolved(store, 'has no secretsCollections');
  return collections;
}

function credentials(userId: unknown, password: string): StoredCredentials {
  return { password, ...(isText(userId) && { userId }) };
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return 'an address that is none';
  }
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.getOwnPropertyDescriptor(record, key)?.value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function unresolved({ location, collection }: SecretsStore, fault: string): IsthmusError {
  const message = `the collection ${collection} of the secrets store ${location} ${fault}`;
  return new IsthmusError('CONFIG_SECRET_UNRESOLVED', message, { details: { location, collection } });
}

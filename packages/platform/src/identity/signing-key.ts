import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { chmod, link, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { IsthmusError, type Logger, messageOf } from '@isthmus/kernel';
import { codeOf } from './code-of.js';

/** What tokens are signed with (RS256, as Egeria's are). */
export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const fileName = 'token-key.pem';

/**
 * The key of a data directory, made at the first call. The file is complete or absent, whoever else makes one at the
 * same time, and only its owner may read it (0600).
 *
 * @throws TOKEN_KEY_UNREADABLE, DATA_DIRECTORY_UNWRITABLE
 */
export async function loadSigningKey(dataDirectory: string, logger: Logger): Promise<SigningKey> {
  const path = join(dataDirectory, fileName);
  const pem = (await readKey(path)) ?? (await makeKey(path));
  await closeToOthers(path, logger);
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('it is no RSA key');
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A key that ends with the process, and its tokens with it. */
export async function newSigningKey(): Promise<SigningKey> {
  return promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

/** Written beside and linked: a link fails where the name is taken, so the first of several wins. */
async function makeKey(path: string): Promise<string> {
  const { privateKey } = await newSigningKey();
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(pem);
    await file.sync();
    await link(draft, path);
    return pem;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return readFile(path, 'utf8');
    throw new IsthmusError('DATA_DIRECTORY_UNWRITABLE', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function closeToOthers(path: string, logger: Logger): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  logger.warn('others could read the key of the tokens; its file is closed to them now', { path });
  await chmod(path, 0o600);
}

function unreadable(path: string, error: unknown): IsthmusError {
  return new IsthmusError('TOKEN_KEY_UNREADABLE', `${path} cannot be used: ${messageOf(error)}`, { cause: error });
}

import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Costs of a new hash: 32 MiB, three passes, about 200 ms of one thread (OWASP password storage, scrypt). */
const costs: Costs = { logN: 15, r: 8, p: 3 };
const saltBytes = 16;
const hashBytes = 32;
/** What a hash of the users file may ask of memory; more is refused as unreadable. */
const largestLogN = 20;

export interface Costs {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

interface ParsedHash extends Costs {
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, both in base64url. */
export async function hashPassword(password: string, by: Costs = costs): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, hashBytes, by);
  const { logN, r, p } = by;
  return ['scrypt', logN, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Takes as long whether there is a hash or not, so that the time of an answer does not tell who exists. */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const known = stored === undefined ? undefined : parseHash(stored);
  const { salt, hash, ...rest } = known ?? { ...costs, salt: Buffer.alloc(saltBytes), hash: Buffer.alloc(hashBytes) };
  const derived = await derive(password, salt, hash.length, rest);
  return timingSafeEqual(derived, hash) && known !== undefined;
}

export function isPasswordHash(text: string): boolean {
  return parseHash(text) !== undefined;
}

function parseHash(text: string): ParsedHash | undefined {
  const match = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,128})\$([\w-]{22,128})$/.exec(text);
  if (match === null) return undefined;
  const [logN, r, p] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (logN < 10 || logN > largestLogN || r < 1 || r > 16 || p < 1 || p > 16) return undefined;
  return {
    logN,
    r,
    p,
    salt: Buffer.from(match[4] ?? '', 'base64url'),
    hash: Buffer.from(match[5] ?? '', 'base64url'),
  };
}

function derive(password: string, salt: Buffer, length: number, { logN, r, p }: Costs): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

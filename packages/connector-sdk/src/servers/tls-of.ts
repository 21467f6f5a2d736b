import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { reasonOf } from '../helpers/reason-of.js';
import { sourceUnreadable } from '../source-unreadable.js';

export interface TlsChoice {
  readonly tls: 'off' | 'require' | 'verify';
  readonly caFile?: string;
  readonly host: string;
}

/**
 * What Node takes for TLS to a server; undefined = none. With `verify` the certificate must be signed by a known authority
 * (that of `caFile` alone if there is one) and be for `host`, a name or an address.
 *
 * @throws SOURCE_UNREADABLE when the authority's file cannot be read
 */
export async function tlsOf({ tls, caFile, host }: TlsChoice): Promise<ConnectionOptions | undefined> {
  if (tls === 'off') return undefined;
  // an address must not be sent as a name of a server, but it is what the certificate is held against
  const names = { host, ...(isIP(host) === 0 ? { servername: host } : {}) };
  if (tls === 'require') return { ...names, rejectUnauthorized: false };
  if (caFile === undefined) return { ...names, rejectUnauthorized: true };
  try {
    return { ...names, rejectUnauthorized: true, ca: await readFile(caFile, 'utf8') };
  } catch (error) {
    throw sourceUnreadable(`the file ${caFile} cannot be read (${reasonOf(error)}): correct \`caFile\``, error);
  }
}

import { createHash } from 'node:crypto';

/**
 * The GUID by which the views of this platform know a named server. It follows from the name, so that it is the same
 * after each start, and there is no element of it in any metadata access server.
 */
export function serverGuid(serverName: string): string {
  const hash = createHash('sha256').update(serverName).digest('hex');
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `4${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`];
  return `SoftwareServer-${parts.join('-')}-${hash.slice(20, 32)}`;
}

/** @returns the name behind a GUID, among these */
export function serverNameOf(guid: string, names: Iterable<string>): string | undefined {
  for (const name of names) if (serverGuid(name) === guid) return name;
  return undefined;
}

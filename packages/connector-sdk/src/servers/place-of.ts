import type { Connection } from '@isthmus/model';

/** Where a server is, as far as an address says. */
export interface ServerPlace {
  /** Name, address, or folder of a socket. */
  readonly host: string;
  readonly port?: number;
  /** What follows the host, without its first `/`: mostly the name of a database. */
  readonly path?: string;
  readonly user?: string;
  readonly password?: string;
}

/**
 * Of `scheme://user:password@host:port/path`, the same after `jdbc:`, `host:port`, or the folder of a socket.
 *
 * @param scheme - that of an address without one
 */
export function placeOf(address: string, scheme: string): ServerPlace {
  if (address.startsWith('/')) return { host: address };
  const plain = address.replace(/^jdbc:/i, '');
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(plain) ? plain : `${scheme}://${plain}`);
  if (url === null || url.hostname === '') return { host: address };
  const path = decoded(url.pathname.slice(1));
  const [user, password] = [decoded(url.username), decoded(url.password)];
  return {
    // the hosts of other schemes than those of the web may be escaped
    host: decoded(url.hostname).replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(path === '' ? {} : { path }),
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
  };
}

/** The configuration that stands in a connection itself. */
export function withoutReservedKeys({
  configurationProperties,
}: Pick<Connection, 'configurationProperties'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(configurationProperties).filter(([key]) => !key.startsWith('isthmus.')));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

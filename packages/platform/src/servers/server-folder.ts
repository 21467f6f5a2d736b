import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** Names that may stand in URLs and folder names as they are. */
export const plainServerName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Where a server keeps its files. Names of Egeria's servers may hold anything: such a one is not used as a path. */
export function serverFolder(dataDirectory: string, name: string): string {
  const folder = plainServerName.test(name) ? name : `~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  return join(dataDirectory, 'servers', folder);
}

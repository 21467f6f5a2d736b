import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const serverKinds = ['MariaDB', 'MySQL'] as const;
export type ServerKind = (typeof serverKinds)[number];

/** How a server of one kind is made here. */
export interface ServerPrograms {
  readonly kind: ServerKind;
  readonly server: string;
  readonly dump: string;
  /** Makes the data of an empty server. */
  readonly install?: string;
  /** The data of an empty server. */
  readonly data?: string;
}

/** Undefined = the server is not installed. */
export function serverPrograms(kind: ServerKind): ServerPrograms | undefined {
  return kind === 'MariaDB' ? mariaDbPrograms() : mysqlPrograms();
}

function mariaDbPrograms(): ServerPrograms | undefined {
  const [server, install, dump] = ['mariadbd', 'mariadb-install-db', 'mariadb-dump'].map(pathOfProgram);
  if (server === undefined || install === undefined || dump === undefined) return undefined;
  return { kind: 'MariaDB', server, install, dump };
}

/** Where `npm run servers -- --install` unpacks it. */
function mysqlPrograms(): ServerPrograms | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(process.env.ISTHMUS_LAB ?? join(cache, 'isthmus-lab'), 'mysql');
  const [server, dump, data] = [join(folder, 'mysqld'), join(folder, 'mysqldump'), join(folder, 'data')];
  return [server, dump, data].every(existsSync) ? { kind: 'MySQL', server, dump, data } : undefined;
}

function pathOfProgram(name: string): string | undefined {
  const { stdout, status } = spawnSync('sh', ['-c', `PATH="$PATH:/usr/sbin:/usr/local/sbin"; command -v ${name}`], {
    encoding: 'utf8',
  });
  return status === 0 && existsSync(stdout.trim()) ? stdout.trim() : undefined;
}

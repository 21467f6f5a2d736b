// Brings the servers that the suites with real servers need from the system's packages, where they are missing and may be
// installed. Where they cannot, those suites skip and say so.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { openLineagePython } from '../lib/openlineage/python-client.mjs';
import { bringMysqlServer } from './mysql-server.mjs';
import { bringDocuments } from './openapi-documents.mjs';

/** By Debian package: whether it is there already. */
const servers = {
  postgresql: () => existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').length > 0,
  pgbouncer: () => existsSync('/usr/sbin/pgbouncer'),
  mosquitto: () => existsSync('/usr/sbin/mosquitto'),
  'mariadb-server': () => existsSync('/usr/sbin/mariadbd'),
};

const missing = Object.keys(servers).filter((name) => !servers[name]());
if (missing.length === 0) console.log('all servers are installed');
else if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
  console.log(`SKIP installing ${missing.join(', ')}: it takes root and apt-get`);
else {
  console.log(`installing ${missing.join(', ')} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', ...missing],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) {
      console.log(
        `SKIP installing ${missing.join(', ')}: apt-get ${args[0]} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`,
      );
      break;
    }
  }
}

const noMysql = bringMysqlServer();
console.log(noMysql === undefined ? 'a MySQL server is there' : `SKIP bringing a MySQL server: ${noMysql}`);
const why = bringDocuments();
console.log(why === undefined ? 'the OpenAPI documents are there' : `SKIP bringing OpenAPI documents: ${why}`);
const client = openLineagePython({ mayInstall: true });
if (client.why !== undefined) console.log(`SKIP installing the OpenLineage client: ${client.why}`);

// Brings a MySQL server that runs beside what the machine has: Debian's stable releases ship MariaDB alone, its unstable suite
// ships MySQL. Its packages and all libraries that they need are unpacked into a folder of the lab and run from there; the
// machine's own packages and lists stay as they are.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { labFolder } from '../lib/lab-folder.mjs';

const suite = 'sid';
const packages = ['mysql-server-core', 'mysql-client-core'];
const programs = { mysqld: 'usr/sbin/mysqld', mysqldump: 'usr/bin/mysqldump' };

/** @returns why it could not be had; undefined = it is there */
export function bringMysqlServer() {
  // `connectors/mysql/src/testing-programs.ts` looks for it there
  const folder = join(labFolder(), 'mysql');
  if (existsSync(join(folder, 'data'))) return undefined;
  if (!existsSync('/usr/bin/apt-get')) return 'it takes apt-get';
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  try {
    download(fresh);
    for (const name of readdirSync(join(fresh, 'apt/archives')).filter((one) => one.endsWith('.deb')))
      done('dpkg', ['-x', join(fresh, 'apt/archives', name), fresh]);
    rmSync(join(fresh, 'apt'), { recursive: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
    for (const [name, path] of Object.entries(programs)) writeLauncher(folder, name, path);
    initialise(folder);
    return undefined;
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    return error.message;
  }
}

function download(folder) {
  const apt = join(folder, 'apt');
  for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(apt, name), { recursive: true });
  writeFileSync(join(apt, 'sources'), `deb [signed-by=${keyring()}] ${mirror()} ${suite} main\n`);
  // nothing counts as installed, so that all libraries come along; but for Perl, which scripts beside the server need
  const perl = ['Package: perl', 'Status: install ok installed', 'Multi-Arch: allowed', 'Version: 99'];
  const architecture = done('dpkg', ['--print-architecture']).trim();
  writeFileSync(
    join(apt, 'status'),
    [...perl, `Architecture: ${architecture}`, 'Description: none', '', ''].join('\n'),
  );
  const options = {
    'Dir::Etc::sourcelist': join(apt, 'sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': apt,
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': apt,
    'Dir::Cache::archives': join(apt, 'archives'),
    'APT::Sandbox::User': '',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
  };
  const args = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  done('apt-get', [...args, '-q', 'update']);
  done('apt-get', [...args, '-q', '-y', '--no-install-recommends', '--download-only', 'install', ...packages]);
}

/** Where this machine has Debian's own packages from. */
function mirror() {
  const said = done('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(ORIGIN) $(CODENAME)',
    'Created-By: Packages',
  ]);
  const [found] = said.split('\n').filter((line) => / Debian [a-z]+$/.test(line));
  if (found === undefined) throw new Error("this machine's apt knows no packages of Debian");
  return found.split(' ')[0];
}

function keyring() {
  const found = ['pgp', 'gpg'].map((kind) => `/usr/share/keyrings/debian-archive-keyring.${kind}`).find(existsSync);
  if (found === undefined) throw new Error('there is no debian-archive-keyring');
  return found;
}

/** What was built for another release runs with the loader and the libraries that it was built for. */
function writeLauncher(folder, name, path) {
  const [libraries] = readdirSync(join(folder, 'usr/lib'))
    .filter((one) => one.endsWith('-linux-gnu'))
    .map((one) => join(folder, 'usr/lib', one));
  const loader = readdirSync(libraries).find((one) => /^ld-linux.*\.so\.\d+$/.test(one));
  if (loader === undefined) throw new Error(`there is no loader in ${libraries}`);
  const base = name === 'mysqld' ? ` --basedir='${join(folder, 'usr')}'` : '';
  writeFileSync(
    join(folder, name),
    `#!/bin/sh\nexec '${join(libraries, loader)}' --library-path '${libraries}' '${join(folder, path)}' "$@"${base}\n`,
  );
  chmodSync(join(folder, name), 0o755);
}

/** Data of an empty server, which each test copies: they take longer to make than all the rest of its start. */
function initialise(folder) {
  const data = join(folder, 'data');
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const log = join(folder, 'log.err');
  try {
    done(join(folder, 'mysqld'), [
      '--no-defaults',
      '--initialize-insecure',
      '--innodb-redo-log-capacity=16777216',
      ...asRoot,
      `--datadir=${data}.new`,
      `--log-error=${log}`,
    ]);
  } catch (error) {
    const told = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
    throw new Error(`${error.message} ${told.find((line) => line.includes('[ERROR]')) ?? ''}`);
  }
  // another identity each
  rmSync(join(`${data}.new`, 'auto.cnf'), { force: true });
  renameSync(`${data}.new`, data);
}

/** @returns what it said */
function done(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ended with ${status}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

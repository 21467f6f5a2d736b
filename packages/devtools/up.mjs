#!/usr/bin/env node
// What `npm start`, `npm test` and their like call. Nothing is installed yet when it begins, so it uses Node alone:
// installs when the lock file changed, compiles when a source changed, then does what was asked.
//
//   node packages/devtools/up.mjs start|test|build|docs|bench|prove|servers|conformance-server [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const stampFolder = join(root, 'node_modules', '.isthmus');
const [task = 'help', ...rest] = process.argv.slice(2);
/** Those that last longest, which lanes begin with: none is left alone at the end. */
const longScripts = {
  prove: ['pairs', 'provider', 'soak', 'newcomer', 'crash', 'bad-input', 'conformance', 'kafka', 'bad-answers'],
  bench: ['density', 'reaction', 'status', 'sync', 'files', 'store'],
};

const tasks = {
  start,
  test,
  build: () => undefined,
  docs: () => run(process.execPath, [join(root, 'packages/devtools/generate-docs.mjs')]),
  bench: () => runScripts('bench'),
  prove: () => runScripts('prove'),
  servers,
  'conformance-server': conformanceServer,
};
if (!(task in tasks)) {
  console.error(`usage: node packages/devtools/up.mjs ${Object.keys(tasks).join('|')} [arguments]`);
  process.exit(2);
}
checkNode();
install();
compile();
await tasks[task]();

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Isthmus needs Node 20.19 or newer; this is ${process.version}. Install a newer Node and try again.`);
    process.exit(1);
  }
}

function install() {
  const wanted = hash(readFileSync(join(root, 'package-lock.json')), process.version);
  if (readStamp('install') === wanted && existsSync(join(root, 'node_modules', 'typescript'))) return;
  console.log('installing libraries (first start only) ...');
  // --include=dev: NODE_ENV=production would leave the compiler out
  must(npm(), ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  writeStamp('install', wanted);
}

function compile() {
  const sources = workspaceFolders().flatMap((folder) =>
    [...filesBelow(join(folder, 'src')), join(folder, 'tsconfig.json')].filter(existsSync),
  );
  const wanted = hash(
    ...[...sources, join(root, 'tsconfig.json'), join(root, 'tsconfig.base.json')].map((file) => {
      const { mtimeMs, size } = statSync(file);
      return `${relative(root, file)} ${mtimeMs} ${size}\n`;
    }),
  );
  const built = workspaceFolders().every(
    (folder) => !existsSync(join(folder, 'tsconfig.json')) || existsSync(join(folder, 'dist', 'index.js')),
  );
  if (built && readStamp('compile') === wanted) return;
  removeOrphans();
  console.log('compiling ...');
  // several checkers a package each check its types anew: on two cores that takes a third longer
  must(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', '--checkers', '1']);
  writeStamp('compile', wanted);
}

/** The compiler never deletes its output: what has no source any more would still be tested. */
function removeOrphans() {
  for (const folder of workspaceFolders()) {
    for (const file of filesBelow(join(folder, 'dist'))) {
      const stem = relative(join(folder, 'dist'), file).replace(/\.(d\.ts|js)(\.map)?$/, '');
      const hasSource = ['.ts', '.tsx', '.mts'].some((extension) => existsSync(join(folder, 'src', stem + extension)));
      if (!hasSource && /\.(d\.ts|js)(\.map)?$/.test(file)) {
        rmSync(file);
        // an incremental build believes its output is still there
        rmSync(join(folder, 'dist', 'tsconfig.tsbuildinfo'), { force: true });
        rmSync(join(folder, 'tsconfig.tsbuildinfo'), { force: true });
      }
    }
  }
}

async function start() {
  await runHere(join(root, 'packages/daemon/bin/isthmus.mjs'), ['serve', ...rest]);
}

/**
 * Runs a server in this very process, so that signals and the exit code are its own. npm keeps a signal that is sent to
 * it alone to itself and ends; the server must not outlive it unseen.
 */
async function runHere(script, args) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 1000).unref();
  process.argv = [process.argv[0], script, ...args];
  await import(pathToFileURL(script).href);
}

async function conformanceServer() {
  await runHere(join(root, 'packages/devtools/conformance-server.mjs'), rest);
}

async function test() {
  const flags = ['--experimental-vm-modules', '--no-warnings', join(root, 'node_modules/jest/bin/jest.js')];
  process.exitCode = await run(process.execPath, [...flags, ...rest]);
}

/** The suites with real servers; `--install` brings the servers that are missing from the system's packages first. */
async function servers() {
  const install = rest.indexOf('--install');
  if (install >= 0) {
    rest.splice(install, 1);
    await run(process.execPath, [join(root, 'packages/devtools/lab/install-servers.mjs')]);
  }
  process.env.ISTHMUS_SERVERS = '1';
  // a pattern of its own beside those of the places would find the suites of all others too
  const places = rest.filter((argument) => !argument.startsWith('-') && argument.includes('/'));
  const suites = (places.length > 0 ? places : ['']).map((place) => `${place}.*\\.int\\.test\\.m?js$`);
  rest.splice(0, rest.length, ...rest.filter((argument) => !places.includes(argument)));
  rest.unshift(...suites.map((suite) => `--testPathPatterns=${suite}`));
  await test();
}

/**
 * `bench` or `prove`: each script is a file of that folder; no name runs all. Options begin with `--`. Proofs mostly wait,
 * so `--lanes=N` runs N of them side by side, each one's output in one piece when it ends. The figures of benches that run
 * so say nothing but that they are still measured.
 */
async function runScripts(folder) {
  const all = readdirSync(join(root, 'packages/devtools', folder))
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => name.slice(0, -4))
    .sort();
  const names = rest.filter((argument) => !argument.startsWith('--') && !/^\d+$/.test(argument));
  const unknown = names.filter((name) => !all.includes(name));
  const lanes = Number(
    /^--lanes=([1-9])$/.exec(rest.find((argument) => argument.startsWith('--lanes')) ?? '--lanes=1')?.[1],
  );
  if (unknown.length > 0 || Number.isNaN(lanes) || rest.includes('--help')) {
    console.error(`npm run ${folder} [-- name...] [--lanes=1..9] [--options]; names: ${all.join(', ')}`);
    process.exitCode = rest.includes('--help') ? 0 : 2;
    return;
  }
  const options = rest.filter((argument) => !names.includes(argument) && !argument.startsWith('--lanes'));
  const chosen = names.length > 0 ? names : all;
  const long = lanes === 1 ? [] : longScripts[folder].filter((name) => chosen.includes(name));
  const queue = [...long, ...chosen.filter((name) => !long.includes(name))];
  const lane = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift())
      await runScript(folder, name, options, lanes > 1);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function runScript(folder, name, options, inOnePiece) {
  const begun = performance.now();
  const script = join(root, 'packages/devtools', folder, `${name}.mjs`);
  const said = [];
  const code = await run(
    process.execPath,
    ['--no-warnings', '--expose-gc', script, ...options],
    inOnePiece ? (part) => said.push(part) : undefined,
  );
  process.stdout.write(Buffer.concat(said));
  console.log(`     ${folder} ${name} took ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  if (code !== 0) {
    console.log(`-- ${folder} ${name} ended with ${code}`);
    process.exitCode = code;
  }
}

/** Its exit code; `hear` is given what it says, instead of the terminal. */
function run(command, args, hear) {
  return new Promise((settle) => {
    const output = hear === undefined ? 'inherit' : 'pipe';
    const child = spawn(command, args, { cwd: root, stdio: ['inherit', output, output] });
    if (hear !== undefined) for (const stream of [child.stdout, child.stderr]) stream.on('data', hear);
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, pass);
    child.on('close', (code, signal) => {
      for (const passed of ['SIGINT', 'SIGTERM']) process.off(passed, pass);
      settle(code ?? (signal === null ? 1 : 128));
    });
  });
}

function must(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) console.error(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function workspaceFolders() {
  return ['packages', 'connectors'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(root, group, name))
      .filter((folder) => statSync(folder).isDirectory()),
  );
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function hash(...parts) {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex');
}

function readStamp(name) {
  const file = join(stampFolder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function writeStamp(name, value) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(join(stampFolder, name), value);
}

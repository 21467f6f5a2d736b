// How the stories of this folder start Isthmus, tell it what to do with its own CLI, and show what it answers.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const bin = join(root, 'packages/daemon/bin/isthmus.mjs');

/** The value of `--name=...` on the command line. */
export function option(name) {
  return process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
}

/** An empty folder to work in: `--folder=`, else one of the story's name below `.isthmus`. */
export function storyFolder(story) {
  const folder = resolve(option('folder') ?? join(root, '.isthmus', story));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Installs and compiles what is not yet. */
export function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'packages/devtools/up.mjs'), 'build'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the build failed');
}

/**
 * Starts Isthmus as the quick start does, on `folder`, and waits until it is ready. Ctrl-C ends it.
 *
 * @returns { url, do, ask, tell, until, stop, ended }
 */
export async function startIsthmus({ folder, dataDirectory, port }) {
  const url = `http://127.0.0.1:${port}`;
  const serving = ['serve', '--folder', folder, '--port', String(port), '--data-dir', dataDirectory];
  const daemon = spawn(process.execPath, ['--no-warnings', bin, ...serving], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((settle) => daemon.on('exit', settle));
  const stop = () => daemon.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);

  const run = (args) =>
    spawnSync(process.execPath, ['--no-warnings', bin, ...args, '--url', url], { cwd: root, encoding: 'utf8' });
  const until = async (what, look, { withinMs = 60_000, everyMs = 200 } = {}) => {
    const end = Date.now() + withinMs;
    for (;;) {
      const found = await Promise.resolve()
        .then(look)
        .catch(() => undefined);
      if (found) return found;
      if (Date.now() > end || daemon.exitCode !== null) throw new Error(`it did not come to this: ${what}`);
      await new Promise((settle) => setTimeout(settle, everyMs));
    }
  };
  const isthmus = {
    url,
    ended,
    stop,
    until,
    /** What a command prints; empty while it has nothing to tell. */
    ask: (...args) => run(args).stdout,
    /** Runs a command that has to succeed, and shows it. */
    do(...args) {
      const { status, stdout, stderr } = run(args);
      if (status !== 0) throw new Error(stderr);
      console.log(`$ npx isthmus ${args.map(quoted).join(' ')}`);
      return stdout;
    },
    /** Shows a command and what it prints. */
    tell(...args) {
      console.log(`\n$ npx isthmus ${args.map(quoted).join(' ')}\n${run(args).stdout}`);
    },
  };
  try {
    await until('Isthmus is ready', async () => (await fetch(`${url}/readyz`)).ok);
  } catch (error) {
    stop();
    throw error;
  }
  return isthmus;
}

function quoted(argument) {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}

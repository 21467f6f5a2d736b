// Real Isthmus processes, as a user would start them, for proofs and benches.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './report.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
const folders = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const bin = join(root, 'packages/daemon/bin/isthmus.mjs');

/** A temporary folder that is removed when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `isthmus-${name}-`));
  folders.push(folder);
  return folder;
}

/**
 * Starts `isthmus serve` and waits until it is ready.
 * @param args - of `serve`; `spawned` is told the child process at once, before it is ready; `nodeArguments` go to Node
 * @returns { url, pid, output(), exited, stop(), kill() }; rejects with the output when it ends before that
 */
export async function serve(args, { env = {}, readyWithinMs = 60_000, cwd = root, spawned, nodeArguments = [] } = {}) {
  const started = performance.now();
  const child = spawn(process.execPath, ['--no-warnings', ...nodeArguments, bin, 'serve', ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise((settle) => child.on('exit', (code, signal) => settle({ code, signal })));
  let ended;
  void exited.then((how) => (ended = how));
  children.add(child);
  void exited.then(() => children.delete(child));
  spawned?.(child);
  const url = await until(() => ended ?? /https?:\/\/[0-9a-zA-Z.[\]:]+:\d+/.exec(output)?.[0], readyWithinMs);
  if (typeof url !== 'string')
    throw Object.assign(new Error(`did not start: ${JSON.stringify(ended)}\n${output}`), { output, ended });
  const ready = await until(
    async () => ended ?? (await fetch(`${url}/readyz`).catch(() => undefined))?.ok ?? false,
    readyWithinMs,
  );
  if (ready !== true)
    throw Object.assign(new Error(`not ready: ${JSON.stringify(ended)}\n${output}`), { output, ended });
  return {
    url,
    pid: child.pid,
    readyAfterMs: performance.now() - started,
    output: () => output,
    exited,
    isRunning: () => ended === undefined,
    signal: (signal) => child.kill(signal),
    /** @returns how long the stop took, ms */
    async stop() {
      const at = performance.now();
      child.kill('SIGTERM');
      const how = await exited;
      return { ...how, tookMs: performance.now() - at };
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs the CLI. @returns { code, stdout, stderr, json() } */
export function isthmus(url, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', bin, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...(url === undefined ? {} : { ISTHMUS_URL: url }) },
    maxBuffer: 64 * 1024 * 1024,
    cwd: root,
  });
  return { code: status, stdout, stderr, json: () => JSON.parse(stdout) };
}

// The conformance server as a process of its own, on any free port.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../process.mjs';
import { until } from '../report.mjs';

const startsWithinMs = 30_000;

/** @param {'4.3' | '6.1'} release @returns {Promise<{ url: string, pid: number, stop(): Promise<void> }>} */
export async function startPlatform(release) {
  const script = join(root, 'packages/devtools/conformance-server.mjs');
  const child = spawn(process.execPath, ['--no-warnings', script, '--port', '0', '--release', release], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const exited = new Promise((settle) => child.on('exit', settle));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const urlOf = () => /^ready: .* at (https?:\/\/\S+)$/m.exec(output)?.[1];
  const url = await until(() => urlOf() ?? child.exitCode !== null, startsWithinMs);
  if (typeof url !== 'string') throw new Error(`the conformance server did not start:\n${output}`);
  return {
    url,
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.off('exit', kill);
    },
  };
}

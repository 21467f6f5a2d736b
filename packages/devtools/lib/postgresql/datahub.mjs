// DataHub's source for PostgreSQL, writing a file, beside ours: where Python is there, in a virtual environment that is kept
// for the next time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process.mjs';

const environment = process.env.ISTHMUS_DATAHUB ?? join(root, 'node_modules/.isthmus/datahub');

/** @returns the path of its program, or undefined with the reason told */
export function datahubProgram() {
  const program = join(environment, 'bin/datahub');
  if (existsSync(program)) return program;
  mkdirSync(environment, { recursive: true });
  for (const [command, ...args] of [
    ['python3', '-m', 'venv', environment],
    [join(environment, 'bin/pip'), 'install', '--quiet', 'acryl-datahub[postgres]'],
  ]) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
    if (status === 0) continue;
    const why = error?.message ?? stderr.trim().split('\n').at(-1);
    console.log(`SKIP DataHub beside ours: ${command} ${args.slice(0, 2).join(' ')} failed: ${why}`);
    return undefined;
  }
  return program;
}

/** Reads the database into a file. @returns seconds, and how many data sets the file names */
export function datahubRun(program, folder, { port, user, database }) {
  const output = join(folder, 'datahub.json');
  const recipe = join(folder, 'recipe.yaml');
  writeFileSync(
    recipe,
    JSON.stringify({
      source: {
        type: 'postgres',
        config: {
          host_port: `127.0.0.1:${port}`,
          username: user,
          password: 'x',
          database,
          profiling: { enabled: false },
        },
      },
      sink: { type: 'file', config: { filename: output } },
    }),
  );
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(program, ['ingest', 'run', '-c', recipe], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, DATAHUB_TELEMETRY_ENABLED: 'false', PYTHONWARNINGS: 'ignore' },
  });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`DataHub ended with ${status}: ${(stderr || stdout).slice(-2000)}`);
  const text = readFileSync(output, 'utf8');
  const tables = new Set(text.match(/urn:li:dataset:\([^"]*?\)/g) ?? []).size;
  return { seconds, tables };
}

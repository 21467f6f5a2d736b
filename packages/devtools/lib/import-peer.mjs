// The least that a Node process needs which does what the daemon does before it is ready: it imports the third-party
// modules that the daemon process loads, and reads the accepted lists from the daemon's journal.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './process.mjs';
import { startDaemon } from './two-processes.mjs';

const probe = fileURLToPath(new URL('./module-probe.mjs', import.meta.url));
const probed = (file) => ({ ISTHMUS_MODULES: file, NODE_OPTIONS: `--import=${probe}` });

/**
 * Starts the daemon once to record what it loads until it is ready, and writes the peer after that.
 *
 * @param options of `startDaemon`
 * @returns {Promise<{ direct: number, total: number, run(journal: string): { tookMs: number, cpuMs: number } }>}
 *   `run` gives the milliseconds from its start to its end, and the CPU time that it took
 */
export async function startPeer(options) {
  const folder = temporaryFolder('density-peer');
  const record = join(folder, 'daemon.jsonl');
  const daemon = await startDaemon({ ...options, env: probed(record) });
  const readyAt = Date.now();
  await daemon.stop();
  const loaded = read(record).filter(({ at }) => at <= readyAt);
  // what our own code names comes first; what those load comes with them
  const direct = unique(loaded.filter(({ parent }) => !parent?.includes('/node_modules/')));
  const file = join(folder, 'peer.mjs');
  write(file, direct, []);
  const wanted = new Set(unique(loaded));
  const byItself = new Set(imported(file, folder));
  // what third-party code loads late, once it is called
  const late = [...wanted].filter((url) => !byItself.has(url));
  write(file, direct, late);
  const total = imported(file, folder);
  const excess = total.filter((url) => !wanted.has(url));
  const lacking = [...wanted].filter((url) => !total.includes(url));
  for (const [what, urls] of [
    ['more', excess],
    ['fewer', lacking],
  ])
    if (urls.length > 0) console.log(`     the peer loads ${urls.length} modules ${what} than the daemon: ${urls[0]}`);
  return { direct: direct.length, total: total.length, run: (journal) => once(file, journal) };
}

function write(file, direct, missing) {
  const sqlite = direct.find((url) => url.includes('/sqlite/'));
  if (sqlite === undefined) throw new Error('the daemon loads no SQLite: the peer cannot read its journal');
  writeFileSync(
    file,
    `${[...direct, ...missing].map((url) => `import ${JSON.stringify(url)};`).join('\n')}
import { DatabaseSync } from ${JSON.stringify(sqlite)};
const [journal] = process.argv.slice(2);
if (journal !== undefined) {
  const database = new DatabaseSync(journal, { readOnly: true });
  const lists = database.prepare('SELECT list FROM accepted').all().map(({ list }) => JSON.parse(list));
  const { user, system } = process.cpuUsage();
  const connectors = lists.reduce((sum, { snapshot }) => sum + snapshot.registrations.length, 0);
  console.log(JSON.stringify({ connectors, cpuMs: (user + system) / 1000 }));
}
process.exit(0);
`,
  );
}

function once(file, journal) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', file, journal], {
    encoding: 'utf8',
  });
  const tookMs = performance.now() - started;
  const told = status === 0 ? JSON.parse(stdout) : { connectors: 0 };
  if (told.connectors === 0) throw new Error(`the peer failed: ${stdout}${stderr}`);
  return { tookMs, cpuMs: told.cpuMs };
}

function imported(file, folder) {
  const record = join(folder, 'peer.jsonl');
  rmSync(record, { force: true });
  const { status, stderr } = spawnSync(process.execPath, ['--no-warnings', file], {
    env: { ...process.env, ...probed(record) },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the peer cannot import: ${stderr}`);
  return unique(existsSync(record) ? read(record) : []);
}

const read = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
const unique = (lines) => [...new Set(lines.map(({ url }) => url))];

// Backup and restore as docs/operate describes them: after a clean stop each database is complete in its one file, and
// with it pauses and the history of runs; after kill -9 the log beside a database belongs to it.
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isthmus, serve, temporaryFolder } from '../lib/process.mjs';
import { proof, until } from '../lib/report.mjs';

const { check, end } = proof('restore');
const fileCount = 300;
const folder = temporaryFolder('restore');
const source = join(folder, 'source');
mkdirSync(source);
for (let index = 0; index < fileCount; index += 1)
  writeFileSync(join(source, `f${index}.csv`), `id,name\n${index},a\n`);
const data = join(folder, 'data');
const start = (dataDirectory) => serve(['--folder', source, '--port', '0', '--data-dir', dataDirectory]);
const connector = () => isthmus(daemon.url, 'connector', 'list', '--json').json().items?.[0];
const runs = () => isthmus(daemon.url, 'run', 'list', name, '--json').json().items ?? [];
const databases = (of) => readdirSync(of, { recursive: true }).filter((entry) => entry.endsWith('.db'));

/** Every database without what lies beside it, and the other files. */
function copyAlone(from, to) {
  for (const entry of readdirSync(from, { recursive: true })) {
    if (/-(wal|shm)$/.test(entry) || !statSync(join(from, entry)).isFile()) continue;
    mkdirSync(dirname(join(to, entry)), { recursive: true });
    cpSync(join(from, entry), join(to, entry));
  }
}

let daemon = await start(data);
await until(() => connector()?.runCount >= 1, 60_000);
const name = connector().name;
isthmus(daemon.url, 'connector', 'pause', name);
const before = { runs: runs().length, state: connector().state };
check('the connector is paused and has runs', before.state === 'paused' && before.runs > 0, JSON.stringify(before));
await daemon.stop();

const left = databases(data)
  .map((entry) => [entry, statSync(join(data, `${entry}-wal`), { throwIfNoEntry: false })?.size ?? 0])
  .filter(([, bytes]) => bytes > 0);
check('a clean stop leaves no database with a log beside it', left.length === 0, JSON.stringify(left));

const backup = join(folder, 'backup');
copyAlone(data, backup);
await tellsWhatItDid('the databases alone, put back after a clean stop', backup);

daemon = await start(data);
isthmus(daemon.url, 'connector', 'resume', name);
await until(() => runs().length > before.runs, 60_000);
isthmus(daemon.url, 'connector', 'pause', name);
before.runs = runs().length;
await daemon.kill();
const killed = join(folder, 'killed');
cpSync(data, killed, { recursive: true });
await tellsWhatItDid('a copy of the data directory after kill -9, logs and all', killed);

rmSync(folder, { recursive: true, force: true });
end();

async function tellsWhatItDid(what, dataDirectory) {
  daemon = await start(dataDirectory);
  await until(() => connector() !== undefined, 30_000);
  const after = { runs: runs().length, state: connector()?.state };
  check(
    `${what}: the pause and the runs are there`,
    JSON.stringify(after) === JSON.stringify(before),
    JSON.stringify(after),
  );
  await daemon.stop();
}

// Elements in the store equal an independent walk (by `find`) of a real system folder: after the first scan, after
// many changes, and after `kill -9` in the middle of a scan. Time from change on disk to element changed.
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { catalogued, folderDifferences, walk } from '../lib/folder-compare.mjs';
import { serve, temporaryFolder } from '../lib/process.mjs';
import { isSlice, percentile, proof, seeded, seedFromArguments, until } from '../lib/report.mjs';
import { property, storeRest } from '../lib/store-rest.mjs';

const { check, checkWithin, say, end } = proof('folder', { isTimed: true });
const random = seeded(seedFromArguments());
const kills = isSlice ? 2 : 10;
const landing = join(temporaryFolder('folder'), 'landing');
const data = temporaryFolder('data');

const source = ['/usr/share/doc', '/usr/include', '/usr/lib/node_modules', '/usr/lib'].find(
  (folder) => countFiles(folder) > 2000,
);
spawnSync('cp', ['-a', source, landing]);
say(`folder: a copy of ${source}, ${walk(landing).length} entries`);

let daemon = await serve(['--folder', landing, '--data-dir', data, '--port', '0']);
await compare('after the first scan', 120_000);

change();
await compare('after adding, changing, moving and removing files and folders', 30_000);

const latencies = [];
const changingSince = performance.now();
for (let round = 0; round < (isSlice ? 10 : 40); round += 1) latencies.push(await latencyOfOneChange(round));
await checkWithin(
  'time from change on disk to element changed is under 2 s at the median',
  { tookMs: percentile(latencies, 0.5), limitMs: 2000, since: changingSince },
  `median ${Math.round(percentile(latencies, 0.5))} ms, largest ${Math.round(Math.max(...latencies))} ms, ${latencies.length} changes`,
);

const stop = await daemon.stop();
await checkWithin(
  'SIGTERM stops it cleanly within 10 s',
  { holds: stop.code === 0, tookMs: stop.tookMs, limitMs: 10_000 },
  `exit ${stop.code} after ${Math.round(stop.tookMs)} ms`,
);

for (let round = 1; round <= kills; round += 1) {
  const fresh = temporaryFolder('killed');
  const killed = await serve(['--folder', landing, '--data-dir', fresh, '--port', '0']);
  await new Promise((settle) => setTimeout(settle, 50 + random() * 1500));
  const seen = await count(killed.url);
  await killed.kill();
  daemon = await serve(['--folder', landing, '--data-dir', fresh, '--port', '0']);
  await compare(`after kill -9 in the middle of a scan (${round} of ${kills}, ${seen} elements were there)`, 120_000);
  await daemon.stop();
}
end();

async function count(url) {
  const store = storeRest(url);
  const answer = await store
    .post('/metadata-elements/by-search-conditions/count', {
      class: 'FindRequestBody',
      metadataElementTypeName: 'DataStore',
    })
    .catch(() => ({}));
  return answer.count ?? answer.elementCount ?? 0;
}

/** Compares until equal, and tells the first differences when it never is. */
async function compare(when, withinMs) {
  let differences = [];
  const started = performance.now();
  const equal = await until(
    async () => {
      differences = folderDifferences(await catalogued(storeRest(daemon.url)), landing);
      return differences.length === 0;
    },
    withinMs,
    250,
  );
  check(
    `${when}: same files, folders, sizes, links; nothing twice`,
    equal === true,
    equal
      ? `${walk(landing).length} entries, equal after ${Math.round(performance.now() - started)} ms`
      : differences.slice(0, 5).join(' | '),
  );
}

function countFiles(folder) {
  const { stdout } = spawnSync('find', [folder, '-type', 'f'], { encoding: 'utf8', maxBuffer: 512 * 1024 * 1024 });
  return stdout === null ? 0 : stdout.split('\n').length - 1;
}

function change() {
  const entries = walk(landing);
  const pick = (kind, number) => {
    const rows = entries.filter((entry) => entry.kind === kind && entry.path !== landing);
    return Array.from({ length: number }, () => rows[Math.floor(random() * rows.length)].path);
  };
  const tolerant = (work) => {
    try {
      work();
    } catch (error) {
      if (!['ENOENT', 'ENOTDIR', 'EEXIST', 'EINVAL', 'ENOTEMPTY', 'EISDIR', 'ELOOP'].includes(error.code)) throw error;
    }
  };
  for (const folder of pick('d', 40))
    tolerant(() => writeFileSync(join(folder, `added ${Math.floor(random() * 1e6)}.csv`), 'id;name\n1;"a; b"\n'));
  for (const file of pick('f', 60)) tolerant(() => appendFileSync(file, 'more'));
  for (const file of pick('f', 60)) tolerant(() => rmSync(file));
  for (const file of pick('f', 30)) tolerant(() => renameSync(file, `${file}.moved`));
  for (const folder of pick('d', 15))
    tolerant(() => renameSync(folder, join(landing, `moved-${Math.floor(random() * 1e6)}`)));
  for (const folder of pick('d', 10)) tolerant(() => rmSync(folder, { recursive: true }));
  for (let number = 0; number < 10; number += 1) {
    const folder = join(landing, `new-${number}`, 'deep', 'er');
    mkdirSync(folder, { recursive: true });
    for (let file = 0; file < 5; file += 1) writeFileSync(join(folder, `file-${file}.json`), '{}');
  }
  for (const name of [
    'with space',
    `quote'"s`,
    'new\nline',
    'ünïcode-日本',
    'a'.repeat(255),
    '-dash',
    '.hidden',
    'per%cent',
  ])
    writeFileSync(join(landing, name), name);
  tolerant(() => symlinkSync('..', join(landing, 'new-0', 'loop')));
  tolerant(() => symlinkSync('/nowhere', join(landing, 'new-1', 'dangling')));
}

async function latencyOfOneChange(round) {
  const folders = readdirSync(landing, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const path = join(landing, folders[Math.floor(random() * folders.length)].name, `latency-${round % 5}.txt`);
  writeFileSync(path, 'x'.repeat(1 + Math.floor(random() * 1000) + round * 1000));
  const { size } = statSync(path);
  const started = performance.now();
  const store = storeRest(daemon.url);
  const found = await until(
    async () => {
      const { elements = [] } = await store.post('/metadata-elements/by-search-conditions', {
        metadataElementTypeName: 'DataFile',
        searchProperties: {
          matchCriteria: 'ALL',
          conditions: [
            {
              property: 'pathName',
              operator: 'EQ',
              value: {
                class: 'PrimitiveTypePropertyValue',
                typeName: 'string',
                primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
                primitiveValue: path,
              },
            },
          ],
        },
        pageSize: 2,
      });
      return elements.some((element) => property(element, 'additionalProperties')?.sizeInBytes === String(size));
    },
    20_000,
    25,
  );
  return found ? performance.now() - started : Number.POSITIVE_INFINITY;
}

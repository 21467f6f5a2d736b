// Real Egeria servers were recorded, request by request: our platform gives the same answers, but for what the table of
// differences names. Each file is replayed against a platform of its own.
// Usage: prove conformance [--release=4.3|6.1] [--file=<name>] [--slice]   (the slice is the whole of it)
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { fits } from '../lib/conformance/difference.mjs';
import { differences } from '../lib/conformance/differences.mjs';
import { differencesPage, differencesPath } from '../lib/conformance/differences-page.mjs';
import { startPlatform } from '../lib/conformance/platform.mjs';
import { readRecording, replay } from '../lib/conformance/replay.mjs';
import { root } from '../lib/process.mjs';
import { proof } from '../lib/report.mjs';

const recordings = {
  4.3: ['admin-groups', 'admin-server', 'platform', 'daemon', 'groups', 'store', 'types'],
  6.1: ['token', 'admin-groups', 'admin-server', 'platform', 'daemon', 'groups', 'store'],
};
/** Makes and starts the servers that the other files of that release expect. */
const before = { 4.3: ['setup'], 6.1: [] };
const goal = 0.03;
const argument = (name) => process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);

const { check, say, end } = proof('conformance');
// much of the time goes by waiting for what connectors do
const queue = new PQueue({ concurrency: 5 });
await Promise.all(Object.entries(recordings).map(([release, files]) => replayRelease(release, files)));

check(
  `${differencesPath} is what \`npm run docs\` writes`,
  readFileSync(join(root, differencesPath), 'utf8') === differencesPage(),
);
end();

async function replayRelease(release, files) {
  if ((argument('release') ?? release) !== release) return;
  const wanted = files.filter((file) => (argument('file') ?? file) === file);
  const all = (await queue.addAll(wanted.map((file) => () => replayFile(release, file)))).flat();
  const otherwise = all.filter(isDifferent).length;
  const share = `${otherwise} of ${all.length}, ${((100 * otherwise) / Math.max(1, all.length)).toFixed(1)} %`;
  say(`${release}: answered otherwise on purpose: ${share} (goal under ${100 * goal} %)`);
  const causes = new Set(differences.filter((row) => row.release === release).map(({ isthmus, why }) => isthmus + why));
  const ofAll = `${((100 * causes.size) / Math.max(1, all.length)).toFixed(1)} %`;
  if (wanted.length === files.length)
    say(
      `${release}: these have ${causes.size} causes (${ofAll}): the others follow, since later lines see what earlier ones stored`,
    );
}

async function replayFile(release, file) {
  const platform = await startPlatform(release);
  try {
    const read = (name) => readRecording(join(root, 'packages/devtools/golden', release, `${name}.jsonl`));
    for (const name of before[release]) await replay(platform.url, read(name));
    const compared = await replay(platform.url, read(file));
    const rows = differences.filter((row) => row.release === release && row.file === file);
    const unexpected = compared.filter((exchange) => unlisted(exchange, rows).length > 0);
    for (const exchange of unexpected) tell(exchange, unlisted(exchange, rows));
    const idle = rows.filter(({ ids }) => !ids.some((id) => compared.some((it) => it.id === id && isDifferent(it))));
    check(
      `${release} ${file}: every answer is the recorded one, or its difference is in the table`,
      compared.length > 0 && unexpected.length === 0,
      `${compared.length - unexpected.length} of ${compared.length}`,
    );
    if (idle.length > 0) check(`${release} ${file}: no row of the table is out of date`, false, idle.map(shown).join());
    return compared;
  } finally {
    await platform.stop();
  }
}

function isDifferent({ differences: found }) {
  return found.length > 0;
}

/** What no row of the table covers. */
function unlisted({ id, differences: found }, rows) {
  const own = rows.filter(({ ids }) => ids.includes(id));
  return found.filter(({ pointer }) => !own.some(({ pointers }) => covers(pointers, pointer)));
}

function covers(pointers, pointer) {
  return pointers === undefined || pointers.some((known) => fits(known, pointer) || pointer.startsWith(`${known}/`));
}

function shown({ ids }) {
  return ids.join(' ');
}

function tell({ id, request }, found) {
  say(`${id} ${request}`);
  for (const { pointer, text } of found.slice(0, 6)) say(`    ${pointer}: ${text}`);
  if (found.length > 6) say(`    and ${found.length - 6} more`);
}

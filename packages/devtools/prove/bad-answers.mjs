// Whatever the metadata server answers, no connector stops because of it, and when it is honest again the daemon follows
// the truth within two polls. Daemons as `serve` composes them, each before a proxy that answers badly, over real HTTP to
// a real server; half of them see a plain Egeria, without versions of lists and without change feed.
// Usage: prove bad-answers [scenarios, default 1000] [--lanes=12] [--only=<number of one scenario>] [--seed=N] [--slice]
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lane, timing } from '../lib/bad-answers/lane.mjs';
import { often } from '../lib/bad-answers/registered-truth.mjs';
import { convergence, refreshWithinMs, runScenario, slackMs, twoPollsMs } from '../lib/bad-answers/scenario.mjs';
import { notesOfInstances, writeSteadyProvider } from '../lib/bad-answers/steady-provider.mjs';
import { serve, temporaryFolder } from '../lib/process.mjs';
import { isSlice, percentile, proof, seeded, seedFromArguments, until } from '../lib/report.mjs';
import { property } from '../lib/store-rest.mjs';

const { check, say, end } = proof('bad-answers');
const argument = (name) => process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const seed = seedFromArguments();
const count = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? (isSlice ? 30 : 1000));
const laneCount = Number(argument('lanes') ?? (isSlice ? 6 : 12));
/** An honest answer takes some milliseconds; one that takes longer than this is the machine's doing. A reading is seven. */
const slowAnswerMs = 100;
const mostAttempts = 5;
const heardOfEnough = 3;
const only = argument('only');
const numbers = only === undefined ? Array.from({ length: count }, (_, number) => number) : [Number(only)];
const tokenVariable = 'ISTHMUS_PROOF_TOKEN';
process.env[tokenVariable] = 'admin-token';

const stray = [];
process.on('unhandledRejection', (reason) => stray.push(String(reason)));
// What is proved here does not depend on disks, and a hundred connectors that run every few seconds keep one busy.
if (existsSync('/dev/shm')) process.env.TMPDIR = '/dev/shm';
const folder = temporaryFolder('bad-answers');
const providers = join(folder, 'providers');
writeSteadyProvider(providers);
notesOfInstances();

const config = join(folder, 'stores.yaml');
writeFileSync(
  config,
  JSON.stringify({
    accounts: [{ name: 'admin', role: 'admin', token: `\${env:${tokenVariable}}` }],
    servers: Object.fromEntries(
      Array.from({ length: laneCount }, (_, i) => [`store-${i}`, { kind: 'metadata-store' }]),
    ),
  }),
);
const stores = await serve(['--config', config, '--data-dir', join(folder, 'stores'), '--port', '0']);
const lanes = await Promise.all(
  [...new Set(numbers.map((number) => number % laneCount))].map((index) =>
    Lane.open({
      name: String(index),
      folder,
      providers,
      storeUrl: stores.url,
      tokenVariable,
      isPlain: index % 2 === 1,
      isWildcard: index % 4 >= 2,
      random: seeded(seed + index),
    }),
  ),
);
const steadyLanes = await Promise.all(lanes.map((lane) => ready(lane, 40_000)));
check('every daemon runs its 13 connectors before any fault', steadyLanes.every(Boolean), `${lanes.length} daemons`);
const files = await Promise.all(lanes.map(filesOf));

const begun = performance.now();
const results = [];
const repeated = [];
await Promise.all(
  lanes.map(async (lane) => {
    for (const number of numbers) if (number % laneCount === Number(lane.name)) await judged(lane, number);
  }),
);
const tookSeconds = (performance.now() - begun) / 1000;

const ofKind = (kind) => results.filter((result) => result.kind === kind).length;
const told = results.reduce((sum, { badAnswers }) => sum + badAnswers, 0);
say(
  `${results.length} scenarios in ${tookSeconds.toFixed(0)} s: ${ofKind('running')} running, ${ofKind('restart')} restarts, ${ofKind('first start')} first starts, ${results.filter(({ change }) => change).length} real changes; ${told} bad answers; ${repeated.length} repeated because an honest answer took over ${slowAnswerMs} ms`,
);
const tellings = new Map();
for (const { proxy } of lanes)
  for (const [name, times] of proxy.counts) tellings.set(name, (tellings.get(name) ?? 0) + times);
say(
  `${tellings.size} kinds of bad answers told, rarest: ${[...tellings]
    .sort((a, b) => a[1] - b[1])
    .slice(0, 3)
    .map(([name, times]) => `${name} ${times}x`)
    .join(', ')}`,
);
check(
  'scenarios with bad answers',
  results.filter(({ badAnswers }) => badAnswers > 0).length >= numbers.length * 0.9,
  `${results.filter(({ badAnswers }) => badAnswers > 0).length} of ${numbers.length}`,
);
const stopped = results.flatMap((result) => result.stopped);
check('connectors stopped or begun anew because of a bad answer: 0', stopped.length === 0, `${stopped.length}`);
const times = results.map(({ convergedAfterMs }) => convergedAfterMs);
const tooLate = results.filter(({ isLate }) => isLate);
check(
  'converged within two polls after healing: all',
  tooLate.length === 0,
  `${results.length - tooLate.length} of ${results.length}; median ${Math.round(percentile(times, 0.5))} ms, p99 ${Math.round(percentile(times, 0.99))} ms, longest ${Math.round(Math.max(...times))} ms, at most ${Math.round(Math.max(...results.map(({ heldUpMs }) => heldUpMs)))} ms held up by others taken off; two polls of ${timing.pollSeconds} s with jitter are ${twoPollsMs} ms, ${slackMs} ms for looking`,
);
const refreshed = results.map(({ refreshedAfterMs }) => refreshedAfterMs);
const late = results.filter((result) => result.late.length > 0);
check(
  `every connector refreshes again within ${refreshWithinMs / 1000} s of the healing`,
  late.length === 0,
  `${results.length - late.length} of ${results.length}; median ${(percentile(refreshed, 0.5) / 1000).toFixed(1)} s, longest ${(Math.max(...refreshed) / 1000).toFixed(1)} s; they run every 2 s`,
);
const heardOf = await Promise.all(lanes.filter(({ parts }) => !parts.isPlain).map(changesHeardOf));
check(
  'where there is a change feed it is followed again: changes are effective before the next poll is due',
  heardOf.length > 0 && heardOf.every((changes) => changes === heardOfEnough),
  `${heardOf.length} daemons, such changes: ${heardOf.join(', ')}`,
);
const kept = await Promise.all(lanes.map(filesOf));
check(
  'nothing that was catalogued is gone or was made anew',
  kept.every((list, index) => JSON.stringify(list) === JSON.stringify(files[index])) &&
    files.every((list) => list.length === 6),
  `${kept.flat().length} files`,
);
check('no rejection was left unhandled', stray.length === 0, stray.slice(0, 3).join('; '));

await Promise.all(lanes.map((lane) => lane.stop()));
for (const { proxy } of lanes) proxy.close();
await stores.stop();
end();

/** Runs one scenario, and again when the honest server was too slow for times to say anything. */
async function judged(lane, number) {
  for (let attempt = 1; ; attempt++) {
    const result = await runScenario(lane, number, seed);
    const isSlow = isBad(result) && result.stopped.length === 0 && result.slowestAnswerMs > slowAnswerMs;
    if (isBad(result)) say(`scenario ${number}: ${JSON.stringify(result).slice(0, 2500)}`);
    // What went wrong once is told once: the next scenario begins from a daemon that is in order.
    if (result.why !== undefined || result.late.length > 0) {
      await lane.stop();
      await lane.start();
      await ready(lane, 40_000);
    }
    if (!isSlow || attempt === mostAttempts) return void results.push(result);
    repeated.push(number);
  }
}

function isBad({ stopped, isLate, late }) {
  return stopped.length > 0 || late.length > 0 || isLate;
}

async function ready(lane, withinMs) {
  const isReady = async () =>
    (await lane.deviation()) === undefined &&
    (await lane.connectors())
      .filter(({ schedule, provider }) => schedule.includes(often) || provider === 'files')
      .every(({ lastRun }) => lastRun?.outcome === 'succeeded');
  const isThere = (await until(isReady, withinMs)) === true;
  if (!isThere)
    say(
      `lane ${lane.name} is not in order: ${await lane.deviation()} ${JSON.stringify(await lane.view()).slice(0, 1000)}`,
    );
  return isThere;
}

/** @returns how many of twenty changes were effective before any group was due to be read; three are enough */
async function changesHeardOf(lane) {
  // a request for changes may hang since before the healing; when it failed, the next one follows after a while
  const attemptMs = (timing.requestTimeoutSeconds * 1000) / 3;
  await new Promise((settle) => setTimeout(settle, timing.changeWaitSeconds * 1000 + attemptMs));
  await until(() => lane.isReachable(), 10_000);
  const random = seeded(seed + Number(lane.name));
  let heardOf = 0;
  for (let change = 0; change < 20 && heardOf < heardOfEnough; change++) {
    const dueAt = await until(() => lane.nextReadAt(), 5000, 5);
    await lane.truth.change(random);
    const { deviation } = await convergence(lane, 5000);
    if (deviation === undefined && Date.now() < dueAt) heardOf += 1;
  }
  return heardOf;
}

/** What the lane's connectors of kind files have catalogued. */
async function filesOf({ store }) {
  return (await store.all('DataFile'))
    .map((element) => [property(element, 'qualifiedName'), element.elementGUID])
    .sort();
}

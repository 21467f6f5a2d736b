// Histories of groups at a metadata server, made by a seeded generator, run against the real watchers, guard, planner,
// fleet, dispatcher and host under a clock turned by hand, and compared with a small reference model: whenever all is at
// rest, and in each thing that connectors tell. Usage: node groups.mjs [histories, default 100000] [--slice] [--seed=N]
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { isSlice, proof, seedFromArguments } from '../lib/report.mjs';

const { check, say, end } = proof('groups');
const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const total = Number(number ?? (isSlice ? 2_000 : 100_000));
const seed = seedFromArguments();
/** Histories of one seed: as many as are run in a row by one worker. */
const perSeed = Math.min(500, total);

const seeds = Array.from({ length: Math.ceil(total / perSeed) }, (_, place) => seed + place);
const begun = performance.now();
const results = [];
await Promise.all(Array.from({ length: Math.min(2, availableParallelism(), seeds.length) }, work));

const histories = results.reduce((sum, { runs }) => sum + runs, 0);
const divergences = results.filter(({ failure }) => failure !== undefined);
for (const { seed: failed, failure } of divergences.slice(0, 5)) {
  say(`seed ${failed} (--seed=${failed} ${perSeed}), path ${failure.path}, shrunk ${failure.shrinks} times:`);
  say(failure.history);
  say(failure.message);
}
check(
  `${histories} histories agree with the model`,
  divergences.length === 0 && histories >= total,
  `${divergences.length} divergences, ${((performance.now() - begun) / Math.max(1, histories)).toFixed(2)} ms each`,
);
const sums = results.flatMap(({ seen }) => (seen === undefined ? [] : [seen]));
const sum = (name) => sums.reduce((all, seen) => all + seen[name], 0);
say(
  `${sum('steps')} steps, ${sum('instances')} instances, ${sum('refreshes')} refreshes, ${sum('waits')} waits for confirmation`,
);
check(
  'the histories start, refresh and hold connectors back',
  sum('refreshes') > histories && sum('instances') > histories && sum('waits') > 0,
);
end();

function secondsSince(instant) {
  return Math.round((performance.now() - instant) / 1000);
}

/** One worker takes seed after seed. */
async function work() {
  const worker = new Worker(fileURLToPath(new URL('../lib/groups/worker.mjs', import.meta.url)));
  const ask = async (message) => {
    worker.postMessage(message);
    const [answer] = await once(worker, 'message');
    return answer;
  };
  for (let next = seeds.shift(); next !== undefined && results.every(({ failure }) => !failure); next = seeds.shift()) {
    results.push(await ask({ seed: next, numRuns: perSeed }));
    if (results.length % 40 === 0) say(`${results.length * perSeed} histories after ${secondsSince(begun)} s`);
  }
  await worker.terminate();
}

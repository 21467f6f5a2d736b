// Random edits on both sides of a connector that writes in both directions, with crashes between any two writes, answers
// that do not arrive and people who are faster than the connector: once quiet both sides are alike, nothing goes to and
// fro, and no edit is lost that the list of conflicts does not tell.
//
// Then the same, shorter, between a source and our own metadata server over HTTP, where connections break at writes.
//
//   npm run prove -- two-way [steps] [--seed=n] [--slice]
import 'reflect-metadata';
import { startTestingStore } from '../../daemon/dist/operations/testing-store.js';
import { runLiveTwoWay } from '../../runtime/dist/sync/testing/live-two-way.js';
import { Random } from '../../runtime/dist/sync/testing/random.js';
import { runTwoWay } from '../../runtime/dist/sync/testing/two-way-history.js';
import { isSlice, proof, seedFromArguments } from '../lib/report.mjs';

const { check, say, end } = proof('two-way');
const seeds = new Random(seedFromArguments());
const asked = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const steps = asked === undefined ? (isSlice ? 2_000 : 100_000) : Number(asked);
const stepsEach = 50;

const inMemory = [];
for (let done = 0; done < steps; done += stepsEach) {
  const seed = seeds.below(2 ** 31);
  inMemory.push({ seed, ...(await runTwoWay(seed, stepsEach)) });
  if (inMemory.length % 200 === 0) say(`${inMemory.length * stepsEach} steps`);
}
judge(inMemory, '');
judge(await overHttp(isSlice ? 3 : 20, isSlice ? 40 : 100), ', against our own server over HTTP');
end();

async function overHttp(histories, stepsOfEach) {
  const testing = await startTestingStore();
  const outcomes = [];
  try {
    for (let done = 0; done < histories; done += 1) {
      const seed = seeds.below(2 ** 31);
      outcomes.push({ seed, ...(await runLiveTwoWay(testing.store, seed, stepsOfEach)) });
    }
  } finally {
    await testing[Symbol.asyncDispose]();
  }
  return outcomes;
}

function judge(outcomes, where) {
  const sum = (member) => outcomes.reduce((total, outcome) => total + outcome[member], 0);
  say(
    `${sum('steps')} steps, ${sum('runs')} runs, ${sum('crashes')} of which died, ${sum('conflicts')} conflicts told`,
  );
  report(
    outcomes,
    `no edit of a person is lost that the list of conflicts does not tell${where}`,
    (one) => one.lostEdits,
  );
  report(outcomes, `both sides are alike once quiet${where}`, ({ differences }) => differences);
  report(outcomes, `nothing is written on either side once quiet${where}`, ({ pingPong }) =>
    pingPong > 0 ? [`${pingPong} writes`] : [],
  );
}

function report(outcomes, statement, faultsOf) {
  const faulty = outcomes.filter((outcome) => faultsOf(outcome).length > 0);
  const examples = faulty.slice(0, 3).map((outcome) => `seed ${outcome.seed}: ${faultsOf(outcome)[0]}`);
  check(statement, faulty.length === 0, faulty.length === 0 ? '0' : `${faulty.length}, e.g. ${examples.join(' | ')}`);
}

// Random edits on both sides of a connector that writes in both directions, with crashes between any two writes, answers
// that do not arrive and people who are faster than the connector: once quiet both sides are alike, nothing goes to and
// fro, and no edit is lost that the list of conflicts does not tell.
//
//   npm run prove -- two-way [steps] [--seed=n] [--slice]
import { Random } from '../../runtime/dist/sync/testing/random.js';
import { runTwoWay } from '../../runtime/dist/sync/testing/two-way-history.js';
import { isSlice, proof, seedFromArguments } from '../lib/report.mjs';

const { check, say, end } = proof('two-way');
const seeds = new Random(seedFromArguments());
const asked = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const steps = asked === undefined ? (isSlice ? 2_000 : 100_000) : Number(asked);
const stepsEach = 50;

const outcomes = [];
for (let done = 0; done < steps; done += stepsEach) {
  const seed = seeds.below(2 ** 31);
  outcomes.push({ seed, ...(await runTwoWay(seed, stepsEach)) });
  if (outcomes.length % 200 === 0) say(`${outcomes.length * stepsEach} steps`);
}
const sum = (member) => outcomes.reduce((total, outcome) => total + outcome[member], 0);
say(`${sum('steps')} steps, ${sum('runs')} runs, ${sum('crashes')} of which died, ${sum('conflicts')} conflicts told`);
report('no edit of a person is lost that the list of conflicts does not tell', ({ lostEdits }) => lostEdits);
report('both sides are alike once quiet', ({ differences }) => differences);
report('nothing is written on either side once quiet', ({ pingPong }) => (pingPong > 0 ? [`${pingPong} writes`] : []));
end();

function report(statement, faultsOf) {
  const faulty = outcomes.filter((outcome) => faultsOf(outcome).length > 0);
  const examples = faulty.slice(0, 3).map((outcome) => `seed ${outcome.seed}: ${faultsOf(outcome)[0]}`);
  check(statement, faulty.length === 0, faulty.length === 0 ? '0' : `${faulty.length}, e.g. ${examples.join(' | ')}`);
}

// Random histories of a source with runs that fail in every way: partial listings, errors and aborts in the middle, crashes
// between any two writes, answers that are lost, repeated or out of order, cursors, and people who write at the same time.
// Nothing is deleted that is there, nothing is missed after clean runs, nothing doubled, nothing lost that people set. The
// engine and its journal are real; most histories run on a store in memory that holds the contract, some on our server, and
// there also those of connectors that call operations: previewed, approved and taken back, while people edit the same.
//
//   npm run prove -- sync [histories] [--seed=n] [--slice]
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { runHistory } from '../../runtime/dist/sync/testing/histories.js';
import { Random } from '../../runtime/dist/sync/testing/random.js';
import { operationHistories } from '../lib/operations-on-real-store.mjs';
import { isSlice, proof, seedFromArguments } from '../lib/report.mjs';
import { realStoreHistories } from '../lib/sync-on-real-store.mjs';

const { check, say, end } = proof('sync');
const seed = seedFromArguments();
const asked = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const count = asked === undefined ? (isSlice ? 100 : 10_000) : Number(asked);
const onServer = isSlice ? 3 : 40;
const ofOperations = isSlice ? 5 : 300;
mkdirSync(tmpdir(), { recursive: true });

const kinds = {
  falseDeletes: 'nothing is deleted that the source has',
  missedDeletes: 'nothing is left after clean runs that the source has no longer',
  duplicates: 'nothing is made twice or linked to two parents',
  lostEdits: 'nothing is lost that people set',
  differences: 'everything ends as the source and people have it, and is quiet then',
};
const kindsOfOperations = {
  lostEdits: 'nothing is lost that people set after a preview, before an undo, or while a plan is applied',
  differences: 'a plan is what it does, and an undo leaves what was before',
};
report(`${count} histories`, await histories());
report(`${onServer} histories on our server`, await realStoreHistories(new Random(seed), onServer));
const operations = await operationHistories(new Random(seed), ofOperations);
report(`${ofOperations} histories of operations`, operations, kindsOfOperations);
end();

async function histories() {
  const seeds = new Random(seed);
  const outcomes = [];
  const begun = performance.now();
  for (let number = 1; number <= count; number += 1) {
    const own = seeds.below(2 ** 31);
    outcomes.push({ seed: own, ...(await runHistory(own)) });
    if (number % 1000 === 0) say(`${number} histories, ${Math.round((performance.now() - begun) / 1000)} s`);
  }
  return outcomes;
}

function report(name, outcomes, statements = kinds) {
  const sum = (member) => outcomes.reduce((total, outcome) => total + outcome[member], 0);
  say(`${name}: ${sum('runs')} runs, ${sum('crashes')} of which died, ${sum('edits')} edits by people`);
  for (const [kind, statement] of Object.entries(statements)) {
    const faulty = outcomes.filter((outcome) => outcome[kind].length > 0);
    const examples = faulty.slice(0, 3).map((outcome) => `seed ${outcome.seed}: ${outcome[kind][0]}`);
    const what = faulty.length === 0 ? '0' : `${faulty.length}, e.g. ${examples.join(' | ')}`;
    check(`in ${name} ${statement}`, faulty.length === 0, what);
  }
}

// Random catalogues, edits of people and deaths of the process: a plan tells exactly what applying it changes, which is what
// a run without a plan does; taking a run back restores every field that nobody else changed and nothing that somebody did.
// The engine and its journal are real; the store is in memory and holds the contract.
//
//   npm run prove -- plans [histories] [--seed=n] [--slice]
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import {
  checkPlanHistory,
  checkReleasedHistory,
  checkUndoHistory,
  planHistory,
  undoHistory,
} from '../../runtime/dist/plan/testing/histories.js';
import { isSlice, proof, seedFromArguments } from '../lib/report.mjs';

const { check, say, end } = proof('plans');
const seed = seedFromArguments();
const asked = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const numRuns = asked === undefined ? (isSlice ? 50 : 10_000) : Number(asked);
mkdirSync(tmpdir(), { recursive: true });

await hold('the plan equals the effect of the apply that follows it', fc.asyncProperty(planHistory, checkPlanHistory));
await hold('undo restores every field that nobody else changed', fc.asyncProperty(undoHistory, checkUndoHistory));
await hold(
  'what is released is as if it had never been taken back',
  fc.asyncProperty(undoHistory, checkReleasedHistory),
);
end();

async function hold(statement, property) {
  const begun = performance.now();
  const { failed, counterexample, errorInstance, numRuns: done } = await fc.check(property, { numRuns, seed });
  say(`${done} histories in ${Math.round((performance.now() - begun) / 1000)} s`);
  const example = failed ? `${fc.stringify(counterexample)}: ${errorInstance?.message ?? ''}` : `${done} histories`;
  check(statement, !failed, example.slice(0, 2000));
}

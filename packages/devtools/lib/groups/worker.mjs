// Runs the histories of one seed after another; answers each with what came of it.
import { parentPort } from 'node:worker_threads';
import fc from 'fast-check';
import { runHistory, seen } from './history.mjs';
import { makeStage } from './scene.mjs';
import { histories } from './steps.mjs';

let stage = await makeStage();
process.on('unhandledRejection', (error) => {
  throw error;
});

parentPort.on('message', async ({ seed, numRuns }) => {
  const before = { ...seen };
  const result = await fc.check(
    fc.asyncProperty(histories, async (history) => {
      try {
        await runHistory(stage, history);
      } catch (error) {
        // What the history left behind must not meet the next one.
        stage = await makeStage();
        throw error;
      }
    }),
    { seed, numRuns },
  );
  parentPort.postMessage({
    seed,
    runs: result.numRuns,
    seen: Object.fromEntries(Object.entries(seen).map(([name, count]) => [name, count - before[name]])),
    ...(result.failed && {
      failure: {
        path: result.counterexamplePath,
        shrinks: result.numShrinks,
        history: JSON.stringify(result.counterexample?.[0]),
        message: String(result.errorInstance?.stack ?? result.errorInstance),
      },
    }),
  });
});

import { parentPort } from 'node:worker_threads';
import { type EntryRequest, workOn } from './entry-work.js';

parentPort?.on('message', async (request: EntryRequest) => {
  const answer = await workOn(request);
  parentPort?.postMessage(answer, [answer.stats.buffer]);
});

import { parentPort } from 'node:worker_threads';
import { type EntryRequest, workOn } from './entry-work.js';

parentPort?.on('message', (request: EntryRequest) => {
  const answer = workOn(request);
  parentPort?.postMessage(answer, [answer.stats.buffer, answer.bytes.buffer]);
});

import { parentPort } from 'node:worker_threads';
import { type EntryReply, type EntryRequest, workOn } from './entry-work.js';

parentPort?.on('message', async (request: EntryRequest) => {
  const answer = await workOn(request);
  parentPort?.postMessage(answer, answer.replies.flatMap(buffersOf));
});

/** What is handed over instead of being copied. */
function buffersOf(reply: EntryReply): ArrayBuffer[] {
  if (reply.kind === 'look') return [reply.stats.buffer];
  return reply.kind === 'list' ? [reply.names.buffer] : [];
}

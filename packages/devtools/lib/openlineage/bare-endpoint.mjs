// What any endpoint has to do at the least: reads a body, checks that it is JSON, and answers once it is on disk, one
// flush for all that wait. Usage: node bare-endpoint.mjs <file>; tells its port by a message.
import { open } from 'node:fs/promises';
import fastify from 'fastify';

const file = await open(process.argv[2], 'a');
const http = fastify({ bodyLimit: 1024 * 1024 });
let waiting = [];
let isWriting = false;

http.post('/api/v1/lineage', async (request) => {
  await new Promise((settle) => {
    waiting.push({ line: `${JSON.stringify(request.body)}\n`, settle });
    if (!isWriting) void write();
  });
  return {};
});
await http.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: http.server.address().port });

async function write() {
  isWriting = true;
  while (waiting.length > 0) {
    await new Promise((settle) => setImmediate(settle));
    const batch = waiting;
    waiting = [];
    await file.write(batch.map(({ line }) => line).join(''));
    await file.datasync();
    for (const { settle } of batch) settle();
  }
  isWriting = false;
}

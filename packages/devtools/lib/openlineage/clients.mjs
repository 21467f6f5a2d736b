// Clients that post one event after the other, each over a connection of its own.
import { Agent, request } from 'node:http';

/**
 * @param bodies ready-made; they take turns
 * @returns { times }: how long each answer took (ms); throws when one is no 200
 */
export async function postFor(port, bodies, clients, durationMs) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times = [];
  const end = performance.now() + durationMs;
  let next = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const body = bodies[next % bodies.length];
        next += 1;
        const before = performance.now();
        await post(agent, port, body);
        times.push(performance.now() - before);
      }
    }),
  );
  agent.destroy();
  return { times };
}

function post(agent, port, body) {
  return new Promise((settle, fail) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const options = { agent, port, host: '127.0.0.1', path: '/api/v1/lineage', method: 'POST', headers };
    const call = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () =>
        response.statusCode === 200 ? settle() : fail(new Error(`${response.statusCode} ${text}`)),
      );
    });
    call.on('error', fail);
    call.end(body);
  });
}

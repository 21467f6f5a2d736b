// The measuring process of open-loop.mjs: asks at a steady rate whatever the answers do, over kept-alive connections.
// A latency counts from the moment at which the request was due, so that a server which stands still is charged for all
// the requests that would have been sent meanwhile (no coordinated omission).
import { Agent, request } from 'node:http';

let isRunning = false;
const results = [];
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const underWay = new Set();

process.on('message', async (message) => {
  if (message.type === 'start') return run(message);
  isRunning = false;
  await Promise.all(underWay);
  agent.destroy();
  // thousands of answers are long in going
  process.send({ type: 'results', results }, () => process.disconnect());
});

function run({ url, routes, perSecond, headers }) {
  isRunning = true;
  const began = performance.now();
  let sent = 0;
  const tick = () => {
    if (!isRunning) return;
    for (;;) {
      const dueAt = began + (sent * 1000) / perSecond;
      const now = performance.now();
      if (dueAt > now) {
        setTimeout(tick, dueAt - now);
        return;
      }
      const route = routes[sent % routes.length];
      sent += 1;
      const asked = ask(new URL(route.path, url), headers, dueAt)
        .then((answer) => results.push({ route: route.name, at: Date.now(), ...answer }))
        .finally(() => underWay.delete(asked));
      underWay.add(asked);
    }
  };
  tick();
}

function ask(address, headers, dueAt) {
  return new Promise((settle) => {
    const end = (status, bytes) => settle({ status, bytes, ms: performance.now() - dueAt });
    const asked = request(address, { agent, headers, timeout: 30_000 }, (response) => {
      let bytes = 0;
      response.on('data', (chunk) => (bytes += chunk.length));
      response.on('end', () => end(response.statusCode, bytes));
      response.on('error', () => end(0, bytes));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => end(0, 0));
    asked.end();
  });
}

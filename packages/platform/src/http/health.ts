import type { FastifyInstance } from 'fastify';
import type { ServerStatus } from '../server-kind.js';

/**
 * `/healthz`: the event loop answers. `/readyz`: every named server is ready, else 503 and which are not. One that
 * somebody stopped is not waited for, nor one that failed as long as another is ready: the others go on serving. Both
 * need no account, so they tell names, states and codes only.
 */
export function addHealthRoutes(http: FastifyInstance, servers: () => readonly ServerStatus[]): void {
  http.get('/healthz', { config: { role: 'public' } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'ok' };
  });
  http.get('/readyz', { config: { role: 'public' } }, async (_request, reply) => {
    const states = servers();
    const ready = isReady(states) && !http.closing.aborted;
    reply.header('cache-control', 'no-store').code(ready ? 200 : 503);
    return {
      status: ready ? 'ready' : 'not ready',
      servers: states.map(({ name, kind, state, ready, code }) => ({ name, kind, state, ready, code })),
    };
  });
}

function isReady(servers: readonly ServerStatus[]): boolean {
  const wanted = servers.filter(({ isWanted }) => isWanted !== false);
  const waitedFor = wanted.filter(({ state }) => state !== 'failed');
  return waitedFor.every(({ ready }) => ready) && (wanted.length === 0 || waitedFor.length > 0);
}

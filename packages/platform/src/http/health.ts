import type { FastifyInstance } from 'fastify';
import type { ServerStatus } from '../server-kind.js';

/**
 * `/healthz`: the event loop answers. `/readyz`: every named server is ready, else 503 and which are not. Both need
 * no account, so they tell names and states only.
 */
export function addHealthRoutes(http: FastifyInstance, servers: () => readonly ServerStatus[]): void {
  http.get('/healthz', { config: { role: 'public' } }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'ok' };
  });
  http.get('/readyz', { config: { role: 'public' } }, async (_request, reply) => {
    const states = servers().map(({ name, kind, state, ready }) => ({ name, kind, state, ready }));
    const ready = states.every((state) => state.ready) && !http.closing.aborted;
    reply.header('cache-control', 'no-store').code(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'not ready', servers: states };
  });
}

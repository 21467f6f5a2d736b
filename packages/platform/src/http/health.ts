import type { FastifyInstance } from 'fastify';
import type { ServerStatus } from '../server-kind.js';

/**
 * `/healthz`: the event loop answers. `/readyz`: the servers that the process starts with have started, else 503 and which
 * have not. One that failed is not waited for as long as another has not: the others go on serving. What somebody starts,
 * starts again or stops while the process runs makes it neither ready nor unready. Both need no account, so they tell
 * names, states and codes only.
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
  const own = servers.filter(({ readiness }) => readiness !== 'ignored');
  const unfailed = own.filter(({ state }) => state !== 'failed');
  const isStarted = ({ ready, readiness }: ServerStatus) => ready || readiness === 'counted';
  return unfailed.every(isStarted) && (own.length === 0 || unfailed.length > 0);
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { IsthmusError } from '@isthmus/kernel';
import type { FastifyInstance } from 'fastify';

const chosen = new AsyncLocalStorage<string>();

/** The server that the call under way names with `?server=`; undefined: it names none. */
export function chosenServer(): string | undefined {
  return chosen.getStore();
}

/** Takes `server` off the query of every call below this scope: whose face answers is no matter of the single routes. */
export function letCallsChoose(http: FastifyInstance): void {
  http.addHook('onRequest', (request, _reply, done) => {
    const name = takeServer(request.query);
    if (name === undefined) done();
    else chosen.run(name, () => done());
  });
}

function takeServer(query: unknown): string | undefined {
  if (typeof query !== 'object' || query === null || !('server' in query)) return undefined;
  const { server } = query;
  if (typeof server !== 'string')
    throw new IsthmusError('REQUEST_INVALID', '"server" in the query is there more than once', {
      details: { in: 'query', field: 'server' },
    });
  delete query.server;
  return server;
}

import { Readable } from 'node:stream';
import type { FastifyContextConfig, FastifyInstance, HTTPMethods } from 'fastify';
import { sendSpringError } from './spring-error.js';

const methods: readonly HTTPMethods[] = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH'];

interface KnownPath {
  readonly release: FastifyContextConfig['release'];
  readonly methods: Set<string>;
}

/**
 * Adds routes of a face of Egeria's together with what its web framework answers to other verbs on their paths: OPTIONS
 * names those that there are, the rest is 405.
 *
 * @param add - adds the routes to the scope itself, not to one within
 */
export function withOtherVerbs(scope: FastifyInstance, add: () => void): void {
  const paths = new Map<string, KnownPath>();
  let isAdding = true;
  scope.addHook('onRoute', ({ routePath, method, config }) => {
    if (!isAdding) return;
    const known = paths.get(routePath) ?? { release: config?.release, methods: new Set() };
    paths.set(routePath, known);
    for (const verb of [method].flat()) known.methods.add(verb);
  });
  add();
  isAdding = false;
  for (const [path, { release, methods: known }] of paths) addOthers(scope, path, known, release);
}

function addOthers(
  scope: FastifyInstance,
  url: string,
  known: ReadonlySet<string>,
  release: FastifyContextConfig['release'],
): void {
  const allow = [...known, 'OPTIONS'].join(', ');
  const config = { role: 'viewer', otherVerb: true, ...(release === undefined ? {} : { release }) } as const;
  for (const method of methods)
    if (!known.has(method))
      scope.route({
        method,
        url,
        config,
        handler: (request, reply) => sendSpringError(request, reply.header('allow', allow), 405),
      });
  scope.options(url, { config }, (_request, reply) => reply.header('allow', allow).code(200).send(Readable.from([])));
}

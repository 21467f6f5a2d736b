import fastifySwagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

type Described = Parameters<NonNullable<FastifyDynamicSwaggerOptions['transformObject']>>[0];
type OpenApiObject = Extract<Described, { readonly openapiObject: unknown }>['openapiObject'];

const tags = [
  { name: 'status', description: 'The daemon at a glance' },
  { name: 'groups', description: 'Integration groups: what should run' },
  { name: 'connectors', description: 'Integration connectors: what runs, and the verbs of operators' },
  { name: 'runs', description: 'Refreshes and what they did' },
  { name: 'elements', description: 'What was catalogued' },
  { name: 'audit', description: 'Who changed what' },
];

/** Describes every route that is added after it, and serves the description. */
export async function describeApi(http: FastifyInstance, version: string): Promise<void> {
  await http.register(fastifySwagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'Isthmus',
        version,
        description:
          'Administration of one Isthmus integration daemon. Times are ISO-8601 in UTC. Errors are problem+json with `code` and `next`.',
      },
      tags,
      components: { securitySchemes: { account: { type: 'http', scheme: 'bearer' } } },
      security: [{ account: [] }],
    },
    transform: ({ schema, url, route }) => ({ schema: { ...schema, 'x-isthmus-role': route.config?.role }, url }),
    transformObject: (document) => {
      if ('openapiObject' in document) {
        markOptionalBodies(document.openapiObject);
        addChoiceOfServer(document.openapiObject);
      }
      return 'openapiObject' in document ? document.openapiObject : document.swaggerObject;
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `Schema${index}`,
    },
  });
  http.get(
    '/openapi.json',
    {
      config: { role: 'viewer' },
      schema: { hide: true, response: { 200: Type.Unsafe({ type: 'object', additionalProperties: true }) } },
    },
    async (_request, reply) => reply.type('application/json; charset=utf-8').send(http.swagger()),
  );
}

/** A parameter of every path: which daemon is meant where several run. */
function addChoiceOfServer(document: OpenApiObject): void {
  for (const path of Object.values(document.paths ?? {}))
    if (path !== undefined)
      path.parameters = [
        {
          name: 'server',
          in: 'query',
          description: 'Which integration daemon is meant where several run here. Left out: the first that runs.',
          schema: { type: 'string' },
        },
      ];
}

/** Bodies without a field that must be there may be left out; the generator of the description says otherwise. */
function markOptionalBodies(document: OpenApiObject): void {
  for (const path of Object.values(document.paths ?? {}))
    for (const operation of [path?.post, path?.patch]) {
      const body = operation?.requestBody;
      if (body === undefined || '$ref' in body) continue;
      const schema = body.content['application/json']?.schema;
      if (schema === undefined || '$ref' in schema) continue;
      body.required = schema.required !== undefined || schema.minProperties !== undefined;
    }
}

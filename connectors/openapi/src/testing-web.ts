import { createServer } from 'node:http';
import type { ContractSource } from '@isthmus/connector-testing';
import { faultyHttp } from '@isthmus/connector-testing';
import type { OpenapiConfiguration, openapiConfiguration } from './openapi-config.js';

/** Documents on a web server of this machine, with entity tags. */
export interface TestWeb extends AsyncDisposable {
  readonly origin: string;
  /** By path. */
  readonly pages: Map<string, string>;
  /** `<path> <status>` of every answer. */
  readonly answered: string[];
  /** `authorization` of every request that had one. */
  readonly credentials: string[];
  /** Paths that lead elsewhere. */
  readonly redirects: Map<string, string>;
  /** Paths that are answered with this status. */
  readonly refused: Map<string, number>;
}

export async function testWeb(): Promise<TestWeb> {
  const pages = new Map<string, string>();
  const answered: string[] = [];
  const credentials: string[] = [];
  const redirects = new Map<string, string>();
  const refused = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (request.headers.authorization !== undefined) credentials.push(request.headers.authorization);
    const body = pages.get(path);
    const etag = body === undefined ? '' : `"${tagOf(body)}"`;
    const status =
      refused.get(path) ??
      (redirects.has(path) ? 302 : body === undefined ? 404 : request.headers['if-none-match'] === etag ? 304 : 200);
    answered.push(`${path} ${status}`);
    response.writeHead(status, status === 302 ? { location: redirects.get(path) } : { etag });
    response.end(status === 200 ? body : undefined);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    pages,
    answered,
    credentials,
    redirects,
    refused,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function tagOf(body: string): string {
  let sum = 0;
  for (const sign of body) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 2_147_483_647;
  return `${body.length}-${sum}`;
}

export function configurationOf(
  locations: string[],
  changes: Partial<OpenapiConfiguration> = {},
): OpenapiConfiguration {
  return {
    locations,
    include: ['*.json', '*.yaml', '*.yml'],
    exclude: [],
    references: 'near',
    referenceOrigins: [],
    timeoutSeconds: 10,
    maxDocumentMegabytes: 32,
    pollSeconds: 0,
    ...changes,
  };
}

/** A small API, to be changed by tests. */
export interface SmallApi {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, unknown> };
}

export function smallApi(): SmallApi {
  const pet = { $ref: '#/components/schemas/Pet' };
  const answer = { description: 'well', content: { 'application/json': { schema: pet } } };
  return {
    openapi: '3.1.0',
    info: { title: 'Pets', version: '1' },
    paths: {
      '/pets': { get: { responses: { 200: answer } }, post: { responses: { 201: answer } } },
      '/pets/{id}': { delete: { responses: { 204: { description: 'gone' } } } },
    },
    components: {
      schemas: {
        Pet: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, mother: pet } },
      },
    },
  };
}

/** For the contract: one document on the web of which everything can be changed, and one that may be forbidden. */
export async function webSource(): Promise<ContractSource<typeof openapiConfiguration>> {
  const web = await testWeb();
  const way = await faultyHttp(web.origin);
  const api = smallApi();
  const edit = async (change: () => void): Promise<void> => {
    change();
    web.pages.set('/pets.json', JSON.stringify(api));
  };
  await edit(() => undefined);
  web.pages.set('/other.json', JSON.stringify({ ...smallApi(), info: { title: 'Others', version: '2' } }));
  return {
    configuration: configurationOf([`pets=${way.url}/pets.json`, `other=${way.url}/other.json`], {
      token: 'never-told-4711',
    }),
    break: async () => way.fail({ kind: 'status', status: 503 }),
    mend: async () => way.fail(undefined),
    breakHalfway: async () => way.fail({ kind: 'cut', afterBytes: 200 }),
    forbid: async () => way.fail({ kind: 'status', status: 403 }, ({ path }) => path === '/other.json'),
    delay: async (delayMs) => way.fail(delayMs === 0 ? undefined : { kind: 'delay', delayMs }),
    grow: (count) =>
      edit(() => {
        for (let number = 0; number < count; number += 1)
          api.paths[`/many/${number}`] = { get: { responses: { 200: { description: 'well' } } } };
      }),
    async addOddNames() {
      const odd = [
        'a:b',
        'a b',
        ' a b',
        'A:b',
        'a%3Ab',
        '"',
        "'",
        'ü',
        'u\u0308',
        '📚',
        '#1',
        '-',
        '~',
        '~1',
        'a.b',
        '..',
      ];
      await edit(() => {
        for (const name of odd) api.paths[`/${name}`] = { get: {} };
        for (const name of odd) api.components.schemas[name] = { type: 'string' };
      });
      return odd.length * 2;
    },
    change: () => edit(() => Object.assign(api.paths['/pets']?.get ?? {}, { description: 'quite another' })),
    remove: () => edit(() => void delete api.paths['/pets/{id}']),
    rename: () =>
      edit(() => {
        api.paths['/animals/{id}'] = api.paths['/pets/{id}'] ?? {};
        delete api.paths['/pets/{id}'];
      }),
    fingerprint: async () => JSON.stringify([...web.pages]),
    async close() {
      await way[Symbol.asyncDispose]();
      await web[Symbol.asyncDispose]();
    },
  };
}

import type { TestServer } from './test-server.js';

export type Answer = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Answer;
}

/** Calls of one server, as a client of Egeria and of our own face makes them. */
export class TestClient {
  readonly #server: TestServer;
  readonly #token: string | undefined;

  constructor(server: TestServer, token?: string) {
    this.#server = server;
    this.#token = token;
  }

  /** Below the open metadata store, or below another access service. */
  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('POST', servicePath(path), body, headers);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.send('GET', servicePath(path), undefined, headers);
  }

  async send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(this.#server.base + path, {
      method,
      headers: {
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const received = await response.text();
    return { status: response.status, headers: response.headers, body: received === '' ? {} : JSON.parse(received) };
  }

  /** @returns the GUID */
  async create(typeName: string, properties: Readonly<Record<string, string>>): Promise<string> {
    return guidOf(await this.post('metadata-elements', { typeName, properties: wrap(properties) }));
  }

  async relate(typeName: string, end1: string, end2: string, properties = {}): Promise<string> {
    const ends = { metadataElement1GUID: end1, metadataElement2GUID: end2 };
    return guidOf(await this.post('related-elements', { typeName, ...ends, properties: wrap(properties) }));
  }
}

export function wrap(properties: Readonly<Record<string, string>>) {
  const wrapped = Object.entries(properties).map(([name, primitiveValue]) => [
    name,
    {
      class: 'PrimitiveTypePropertyValue',
      typeName: 'string',
      primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
      primitiveValue,
    },
  ]);
  return { propertyValueMap: Object.fromEntries(wrapped) };
}

function servicePath(path: string): string {
  const [service, rest] = path.includes('!') ? path.split('!', 2) : ['open-metadata-store', path];
  return `/servers/mds1/open-metadata/access-services/${service}/users/erin/${rest}`;
}

function guidOf({ body }: Reply): string {
  if (typeof body.guid !== 'string') throw new Error(`no GUID: ${JSON.stringify(body)}`);
  return body.guid;
}

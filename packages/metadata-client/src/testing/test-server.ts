import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Parsed; undefined when there was none. */
  readonly body: unknown;
}

export type Behaviour = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** A real HTTP server on a free port that behaves, and misbehaves, as it is told. */
export class TestServer {
  readonly seen: SeenRequest[] = [];
  behaviour: Behaviour = (_request, response) => json(response, {});
  #server: Server | undefined;
  #port = 0;

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(toError(error)));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
    this.#port = portOf(server.address());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Cuts every connection; the same port can be started again. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', this.url);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    this.seen.push(seen);
    await this.behaviour(seen, response);
  }
}

/** A good answer in Egeria's envelope. */
export function json(response: ServerResponse, members: object, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ relatedHTTPCode: 200, ...members }));
}

/** A failure as Egeria tells it: HTTP 200. */
export function failure(response: ServerResponse, code: number, members: object): void {
  json(response, { relatedHTTPCode: code, ...members });
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('the server listens on no port');
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

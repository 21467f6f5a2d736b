import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { listening } from './faulty-tcp.js';

/** One exchange with a real source. Bodies are text; what is no UTF-8 is kept as base64. */
export interface RecordedExchange {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly requestBody?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64?: true;
}

export interface HttpRecorder extends AsyncDisposable {
  /** Where the connector is sent instead of to the source. */
  readonly url: string;
  readonly exchanges: readonly RecordedExchange[];
  /** Writes what was recorded so far as JSON. */
  save(file: string): Promise<void>;
}

export interface HttpReplay extends AsyncDisposable {
  readonly url: string;
  /** What was asked for and is in no recording: `GET /path`. */
  readonly unknown: readonly string[];
}

const keptHeaders = ['content-type', 'etag', 'last-modified', 'link', 'location', 'retry-after'];
const largestBodyBytes = 10_000_000;

/**
 * Stands between a connector and a real source and writes down what passes. Credentials are not written down: no header of
 * a request is, nor cookies.
 *
 * @param target - root URL of the source
 */
export async function recordHttp(target: string): Promise<HttpRecorder> {
  const exchanges: RecordedExchange[] = [];
  const server = createServer(async (incoming, outgoing) => {
    try {
      const requestBody = await bodyOf(incoming);
      const { connection: _, host: __, 'accept-encoding': ___, ...headers } = incoming.headers;
      const answer = await fetch(new URL(incoming.url ?? '/', target), {
        method: incoming.method ?? 'GET',
        headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
        redirect: 'manual',
        ...(requestBody.length > 0 ? { body: new Uint8Array(requestBody) } : {}),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      const kept = Object.fromEntries([...answer.headers].filter(([name]) => keptHeaders.includes(name)));
      exchanges.push({
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        ...(requestBody.length > 0 ? { requestBody: requestBody.toString('utf8') } : {}),
        status: answer.status,
        headers: kept,
        ...written(body),
      });
      outgoing.writeHead(answer.status, kept).end(body);
    } catch {
      outgoing.destroy();
    }
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    save: (file) => writeFile(file, `${JSON.stringify(exchanges, undefined, 2)}\n`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/**
 * Answers as was recorded: requests that are alike get the recorded answers one after the other, the last one again and
 * again. What was never recorded is answered with 599 and kept in `unknown`.
 *
 * @param recording - a file that `save` wrote, or its exchanges
 */
export async function replayHttp(recording: string | readonly RecordedExchange[]): Promise<HttpReplay> {
  const exchanges = typeof recording === 'string' ? parsed(await readFile(recording, 'utf8'), recording) : recording;
  const byRequest = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) {
    const name = nameOf(exchange.method, exchange.path, exchange.requestBody);
    byRequest.set(name, [...(byRequest.get(name) ?? []), exchange]);
  }
  const unknown: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const requestBody = await bodyOf(incoming);
    const { method = 'GET', url = '/' } = incoming;
    const name = nameOf(method, url, requestBody.length > 0 ? requestBody.toString('utf8') : undefined);
    const left = byRequest.get(name);
    const exchange = left !== undefined && left.length > 1 ? left.shift() : left?.[0];
    if (exchange === undefined) {
      unknown.push(`${method} ${url}`);
      outgoing.writeHead(599, { 'content-type': 'text/plain' }).end(`not recorded: ${method} ${url}`);
      return;
    }
    const body = Buffer.from(exchange.body, exchange.isBase64 === true ? 'base64' : 'utf8');
    outgoing.writeHead(exchange.status, exchange.headers).end(body);
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    unknown,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function nameOf(method: string, path: string, body: string | undefined): string {
  return JSON.stringify([method, path, body ?? '']);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > largestBodyBytes) throw new Error(`a body of more than ${largestBodyBytes} bytes is not recorded`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

function written(body: Buffer): Pick<RecordedExchange, 'body' | 'isBase64'> {
  const text = body.toString('utf8');
  return Buffer.from(text, 'utf8').equals(body) ? { body: text } : { body: body.toString('base64'), isBase64: true };
}

function parsed(text: string, file: string): readonly RecordedExchange[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every(isExchange)) throw new Error(`${file} is no recording of exchanges`);
  return value;
}

function isExchange(value: unknown): value is RecordedExchange {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['method', 'path', 'body'].every(
      (name) => typeof Object.getOwnPropertyDescriptor(value, name)?.value === 'string',
    ) &&
    'status' in value &&
    typeof value.status === 'number' &&
    'headers' in value &&
    typeof value.headers === 'object'
  );
}

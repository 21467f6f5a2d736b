import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as secureRequest } from 'node:https';
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { messageOf } from '@isthmus/kernel';
import { addressAt } from './faulty-http.js';
import { listening } from './faulty-tcp.js';
import { nearestTo, parsedExchanges, type RecordedExchange } from './recorded-exchange.js';
import { isSecretName, mask, RecordedSecrets } from './recorded-secrets.js';

export type { RecordedExchange } from './recorded-exchange.js';

export interface RecordingOptions {
  /** Texts that must stand nowhere in the recording, besides those that are found by themselves. */
  readonly secrets?: readonly string[];
}

export interface HttpRecorder extends AsyncDisposable {
  /** Where the connector is sent instead of to the source. */
  readonly url: string;
  readonly exchanges: readonly RecordedExchange[];
  /**
   * Writes what was recorded so far as JSON.
   *
   * @throws Error when something that passed is not in it, or must not be
   */
  save(file: string): Promise<void>;
}

export interface HttpReplay extends AsyncDisposable {
  readonly url: string;
  /** What was asked for and is in no recording: `GET /path: ` and in what the nearest one differs. */
  readonly unknown: readonly string[];
}

const largestBodyBytes = 10_000_000;
const largestRecordingBytes = 100_000_000;
const sourceMark = '{source}';
/** Of the connection, made anew on each, or different each time. */
const unkeptHeaders = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'date',
  'set-cookie',
  'trailer',
  'content-encoding',
];

/**
 * Stands between a connector and a real source and writes down what passes. Secrets are not written down: no header of a
 * request is, nor cookies; what headers carry as credentials, and what is called like a secret in addresses, JSON, XML
 * and forms, is masked wherever it stands. Headers that lead to the source lead to the recorder, and to the replay later.
 *
 * @param target - root URL of the source; a path of it stays before those that are asked for
 */
export async function recordHttp(target: string, { secrets = [] }: RecordingOptions = {}): Promise<HttpRecorder> {
  const exchanges: RecordedExchange[] = [];
  const unrecorded: string[] = [];
  const known = new RecordedSecrets(secrets);
  let bytes = 0;
  let url = '';
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url: path = '/' } = incoming;
    try {
      known.learnFrom(incoming.headers);
      const requestBody = await bodyOf(incoming);
      const answer = await asked(target, incoming, requestBody);
      const body = unpacked(await bodyOf(answer), answer.headers['content-encoding']);
      bytes += requestBody.length + body.length;
      if (bytes > largestRecordingBytes) throw new Error(`more than ${largestRecordingBytes} bytes have passed`);
      const cookies = answer.headers['set-cookie'];
      known.learnCookies(cookies ?? []);
      const headers = keptHeaders(answer, target);
      exchanges.push(written({ method, path, requestBody, status: answer.statusCode ?? 502, headers, body }, known));
      outgoing.writeHead(answer.statusCode ?? 502, {
        ...withSource(headers, url),
        ...(cookies === undefined ? {} : { 'set-cookie': cookies }),
      });
      outgoing.end(body);
    } catch (error) {
      // who asked and did not wait has got no answer that could be recorded
      if (!outgoing.destroyed) unrecorded.push(`${method} ${path.split('?', 1)[0]}: ${messageOf(error)}`);
      outgoing.destroy();
    }
  });
  url = `http://127.0.0.1:${await listening(server)}`;
  return {
    url,
    exchanges,
    async save(file) {
      if (unrecorded.length > 0)
        throw new Error(`what passed is not all recorded: ${unrecorded.slice(0, 5).join('; ')}`);
      // Once more: what an exchange carried openly may have been learnt as a secret from a later one.
      const masked = exchanges.map((exchange) => maskedExchange(exchange, known));
      await writeFile(file, `${JSON.stringify(masked, undefined, 2)}\n`);
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

/**
 * Answers as was recorded: requests that are alike get the recorded answers one after the other, the last one again and
 * again. What was never recorded is answered with 599, saying in what it differs, and kept in `unknown`.
 *
 * @param recording - a file that `save` wrote, or its exchanges
 */
export async function replayHttp(
  recording: string | readonly RecordedExchange[],
  { secrets = [] }: RecordingOptions = {},
): Promise<HttpReplay> {
  const exchanges =
    typeof recording === 'string' ? parsedExchanges(await readFile(recording, 'utf8'), recording) : recording;
  const byRequest = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) {
    const name = nameOf(exchange.method, exchange.path, exchange.requestBody ?? '');
    byRequest.set(name, [...(byRequest.get(name) ?? []), exchange]);
  }
  const unknown: string[] = [];
  const known = new RecordedSecrets(secrets);
  let replayUrl = '';
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    known.learnFrom(incoming.headers);
    const body = known.masked((await bodyOf(incoming)).toString('utf8'));
    const { method = 'GET' } = incoming;
    const path = known.masked(incoming.url ?? '/');
    const left = byRequest.get(nameOf(method, path, body));
    const exchange = left !== undefined && left.length > 1 ? left.shift() : left?.[0];
    if (exchange === undefined) {
      const told = `${method} ${path}: ${nearestTo({ method, path, body }, exchanges)}`;
      unknown.push(told);
      outgoing.writeHead(599, { 'content-type': 'text/plain' }).end(`not recorded: ${told}`);
      return;
    }
    outgoing.writeHead(exchange.status, withSource(exchange.headers, replayUrl));
    outgoing.end(Buffer.from(exchange.body, exchange.isBase64 === true ? 'base64' : 'utf8'));
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
  replayUrl = `http://127.0.0.1:${await listening(server)}`;
  return { url: replayUrl, unknown, [Symbol.asyncDispose]: () => closed(server) };
}

function asked(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { host: _, connection: __, 'transfer-encoding': ___, 'content-length': ____, ...others } = headers;
  // What is packed could be neither read nor masked.
  const own: IncomingHttpHeaders = { ...others, 'accept-encoding': 'identity', 'content-length': String(body.length) };
  const address = addressAt(target, url);
  const ask = address.protocol === 'https:' ? secureRequest : request;
  return new Promise((resolve, reject) => {
    ask(address, { method, headers: own, agent: false }, resolve).on('error', reject).end(body);
  });
}

function keptHeaders({ headers }: IncomingMessage, target: string): RecordedExchange['headers'] {
  const { origin } = new URL(target);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined || unkeptHeaders.includes(name)) return [];
      const marked = [value].flat().map((text) => text.replaceAll(target.replace(/\/+$/, ''), sourceMark));
      const texts = marked.map((text) => text.replaceAll(origin, sourceMark));
      return [[name, texts.length === 1 ? (texts[0] ?? '') : texts] as const];
    }),
  );
}

function withSource(headers: RecordedExchange['headers'], url: string): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const texts = [value].flat().map((text) => text.replaceAll(sourceMark, url));
      return [name, texts.length === 1 ? (texts[0] ?? '') : texts];
    }),
  );
}

interface Passed {
  readonly method: string;
  readonly path: string;
  readonly requestBody: Buffer;
  readonly status: number;
  readonly headers: RecordedExchange['headers'];
  readonly body: Buffer;
}

function written({ body, requestBody, ...facts }: Passed, known: RecordedSecrets): RecordedExchange {
  const text = body.toString('utf8');
  const exchange = {
    ...facts,
    ...(requestBody.length > 0 ? { requestBody: requestBody.toString('utf8') } : {}),
    ...(Buffer.from(text, 'utf8').equals(body)
      ? { body: text }
      : { body: body.toString('base64'), isBase64: true as const }),
  };
  return maskedExchange(exchange, known);
}

/** @throws Error when a secret stands where it cannot be masked */
function maskedExchange(exchange: RecordedExchange, known: RecordedSecrets): RecordedExchange {
  const { path, requestBody, headers, body, isBase64, ...rest } = exchange;
  if (isBase64 && known.isIn(Buffer.from(body, 'base64'))) throw new Error('its body is no text and holds a secret');
  const values = Object.entries(headers).map(([name, value]) => {
    if (isSecretName(name)) return [name, mask] as const;
    return [name, typeof value === 'string' ? known.masked(value) : value.map((one) => known.masked(one))] as const;
  });
  return {
    ...rest,
    path: known.masked(path),
    ...(requestBody === undefined ? {} : { requestBody: known.masked(requestBody) }),
    headers: Object.fromEntries(values),
    body: isBase64 ? body : known.masked(body),
    ...(isBase64 ? { isBase64 } : {}),
  };
}

function nameOf(method: string, path: string, body: string): string {
  return JSON.stringify([method, path, body]);
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > largestBodyBytes) throw new Error(`a body of more than ${largestBodyBytes} bytes is not recorded`);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

/** Some pack although they are asked not to. */
function unpacked(body: Buffer, encoding = 'identity'): Buffer {
  const limits = { maxOutputLength: largestBodyBytes };
  if (body.length === 0 || encoding === 'identity') return body;
  if (encoding === 'gzip' || encoding === 'deflate') return unzipSync(body, limits);
  if (encoding === 'br') return brotliDecompressSync(body, limits);
  throw new Error(`an answer that is packed with ${encoding} is not recorded`);
}

async function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((done) => server.close(() => done()));
}

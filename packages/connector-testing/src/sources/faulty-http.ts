import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listening } from './faulty-tcp.js';

/** What goes wrong with an answer. */
export type HttpFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The body ends in its middle, after so many bytes (of a shorter one the last is missing), with the connection. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** No answer at all; the connection stays open. */
  | { readonly kind: 'hang' }
  /** 200 with another body than asked for. */
  | { readonly kind: 'body'; readonly body: string };

export interface AskedRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
}

/** A way to a real HTTP source on which things can go wrong, request by request. */
export interface FaultyHttp extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly AskedRequest[];
  /** From now on the requests that `which` names fail so; undefined = all go well. Default: every request. */
  fail(fault: HttpFault | undefined, which?: (request: AskedRequest) => boolean): void;
}

/** @param target - root URL of the source, plain http */
export async function faultyHttp(target: string): Promise<FaultyHttp> {
  const asked: AskedRequest[] = [];
  let fault: HttpFault | undefined;
  let concerns: (request: AskedRequest) => boolean = () => true;
  const server = createServer((incoming, outgoing) => {
    const asking = { method: incoming.method ?? 'GET', path: incoming.url ?? '/' };
    asked.push(asking);
    answer(target, incoming, outgoing, fault !== undefined && concerns(asking) ? fault : undefined);
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    fail(next, which = () => true) {
      fault = next;
      concerns = which;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

function answer(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: HttpFault | undefined,
): void {
  switch (fault?.kind) {
    case 'hang':
      incoming.resume();
      return;
    case 'status':
      incoming.resume();
      outgoing
        .writeHead(fault.status, { 'content-type': 'text/plain', ...fault.headers })
        .end(`status ${fault.status}`);
      return;
    case 'body':
      incoming.resume();
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(fault.body);
      return;
    case 'delay':
      // nobody waits any more: then the source is not asked either
      setTimeout(() => {
        if (!outgoing.destroyed) forward(target, incoming, outgoing);
      }, fault.delayMs).unref();
      return;
    default:
      forward(target, incoming, outgoing, fault?.afterBytes);
  }
}

/** @param cutAfter - bytes of the body after which the connection ends; absent = never */
function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, cutAfter?: number): void {
  const { connection: _, host: __, ...headers } = incoming.headers;
  if (cutAfter !== undefined) for (const name of Object.keys(headers)) if (isCondition.test(name)) delete headers[name];
  const onward = request(
    addressAt(target, incoming.url),
    { method: incoming.method, headers, agent: false },
    (source) => {
      outgoing.writeHead(source.statusCode ?? 502, source.headers);
      // what breaks off at the source breaks off here too
      source.on('error', () => outgoing.destroy());
      if (cutAfter === undefined) source.pipe(outgoing);
      else cutOff(source, outgoing, cutAfter);
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

/** An answer that nothing has changed has no body that could be cut. */
const isCondition = /^if-(none-match|modified-since)$/;

/** The last piece is held back until another follows: a body that is cut is never whole. */
function cutOff(source: IncomingMessage, outgoing: ServerResponse, cutAfter: number): void {
  let left = cutAfter;
  let held: Buffer = Buffer.alloc(0);
  const give = (piece: Buffer): void => {
    const part = piece.subarray(0, left);
    left -= part.length;
    if (part.length > 0) outgoing.write(part);
  };
  const end = (): void => {
    source.destroy();
    outgoing.flushHeaders();
    // after what is on its way
    outgoing.socket?.write('', () => outgoing.destroy());
  };
  source.on('data', (chunk: Buffer) => {
    give(held);
    held = chunk;
    if (left < held.length) {
      give(held);
      end();
    }
  });
  source.on('end', () => {
    give(held.subarray(0, -1));
    end();
  });
}

/** What was asked for, at another place; a path is none of an address, whatever it begins with. */
export function addressAt(target: string, path = '/'): URL {
  return new URL(`${target.replace(/\/+$/, '')}${path.startsWith('/') ? '' : '/'}${path}`);
}

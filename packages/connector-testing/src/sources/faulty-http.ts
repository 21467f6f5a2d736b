import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listening } from './faulty-tcp.js';

/** What goes wrong with an answer. */
export type HttpFault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The body ends in its middle, after so many bytes, with the connection. */
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
      setTimeout(() => forward(target, incoming, outgoing), fault.delayMs).unref();
      return;
    default:
      forward(target, incoming, outgoing, fault?.afterBytes);
  }
}

/** @param cutAfter - bytes of the body after which the connection ends; absent = never */
function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, cutAfter?: number): void {
  const { connection: _, host: __, ...headers } = incoming.headers;
  const onward = request(
    new URL(incoming.url ?? '/', target),
    { method: incoming.method, headers, agent: false },
    (source) => {
      outgoing.writeHead(source.statusCode ?? 502, source.headers);
      if (cutAfter === undefined) return void source.pipe(outgoing);
      let given = 0;
      source.on('data', (chunk: Buffer) => {
        outgoing.write(chunk.subarray(0, Math.max(0, cutAfter - given)));
        given += chunk.length;
        if (given >= cutAfter) outgoing.destroy();
      });
      source.on('end', () => outgoing.destroy());
    },
  );
  onward.on('error', () => outgoing.destroy());
  outgoing.on('close', () => onward.destroy());
  incoming.pipe(onward);
}

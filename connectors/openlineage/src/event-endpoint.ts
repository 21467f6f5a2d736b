import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { checkAccess, isLoopbackName } from './access.js';
import type { LineageEvent } from './event.js';
import type { Intake } from './event-intake.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { EventFault, readEvent } from './read-event.js';
import { Refusal, refusalOf } from './refusal.js';
import { readBody } from './request-body.js';

const singlePath = '/api/v1/lineage';
const batchPath = '/api/v1/lineage/batch';
const mostInBatch = 1_000;
const mostFaultsTold = 20;
const mostConnections = 1_000;
const headersWithinMs = 10_000;
const requestWithinMs = 30_000;
const idleMs = 30_000;
const endWithinMs = 5_000;

type EndpointConfiguration = Pick<
  OpenLineageConfiguration,
  'host' | 'port' | 'token' | 'certificateFile' | 'keyFile' | 'maxBodyKilobytes'
>;

export interface EndpointParts {
  readonly configuration: EndpointConfiguration;
  readonly intake: Intake;
  readonly now: () => number;
  /** A request failed for a reason that its client is not told. */
  readonly failed: (error: unknown) => void;
}

/** Takes events of OpenLineage clients over HTTP. */
export class EventEndpoint {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Resolves when it listens. @throws when it may not, or cannot */
  static async open(parts: EndpointParts): Promise<EventEndpoint> {
    const { configuration } = parts;
    checkExposure(configuration);
    const server = await makeServer(configuration, (request, response) => void serve(parts, request, response));
    server.maxConnections = mostConnections;
    server.headersTimeout = headersWithinMs;
    server.requestTimeout = requestWithinMs;
    server.keepAliveTimeout = idleMs;
    const { host, port } = configuration;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    const address = server.address();
    return new EventEndpoint(server, typeof address === 'object' && address !== null ? address.port : port);
  }

  /** Takes no more requests; those under way are answered. */
  async close(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    const cut = setTimeout(() => this.server.closeAllConnections(), endWithinMs);
    await ended;
    clearTimeout(cut);
  }
}

/** Closed by default: what is open to others asks for a token. */
export function checkExposure({ host, token, certificateFile, keyFile }: EndpointConfiguration): void {
  if (token === undefined && !isLoopbackName(host))
    throw new Error(`\`host\` ${host} can be reached from elsewhere: give a \`token\`, or listen at 127.0.0.1`);
  if ((certificateFile === undefined) !== (keyFile === undefined))
    throw new Error('TLS needs `certificateFile` and `keyFile`: give both, or neither');
}

async function makeServer(
  { certificateFile, keyFile }: EndpointConfiguration,
  listener: RequestListener,
): Promise<Server> {
  if (certificateFile === undefined || keyFile === undefined) return createServer(listener);
  return createTlsServer({ cert: await readFile(certificateFile), key: await readFile(keyFile) }, listener);
}

async function serve(parts: EndpointParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const path = pathOf(request);
    checkAccess(request, { token: parts.configuration.token });
    if (request.method !== 'POST')
      throw new Refusal(405, 'REQUEST_INVALID', `\`${path}\` takes POST alone`, { headers: { allow: 'POST' } });
    parts.intake.checkRoom();
    const { value, bytes } = await readBody(request, parts.configuration.maxBodyKilobytes * 1024);
    if (path === singlePath) await parts.intake.accept([readEvent(value, parts.now())], bytes);
    else await takeBatch(parts, value, bytes);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.status === 503 && refusal.body.code === 'INTERNAL') parts.failed(error);
    answer(request, response, refusal);
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  const [path = ''] = url.split('?', 1);
  const plain = path.replace(/(.)\/$/, '$1');
  if (plain === singlePath || plain === batchPath) return plain;
  throw new Refusal(404, 'NOT_FOUND', `there is nothing at this path: events are posted to ${singlePath}`);
}

/** What is right of a batch is taken, whatever else is in it; the answer names what is not. */
async function takeBatch({ intake, now }: EndpointParts, value: unknown, bytes: number): Promise<void> {
  if (!Array.isArray(value)) throw new EventFault('body', 'must be a list of events');
  if (value.length > mostInBatch) throw new EventFault('body', `must have at most ${mostInBatch} events`);
  const events: LineageEvent[] = [];
  const faults: { readonly index: number; readonly field: string; readonly message: string }[] = [];
  for (const [index, one] of value.entries()) {
    try {
      events.push(readEvent(one, now()));
    } catch (error) {
      if (!(error instanceof EventFault)) throw error;
      faults.push({ index, field: `[${index}].${error.field}`, message: error.message });
    }
  }
  if (events.length > 0) await intake.accept(events, bytes);
  const [first] = faults;
  if (first === undefined) return;
  throw new Refusal(
    400,
    'REQUEST_INVALID',
    `${faults.length} of ${value.length} events were not taken, the first for \`${first.field}\`; the others were`,
    { more: { field: first.field, accepted: events.length, faults: faults.slice(0, mostFaultsTold) } },
  );
}

/** A request whose body was not read to its end keeps its connection from being used again. */
function answer(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const isRead = request.complete;
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
    ...(isRead ? {} : { connection: 'close' }),
  });
  response.end(JSON.stringify(body));
  if (!isRead) request.resume();
}

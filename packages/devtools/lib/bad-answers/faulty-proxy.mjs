// A proxy between a daemon and its metadata server that can be told to answer badly. Without a fault it hands on bytes.
import http from 'node:http';
import { transportFaults } from './transport-faults.mjs';

/**
 * What a request is about, as far as faults are told apart.
 * @typedef {'head' | 'page' | 'members' | 'connectors' | 'point' | 'registrations' | 'element' | 'feed' | 'identity' | 'capabilities' | 'directory' | 'other'} Kind
 * @typedef {{ name: string, saysNothing?: boolean, lie?: (body: object, context: LieContext) => unknown, transport?: string }} Fault
 * @typedef {{ kind: Kind, query: URLSearchParams, random: () => number, again: (changes: Record<string, number>) => Promise<object> }} LieContext
 */

/** Calls of our server beyond Egeria's. */
const ownCalls = /^\/servers\/[^/]+\/isthmus\//;
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
process.on('exit', () => agent.destroy());

/**
 * @param options.target base URL of the real server
 * @param options.isPlain hides what our server can do beyond Egeria: its own calls and the versions of groups
 * @returns {Promise<{ url: string, forgets: boolean, slowestMs: number, faultOf?: (kind: Kind) => Fault | undefined, random: () => number, counts: Map<string, number>, close(): void }>}
 */
export async function faultyProxy({ target, isPlain, random }) {
  const sockets = new Set();
  const proxy = { url: '', forgets: false, slowestMs: 0, faultOf: undefined, random, counts: new Map(), close };
  const server = http.createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  await new Promise((settle) => server.listen(0, '127.0.0.1', settle));
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  return proxy;

  async function handle(request, response) {
    const body = await bodyOf(request);
    const url = new URL(request.url, target);
    const kind = kindOf(request.method, url, body, isPlain);
    const fault = proxy.faultOf?.(kind);
    if (fault !== undefined) {
      const name = `${kind} ${fault.name}`;
      proxy.counts.set(name, (proxy.counts.get(name) ?? 0) + 1);
    }
    if (isPlain && ownCalls.test(url.pathname)) return answer(response, springNotFound(url));
    const headers = { ...request.headers, host: url.host };
    // a lie needs something to be told of, and what was known before is not asked about by a gateway that forgot it
    if (isPlain || proxy.forgets || fault?.lie !== undefined) delete headers['if-none-match'];
    const transport = fault?.transport === undefined ? undefined : transportFaults[fault.transport];
    if (transport?.instead === true) return await transport.apply({ request, response, random: proxy.random });
    const asked = performance.now();
    const real = await ask(url, request.method, headers, body, request);
    // a long poll lasts on purpose
    if (kind !== 'feed') proxy.slowestMs = Math.max(proxy.slowestMs, performance.now() - asked);
    if (isPlain) delete real.headers.etag;
    const told =
      fault?.lie === undefined || real.status !== 200 ? real : await lied(real, fault, { kind, url, headers });
    if (transport === undefined) return answer(response, told);
    await transport.apply({
      request,
      response,
      real: told,
      random: proxy.random,
      answer: () => answer(response, told),
    });
  }

  async function lied(real, fault, { kind, url, headers }) {
    const again = async (changes) => {
      const other = new URL(url);
      for (const [name, value] of Object.entries(changes)) other.searchParams.set(name, String(value));
      return JSON.parse((await ask(other, 'GET', headers, undefined)).body);
    };
    const body = await fault.lie(JSON.parse(real.body), {
      kind,
      query: url.searchParams,
      random: proxy.random,
      again,
    });
    // A part of another version is not even looked at; these lies are told under the right one half of the time. That
    // there is nothing at that version would be the truth to whoever asks for the first time.
    if ((kind === 'members' || kind === 'connectors') && fault.saysNothing !== true && proxy.random() < 0.5)
      return { ...real, body: Buffer.from(JSON.stringify(body)) };
    // Whoever rewrites an answer does not keep the version that the server gave it.
    const { etag: _, ...others } = real.headers;
    const tag = isPlain || proxy.random() < 0.5 ? {} : { etag: `"rewritten-${Math.floor(proxy.random() * 1e9)}"` };
    return { ...real, headers: { ...others, ...tag }, body: Buffer.from(JSON.stringify(body)) };
  }

  function close() {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** @returns {Kind} */
function kindOf(method, { pathname }, body, isPlain) {
  if (pathname.includes('/integration-groups/by-name/')) return 'head';
  if (/\/integration-groups\/[^/]+\/integration-connectors\/[^/]+$/.test(pathname)) return 'point';
  if (/\/integration-groups\/[^/]+\/integration-connectors$/.test(pathname)) return 'page';
  if (pathname.endsWith('/registrations')) return 'registrations';
  if (/\/isthmus\/groups\/[^/]+\/members$/.test(pathname)) return 'members';
  if (/\/isthmus\/groups\/[^/]+\/connectors$/.test(pathname)) return 'connectors';
  if (pathname.endsWith('/isthmus/changes')) return 'feed';
  if (pathname.endsWith('/isthmus/identity')) return 'identity';
  if (pathname.endsWith('/isthmus/capabilities')) return 'capabilities';
  if (method === 'GET' && /\/metadata-elements\/[^/]+$/.test(pathname)) return 'element';
  if (!pathname.endsWith('/by-search-conditions')) return 'other';
  if (body.includes('"metadataElementTypeName":"IntegrationGroup"')) return 'directory';
  return isPlain && body.includes('CREATION_DATE_OLDEST') && !body.includes('searchProperties') ? 'identity' : 'other';
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function ask(url, method, headers, body, client) {
  return new Promise((settle, fail) => {
    const request = http.request(url, { method, headers, agent }, async (response) => {
      try {
        settle({ status: response.statusCode, headers: plainHeaders(response.headers), body: await bodyOf(response) });
      } catch (error) {
        fail(error);
      }
    });
    request.on('error', fail);
    if (client !== undefined) {
      // a long poll whose client is gone is not held on
      const letGo = () => request.destroy();
      const { socket } = client;
      socket.once('close', letGo);
      // one connection carries many requests
      request.on('close', () => socket.off('close', letGo));
    }
    request.end(body?.length > 0 ? body : undefined);
  });
}

/** Those of one hop are this proxy's own business. */
function plainHeaders({ connection: _1, 'transfer-encoding': _2, 'content-length': _3, 'keep-alive': _4, ...others }) {
  return others;
}

function answer(response, { status, headers, body }) {
  response.writeHead(status, { ...headers, ...(status === 304 ? {} : { 'content-length': body.length }) });
  response.end(status === 304 ? undefined : body);
}

/** What Spring says of a path that it does not know. */
function springNotFound({ pathname }) {
  const body = JSON.stringify({ timestamp: new Date().toISOString(), status: 404, error: 'Not Found', path: pathname });
  return { status: 404, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

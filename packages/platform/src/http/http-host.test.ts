import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { silentLogger } from '@isthmus/kernel';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Account } from '../accounts.js';
import type { ServerStatus } from '../server-kind.js';
import { call, type TestCall } from '../testing/test-call.js';
import { createHttpHost, type HttpHost, type HttpHostOptions } from './http-host.js';
import { waitSignal } from './waiting.js';

const hosts: HttpHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]();
});

const accounts: readonly Account[] = [
  { name: 'vera', role: 'viewer', token: 'viewer-token' },
  { name: 'olga', role: 'operator', token: 'operator-token' },
  { name: 'ada', role: 'admin', token: 'admin-token' },
];

function hostWithRoutes(options: Partial<HttpHostOptions> = {}): HttpHost {
  const host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, ...options });
  hosts.push(host);
  const { http } = host;
  http.get('/view', { config: { role: 'viewer' } }, async (request) => ({ caller: request.caller.name }));
  http.post('/operate', { config: { role: 'operator' } }, async (request) => ({ body: request.body ?? null }));
  http.get('/undeclared', async () => ({}));
  http.get('/wait', { config: { role: 'viewer' } }, async (request, reply) => {
    const signal = waitSignal(request, reply);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    return { ended: true };
  });
  http.get('/fault', { config: { role: 'viewer' } }, async () => {
    throw new Error('password=hunter2');
  });
  return host;
}

/** A listening host, and how to call it. */
async function listening(options: Partial<HttpHostOptions> = {}) {
  const base = await hostWithRoutes(options).listen();
  return (path: string, request: TestCall = {}) => call(base.replace('0.0.0.0', '127.0.0.1') + path, request);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('accounts', () => {
  const matrix: readonly (readonly [string, 'GET' | 'POST', string, number])[] = [
    ['viewer-token', 'GET', '/view', 200],
    ['viewer-token', 'POST', '/operate', 403],
    ['viewer-token', 'GET', '/undeclared', 403],
    ['operator-token', 'GET', '/view', 200],
    ['operator-token', 'POST', '/operate', 200],
    ['operator-token', 'GET', '/undeclared', 403],
    ['admin-token', 'GET', '/view', 200],
    ['admin-token', 'POST', '/operate', 200],
    ['admin-token', 'GET', '/undeclared', 200],
    ['wrong', 'GET', '/view', 401],
  ];
  it.each(matrix)('%s %s %s is answered %i', async (token, method, path, status) => {
    const send = await listening({ accounts });
    expect((await send(path, { method, headers: bearer(token) })).status).toBe(status);
  });

  it('asks for a token on every path, unknown ones too, but not for health', async () => {
    const send = await listening({ accounts });
    for (const path of ['/view', '/undeclared', '/nowhere']) {
      const answer = await send(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
    expect((await send('/healthz')).status).toBe(200);
  });

  it('lets everybody in as quick-start where there are none', async () => {
    const send = await listening();
    expect((await send('/view')).json()).toEqual({ caller: 'quick-start' });
    expect((await send('/undeclared')).status).toBe(200);
  });

  it('change while it listens: the old token ends, the new one and a new role hold at once', async () => {
    const host = hostWithRoutes({ accounts });
    const url = await host.listen();
    const status = async (method: 'GET' | 'POST', path: string, token: string) =>
      (await call(url + path, { method, headers: bearer(token) })).status;
    host.setAccounts([{ name: 'vera', role: 'operator', token: 'rotated-token' }]);
    expect(await status('GET', '/view', 'viewer-token')).toBe(401);
    expect(await status('POST', '/operate', 'rotated-token')).toBe(200);
    expect(() => host.setAccounts([])).toThrow(expect.objectContaining({ code: 'LISTEN_NEEDS_ACCOUNTS' }));
    expect(await status('GET', '/view', 'rotated-token')).toBe(200);
    expect((await call(`${url}/view`)).status).toBe(401);
  });

  it('names the role that is needed', async () => {
    const send = await listening({ accounts });
    const answer = await send('/operate', { method: 'POST', headers: bearer('viewer-token') });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ code: 'FORBIDDEN', status: 403, details: { needed: 'operator' } });
  });
});

describe('Host and Origin', () => {
  const verdicts: readonly (readonly [string, Record<string, string>, number])[] = [
    ['the listen address', { host: '127.0.0.1:9080' }, 200],
    ['localhost', { host: 'LocalHost:9080' }, 200],
    ['a configured name', { host: 'catalogue.example.org' }, 200],
    ['a name bound to us by a stranger', { host: 'evil.example.com:9080' }, 403],
    ['an address that is not ours', { host: '10.0.0.1:9080' }, 403],
    ['no readable host', { host: 'localhost:9080/@evil' }, 403],
    ['our own page', { host: 'localhost:9080', origin: 'http://localhost:9080' }, 200],
    ['a page of another port', { host: 'localhost:9080', origin: 'http://localhost:3000' }, 403],
    ['a page of another site', { host: 'localhost:9080', origin: 'https://evil.example.com' }, 403],
    ['a page without origin', { host: 'localhost:9080', origin: 'null' }, 403],
    ['an allowed page', { host: 'localhost:9080', origin: 'https://console.example.org' }, 200],
    [
      'an image of another site',
      { host: 'localhost:9080', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      403,
    ],
  ];
  it.each(verdicts)('%s', async (_name, headers, status) => {
    const send = await listening({
      hostNames: ['catalogue.example.org'],
      allowedOrigins: ['https://console.example.org'],
    });
    const answer = await send('/view', { headers });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.json()).toMatchObject({ code: 'REQUEST_FORBIDDEN_ORIGIN' });
  });

  it('are checked without accounts, before the token with them, and on public paths', async () => {
    const send = await listening({ accounts });
    expect((await send('/view', { headers: { host: 'evil.example.com' } })).status).toBe(403);
    expect((await send('/healthz', { headers: { host: 'evil.example.com' } })).status).toBe(403);
  });

  it('behind a wildcard address take any address but no unknown name', async () => {
    const send = await listening({ host: '0.0.0.0', accounts });
    const status = async (host: string) =>
      (await send('/view', { headers: { host, ...bearer('viewer-token') } })).status;
    expect(await status('192.0.2.7:9080')).toBe(200);
    expect(await status('[2001:db8::1]:9080')).toBe(200);
    expect(await status('evil.example.com')).toBe(403);
  });
});

describe('paths', () => {
  it.each([
    ['%ff', 'has a part that is not percent-encoded UTF-8'],
    ['x'.repeat(9_000), 'has a part that is too long'],
  ])('that no route can be told of are refused in the words of the catalogue: %.4s', async (part, fault) => {
    const host = hostWithRoutes();
    host.http.get('/named/:name', { config: { role: 'viewer' } }, async () => ({}));
    const answer = await call(`${await host.listen()}/named/${part}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'REQUEST_INVALID',
      message: `the path of the request ${fault}`,
      next: expect.stringContaining('encodeURIComponent'),
    });
  });
});

describe('bodies', () => {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  const post = (payload: string, headers: Record<string, string>) => ({ method: 'POST', payload, headers });

  it('may be JSON or absent', async () => {
    const send = await listening();
    expect((await send('/operate', post('{"a":1}', json))).json()).toEqual({ body: { a: 1 } });
    expect((await send('/operate', post('', json))).json()).toEqual({ body: null });
    expect((await send('/operate', { method: 'POST' })).json()).toEqual({ body: null });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('of %s are refused: a form of another site can send them', async (contentType) => {
    const answer = await (await listening())('/operate', post('{"a":1}', { 'content-type': contentType }));
    expect(answer.status).toBe(415);
    expect(answer.json()).toMatchObject({ code: 'REQUEST_NOT_JSON', next: expect.any(String) });
  });

  it('that are not JSON, hold a prototype or are too large are named', async () => {
    const send = await listening({ bodyLimitBytes: 1000 });
    expect((await send('/operate', post('{"a"', json))).json()).toMatchObject({ code: 'REQUEST_INVALID', status: 400 });
    expect((await send('/operate', post('{"__proto__":{"a":1}}', json))).status).toBe(400);
    const large = await send('/operate', post(JSON.stringify('x'.repeat(2000)), json));
    expect(large.status).toBe(413);
    expect(large.json()).toMatchObject({ code: 'REQUEST_TOO_LARGE' });
  });

  it('for paths that are not there are not read, whatever they hold', async () => {
    const servers = () => [{ name: 'known', kind: 'k', state: 'running', ready: true } as const];
    const send = await listening({ bodyLimitBytes: 1_000, servers });
    const bodies = [
      post('{"a"', { 'content-type': 'application/json' }),
      post('hello', { 'content-type': 'text/plain' }),
      post('x'.repeat(2_000), { 'content-type': 'application/json' }),
    ];
    for (const body of bodies) {
      for (const path of ['/open-metadata/nothing', '/servers/known/open-metadata/nothing', '/servers/known/nothing']) {
        const answer = await send(path, body);
        expect([answer.status, answer.json()]).toEqual([
          404,
          { timestamp: expect.any(String), status: 404, error: 'Not Found', path },
        ]);
      }
      for (const path of ['/api/v1/nothing', '/nothing', '/servers/known/isthmus/nothing'])
        expect((await send(path, body)).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('may provoke a fault of ours, whose message stays inside', async () => {
    const answer = await (await listening())('/fault');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('hunter2');
    expect(answer.json()).toMatchObject({ code: 'INTERNAL' });
  });
});

describe('paths that are not there', () => {
  it('are told in the words of the face they belong to', async () => {
    const send = await listening({ servers: () => [{ name: 'known', kind: 'k', state: 'running', ready: true }] });
    const ours = await send('/api/v1/nothing');
    expect([ours.status, ours.json().code]).toEqual([404, 'NOT_FOUND']);
    const egeria = await send('/servers/known/open-metadata/access-services/nothing');
    expect(egeria.status).toBe(404);
    expect(egeria.json()).toMatchObject({
      status: 404,
      error: 'Not Found',
      timestamp: expect.stringMatching(/\+00:00$/),
    });
  });

  it('of a server that does not run here carry that in the envelope of Egeria', async () => {
    const send = await listening();
    const answer = await send('/servers/other/open-metadata/access-services/open-metadata-store/users/u/x');
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({
      relatedHTTPCode: 404,
      exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001',
      exceptionProperties: { serverName: 'other', parameterName: 'serverName' },
    });
  });
});

describe('health', () => {
  it('is not ready before every server is, and says which', async () => {
    const states: ServerStatus[] = [
      { name: 'a', kind: 'k', state: 'running', ready: true },
      { name: 'b', kind: 'k', state: 'starting', ready: false },
    ];
    const send = await listening({ servers: () => states });
    const early = await send('/readyz');
    expect(early.status).toBe(503);
    expect(early.json().servers).toContainEqual(expect.objectContaining({ name: 'b', ready: false }));
    states[1] = { name: 'b', kind: 'k', state: 'running', ready: true };
    expect((await send('/readyz')).status).toBe(200);
  });

  it('is ready, and says what the others do, while servers start that somebody started', async () => {
    const own: ServerStatus = { name: 'a', kind: 'k', state: 'running', ready: true, readiness: 'counted' };
    const states: ServerStatus[] = [
      own,
      { name: 'late', kind: 'k', state: 'starting', ready: false, readiness: 'ignored' },
    ];
    const send = await listening({ servers: () => states });
    const meanwhile = await send('/readyz');
    expect(meanwhile.status).toBe(200);
    expect(meanwhile.json().servers).toContainEqual(expect.objectContaining({ name: 'late', state: 'starting' }));
    states[0] = { ...own, state: 'starting', ready: false };
    expect((await send('/readyz')).status).toBe(200);
    states[0] = { ...own, state: 'failed', ready: false };
    states[1] = { name: 'late', kind: 'k', state: 'running', ready: true, readiness: 'ignored' };
    expect((await send('/readyz')).status).toBe(503);
  });
});

describe('listening', () => {
  it('says that the port is in use', async () => {
    const first = hostWithRoutes();
    const port = Number(new URL(await first.listen()).port);
    await expect(hostWithRoutes({ port }).listen()).rejects.toMatchObject({ code: 'LISTEN_PORT_IN_USE' });
  });

  it('says that the address is not of this machine', async () => {
    await expect(hostWithRoutes({ host: '192.0.2.1' }).listen()).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });

  it('answers the upgrade to h2c that Java asks for as plain HTTP/1.1, body and next request included', async () => {
    const host = hostWithRoutes();
    const port = Number(new URL(await host.listen()).port);
    const upgrade =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
    const first = `POST /operate HTTP/1.1\r\nHost: localhost:${port}\r\n${upgrade}Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"n":1}`;
    const second = `GET /view HTTP/1.1\r\nHost: localhost:${port}\r\n${upgrade}\r\n`;
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(first));
      let received = '';
      socket.setEncoding('utf8').on('data', (chunk) => {
        const before = received;
        received += chunk;
        if (!before.includes('{"n":1}') && received.includes('{"n":1}')) socket.write(second);
        if (received.includes('quick-start')) socket.end();
      });
      socket.on('close', () => resolve(received)).on('error', reject);
    });
    expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(text).toContain('{"body":{"n":1}}');
    expect(text).toContain('{"caller":"quick-start"}');
  });

  it('ends long polls at once when it closes, also after calls that were refused', async () => {
    const host = hostWithRoutes({ accounts, closeGraceMs: 3_600_000 });
    const url = await host.listen();
    for (const path of ['/view', '/nothing']) await call(url + path);
    const answer = call(`${url}/wait`, { headers: bearer('viewer-token') });
    await waitForRequest(host);
    await host[Symbol.asyncDispose]();
    expect((await answer).json()).toEqual({ ended: true });
  });

  it('ends long polls at once when it closes, and idle connections with them', async () => {
    const host = hostWithRoutes({ closeGraceMs: 3_600_000 });
    const url = await host.listen();
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    const idleEnded = new Promise<void>((resolve) => idle.on('close', () => resolve()));
    idle.on('error', () => undefined);
    const answer = new Promise<string>((resolve, reject) => {
      httpRequest(`${url}/wait`, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      })
        .on('error', reject)
        .end();
    });
    await waitForRequest(host);
    await host[Symbol.asyncDispose]();
    expect(await answer).toBe('{"ended":true}');
    await idleEnded;
  });
});

/** Resolves once the server has a request in hand. */
function waitForRequest(host: HttpHost): Promise<void> {
  return new Promise((resolve) => host.http.server.once('request', () => setImmediate(resolve)));
}

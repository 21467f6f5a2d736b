import { silentLogger } from '@isthmus/kernel';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Account } from '../accounts.js';
import { createHttpHost, type HttpHost } from '../http/http-host.js';
import { call, type TestCall } from '../testing/test-call.js';
import { egeriaErrorHandler } from './egeria-answer.js';
import { addFace, takeAnyBody } from './face.js';
import type { AddFaceRoutes, FaceScope } from './face-table.js';

const hosts: HttpHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]();
});

const accounts: readonly Account[] = [
  { name: 'vera', role: 'viewer', token: 'viewer-token' },
  { name: 'olga', role: 'operator', token: 'operator-token' },
];
const root = '/open-metadata/things/users/:userId';
const below = '/open-metadata/things/users/vera';
const tokenOf = (token: string) => ({ authorization: `Bearer ${token}` });

function calls(scope: FaceScope): void {
  const viewer = { config: { role: 'viewer', release: '4.3' } } as const;
  scope.get('/one/:name', viewer, async (request) => ({ params: request.params, route: request.place?.url }));
  scope.post('/one/fixed', { config: { role: 'operator' } }, async () => ({ fixed: true }));
  scope.post('/body', viewer, async (request) => ({ length: Buffer.isBuffer(request.body) ? request.body.length : 0 }));
}

function hostOf(answersOtherVerbs: boolean, ...adders: readonly AddFaceRoutes[]): HttpHost {
  const host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, accounts, bodyLimitBytes: 1_000 });
  hosts.push(host);
  const prepare = (scope: typeof host.http) => {
    takeAnyBody(scope);
    scope.setErrorHandler(egeriaErrorHandler());
  };
  for (const add of adders) addFace(host.http, { root, answersOtherVerbs, bodyLimitBytes: 2_000, prepare }, add);
  return host;
}

/** @returns how to call it; as viewer unless told otherwise */
async function facing(answersOtherVerbs: boolean, ...adders: readonly AddFaceRoutes[]) {
  const base = await hostOf(answersOtherVerbs, ...adders).listen();
  return (method: string, path: string, { headers, ...more }: TestCall = {}) =>
    call(base + path, { method, headers: { ...tokenOf('viewer-token'), ...headers }, ...more });
}

const textBody = (length: number) => ({
  payload: 'x'.repeat(length),
  headers: { 'content-type': 'text/plain', 'content-length': String(length) },
});

describe('a face', () => {
  it('answers its routes with their parameters, decoded', async () => {
    const send = await facing(true, calls);
    expect((await send('GET', `${below}/one/a%2Fb?q=1`)).json()).toEqual({
      params: { userId: 'vera', name: 'a/b' },
      route: `${root}/one/:name`,
    });
  });

  it('holds the rights of each of its routes', async () => {
    const send = await facing(true, calls);
    const asOperator = { headers: tokenOf('operator-token') };
    expect((await send('POST', `${below}/one/fixed`)).json()).toMatchObject({ isthmusCode: 'FORBIDDEN' });
    expect((await send('POST', '/open-metadata/things/users/olga/one/fixed', asOperator)).json()).toEqual({
      fixed: true,
    });
    expect((await send('GET', `${below}/one/a`, { headers: tokenOf('nobody') })).status).toBe(401);
  });

  it('says which verbs a path has, and refuses the others', async () => {
    const send = await facing(true, calls);
    for (const method of ['DELETE', 'PUT', 'PATCH', 'POST']) {
      const answer = await send(method, `${below}/one/a`);
      expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'GET, HEAD, OPTIONS']);
    }
    const options = await send('OPTIONS', `${below}/body`);
    expect([options.status, options.headers.allow, options.text]).toEqual([200, 'POST, OPTIONS', '']);
    expect((await send('HEAD', `${below}/body`)).status).toBe(405);
    expect((await send('HEAD', `${below}/one/a`)).status).toBe(200);
  });

  it('hides a pattern that has the verb behind a path that has it not, as the routes of a framework do', async () => {
    const send = await facing(true, calls);
    expect((await send('GET', `${below}/one/fixed`)).status).toBe(405);
  });

  it('finds the pattern that has the verb where other verbs are not answered, and knows no others', async () => {
    const send = await facing(false, calls);
    expect((await send('GET', `${below}/one/fixed`)).json()).toMatchObject({ route: `${root}/one/:name` });
    expect((await send('DELETE', `${below}/one/a`)).status).toBe(404);
    expect((await send('OPTIONS', `${below}/one/a`)).status).toBe(404);
  });

  it.each([true, false])('answers unknown paths below its root as unknown (other verbs: %s)', async (others) => {
    const send = await facing(others, calls);
    for (const path of [`${below}/nothing`, `${below}/one`, `${below}/one/a/b`, `${below}/one/a/`]) {
      const answer = await send('GET', path);
      expect([path, answer.status, answer.json().path]).toEqual([path, 404, path]);
    }
  });

  it('refuses a part of a path that is too long before it asks who calls', async () => {
    const send = await facing(true, calls);
    const answer = await send('GET', `${below}/one/${'n'.repeat(8_193)}`, { headers: { authorization: '' } });
    expect(answer.status).toBe(414);
    expect(answer.json()).toMatchObject({ code: 'FST_ERR_MAX_PARAM_LENGTH', statusCode: 414 });
  });

  it('takes longer bodies for its routes alone', async () => {
    const send = await facing(true, calls);
    expect((await send('POST', `${below}/body`, textBody(1_500))).json()).toEqual({ length: 1_500 });
    expect((await send('POST', `${below}/body`, textBody(2_001))).status).toBe(413);
    expect((await send('POST', `${below}/one/a`, textBody(1_000))).status).toBe(405);
    expect((await send('POST', `${below}/one/a`, textBody(1_500))).status).toBe(413);
  });

  it('makes its routes when the first request for one comes', async () => {
    let madeCount = 0;
    const send = await facing(true, (scope) => {
      madeCount += 1;
      calls(scope);
    });
    await send('GET', '/healthz');
    expect(madeCount).toBe(0);
    await send('GET', `${below}/one/a`);
    await send('GET', `${below}/one/b`);
    expect(madeCount).toBe(1);
  });

  it('is one for all that is added below its root', async () => {
    const more: AddFaceRoutes = (scope) =>
      scope.get('/more', { config: { role: 'viewer' } }, async () => ({ more: 1 }));
    const send = await facing(true, calls, more);
    expect((await send('GET', `${below}/more`)).json()).toEqual({ more: 1 });
    expect((await send('GET', `${below}/one/a`)).status).toBe(200);
  });

  it('tells all of its routes, those that refuse a verb too', () => {
    const { routes } = hostOf(true, calls);
    const ofOne = routes.filter(({ url }) => url === `${root}/one/:name`);
    expect(ofOne.filter(({ otherVerb }) => otherVerb !== true).map(({ method }) => method)).toEqual(['GET', 'HEAD']);
    expect(ofOne.filter(({ otherVerb }) => otherVerb).map(({ method }) => method)).toEqual([
      'POST',
      'DELETE',
      'PUT',
      'PATCH',
      'OPTIONS',
    ]);
    expect(ofOne.every(({ role, release }) => role === 'viewer' && release === '4.3')).toBe(true);
    expect(hostOf(false, calls).routes.filter(({ otherVerb }) => otherVerb)).toEqual([]);
  });

  it('refuses two routes of one verb and path', () => {
    expect(() => hostOf(true, calls, calls).routes).toThrow('two routes for GET');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@isthmus/kernel';
import { afterAll, expect, it } from '@jest/globals';
import type { Account } from '../accounts.js';
import { egeriaErrorHandler } from '../egeria/egeria-answer.js';
import { createHttpHost } from '../http/http-host.js';
import { call } from '../testing/test-call.js';
import { CallAudit } from './call-audit.js';

const folder = mkdtempSync(join(tmpdir(), 'isthmus-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const accounts: readonly Account[] = [
  { name: 'ada', role: 'admin', token: 'token-of-ada' },
  { name: 'vera', role: 'viewer', token: 'token-of-vera' },
];

it('keeps who did or tried what, when and from where, over a restart', async () => {
  const began = Date.now();
  {
    using audit = new CallAudit(folder, silentLogger);
    await using host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, accounts, audit });
    host.http.get('/api/v1/things', { config: { role: 'viewer' } }, async () => ({}));
    host.http.delete('/api/v1/things/:name', { config: { role: 'operator' } }, async () => ({}));
    host.http.register(async (scope) => {
      scope.setErrorHandler(egeriaErrorHandler());
      const store = '/servers/:serverName/open-metadata/access-services/open-metadata-store/users/:userId/elements';
      for (const url of ['/open-metadata/admin-services/users/:userId/servers/:serverName', store])
        scope.post(url, { config: { role: 'admin' } }, async () => ({ class: 'VoidResponse', relatedHTTPCode: 200 }));
    });
    const base = await host.listen();
    const send = (method: string, path: string, token?: string) =>
      call(base + path, { method, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
    await send('DELETE', '/api/v1/things/a?secret=x', 'token-of-ada');
    await send('DELETE', '/api/v1/things/a', 'token-of-vera');
    await send('DELETE', '/api/v1/things/a', 'wrong');
    await send('DELETE', '/api/v1/things/a');
    await send('GET', '/api/v1/things', 'token-of-ada');
    await send('POST', '/open-metadata/admin-services/users/zoe/servers/s1', 'token-of-ada');
    await send('POST', '/open-metadata/admin-services/users/vera/servers/s1', 'token-of-vera');
    await send(
      'POST',
      '/servers/s1/open-metadata/access-services/open-metadata-store/users/ada/elements',
      'token-of-ada',
    );
    expect(audit.list(1, 4)).toMatchObject([{ number: 3, by: 'ada', actingFor: 'zoe', status: 200 }]);
  }
  using audit = new CallAudit(folder, silentLogger);
  const told = audit.list(10).map(({ at: _at, number: _number, ...rest }) => rest);
  const admin = '/open-metadata/admin-services/users';
  expect(told.reverse()).toEqual([
    { by: 'ada', address: '127.0.0.1', method: 'DELETE', path: '/api/v1/things/a', status: 200 },
    { by: 'vera', address: '127.0.0.1', method: 'DELETE', path: '/api/v1/things/a', status: 403 },
    { by: 'ada', actingFor: 'zoe', address: '127.0.0.1', method: 'POST', path: `${admin}/zoe/servers/s1`, status: 200 },
    { by: 'vera', address: '127.0.0.1', method: 'POST', path: `${admin}/vera/servers/s1`, status: 403 },
  ]);
  for (const { at } of audit.list(10)) expect(at).toBeGreaterThanOrEqual(began);
});

it('keeps what the caller said of a decision, and nothing else of the body', async () => {
  const own = mkdtempSync(join(folder, 'said-'));
  using audit = new CallAudit(own, silentLogger);
  await using host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, accounts, audit });
  const config = { role: 'operator', audited: ['reason', 'only', 'confirm'] } as const;
  host.http.post('/api/v1/things/decide', { config }, async () => ({}));
  const base = await host.listen();
  const decide = (body: unknown) =>
    call(`${base}/api/v1/things/decide`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-ada', 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    });
  await decide({ reason: 'checked', only: [1, 4], confirm: true, password: 'x' });
  await decide({ only: Array.from({ length: 1_200 }, (_, at) => at), nested: {} });
  await decide({ other: 1 });
  const [none, many, some] = audit.list(10);
  expect(some?.said).toEqual({ reason: 'checked', only: [1, 4], confirm: true });
  expect(many?.said).toMatchObject({ onlyCount: 1_200 });
  expect(none).not.toHaveProperty('said');
});

import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { call } from '../testing/test-call.js';
import { createHttpHost } from './http-host.js';
import { isOwnUrl } from './own-url.js';

describe('the URL of a process', () => {
  const names = { host: '127.0.0.1', hostNames: ['proxy.example'], publicUrl: 'https://catalogue.example/isthmus/' };
  it.each([
    ['http://localhost:9080', true],
    ['http://localhost:9080/', true],
    ['http://proxy.example:9080', true],
    ['https://catalogue.example/isthmus', true],
    ['https://catalogue.example/other', false],
    ['http://localhost:9081', false],
    ['https://localhost:9080', false],
    ['http://elsewhere.example:9080', false],
    ['no url', false],
  ])('is told from others: %s', (url, own) => {
    expect(isOwnUrl(url, 'http://127.0.0.1:9080', names)).toBe(own);
  });

  it('may carry a path that a proxy leaves on: it is taken off', async () => {
    const publicUrl = 'https://catalogue.example/isthmus';
    await using host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, publicUrl });
    const base = await host.listen();
    const headers = { host: 'catalogue.example' };
    for (const path of ['/healthz', '/isthmus/healthz', '/isthmus/healthz?x=1'])
      expect((await call(`${base}${path}`, { headers })).status).toBe(200);
    for (const path of ['/isthmushealthz', '/other/healthz'])
      expect((await call(`${base}${path}`, { headers })).status).toBe(404);
  });
});

import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { createHttpHost } from '../http/http-host.js';
import { call } from '../testing/test-call.js';
import { bodyMissing, egeriaErrorHandler } from './egeria-answer.js';

describe('what the web framework of Egeria answers by itself', () => {
  const json = { 'content-type': 'application/json' };

  it.each([
    ['no body', '', json, 400, 'Bad Request', 'REQUEST_INVALID'],
    ['a form', 'a=b', { 'content-type': 'text/plain' }, 415, 'Unsupported Media Type', 'REQUEST_NOT_JSON'],
    ['a large body', JSON.stringify('x'.repeat(2000)), json, 413, 'Payload Too Large', 'REQUEST_TOO_LARGE'],
    ['a page of elsewhere', '{}', { ...json, host: 'evil.example' }, 403, 'Forbidden', 'REQUEST_FORBIDDEN_ORIGIN'],
  ])('carries the code of the catalogue too: %s', async (_name, payload, headers, status, error, isthmusCode) => {
    await using host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, bodyLimitBytes: 1000 });
    host.http.register(async (scope) => {
      scope.setErrorHandler(egeriaErrorHandler());
      scope.post('/call', { config: { role: 'viewer' } }, async (request) => {
        if (request.body === undefined) throw bodyMissing();
        return {};
      });
    });
    const answer = await call(`${await host.listen()}/call`, { method: 'POST', payload, headers });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ timestamp: expect.any(String), status, error, path: '/call', isthmusCode });
  });
});

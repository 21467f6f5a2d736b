import { delay, silentLogger, systemClock } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { failure, json, TestServer } from '../testing/test-server.js';
import { defaultHttpLimits, type HttpLimits } from './http-limits.js';
import { StoreHttp, type StoreHttpParts, type StoreRequest, type TokenSupplier } from './store-http.js';

const read: StoreRequest = { method: 'POST', path: '/read', body: {}, mode: 'repeated' };
const write: StoreRequest = { method: 'POST', path: '/write', body: {}, mode: 'once' };
const never = new AbortController().signal;
const server = new TestServer();
const opened: StoreHttp[] = [];

beforeEach(async () => {
  server.seen.length = 0;
  server.behaviour = (_request, response) => json(response, { guid: 'g' });
  await server.start();
});
afterEach(async () => {
  for (const http of opened.splice(0)) http.close();
  await server.stop();
});

describe('StoreHttp', () => {
  it('gives the body of a good answer, over one kept connection', async () => {
    const http = open();
    await expect(http.send(read, never)).resolves.toMatchObject({ status: 200, body: { guid: 'g' } });
    await http.send(read, never);
    expect(server.seen[0]?.headers['content-type']).toBe('application/json');
    expect(server.seen[0]?.headers.connection).toBe('keep-alive');
  });

  it.each([
    [400, { exceptionErrorMessageId: 'OMAG-COMMON-400-018' }, 'TYPE_UNKNOWN'],
    [400, { exceptionErrorMessageId: 'OMAG-COMMON-400-019' }, 'TYPE_UNSUITABLE'],
    [400, { exceptionErrorMessageId: 'OMAG-COMMON-400-006' }, 'PARAMETER_MISSING'],
    [400, { exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-400-010' }, 'ELEMENT_ARCHIVED'],
    [
      400,
      { exceptionErrorMessageId: 'X', exceptionClassName: 'a.b.UserNotAuthorizedException' },
      'STORE_NOT_AUTHORIZED',
    ],
    [403, {}, 'STORE_NOT_AUTHORIZED'],
    [404, { exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-404-007' }, 'ELEMENT_NOT_FOUND'],
    [404, { exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001' }, 'STORE_UNREACHABLE'],
    [404, { exceptionErrorMessageId: 'SOMETHING-ELSE-404' }, 'STORE_REFUSED'],
    [409, { exceptionErrorMessageId: 'OMAG-COMMON-409-001' }, 'ELEMENT_EXISTS'],
    [409, { isthmusCode: 'GRANT_SUPERSEDED' }, 'GRANT_SUPERSEDED'],
    [410, {}, 'CHANGES_TOO_OLD'],
    [500, { exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-500-001' }, 'STORE_REFUSED'],
    [507, { isthmusCode: 'STORAGE_FULL' }, 'STORAGE_FULL'],
    [503, { isthmusCode: 'SERVER_NOT_RUNNING' }, 'STORE_UNREACHABLE'],
    [401, { isthmusCode: 'UNAUTHENTICATED' }, 'STORE_NOT_AUTHORIZED'],
  ])('reads relatedHTTPCode %i with %j as %s', async (code, members, expected) => {
    server.behaviour = (_request, response) => failure(response, code, members);
    await expect(open().send(write, never)).rejects.toMatchObject({ code: expected });
  });

  it.each([
    [500, 'STORE_UNREACHABLE'],
    [503, 'STORE_UNREACHABLE'],
    [401, 'STORE_NOT_AUTHORIZED'],
    [400, 'STORE_REFUSED'],
    [404, 'STORE_ANSWER_INVALID'],
    [302, 'STORE_ANSWER_INVALID'],
    [200, 'STORE_ANSWER_INVALID'],
  ])('reads HTTP %i with an HTML page as %s', async (status, expected) => {
    server.behaviour = (_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html', location: '/login' });
      response.end('<html>sorry</html>');
    };
    await expect(open().send(write, never)).rejects.toMatchObject({ code: expected });
  });

  it.each([
    '[1, 2]',
    '"text"',
    'null',
    '{"elements":[]}',
    '{"relatedHTTPCode":"200"}',
    '{"relatedHTTPCode":200',
  ])('takes %s for no answer', async (text) => {
    server.behaviour = (_request, response) => void response.end(text);
    await expect(open().send(read, never)).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
    expect(server.seen).toHaveLength(1);
  });

  it('repeats an idempotent request after failures, and no other', async () => {
    const http = open();
    let failures = 2;
    server.behaviour = (_request, response) => {
      failures -= 1;
      if (failures >= 0) response.writeHead(503).end();
      else json(response, { flag: true });
    };
    await expect(http.send(read, never)).resolves.toMatchObject({ body: { flag: true } });
    expect(server.seen).toHaveLength(3);
    failures = 1;
    await expect(http.send(write, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
    expect(server.seen).toHaveLength(4);
  });

  it('takes a body that is cut off for a lost connection', async () => {
    server.behaviour = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"relatedHTTPCode":200,"elements":[');
      setImmediate(() => response.destroy());
    };
    await expect(open({ maxRetries: 0 }).send(read, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('gives up on a server that never ends its answer, and repeats within the deadline', async () => {
    server.behaviour = (_request, response) => {
      response.writeHead(200);
      response.write('{');
    };
    const before = performance.now();
    await expect(
      open({ attemptTimeoutMs: 400, deadlineMs: 60_000, maxRetries: 1 }).send(read, never),
    ).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(server.seen).toHaveLength(2);
    await expect(open({ attemptTimeoutMs: 120_000, deadlineMs: 60 }).send(read, never)).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    expect(performance.now() - before).toBeLessThan(100_000);
  });

  it('ends with the reason of the caller when the caller gives up', async () => {
    server.behaviour = () => undefined;
    const caller = new AbortController();
    const answer = open().send(read, caller.signal);
    const reason = new Error('closing');
    setImmediate(() => caller.abort(reason));
    await expect(answer).rejects.toBe(reason);
    await expect(open().send(read, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('refuses an answer that is too large', async () => {
    server.behaviour = (_request, response) => json(response, { text: 'x'.repeat(100_000) });
    await expect(open({ maxAnswerBytes: 10_000 }).send(read, never)).rejects.toMatchObject({
      code: 'STORE_ANSWER_INVALID',
    });
  });

  it('refuses to ask for a while after many failures, and comes back', async () => {
    await server.stop();
    const http = open({ breakerFailures: 3, breakerOpenMs: 40, maxRetries: 0 });
    for (let index = 0; index < 3; index++)
      await expect(http.send(write, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await server.start();
    const refused = await http.send(write, never).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'STORE_UNREACHABLE', message: expect.stringContaining('not asked') });
    expect(server.seen).toHaveLength(0);
    // The breaker of cockatiel knows the system's clock alone.
    await delay(systemClock, 50);
    await http.send(write, never);
    expect(server.seen).toHaveLength(1);
  });

  it('lets probes through, and asks everything again as soon as one got an answer', async () => {
    await server.stop();
    const http = open({ breakerFailures: 1, breakerOpenMs: 60_000, maxRetries: 0 });
    await expect(http.send(write, never)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await server.start();
    await expect(http.send(write, never)).rejects.toMatchObject({ message: expect.stringContaining('not asked') });
    await http.send({ ...read, mode: 'probe' }, never);
    await http.send(write, never);
    expect(server.seen).toHaveLength(2);
  });

  it('does not count refusals of a server that answers as failures of the connection', async () => {
    server.behaviour = (_request, response) =>
      failure(response, 500, { exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-500-001' });
    const http = open({ breakerFailures: 2, breakerOpenMs: 60_000 });
    for (let index = 0; index < 5; index++)
      await expect(http.send(write, never)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    expect(server.seen).toHaveLength(5);
  });

  it('keeps the retries of all callers together in bounds', async () => {
    server.behaviour = (_request, response) => void response.writeHead(503).end();
    const http = open({ maxRetries: 5, breakerFailures: 1_000 });
    await Promise.allSettled(Array.from({ length: 30 }, () => http.send(read, never)));
    expect(server.seen.length).toBe(30 + 20);
  });

  it('sends the token, and a renewed one once when it is refused', async () => {
    const asked: (string | undefined)[] = [];
    const token: TokenSupplier = async (refused) => {
      asked.push(refused);
      return refused === undefined ? 'old' : 'new';
    };
    const http = open({}, { token });
    server.behaviour = (request, response) => {
      if (request.headers.authorization === 'Bearer new') json(response, {});
      else response.writeHead(401).end();
    };
    await http.send(write, never);
    expect(asked).toEqual([undefined, 'old']);
    server.behaviour = (_request, response) => void response.writeHead(401).end();
    await expect(http.send(write, never)).rejects.toMatchObject({ code: 'STORE_NOT_AUTHORIZED' });
  });

  it('lets no token into an error', async () => {
    await server.stop();
    const http = open({ maxRetries: 0 }, { token: async () => 'secret-token' });
    const error = await http.send(read, never).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'STORE_UNREACHABLE' });
    expect(deepText(error)).not.toContain('secret-token');
  });

  it('tells when the server was lost', async () => {
    let lost = 0;
    const http = open({ maxRetries: 0 }, { onLost: () => (lost += 1) });
    await http.send(read, never);
    expect(lost).toBe(0);
    await server.stop();
    await http.send(read, never).catch(() => undefined);
    expect(lost).toBe(1);
  });
});

function open(limits: Partial<HttpLimits> = {}, parts: Partial<StoreHttpParts> = {}): StoreHttp {
  const http = new StoreHttp({
    url: server.url,
    limits: { ...defaultHttpLimits, firstRetryDelayMs: 1, maxRetryDelayMs: 5, ...limits },
    clock: systemClock,
    logger: silentLogger,
    random: () => 0.5,
    onLost: () => undefined,
    ...parts,
  });
  opened.push(http);
  return http;
}

/** Everything that a logger could print of an error. */
function deepText(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 8) return String(error);
  return Object.getOwnPropertyNames(error)
    .map((name) => `${name}: ${deepText(Object.getOwnPropertyDescriptor(error, name)?.value, depth + 1)}`)
    .join('\n');
}

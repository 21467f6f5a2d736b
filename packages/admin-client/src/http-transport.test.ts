import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdminClient, HttpTransport } from './index.js';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let url: string;
let received: Received[] = [];
let answer: (response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      received.push({ method, url: path, headers, body: Buffer.concat(parts).toString() });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  received = [];
  answerWith(202, { see: '/x' });
});

function answerWith(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  answer = (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const client = (options: { readonly token?: string; readonly timeoutMs?: number; readonly at?: string } = {}) => {
  const { at = url, ...rest } = options;
  return new AdminClient(new HttpTransport({ url: at, ...rest }));
};

async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

describe('calls', () => {
  it('carry names of every kind in path and query, the token, and JSON', async () => {
    const name = 'a/b c%2F\nü?#&=';
    await client({ token: 'secret' }).updateConnector(name, { description: 'd', schedule: undefined }, { group: name });
    expect(received).toEqual([
      {
        method: 'PATCH',
        url: `/api/v1/connectors/${encodeURIComponent(name)}?group=${encodeURIComponent(name)}`,
        headers: expect.objectContaining({ authorization: 'Bearer secret', 'content-type': 'application/json' }),
        body: '{"description":"d"}',
      },
    ]);
  });

  it('name the daemon that is meant where one is', async () => {
    const transport = new HttpTransport({ url, server: 'daemon 2' });
    answerWith(202, { runId: 'r', see: '/x' });
    await new AdminClient(transport).refreshConnector('x', {}, { group: 'g' });
    expect(received.map((each) => each.url)).toEqual(['/api/v1/connectors/x/refresh?group=g&server=daemon%202']);
  });

  it('send JSON with every change, also where there is nothing to say', async () => {
    answerWith(202, { runId: 'r', see: '/x' });
    await client().refreshConnector('x');
    expect(received[0]).toMatchObject({ body: '{}', headers: { 'content-type': 'application/json' } });
  });

  it('keep the path of an address behind a proxy', async () => {
    await client({ at: `${url}/isthmus/` }).removeConnector('x');
    expect(received[0]?.url).toBe('/isthmus/api/v1/connectors/x');
  });

  it.each(['', '.', '..', '\ud800'])('refuse the name %j, which no path can carry', async (name) => {
    expect(await failure(client().deleteGroup(name))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(received).toEqual([]);
  });
});

describe('answers', () => {
  it('become the typed value', async () => {
    expect(await client().resumeConnector('x')).toEqual({ see: '/x' });
  });

  it('become the error that the daemon names, with its next step and facts', async () => {
    const details = { field: 'x', allowed: ['a'], odd: { deep: 1 } };
    answerWith(409, { code: 'GROUP_EXISTS', message: 'there is g', next: 'do this', retryable: true, details });
    expect(await failure(client().getGroup('g'))).toMatchObject({
      code: 'GROUP_EXISTS',
      message: 'there is g',
      next: 'do this',
      retryable: true,
      details: { field: 'x', allowed: ['a'] },
    });
  });

  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [418, 'REQUEST_INVALID'],
    [500, 'INTERNAL'],
  ])('with status %s and a code of a newer daemon become %s, the code kept', async (status, code) => {
    answerWith(status, { code: 'SOMETHING_NEW', message: 'm' });
    expect(await failure(client().listGroups())).toMatchObject({
      code,
      message: 'm',
      details: { code: 'SOMETHING_NEW' },
    });
  });

  it.each([
    [200, '<html>'],
    [200, { hello: 1 }],
    [200, 'null'],
    [200, ''],
    [502, '<html>bad gateway'],
    [404, { error: 'Not Found' }],
  ])('of something else (%s %j) are DAEMON_ANSWER_INVALID', async (status, body) => {
    answerWith(status, body);
    expect(await failure(client().listGroups())).toMatchObject({ code: 'DAEMON_ANSWER_INVALID' });
  });

  it('that lead elsewhere are not followed: the token stays here', async () => {
    answerWith(302, '', { location: `${url}/elsewhere` });
    expect(await failure(client({ token: 't' }).listGroups())).toMatchObject({ code: 'DAEMON_ANSWER_INVALID' });
    expect(received).toHaveLength(1);
  });
});

describe('no answer', () => {
  it('is DAEMON_UNREACHABLE, without the token anywhere in the error', async () => {
    const error = await failure(client({ at: 'http://127.0.0.1:1', token: 'hunter2' }).listGroups());
    expect(error).toMatchObject({ code: 'DAEMON_UNREACHABLE', retryable: true });
    expect(error).not.toHaveProperty('cause');
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });

  it('in time is DAEMON_UNREACHABLE too, also when the answer begins and does not end', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    expect(await failure(client({ timeoutMs: 50 }).listGroups())).toMatchObject({
      code: 'DAEMON_UNREACHABLE',
      message: expect.stringContaining('not within 0.05 s'),
    });
  });

  it('is no fault when the caller ended the wait', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('enough'));
    expect(await failure(client().listGroups(controller.signal))).toMatchObject({ message: 'enough' });
    expect(await failure(client().listGroups(AbortSignal.abort(new Error('before'))))).toMatchObject({
      message: 'before',
    });
  });
});

describe('options', () => {
  it.each(['nonsense', 'ftp://x', 'http://ann:hunter2@x', 'http://x?y=1', ''])('refuse the address %j', (at) => {
    expect(() => client({ at })).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => client({ at })).not.toThrow(/hunter2/);
  });

  it.each(['', 'a b', 'a\nb', 'ü'])('refuse the token %j', (token) => {
    expect(() => client({ token })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

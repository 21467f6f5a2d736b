import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listening } from './faulty-tcp.js';
import { type HttpRecorder, recordHttp, replayHttp } from './http-recording.js';

type Answer = (incoming: IncomingMessage, outgoing: ServerResponse, body: string) => unknown;

const opened: AsyncDisposable[] = [];
let answer: Answer = (_incoming, outgoing) => outgoing.end();
let url = '';
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isthmus-recording-'));
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    answer(incoming, outgoing, body);
  });
  url = `http://127.0.0.1:${await listening(server)}`;
  opened.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  });
});
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
});
function kept<T extends AsyncDisposable>(one: T): T {
  opened.push(one);
  return one;
}
async function saved(recorder: HttpRecorder): Promise<string> {
  const file = join(folder, 'recording.json');
  await recorder.save(file);
  return await readFile(file, 'utf8');
}
const post = (address: string, body: string | ReadableStream, headers: Record<string, string> = {}) =>
  fetch(address, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

describe('what is kept of a source', () => {
  it.each<[string, string, string, Record<string, string>]>([
    ['a parameter of the address', '/things?api_key=hunter2222&page=1', '', {}],
    ['a login as JSON', '/login', '{"user":"ann","password":"hunter2222"}', {}],
    ['a login as a form', '/login', 'user=ann&password=hunter2222', {}],
    ['a login as XML', '/login', '<l:login><l:password>hunter2222</l:password></l:login>', {}],
    ['a token that stands where its name does not tell', '/by/hunter2222', '', { authorization: 'Bearer hunter2222' }],
    [
      'a password of basic authentication',
      '/by?p=hunter2222',
      '',
      { authorization: `Basic ${btoa('ann:hunter2222')}` },
    ],
    ['a cookie', '/by?p=hunter2222', '', { cookie: 'a=b; sid=hunter2222' }],
    ['a secret that was named', '/by?p=hunter2222', '"hunter2222"', {}],
    ['an address with its user', '/by', '"https://ann:hunter2222@example.org/"', {}],
  ])('is not %s', async (_what, path, body, headers) => {
    answer = (incoming, outgoing, sent) =>
      outgoing
        .setHeader('x-auth-token', 'hunter2222')
        .setHeader('set-cookie', 'sid=hunter2222; Path=/')
        .end(JSON.stringify({ echo: `${incoming.url} ${sent}`, access_token: 'hunter2222', name: 'lamp' }));
    const recorder = kept(await recordHttp(url, { secrets: ['hunter2222'].slice(path.includes('/by?p') ? 0 : 1) }));
    const got = await post(`${recorder.url}${path}`, body, headers);
    // who asks gets all of it: it is the recording alone that holds less
    expect(await got.json()).toMatchObject({ access_token: 'hunter2222' });
    const text = await saved(recorder);
    expect(text).not.toContain('hunter2222');
    expect(text).toContain('lamp');
    const replay = kept(await replayHttp(join(folder, 'recording.json'), { secrets: ['another-secret'] }));
    const another = (told: string) => told.replaceAll('hunter2222', 'another-secret');
    const basic = `Basic ${btoa('ann:another-secret')}`;
    const own = Object.entries(headers).map(([name, value]) => [
      name,
      value.startsWith('Basic') ? basic : another(value),
    ]);
    expect((await post(`${replay.url}${another(path)}`, another(body), Object.fromEntries(own))).status).toBe(200);
    expect(replay.unknown).toEqual([]);
  });

  it('is the place where a listing goes on, though it is called a token', async () => {
    answer = (_incoming, outgoing) => outgoing.end('{"nextPageToken":"page-two-of-it"}');
    const recorder = kept(await recordHttp(url));
    await (await fetch(`${recorder.url}/a?pageToken=page-one-of-it`)).text();
    expect(await saved(recorder)).toMatch(/page-one-of-it.*page-two-of-it/s);
  });

  it('is nothing of what is too large to be kept: that is told, and nothing is saved', async () => {
    answer = (_incoming, outgoing) => outgoing.end(Buffer.alloc(10_000_001));
    const recorder = kept(await recordHttp(url));
    await expect(fetch(`${recorder.url}/large`)).rejects.toThrow();
    await expect(saved(recorder)).rejects.toThrow('GET /large: a body of more than 10000000 bytes is not recorded');
  });

  it('is no picture that holds a secret', async () => {
    answer = (_incoming, outgoing) => outgoing.end(Buffer.concat([Buffer.from([255]), Buffer.from('hunter2222')]));
    const recorder = kept(await recordHttp(url, { secrets: ['hunter2222'] }));
    await expect(fetch(`${recorder.url}/picture`)).rejects.toThrow();
    await expect(saved(recorder)).rejects.toThrow('no text and holds a secret');
  });

  it('is said in words when the source does not answer', async () => {
    answer = (_incoming, outgoing) => outgoing.destroy();
    const recorder = kept(await recordHttp(url));
    await expect(fetch(`${recorder.url}/a`)).rejects.toThrow();
    await expect(saved(recorder)).rejects.toThrow(/what passed is not all recorded: GET \/a: /);
  });
});

describe('what leads to the source', () => {
  it('leads to the recorder, and to the replay afterwards', async () => {
    answer = (incoming, outgoing) => {
      outgoing
        .setHeader('x-total-count', '2')
        .setHeader('link', [`<${url}/p2>; rel="next"`, `<${url}/p9>; rel="last"`]);
      if (incoming.url === '/old') outgoing.writeHead(302, { location: `${url}/new` });
      outgoing.end(incoming.url);
    };
    const recorder = kept(await recordHttp(url));
    const links = async (at: string) => (await fetch(`${at}/a`)).headers.get('link');
    expect(await (await fetch(`${recorder.url}/old`)).text()).toBe('/new');
    expect(await links(recorder.url)).toContain(`<${recorder.url}/p2>`);
    expect(await saved(recorder)).not.toContain(url);
    const replay = kept(await replayHttp(join(folder, 'recording.json')));
    expect(await (await fetch(`${replay.url}/old`)).text()).toBe('/new');
    expect(await links(replay.url)).toBe(`<${replay.url}/p2>; rel="next", <${replay.url}/p9>; rel="last"`);
    expect((await fetch(`${replay.url}/a`)).headers.get('x-total-count')).toBe('2');
    expect(replay.unknown).toEqual([]);
  });

  it('is recorded though it is sent piece by piece, and packed', async () => {
    answer = (_incoming, outgoing, body) => outgoing.setHeader('content-encoding', 'gzip').end(gzipSync(`got ${body}`));
    const recorder = kept(await recordHttp(url));
    expect(await (await post(`${recorder.url}/a`, new Blob(['lamp']).stream())).text()).toBe('got lamp');
    expect(await saved(recorder)).toContain('got lamp');
  });
});

describe('what is not recorded', () => {
  it.each([
    ['/things?page=3&size=10', '', '`page` is "2", not "3"'],
    ['/things?size=10', '', '`page` is "2", and is not asked for'],
    ['/things?page=2&size=10&all=1', '', 'there is no `all`'],
    ['/things?size=10&page=2', '', 'only the order of its query differs'],
    ['/things?page=2&size=10', '{"of":"chairs"}', 'goes on with "{\\"of\\":\\"lamps\\"}"'],
    ['/thing', '', 'nothing of this path is recorded, only of /things'],
  ])('is answered with what differs: %s %s', async (path, body, difference) => {
    const exchange = { method: 'POST', status: 200, headers: {}, body: '' };
    const replay = kept(
      await replayHttp(
        [
          { ...exchange, path: '/things?page=2&size=10', requestBody: '{"of":"lamps"}' },
          { ...exchange, path: '/things?page=2&size=10' },
          { ...exchange, path: '/things?page=1' },
        ].slice(body === '' ? 1 : 0, body === '' ? 3 : 1),
      ),
    );
    const got = await post(`${replay.url}${path}`, body);
    expect(got.status).toBe(599);
    expect(await got.text()).toContain(difference);
    expect(replay.unknown.join()).toContain(difference);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { faultyHttp } from './faulty-http.js';
import { faultyTcp, listening } from './faulty-tcp.js';
import { recordHttp, replayHttp } from './http-recording.js';

let count = 0;
const source = createServer((request, response) => {
  count += 1;
  response.setHeader('content-type', 'application/json');
  response.setHeader('set-cookie', 'session=4711');
  response.end(
    request.url === '/count' ? String(count) : JSON.stringify({ path: request.url, long: 'x'.repeat(2_000) }),
  );
});
let port: number;
let url: string;
let folder: string;
beforeAll(async () => {
  port = await listening(source);
  url = `http://127.0.0.1:${port}`;
  folder = await mkdtemp(join(tmpdir(), 'isthmus-kit-'));
});
afterAll(async () => {
  source.closeAllConnections();
  source.close();
  await rm(folder, { recursive: true, force: true });
});
const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const it of opened.splice(0)) await it[Symbol.asyncDispose]();
});
function kept<T extends AsyncDisposable>(it: T): T {
  opened.push(it);
  return it;
}
async function text(address: string, withinMs = 10_000): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(withinMs), headers: { connection: 'close' } });
  return `${answer.status} ${(await answer.text()).slice(0, 12)}`;
}

describe('faulty HTTP', () => {
  it('lets requests through, and fails those that are named', async () => {
    const way = kept(await faultyHttp(url));
    expect(await text(`${way.url}/a`)).toBe('200 {"path":"/a"');
    way.fail({ kind: 'status', status: 503, headers: { 'retry-after': '7' } }, ({ path }) => path === '/b');
    expect(await text(`${way.url}/a`)).toMatch(/^200/);
    expect((await fetch(`${way.url}/b`)).headers.get('retry-after')).toBe('7');
    expect(await text(`${way.url}/b`)).toBe('503 status 503');
    way.fail({ kind: 'body', body: '<html>' });
    expect(await text(`${way.url}/a`)).toBe('200 <html>');
    expect(way.asked.map(({ path }) => path)).toEqual(['/a', '/a', '/b', '/b', '/a']);
  });

  it('cuts bodies, hangs and is late', async () => {
    const way = kept(await faultyHttp(url));
    way.fail({ kind: 'cut', afterBytes: 100 });
    await expect(text(`${way.url}/a`)).rejects.toThrow();
    way.fail({ kind: 'hang' });
    await expect(text(`${way.url}/a`, 100)).rejects.toThrow(/timeout|aborted/i);
    way.fail({ kind: 'delay', delayMs: 50 });
    const at = performance.now();
    await text(`${way.url}/a`);
    expect(performance.now() - at).toBeGreaterThanOrEqual(49);
  });
});

describe('what a way over HTTP carries', () => {
  const partOf = (address: string): Promise<string> =>
    new Promise((resolve) => {
      let got = '';
      const asked = request(address, { agent: false }, (answer) => {
        answer.on('data', (chunk: Buffer) => (got += chunk.toString()));
        answer.on('error', () => resolve(`${answer.statusCode} ${got} broken`));
        answer.on('end', () => resolve(`${answer.statusCode} ${got} whole`));
      });
      asked.on('error', () => resolve('no answer'));
      asked.end();
    });

  it('is the beginning of an answer that is cut, and never all of it', async () => {
    const way = kept(await faultyHttp(url));
    way.fail({ kind: 'cut', afterBytes: 9 });
    expect(await partOf(`${way.url}/a`)).toBe('200 {"path":" broken');
    way.fail({ kind: 'cut', afterBytes: 0 });
    expect(await partOf(`${way.url}/a`)).toBe('200  broken');
    way.fail({ kind: 'cut', afterBytes: 1_000_000 });
    expect(await partOf(`${way.url}/a`)).toMatch(/^200 {"path":"\/a".*x" broken$/);
  });

  it('is not asked for at the source when nobody waits for it any more', async () => {
    const way = kept(await faultyHttp(url));
    way.fail({ kind: 'delay', delayMs: 60 });
    const before = count;
    let connections = 0;
    const note = (): void => {
      connections += 1;
    };
    source.on('connection', note);
    await expect(text(`${way.url}/a`, 20)).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 120));
    source.off('connection', note);
    expect([count - before, connections]).toEqual([0, 0]);
  });

  it('goes to the source whatever the path begins with', async () => {
    const way = kept(await faultyHttp(`${url}/`));
    expect(await text(`${way.url}//a`)).toBe('200 {"path":"//a');
  });
});

describe('faulty TCP', () => {
  const readAll = (port: number): Promise<string> =>
    new Promise((resolve) => {
      let bytes = 0;
      const socket = connect(port, '127.0.0.1');
      socket.on('data', (chunk) => {
        bytes += chunk.length;
        socket.pause();
        setImmediate(() => socket.resume());
      });
      socket.on('error', ({ message }) => resolve(message));
      socket.on('close', () => resolve(`${bytes} bytes`));
    });

  it('carries all that a server says before it closes, to a slow reader and late', async () => {
    const closing = createTcpServer((socket) => socket.on('error', () => undefined).end(Buffer.alloc(20_000_000)));
    const way = kept(await faultyTcp({ port: await listening(closing) }));
    expect(await readAll(way.port)).toBe('20000000 bytes');
    way.fail({ kind: 'delay', delayMs: 20 });
    expect(await readAll(way.port)).toBe('20000000 bytes');
    way.fail({ kind: 'cut', afterBytes: 3 });
    expect(await readAll(way.port)).toBe('3 bytes');
    closing.close();
  });

  it('carries the answer to who has said all that it will say', async () => {
    const echo = createTcpServer({ allowHalfOpen: true }, (socket) => {
      socket.resume();
      socket.on('end', () => socket.end('heard'));
    });
    const way = kept(await faultyTcp({ port: await listening(echo) }));
    const heard = await new Promise((resolve) => {
      const socket = connect({ port: way.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.end('question');
      socket.on('data', (chunk) => resolve(chunk.toString()));
      socket.on('close', () => resolve('nothing'));
    });
    expect(heard).toBe('heard');
    expect(way.connectionCount).toBeLessThanOrEqual(1);
    echo.close();
  });

  it('lets bytes through, refuses, cuts and resets', async () => {
    const way = kept(await faultyTcp({ port }));
    const address = `http://127.0.0.1:${way.port}/a`;
    expect(await text(address)).toMatch(/^200/);
    way.fail({ kind: 'cut', afterBytes: 50 });
    await expect(text(address)).rejects.toThrow();
    way.fail({ kind: 'refuse' });
    await expect(text(address)).rejects.toThrow();
    way.fail({ kind: 'hang' });
    const hanging = text(address, 5_000);
    hanging.catch(() => undefined);
    while (way.connectionCount === 0) await new Promise((resolve) => setImmediate(resolve));
    way.reset();
    await expect(hanging).rejects.toThrow();
    way.fail({ kind: 'none' });
    expect(await text(address)).toMatch(/^200/);
  });
});

describe('a recording of a real source', () => {
  it('answers afterwards as the source did, in the same order, without what must not be kept', async () => {
    const recorder = kept(await recordHttp(url));
    const headers = { authorization: 'Bearer secret-4711' };
    const first = await (await fetch(`${recorder.url}/count`, { headers })).text();
    const second = await (await fetch(`${recorder.url}/count`, { headers })).text();
    expect(Number(second)).toBe(Number(first) + 1);
    const file = join(folder, 'recording.json');
    await recorder.save(file);
    expect(await readFile(file, 'utf8')).not.toMatch(/4711/);
    const replay = kept(await replayHttp(file));
    const answers = [];
    for (let turn = 0; turn < 3; turn += 1) answers.push(await (await fetch(`${replay.url}/count`)).text());
    expect(answers).toEqual([first, second, second]);
    expect((await fetch(`${replay.url}/never`)).status).toBe(599);
    expect(replay.unknown).toEqual(['GET /never: nothing of this path is recorded, only of /count']);
  });
});

import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { testAuthority } from '@isthmus/connector-testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { JsonFields } from './event.js';
import { EventEndpoint } from './event-endpoint.js';
import { LineageStore } from './lineage-store.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { testConfiguration, testFolder, testIntake } from './testing-connector.js';
import { runEvent, testNow } from './testing-graph.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function endpoint(more: Partial<OpenLineageConfiguration> = {}, mostBytes = 64 * 1024 * 1024) {
  const folder = await testFolder();
  closing.push(async () => folder[Symbol.asyncDispose]());
  const configuration = testConfiguration(folder.path, { endpoint: true, ...more });
  const store = await LineageStore.open(configuration.folder);
  const intake = testIntake(store, { mostBytes });
  const failures: unknown[] = [];
  const opened = await EventEndpoint.open({
    configuration,
    intake,
    now: () => testNow,
    failed: (error) => failures.push(error),
  });
  closing.push(async () => {
    await opened.close();
    await intake.close();
    await store.close();
  });
  const post = (
    body: string | Buffer,
    headers: Record<string, string> = {},
    path = '/api/v1/lineage',
    method = 'POST',
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const call = httpRequest(
        {
          port: opened.port,
          host: '127.0.0.1',
          path,
          method,
          headers: { 'content-type': 'application/json', ...headers },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => (text += String(chunk)));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) }),
          );
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  return { post, store, intake, failures, port: opened.port };
}

const good = runEvent('load', 1, 'START', 0);
const text = (event: JsonFields | readonly JsonFields[]) => JSON.stringify(event);

describe('the endpoint', () => {
  it('answers when the event is kept', async () => {
    const { post, store, intake } = await endpoint();
    expect((await post(text(good))).status).toBe(200);
    await intake.settled();
    expect(store.count('run')).toBe(1);
  });

  it('names the field of an event that is not right, and says nothing of itself', async () => {
    const { post } = await endpoint();
    const answer = await post(text({ ...good, run: { runId: 'x' } }));
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', field: 'run.runId' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.js|node_modules/);
  });

  it('takes what is right of a batch and names what is not', async () => {
    const { post, store, intake } = await endpoint();
    const answer = await post(text([good, {}, runEvent('load', 2, 'START', 1)]), {}, '/api/v1/lineage/batch');
    expect(answer).toMatchObject({
      status: 400,
      body: { accepted: 2, field: '[1].eventTime', faults: [{ index: 1 }] },
    });
    await intake.settled();
    expect(store.count('run')).toBe(2);
    expect((await post(text([good]), {}, '/api/v1/lineage/batch')).status).toBe(200);
    expect(await post(text(good), {}, '/api/v1/lineage/batch')).toMatchObject({ status: 400, body: { field: 'body' } });
    const many = Array.from({ length: 1_001 }, () => ({}));
    expect(await post(text(many), {}, '/api/v1/lineage/batch')).toMatchObject({ status: 400, body: { field: 'body' } });
  });

  it('takes what is packed, and no more of it than it may have', async () => {
    const { post, store, intake } = await endpoint();
    expect((await post(gzipSync(text(good)), { 'content-encoding': 'gzip' })).status).toBe(200);
    await intake.settled();
    expect(store.count('run')).toBe(1);
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect(await post(bomb, { 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      body: { code: 'REQUEST_TOO_LARGE' },
    });
    expect((await post(text(good), { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post(text(good), { 'content-encoding': 'br' })).status).toBe(415);
  });

  it('refuses what is too large, whether it says so or not', async () => {
    const { post } = await endpoint();
    const large = text({ ...good, producer: 'x'.repeat(65 * 1024) });
    expect((await post(large)).status).toBe(413);
    expect((await post(large, { 'transfer-encoding': 'chunked' })).status).toBe(413);
  });

  it('refuses what is no JSON', async () => {
    const { post } = await endpoint();
    expect(await post('{')).toMatchObject({ status: 400, body: { code: 'REQUEST_NOT_JSON' } });
    expect((await post(text(good), { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('is closed to web pages and to other names when it has no token', async () => {
    const { post } = await endpoint();
    expect((await post(text(good), { origin: 'http://localhost' })).status).toBe(403);
    expect((await post(text(good), { host: 'rebound.example.org' })).status).toBe(403);
    expect((await post(text(good), { host: 'localhost:5050' })).status).toBe(200);
  });

  it('asks for its token where it has one', async () => {
    const token = 'a-token-of-its-own';
    const { post } = await endpoint({ token });
    const refused = await post(text(good));
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect((await post(text(good), { authorization: `Bearer ${token}x` })).status).toBe(401);
    expect((await post(text(good), { authorization: `Basic ${token}` })).status).toBe(401);
    expect((await post(text(good), { authorization: `Bearer ${token}` })).status).toBe(200);
    expect(JSON.stringify(refused.body)).not.toContain(token);
  });

  it('does not open to others without a token, nor with half of what TLS needs', async () => {
    await expect(endpoint({ host: '0.0.0.0' })).rejects.toThrow('token');
    await expect(endpoint({ certificateFile: '/c.pem' })).rejects.toThrow('keyFile');
  });

  it('speaks TLS where it has a certificate, and nothing else', async () => {
    await using folder = await testFolder();
    const authority = testAuthority();
    const { certificate, key } = authority.issue(['127.0.0.1']);
    const [certificateFile, keyFile] = [join(folder.path, 'c.pem'), join(folder.path, 'k.pem')];
    await writeFile(certificateFile, certificate);
    await writeFile(keyFile, key);
    const { post, port } = await endpoint({ certificateFile, keyFile });
    const status = await new Promise((resolve, reject) => {
      const options = { port, host: '127.0.0.1', path: '/api/v1/lineage', method: 'POST', ca: authority.certificate };
      const call = httpsRequest({ ...options, headers: { 'content-type': 'application/json' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject);
      call.end(text(good));
    });
    expect(status).toBe(200);
    await expect(post(text(good))).rejects.toThrow();
  });

  it('says when to come again while its memory is full, and loses nothing that it took', async () => {
    const { post, store, intake } = await endpoint({}, 1);
    const answer = await post(text(good));
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '60' }, body: { code: 'STORAGE_FULL' } });
    await intake.settled();
    expect(store.count('run')).toBe(0);
  });

  it('says what it takes where it is asked for something else', async () => {
    const { post } = await endpoint();
    expect((await post('', {}, '/')).status).toBe(404);
    expect(await post('', {}, '/api/v1/lineage', 'PUT')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('is not disturbed by a client that goes away in the middle', async () => {
    const { post, port, failures } = await endpoint();
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(
      'POST /api/v1/lineage HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"a":',
    );
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    expect((await post(text(good))).status).toBe(200);
    expect(failures.filter((error) => !/aborted|reset/i.test(String(error)))).toEqual([]);
  });
});

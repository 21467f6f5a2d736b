import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type ConnectionOptions, connect } from 'node:tls';
import { type Logger, silentLogger } from '@isthmus/kernel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../testing/test-call.js';
import { createHttpHost, type HttpHost, type HttpHostOptions } from './http-host.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('SKIPPED: TLS is not tested, there is no openssl on this machine\n');

const folder = mkdtempSync(join(tmpdir(), 'isthmus-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const certificate = join(folder, 'listener.crt');
const key = join(folder, 'listener.key');
const hosts: HttpHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host[Symbol.asyncDispose]();
});

/** A pair `<name>.crt`, `<name>.key` for localhost. */
function make(name: string): void {
  const parts = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.crt`)];
  execFileSync('openssl', [...parts, ...names, ...files], { stdio: 'ignore' });
}

function use(certificateOf: string, keyOf = certificateOf): void {
  copyFileSync(join(folder, `${certificateOf}.crt`), certificate);
  copyFileSync(join(folder, `${keyOf}.key`), key);
}

function hostWith(options: Partial<HttpHostOptions> = {}): HttpHost {
  const host = createHttpHost({
    host: '127.0.0.1',
    port: 0,
    tls: { certificate, key },
    logger: silentLogger,
    accounts: [{ name: 'daemon', role: 'operator', token: 'own-token' }],
    ...options,
  });
  hosts.push(host);
  host.http.get('/who', { config: { role: 'viewer' } }, async ({ caller }) => ({ name: caller.name }));
  return host;
}

/** Name in the certificate that the listener shows to a new connection. */
function shownBy(url: string, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const socket: TLSSocket = connect({ port: Number(port), rejectUnauthorized: false, ...options }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

function get(url: string, authority: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer own-token' };
    const sent = request(url, { ca: readFileSync(join(folder, authority)), headers, agent: false }, (answer) => {
      resolve(answer.resume().statusCode);
    });
    sent.once('error', reject).end();
  });
}

function recordingLogger(lines: string[]): Logger {
  const note = (message: string) => void lines.push(message);
  return { ...silentLogger, info: note, warn: note, error: note };
}

(hasOpenssl ? describe : describe.skip)('a listener with a certificate', () => {
  beforeAll(() => {
    for (const name of ['first', 'second']) make(name);
  });

  it('is https for those who trust its authority', async () => {
    use('first');
    const url = await hostWith().listen();
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    expect(await get(`${url}/who`, 'first.crt')).toBe(200);
    await expect(get(`${url}/who`, 'second.crt')).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED/) });
  });

  it('shows a new certificate when its files were replaced, without a restart', async () => {
    use('first');
    const lines: string[] = [];
    const host = hostWith({ logger: recordingLogger(lines) });
    const url = await host.listen();
    expect(await shownBy(url)).toBe('first');
    use('second');
    host.reloadCertificate();
    expect(await shownBy(url)).toBe('second');
    host.reloadCertificate();
    expect(lines).toEqual(['certificate read again']);
  });

  it.each([
    ['belongs to another key', () => use('second', 'first')],
    ['is none', () => writeFileSync(certificate, 'no certificate')],
    ['is empty', () => writeFileSync(certificate, '')],
    ['is gone', () => rmSync(certificate)],
  ])('keeps the old one and says so when the new one %s', async (_name, spoil) => {
    use('first');
    const lines: string[] = [];
    const host = hostWith({ logger: recordingLogger(lines) });
    const url = await host.listen();
    spoil();
    host.reloadCertificate();
    expect(await shownBy(url)).toBe('first');
    expect(lines).toEqual(['the changed certificate cannot be used, the old one stays']);
    use('second');
    host.reloadCertificate();
    expect(await shownBy(url)).toBe('second');
  });

  it('does not begin with a pair that cannot be used', () => {
    use('first', 'second');
    expect(() => hostWith()).toThrow(expect.objectContaining({ code: 'TLS_UNUSABLE' }));
  });

  it('refuses a version below the least', async () => {
    use('first');
    const url = await hostWith({ tls: { certificate, key, minimumVersion: 'TLSv1.3' } }).listen();
    await expect(shownBy(url, { maxVersion: 'TLSv1.2' })).rejects.toMatchObject({ code: expect.any(String) });
    expect(await shownBy(url, { minVersion: 'TLSv1.3' })).toBe('first');
  });

  it('is called by its own process on loopback, where no other token is good for anything', async () => {
    use('first');
    const host = hostWith({ ownToken: 'own-token' });
    const url = await host.listen();
    expect(host.ownUrl).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(host.ownUrl).not.toBe(url);
    const ask = (token: string) => call(`${host.ownUrl}/who`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask('own-token')).json()).toEqual({ name: 'daemon' });
    await expect(ask('another')).rejects.toThrow();
    expect((await call(`${host.ownUrl}/who`)).status).toBe(401);
    expect((await call(`${host.ownUrl}/healthz`)).status).toBe(200);
  });
});

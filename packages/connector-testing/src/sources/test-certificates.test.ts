import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { listening } from './faulty-tcp.js';
import { type TestCertificate, testAuthority } from './test-certificates.js';

/** What a client that trusts the authority says of a server with the certificate; undefined = all is well. */
async function faultOf({ certificate, key }: TestCertificate, ca: string, host: string): Promise<unknown> {
  const server = createServer({ cert: certificate, key }, (socket) => socket.on('error', () => undefined).end());
  server.on('tlsClientError', () => undefined);
  const port = await listening(server);
  const socket = connect({ host: '127.0.0.1', port, ca, ...(host === '127.0.0.1' ? {} : { servername: host }) });
  const code = await new Promise((settle) => {
    socket.on('secureConnect', () => settle(undefined));
    socket.on('error', (error) => settle('code' in error ? error.code : error.message));
  });
  socket.destroy();
  server.close();
  return code;
}

describe('a test authority', () => {
  const authority = testAuthority();

  it('issues certificates that those who trust it take, for names and addresses', async () => {
    const issued = authority.issue(['db.example', '127.0.0.1']);
    expect(new X509Certificate(issued.certificate).verify(new X509Certificate(authority.certificate).publicKey)).toBe(
      true,
    );
    expect(await faultOf(issued, authority.certificate, 'db.example')).toBeUndefined();
    expect(await faultOf(issued, authority.certificate, '127.0.0.1')).toBeUndefined();
  });

  it('issues those that are for another name or out of date, and another authority is not trusted', async () => {
    const past = new Date(Date.now() - 3_600_000);
    expect(await faultOf(authority.issue(['db.example']), authority.certificate, 'other.example')).toBe(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
    expect(await faultOf(authority.issue(['db.example'], past), authority.certificate, 'db.example')).toBe(
      'CERT_HAS_EXPIRED',
    );
    expect(await faultOf(authority.issue(['db.example']), testAuthority('Other').certificate, 'db.example')).toMatch(
      /^UNABLE_TO_/,
    );
  });
});

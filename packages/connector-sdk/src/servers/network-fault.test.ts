import { createServer } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { adviceOfFault, networkFaultOf } from './network-fault.js';
import { placeOf } from './place-of.js';
import { tlsOf } from './tls-of.js';

function coded(code: string, message = ''): Error {
  return Object.assign(new Error(message), { code });
}

describe('what is wrong on the way to a server', () => {
  it.each([
    ['ENOTFOUND', 'name'],
    ['ECONNREFUSED', 'refused'],
    ['EHOSTUNREACH', 'silent'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'otherName'],
    ['CERT_HAS_EXPIRED', 'outOfDate'],
    ['ECONNRESET', 'cut'],
  ])('is told by the code of an error: %s', (code, fault) => {
    expect(networkFaultOf(coded(code))).toBe(fault);
    expect(networkFaultOf(new Error('a driver says', { cause: coded(code) }))).toBe(fault);
  });

  it('is told of several addresses by the first, and by the words of drivers', () => {
    expect(networkFaultOf(new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')]))).toBe('refused');
    expect(networkFaultOf(new Error('timeout expired'))).toBe('silent');
    expect(networkFaultOf(new Error('The server does not support SSL connections'))).toBe('noTls');
    expect(networkFaultOf(new Error('Connection terminated unexpectedly'))).toBe('cut');
    expect(networkFaultOf(coded('28P01', 'password authentication failed'))).toBeUndefined();
  });

  it('is another when a server that speaks no TLS is spoken to in it', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('220 hello\r\n'));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const socket = connect({ ...(await tlsOf({ tls: 'require', host: '127.0.0.1' })), port });
    const error = await new Promise((settle) => socket.on('error', settle));
    server.close();
    expect(networkFaultOf(error)).toBe('noTls');
  });

  it('comes with advice that names the place and the field', () => {
    const names = { kind: 'Kafka', host: 'db', port: 9092, fields: { host: 'brokers', port: 'brokers' } };
    expect(adviceOfFault('refused', 'no', names)).toBe(
      'nothing listens at db:9092 (no): correct `brokers`, or start the server',
    );
    expect(adviceOfFault('untrusted', 'why', { kind: 'X', host: 'db', port: 1 })).toContain('`caFile`');
  });
});

describe('TLS', () => {
  it('holds certificates against addresses too, without sending these as names', async () => {
    expect(await tlsOf({ tls: 'off', host: 'db' })).toBeUndefined();
    expect(await tlsOf({ tls: 'verify', host: 'db' })).toEqual({
      host: 'db',
      servername: 'db',
      rejectUnauthorized: true,
    });
    expect(await tlsOf({ tls: 'verify', host: '::1' })).toEqual({ host: '::1', rejectUnauthorized: true });
    await expect(tlsOf({ tls: 'verify', host: 'db', caFile: '/nowhere/ca.pem' })).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringContaining('correct `caFile`'),
    });
  });
});

describe('the address of a server', () => {
  it('is a URL, a host with its port, or the folder of a socket', () => {
    expect(placeOf('postgresql://app:pw%40x@db.example:6432/shop', 'postgresql')).toEqual({
      host: 'db.example',
      port: 6432,
      path: 'shop',
      user: 'app',
      password: 'pw@x',
    });
    expect(placeOf('jdbc:mysql://db:3307/shop', 'mysql')).toEqual({ host: 'db', port: 3307, path: 'shop' });
    expect(placeOf('db.example:6432', 'mysql')).toEqual({ host: 'db.example', port: 6432 });
    expect(placeOf('[::1]:5433', 'postgresql')).toEqual({ host: '::1', port: 5433 });
    expect(placeOf('/var/run/postgresql', 'postgresql')).toEqual({ host: '/var/run/postgresql' });
    expect(placeOf('db/100%', 'postgresql')).toEqual({ host: 'db', path: '100%' });
  });
});

import { describe, expect, it } from '@jest/globals';
import { connectionFault, strangerOf } from './connection-fault.js';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });
const fault = (
  error: unknown,
  configuration: Partial<Parameters<typeof connectionFault>[2]> = {},
  stranger?: Parameters<typeof connectionFault>[3],
) => connectionFault(error, 'broker:9092', { tls: 'off', mechanism: 'PLAIN', ...configuration }, stranger);

describe('what ends a connection', () => {
  it.each([
    [coded('ENOTFOUND'), {}, 'resolve', /name of broker:9092 is not known.*`bootstrapServers`/],
    [coded('ECONNREFUSED'), {}, 'reach', /nothing listens at broker:9092.*port/],
    [coded('PLT_KFK_AUTHENTICATION'), { user: 'me' }, 'authenticate', /me was refused.*`password`/],
    [{ apiId: 'UNSUPPORTED_SASL_MECHANISM' }, { user: 'me' }, 'authenticate', /does not take PLAIN.*`mechanism`/],
    [{ apiId: 'ILLEGAL_SASL_STATE' }, { user: 'me' }, 'authenticate', /asks for no log-in: remove `user`/],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), { tls: 'verify' }, 'reach', /not trusted.*`caFile`/],
    [new Error('wrong version number'), { tls: 'verify' }, 'reach', /not.*Kafka|ended the connection|speaks no TLS/],
    [coded('EPROTO', 'wrong version number'), { tls: 'verify' }, 'reach', /speaks no TLS.*`tls` to off/],
    [new Error('Connection to x timed out.'), {}, 'reach', /does not answer.*firewall/],
    [new Error('Connection closed'), {}, 'reach', /may ask for TLS .*log-in/],
  ] as const)('is told with its step and what to do: %s', (error, configuration, step, message) => {
    expect(fault(error, configuration)).toMatchObject({ step, message: expect.stringMatching(message) });
  });

  it('is told by what the stranger said first', () => {
    expect(fault(new Error('Connection closed'), {}, 'http').message).toMatch(/is a web server/);
    expect(fault(new Error('Connection closed'), {}, 'tls').message).toMatch(/speaks TLS: set `tls`/);
    expect(strangerOf(Buffer.from('HTTP/1.1 400'))).toBe('http');
    expect(strangerOf(Buffer.from([0x15, 0x03, 0x01, 0]))).toBe('tls');
    expect(strangerOf(Buffer.from([0, 0, 0, 10]))).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { maskAddress, maskConfiguration } from './mask.js';

describe('maskConfiguration', () => {
  it.each([
    'password',
    'dbPassword',
    'PASSWD',
    'clientSecret',
    'api_key',
    'apiKey',
    'accessToken',
    'private-key',
    'Authorization',
    'passphrase',
    'sasToken',
    'connectionString',
    'dbPass',
    'db_pass',
    'pass',
  ])('masks the value of %s, which reads like a secret', (key) => {
    expect(maskConfiguration({ [key]: 'hunter2' }, undefined)).toEqual({ [key]: '********' });
  });

  it.each(['exclude', 'path', 'passengerFile', 'keyColumn', 'bypass'])('leaves %s alone', (key) => {
    expect(maskConfiguration({ [key]: 'x' }, undefined)).toEqual({ [key]: 'x' });
  });

  it('masks what the schema marks, at any depth', () => {
    const schema = {
      properties: {
        pin: { type: 'integer', secret: true },
        server: { properties: { user: { type: 'string' }, seed: { type: 'string', secret: true } } },
        keys: { type: 'array', items: { type: 'string', secret: true } },
        accounts: { type: 'array', items: { properties: { pin: { secret: true } } } },
        tenants: { additionalProperties: { secret: true } },
      },
    };
    const configuration = {
      pin: 1234,
      server: { user: 'ann', seed: 's' },
      keys: ['a', 'b'],
      accounts: [{ name: 'x', pin: '1' }],
      tenants: { north: 'n' },
    };
    expect(maskConfiguration(configuration, schema)).toEqual({
      pin: '********',
      server: { user: 'ann', seed: '********' },
      keys: ['********', '********'],
      accounts: [{ name: 'x', pin: '********' }],
      tenants: { north: '********' },
    });
  });

  it('shows where a secret lies, and whether there is one', () => {
    const configuration = { password: '${env:DB_PASSWORD}', token: '', usePassword: true, secret: 'a${env:X}b' };
    expect(maskConfiguration(configuration, undefined)).toEqual({ ...configuration, secret: '********' });
  });

  it('masks all of an object under a key that reads like a secret', () => {
    expect(maskConfiguration({ credentials: { user: 'a', pin: 'b' } }, undefined)).toEqual({ credentials: '********' });
  });

  it('masks passwords within addresses', () => {
    expect(maskAddress('postgres://ann:hunter2@db:5432/x?user=b&password=p&sslmode=on')).toBe(
      'postgres://ann:********@db:5432/x?user=b&password=********&sslmode=on',
    );
    expect(maskConfiguration({ urls: ['https://a:b@c/d'] }, undefined)).toEqual({ urls: ['https://a:********@c/d'] });
    expect(maskAddress('/data/a@b:c')).toBe('/data/a@b:c');
  });
});

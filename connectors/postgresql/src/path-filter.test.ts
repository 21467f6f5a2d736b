import { describe, expect, it } from '@jest/globals';
import { pathFilter } from './path-filter.js';
import { fromConnection } from './postgresql-config.js';

describe('patterns', () => {
  it('see database, schema and table, whatever their names hold', () => {
    const filter = pathFilter({ include: ['shop/*/order*'], exclude: ['**/orders_old'] });
    expect(filter.holds('shop', 'public', 'orders')).toBe(true);
    expect(filter.holds('shop', 'public', 'orders_old')).toBe(false);
    expect(filter.holds('shop', 'a/b', 'orders')).toBe(true);
    expect(filter.holds('other', 'public', 'orders')).toBe(false);
    expect(filter.isOpen).toBe(false);
  });

  it('leave out what holds nothing that is wanted', () => {
    const filter = pathFilter({ include: ['shop/p*/**', '*/crm/x'], exclude: ['shop/private/**'] });
    expect([filter.mayHold('shop'), filter.mayHold('any')]).toEqual([true, true]);
    expect([filter.mayHold('shop', 'public'), filter.mayHold('shop', 'crm')]).toEqual([true, true]);
    expect([filter.mayHold('shop', 'private'), filter.mayHold('any', 'public')]).toEqual([false, false]);
  });

  it('take everything by default, names of dots alone too', () => {
    const filter = pathFilter({ include: ['**'], exclude: [] });
    expect([filter.isOpen, filter.holds('..', '.', '..'), filter.mayHold('.')]).toEqual([true, true, true]);
  });
});

describe('the address of a connection', () => {
  const from = (networkAddress: string) =>
    fromConnection({ providerName: 'postgresql', networkAddress, configurationProperties: {} });

  it('is a URL, a host with its port, or the folder of a socket', () => {
    expect(from('postgresql://app:pw%40x@db.example:6432/shop')).toEqual({
      host: 'db.example',
      port: 6432,
      database: 'shop',
      user: 'app',
      password: 'pw@x',
    });
    expect(from('db.example:6432')).toEqual({ host: 'db.example', port: 6432 });
    expect(from('db.example')).toEqual({ host: 'db.example' });
    expect(from('[::1]:5433')).toEqual({ host: '::1', port: 5433 });
    expect(from('/var/run/postgresql')).toEqual({ host: '/var/run/postgresql' });
  });

  it('gives way to what the configuration says, without the reserved keys', () => {
    const connection = {
      providerName: 'postgresql',
      networkAddress: 'db:6432',
      userId: 'app',
      configurationProperties: { port: 5432, 'isthmus.schedule': '* * * * *' },
    };
    expect(fromConnection(connection)).toEqual({ host: 'db', port: 5432, user: 'app' });
  });
});

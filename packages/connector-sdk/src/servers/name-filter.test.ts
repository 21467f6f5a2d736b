import { describe, expect, it } from '@jest/globals';
import { nameFilter } from './name-filter.js';

describe('patterns of names', () => {
  it('see database, schema and table, whatever their names hold', () => {
    const filter = nameFilter({ include: ['shop/*/order*'], exclude: ['**/orders_old'] });
    expect(filter.holds('shop', 'public', 'orders')).toBe(true);
    expect(filter.holds('shop', 'public', 'orders_old')).toBe(false);
    expect(filter.holds('shop', 'a/b', 'orders')).toBe(true);
    expect(filter.holds('shop', 'public', 'order\nbook')).toBe(true);
    expect(filter.holds('other', 'public', 'orders')).toBe(false);
    expect(filter.isOpen).toBe(false);
  });

  it('leave out what holds nothing that is wanted', () => {
    const filter = nameFilter({ include: ['shop/p*/**', '*/crm/x'], exclude: ['shop/private/**'] });
    expect([filter.mayHold('shop'), filter.mayHold('any')]).toEqual([true, true]);
    expect([filter.mayHold('shop', 'public'), filter.mayHold('shop', 'crm')]).toEqual([true, true]);
    expect([filter.mayHold('shop', 'private'), filter.mayHold('any', 'public')]).toEqual([false, false]);
  });

  it('take everything by default, names of dots alone too', () => {
    const filter = nameFilter({ include: ['**'], exclude: [] });
    expect([filter.isOpen, filter.holds('..', '.', '..'), filter.mayHold('.')]).toEqual([true, true, true]);
  });
});

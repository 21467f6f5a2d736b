import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cut, displayWidth } from './width.js';

describe('cut', () => {
  it('leaves what fits', () => {
    expect(cut('orders', 6)).toBe('orders');
  });

  it('keeps the end of names whose end tells most', () => {
    expect(cut('DataFile::sales:/data/2026/orders.csv', 20, 'middle')).toBe('DataFi…26/orders.csv');
  });

  it('counts two columns for wide characters', () => {
    expect(displayWidth('レポート')).toBe(8);
    expect(cut('レポート', 5)).toBe('レポ…');
  });

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 0, max: 30 }),
        fc.constantFrom('end' as const, 'middle' as const),
        (text, width, where) => displayWidth(cut(text, width, where)) <= width,
      ),
    );
  });
});

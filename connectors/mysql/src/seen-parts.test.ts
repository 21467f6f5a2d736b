import { describe, expect, it } from '@jest/globals';
import { CataloguedParts, type SeenParts } from './seen-parts.js';

const seen = (...parts: readonly string[]): SeenParts => ({ isWhole: false, parts: new Set(parts) });
const whole: SeenParts = { isWhole: true, parts: new Set(['columns', 'text']) };

describe('what is seen of something catalogued', () => {
  it('may be told while it is as much as was catalogued, or all that there is', () => {
    const catalogued = new CataloguedParts();
    catalogued.note('t', seen('column a', 'text'));
    const tried = [seen('column a', 'text'), seen('column a', 'column b', 'text'), seen('columns', 'text'), whole];
    expect(tried.map((parts) => catalogued.covers('t', parts))).toEqual([true, true, true, true]);
  });

  it('may not be told when it is less, or nobody remembers how much was catalogued', () => {
    const catalogued = new CataloguedParts();
    catalogued.note('t', whole);
    expect([seen('columns'), seen('column a', 'text')].map((parts) => catalogued.covers('t', parts))).toEqual([
      false,
      false,
    ]);
    expect(catalogued.covers('other', seen('column a', 'text'))).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addPart, cutAnswer } from './list-parts.js';

/** As the other side of a thread puts it together. */
function joined(value: unknown, most: number): unknown {
  const { head, parts } = structuredClone(cutAnswer(value, most));
  for (const part of parts) addPart(head, part);
  return head;
}

describe('an answer that crosses threads', () => {
  it('is whole again on the other side, whatever it is', () => {
    const list = fc.array(fc.jsonValue(), { maxLength: 20 });
    const map = fc.array(fc.tuple(fc.string(), list)).map((entries) => new Map(entries));
    const object = fc.dictionary(fc.string(), fc.oneof(list, fc.jsonValue()));
    fc.assert(
      fc.property(fc.oneof(list, map, object, fc.jsonValue(), fc.constant(undefined)), fc.nat(6), (value, more) =>
        expect(joined(value, more + 1)).toEqual(value),
      ),
    );
  });

  it('has no piece with more items than may cross at once', () => {
    const { head, parts } = cutAnswer({ first: [1, 2, 3, 4, 5], few: [1], second: [1, 2, 3] }, 2);
    expect(head).toEqual({ first: [1, 2], few: [1], second: [1, 2] });
    expect(parts).toEqual([
      { member: 'first', items: [3, 4] },
      { member: 'first', items: [5] },
      { member: 'second', items: [3] },
    ]);
  });

  it('is left as it is when it is short', () => {
    const value = { list: [1, 2], map: new Map([[1, [2]]]) };
    expect(cutAnswer(value, 2)).toEqual({ head: value, parts: [] });
    expect(cutAnswer(value, 2).head).toBe(value);
  });
});

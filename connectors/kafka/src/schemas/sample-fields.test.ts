import { describe, expect, it } from '@jest/globals';
import { sampledFields } from './sample-fields.js';

const fieldsOf = (...values: readonly unknown[]) =>
  sampledFields(values.map((value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))));

describe('fields of sampled messages', () => {
  it('are what all of them have in common, with what may be missing', () => {
    expect(fieldsOf({ b: 1, a: 'x' }, { b: 1.5, c: [1, null], d: { e: true } }, { b: 2, d: null })?.fields).toEqual([
      { name: 'a', dataType: 'string', isNullable: true },
      { name: 'b', dataType: 'number', isNullable: false },
      { name: 'c', dataType: 'array<integer>', isNullable: true },
      {
        name: 'd',
        dataType: 'object',
        isNullable: true,
        fields: [{ name: 'e', dataType: 'boolean', isNullable: false }],
      },
    ]);
    expect(fieldsOf({ a: 1 }, { a: 'x' })?.fields).toEqual([
      { name: 'a', dataType: 'union<integer, string>', isNullable: false },
    ]);
  });

  it('are the same in whatever order messages and members come', () => {
    const [one, other] = [
      { a: 1, b: { c: 1 } },
      { b: { d: 2 }, a: 'x' },
    ];
    expect(fieldsOf(one, other)).toEqual(fieldsOf(other, one));
  });

  it('take an object of ever other members for a map, and end where it lies too deep', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`id-${index}`, index]));
    expect(fieldsOf({ byId: many })?.fields).toEqual([{ name: 'byId', dataType: 'map', isNullable: false }]);
    let deep: unknown = 1;
    for (let level = 0; level < 100; level += 1) deep = { a: deep };
    expect(JSON.stringify(fieldsOf(deep)).length).toBeLessThan(5_000);
  });

  it('are none of messages that are no JSON objects', () => {
    expect(fieldsOf('text', '[1]', '7', '{"broken":', '\u0000\u0001')).toBeUndefined();
    expect(fieldsOf('text', { a: 1 })?.fields).toHaveLength(1);
  });
});

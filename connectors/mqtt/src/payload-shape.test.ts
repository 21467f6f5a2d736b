import { describe, expect, it } from '@jest/globals';
import { emptyShape, fieldsOf, observe, readPayload, shapeOfText, shapeText, typeName } from './payload-shape.js';

const bytes = (text: string) => new TextEncoder().encode(text);

function shapeOf(...values: readonly unknown[]) {
  const shape = emptyShape();
  for (const value of values) observe(shape, value);
  return shape;
}

const lines = (shape: ReturnType<typeof emptyShape>) =>
  fieldsOf(shape).map(({ name, dataType, isNullable }) => `${name}: ${dataType}${isNullable ? '?' : ''}`);

describe('a payload', () => {
  it.each([
    ['{"a": 1}', 'JSON'],
    ['21.5', 'JSON'],
    ['ON', 'text'],
    ['{not json', 'text'],
    ['', 'empty'],
    ['two\nlines', 'text'],
    ['a\0b', 'binary'],
  ])('%j is %s', (text, encoding) => {
    expect(readPayload(bytes(text)).encoding).toBe(encoding);
    expect(readPayload(new Uint8Array([0xff, 0xfe])).encoding).toBe('binary');
  });
});

describe('a shape', () => {
  it('holds the fields of all payloads, with the types that they had', () => {
    const shape = shapeOf({ t: 20, unit: 'C', at: { lat: 1.5 } }, { t: 20.5, ok: true, at: null });
    expect(lines(shape)).toEqual(['at: object?', 'ok: boolean?', 't: number', 'unit: string?']);
    expect(fieldsOf(shape)[0]?.fields).toMatchObject([{ name: 'lat', dataType: 'number', isNullable: false }]);
    expect(typeName(shape)).toBe('object');
  });

  it('looks into lists, and holds no value', () => {
    const shape = shapeOf([{ id: 'secret-1', v: [1, 2] }, { id: 'secret-2' }]);
    expect([typeName(shape), lines(shape)]).toEqual(['array<object>', ['id: string', 'v: array<integer>?']]);
    expect(shapeText(shape)).not.toContain('secret');
    expect(typeName(shapeOf(1, 'x', null))).toBe('integer | string');
    expect(typeName(shapeOf(null))).toBe('null');
  });

  it('takes an object of very many keys for a map, and is bounded in every direction', () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, number) => [`k${number}`, number]));
    expect([typeName(shapeOf(wide)), lines(shapeOf(wide))]).toEqual(['map', []]);
    let deep: unknown = 1;
    for (let level = 0; level < 1_000; level += 1) deep = { deep };
    expect(shapeText(shapeOf(deep)).length).toBeLessThan(500);
    const many = Object.fromEntries(
      Array.from({ length: 90 }, (_, one) => [
        `a${one}`,
        Object.fromEntries(Array.from({ length: 90 }, (_, two) => [`b${two}`, 1])),
      ]),
    );
    expect(shapeText(shapeOf(many)).length).toBeLessThan(20_000);
  });

  it('is found again from its text, and goes on growing from there', () => {
    const shape = shapeOf({ a: 1, b: { c: 'x' } }, { a: 2, d: [{ e: null }] });
    const again = shapeOfText(shapeText(shape)) ?? emptyShape();
    expect(fieldsOf(again)).toEqual(fieldsOf(shape));
    observe(again, { b: {}, f: true });
    expect(lines(again)).toEqual(['a: integer?', 'b: object?', 'd: array<object>?', 'f: boolean?']);
    for (const text of ['', '7', '[1]', '{"a":1}', '[[],[7]]']) expect(() => shapeOfText(text)).not.toThrow();
  });
});

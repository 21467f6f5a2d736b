import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Properties, PropertyValue } from './elements.js';
import { fieldsOf, fieldValue, permittedUpsert, printOf } from './guarded-upsert.js';

const none = { properties: {}, classifications: {} };
const upsert = { op: 'upsert', typeName: 'DataFile', qualifiedName: 'x' } as const;
const present = (properties: Properties, classifications: Readonly<Record<string, Properties>> = {}) => ({
  properties,
  classifications,
});

describe('an upsert with guards', () => {
  it('writes what nobody changed, and leaves and tells what others did', () => {
    const there = present({ displayName: 'by hand', text: '1', additionalProperties: { size: '9', mode: 'r' } });
    const operation = {
      ...upsert,
      properties: { displayName: 'b', text: '2', additionalProperties: { size: '2', mode: 'w', more: 'm' } },
      guards: {
        displayName: printOf('a'),
        text: printOf('1'),
        'additionalProperties.size': printOf('1'),
        'additionalProperties.mode': printOf('r'),
      },
    };
    expect(permittedUpsert(there, operation, false)).toMatchObject({
      properties: { text: '2', additionalProperties: { mode: 'w', more: 'm' } },
      kept: { displayName: 'by hand', 'additionalProperties.size': '9' },
    });
  });

  it('takes a value that is there already for its own, and a missing one for free', () => {
    const operation = { ...upsert, properties: { displayName: 'b', text: '2' }, guards: {} };
    expect(permittedUpsert(present({ displayName: 'b' }), operation, false)).toMatchObject({
      properties: operation.properties,
      kept: {},
    });
  });

  it('clears only what it knows', () => {
    const operation = { ...upsert, properties: {}, clear: ['text', 'label'], guards: { text: printOf('1') } };
    expect(permittedUpsert(present({ text: '1', label: 'by hand' }), operation, false)).toMatchObject({
      clear: ['text'],
      kept: { label: 'by hand' },
    });
  });

  it('holds for properties of classifications too', () => {
    const there = present({}, { Confidentiality: { level: 5, source: 'me' } });
    const operation = {
      ...upsert,
      properties: {},
      classifications: { Confidentiality: { level: 2, source: 'scan' }, Retention: { days: 1 } },
      guards: { '@Confidentiality.source': printOf('me'), '@Confidentiality.level': printOf(1) },
    };
    expect(permittedUpsert(there, operation, false)).toMatchObject({
      classifications: { Confidentiality: { source: 'scan' }, Retention: { days: 1 } },
      kept: { '@Confidentiality.level': 5 },
    });
  });

  it('writes each field that is free, its own or the same already, and leaves and tells each other', () => {
    const text = fc.constantFrom('1', '2', '3');
    const map = fc.dictionary(fc.constantFrom('size', 'mode'), text, { minKeys: 1 });
    const some = fc.record({ displayName: text, label: text, additionalProperties: map }, { requiredKeys: [] });
    fc.assert(
      fc.property(some, some, some, (there, before, now) => {
        const former = new Map(fieldsOf(there));
        const guards = Object.fromEntries(fieldsOf(before).map(([field, value]) => [field, printOf(value)]));
        const { properties, kept } = permittedUpsert(present(there), { ...upsert, properties: now, guards }, false);
        const isFree = ([field, value]: readonly [string, PropertyValue]) => {
          const found = former.get(field);
          return found === undefined || found === value || guards[field] === printOf(found);
        };
        const told = fieldsOf(now);
        expect(fieldsOf(properties)).toEqual(told.filter(isFree));
        const left = told.filter((field) => !isFree(field));
        expect(kept).toEqual(Object.fromEntries(left.map(([field]) => [field, former.get(field)])));
      }),
    );
  });

  it('that knows nothing of the element writes over what nobody but the writer wrote', () => {
    const operation = { ...upsert, properties: { text: '2' }, guards: {}, trustsOwnWork: true } as const;
    expect(permittedUpsert(present({ text: '1' }), operation, true).kept).toEqual({});
    expect(permittedUpsert(present({ text: '1' }), operation, false).kept).toEqual({ text: '1' });
    const known = { ...upsert, properties: { text: '2' }, guards: {} };
    expect(permittedUpsert(present({ text: '1' }), known, true).kept).toEqual({ text: '1' });
  });
});

describe('the print of a value', () => {
  const value = fc.jsonValue().filter((found) => found !== null) as fc.Arbitrary<PropertyValue>;

  it('tells values apart and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const text = (found: PropertyValue) => JSON.stringify([...fieldsOf({ found })].sort());
        if (typeof one !== 'object' && typeof other !== 'object')
          expect(printOf(one) === printOf(other)).toBe(Object.is(one, other) || text(one) === text(other));
        expect(printOf(one)).toMatch(/^[\w-]{6}$/);
      }),
    );
    expect(printOf({ a: 1, b: { c: 2, d: 3 } })).toBe(printOf({ b: { d: 3, c: 2 }, a: 1 }));
    expect(printOf('1')).not.toBe(printOf(1));
    const many = new Set(Array.from({ length: 20_000 }, (_, index) => printOf(`value ${index}`)));
    expect(many.size).toBe(20_000);
  });

  it('belongs to a field that is found again by its name, whatever its keys are called', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (map) => {
        const element = { properties: { plain: 'p', map }, classifications: { C: { inner: 'i' } } };
        for (const [name, found] of fieldsOf(element.properties, element.classifications))
          expect(fieldValue(element, name)).toBe(found);
      }),
    );
    expect(fieldValue(none, 'map.constructor')).toBeUndefined();
  });
});

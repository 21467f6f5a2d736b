import { describe, expect, it } from '@jest/globals';
import { upsertedProperties } from './upserted-properties.js';

describe('properties after an upsert', () => {
  it('keep what the writer does not name, also single keys of a map', () => {
    const former = { displayName: 'a', description: 'by hand', additionalProperties: { size: '1', owner: 'alice' } };
    expect(upsertedProperties(former, { displayName: 'b', additionalProperties: { size: '2', mode: 'r' } })).toEqual({
      displayName: 'b',
      description: 'by hand',
      additionalProperties: { size: '2', owner: 'alice', mode: 'r' },
    });
  });

  it('lose the properties and the keys to clear, and no others', () => {
    const former = {
      displayName: 'a',
      pathName: '/a',
      additionalProperties: { size: '1', 'a.b': '2', owner: 'alice' },
    };
    const clear = [
      'pathName',
      'additionalProperties.a.b',
      'additionalProperties.none',
      'displayName.x',
      'other',
      'x.y',
    ];
    expect(upsertedProperties(former, {}, clear)).toEqual({
      displayName: 'a',
      additionalProperties: { size: '1', owner: 'alice' },
    });
  });

  it('have what is named both to clear and to write, a map then with these keys alone', () => {
    const former = { displayName: 'a', additionalProperties: { size: '1', owner: 'alice' } };
    const written = { displayName: 'b', additionalProperties: { size: '2' } };
    expect(upsertedProperties(former, written, ['displayName', 'additionalProperties'])).toEqual(written);
    expect(upsertedProperties(former, written, ['additionalProperties.size'])).toEqual({
      displayName: 'b',
      additionalProperties: { size: '2', owner: 'alice' },
    });
  });

  it('lose a map with its last key, unless the writer names the map', () => {
    const former = { additionalProperties: { size: '1' } };
    expect(upsertedProperties(former, {}, ['additionalProperties.size'])).toEqual({});
    expect(upsertedProperties(former, { additionalProperties: {} }, ['additionalProperties.size'])).toEqual({
      additionalProperties: {},
    });
    expect(upsertedProperties({ additionalProperties: {} }, {}, ['additionalProperties.size'])).toEqual({
      additionalProperties: {},
    });
  });

  it('have a list as it was written, and take any text for a key', () => {
    const former = { list: ['a', 'b'], map: JSON.parse('{"__proto__":"1","constructor":"2"}') };
    const after = upsertedProperties(former, { list: ['c'], map: { toString: '3' } }, ['map.constructor']);
    expect(JSON.stringify(after)).toBe('{"list":["c"],"map":{"__proto__":"1","toString":"3"}}');
  });
});

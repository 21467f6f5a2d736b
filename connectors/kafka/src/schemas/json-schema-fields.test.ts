import { describe, expect, it } from '@jest/globals';
import { jsonSchemaFields } from './json-schema-fields.js';

const none = new Map<string, string>();
const fieldsOf = (schema: unknown, referenced: ReadonlyMap<string, string> = none) =>
  jsonSchemaFields(JSON.stringify(schema), referenced);
const field = (schema: unknown, required = true) =>
  fieldsOf({ type: 'object', properties: { f: schema }, ...(required ? { required: ['f'] } : {}) }).fields[0];

describe('fields of a JSON schema', () => {
  it('are told with what is required, described, limited and given as default', () => {
    const event = fieldsOf({
      title: 'Order',
      description: 'What somebody bought.',
      type: 'object',
      required: ['id'],
      properties: {
        id: { type: 'string', description: 'of the shop', maxLength: 20, minLength: 3, format: 'uuid' },
        count: { type: 'integer', default: 1 },
      },
    });
    expect(event).toMatchObject({ name: 'Order', description: 'What somebody bought.', isCut: false });
    expect(event.fields).toMatchObject([
      {
        name: 'id',
        dataType: 'string',
        isNullable: false,
        length: 20,
        minimumLength: 3,
        description: 'of the shop',
        additionalProperties: { format: 'uuid' },
      },
      { name: 'count', dataType: 'integer', isNullable: true, defaultValue: '1' },
    ]);
  });

  it.each([
    ['null or a text', { type: ['null', 'string'] }, { dataType: 'string', isNullable: true }],
    ['a list', { type: 'array', items: { type: 'number' } }, { dataType: 'array<number>' }],
    ['a map', { type: 'object', additionalProperties: { type: 'integer' } }, { dataType: 'map<integer>' }],
    ['values', { enum: ['S', 'M'] }, { dataType: 'string', additionalProperties: { symbols: 'S, M' } }],
    ['an object', { properties: { a: { type: 'string' } } }, { dataType: 'object', fields: [{ name: 'a' }] }],
    ['anything', true, { dataType: 'any' }],
    [
      'null or an object',
      { oneOf: [{ type: 'null' }, { type: 'object', properties: { a: {} } }] },
      { dataType: 'object', isNullable: true, fields: [{ name: 'a' }] },
    ],
    [
      'one of several',
      {
        anyOf: [
          { title: 'A', properties: { a: {} } },
          { title: 'B', properties: { b: {} } },
        ],
      },
      { dataType: 'union<A, B>', fields: [{ name: 'A', fields: [{ name: 'a' }] }, { name: 'B' }] },
    ],
    [
      'put together',
      { allOf: [{ properties: { a: {} } }], properties: { b: {} }, required: ['a'] },
      { fields: [{ name: 'a', isNullable: false }, { name: 'b' }] },
    ],
  ])('may be %s', (_what, schema, expected) => {
    expect(field(schema)).toMatchObject(expected);
  });

  it('follow references within, in circles too, and into schemas that are at hand, but nowhere else', () => {
    const referenced = new Map([
      ['money.json', '{"type":"object","properties":{"cents":{"$ref":"#/$defs/c"}},"$defs":{"c":{"type":"integer"}}}'],
    ]);
    const { fields } = fieldsOf(
      {
        type: 'object',
        properties: {
          next: { $ref: '#/definitions/node' },
          sum: { $ref: 'money.json' },
          far: { $ref: 'https://example.org/far.json' },
        },
        definitions: { node: { type: 'object', properties: { next: { $ref: '#/definitions/node' } } } },
      },
      referenced,
    );
    expect(fields).toMatchObject([
      { name: 'next', fields: [{ name: 'next', dataType: 'node', additionalProperties: { recursive: 'true' } }] },
      { name: 'sum', fields: [{ name: 'cents', dataType: 'integer' }] },
      { name: 'far', dataType: 'far.json' },
    ]);
  });

  it('end where a schema lies too deep or refers to itself by a chain', () => {
    let deep: unknown = { type: 'string' };
    for (let level = 0; level < 60; level += 1) deep = { type: 'object', properties: { a: deep } };
    expect(fieldsOf(deep).isCut).toBe(true);
    expect(fieldsOf({ $ref: '#' })).toMatchObject({ fields: [] });
    expect(fieldsOf({ allOf: [{ $ref: '#' }] })).toMatchObject({ fields: [] });
  });

  it('cannot be told of what is no JSON', () => {
    expect(() => jsonSchemaFields('{', none)).toThrow(/it is no JSON/);
  });

  it('are bounded where a schema is put together of itself, or of choices of choices', () => {
    const self = { properties: { a: { type: 'string' } }, allOf: [{ $ref: '#' }, { $ref: '#' }, { $ref: '#' }] };
    expect(jsonSchemaFields(JSON.stringify(self), new Map()).fields).toMatchObject([{ name: 'a', dataType: 'string' }]);
    const levels = Array.from({ length: 30 }, (_, level) => [
      `l${level}`,
      { oneOf: Array.from({ length: 3 }, () => ({ $ref: `#/$defs/l${level + 1}` })) },
    ]);
    const choices = { properties: { a: { $ref: '#/$defs/l0' } }, $defs: Object.fromEntries(levels) };
    expect(jsonSchemaFields(JSON.stringify(choices), new Map()).isCut).toBe(true);
  });
});

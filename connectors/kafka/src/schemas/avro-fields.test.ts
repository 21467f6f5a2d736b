import { describe, expect, it } from '@jest/globals';
import { avroFields } from './avro-fields.js';

const none = new Map<string, string>();
const fieldsOf = (schema: unknown, referenced: ReadonlyMap<string, string> = none) =>
  avroFields(JSON.stringify(schema), referenced);
const record = (name: string, fields: readonly unknown[], more: object = {}) => ({
  type: 'record',
  name,
  fields,
  ...more,
});

describe('fields of an Avro schema', () => {
  it('are told with type, default, aliases, documentation and what may be null', () => {
    const event = fieldsOf(
      record(
        'Order',
        [
          { name: 'id', type: 'string', doc: 'of the shop' },
          { name: 'note', type: ['null', 'string'], default: null, aliases: ['remark'] },
          { name: 'count', type: 'int', default: 1 },
        ],
        { namespace: 'org.shop', doc: 'What somebody bought.' },
      ),
    );
    expect(event).toEqual({
      name: 'Order',
      namespace: 'org.shop',
      description: 'What somebody bought.',
      dataType: undefined,
      isCut: false,
      fields: [
        { name: 'id', dataType: 'string', description: 'of the shop', isNullable: false, defaultValue: undefined },
        {
          name: 'note',
          dataType: 'string',
          description: undefined,
          isNullable: true,
          defaultValue: 'null',
          aliases: ['remark'],
        },
        { name: 'count', dataType: 'int', description: undefined, isNullable: false, defaultValue: '1' },
      ],
    });
  });

  it.each([
    [
      'a time',
      { type: 'long', logicalType: 'timestamp-millis' },
      { dataType: 'long', additionalProperties: { logicalType: 'timestamp-millis' } },
    ],
    [
      'a decimal',
      { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 },
      { dataType: 'bytes', precision: 9, additionalProperties: { logicalType: 'decimal', scale: '2' } },
    ],
    [
      'an enumeration',
      { type: 'enum', name: 'Size', symbols: ['S', 'M'] },
      { dataType: 'enum n.Size', additionalProperties: { symbols: 'S, M' } },
    ],
    ['bytes of one length', { type: 'fixed', name: 'Hash', size: 16 }, { dataType: 'fixed n.Hash', length: 16 }],
    ['an array', { type: 'array', items: 'long' }, { dataType: 'array<long>' }],
    [
      'a map of arrays',
      { type: 'map', values: { type: 'array', items: 'string' } },
      { dataType: 'map<array<string>>' },
    ],
    ['a choice', ['null', 'string', 'long'], { dataType: 'union<string, long>', isNullable: true }],
    [
      'records in an array',
      { type: 'array', items: record('Item', [{ name: 'sku', type: 'string' }]) },
      { dataType: 'array<n.Item>', fields: [expect.objectContaining({ name: 'sku' })] },
    ],
    [
      'one of several records',
      [record('A', [{ name: 'a', type: 'int' }]), record('B', [{ name: 'b', type: 'int' }])],
      {
        dataType: 'union<n.A, n.B>',
        fields: [expect.objectContaining({ name: 'n.A' }), expect.objectContaining({ name: 'n.B' })],
      },
    ],
  ])('may be %s', (_what, type, expected) => {
    const [field] = fieldsOf(record('R', [{ name: 'f', type }], { namespace: 'n' })).fields;
    expect(field).toMatchObject(expected);
  });

  it('of a record that contains itself end where it does', () => {
    const { fields } = fieldsOf(
      record('Node', [
        { name: 'value', type: 'int' },
        { name: 'next', type: ['null', 'Node'] },
      ]),
    );
    expect(fields[1]).toMatchObject({
      dataType: 'Node',
      isNullable: true,
      additionalProperties: { recursive: 'true' },
    });
  });

  it('follow names into schemas that are referred to, and name what is not there', () => {
    const referenced = new Map([
      ['org.shop.Money', JSON.stringify(record('Money', [{ name: 'cents', type: 'long' }], { namespace: 'org.shop' }))],
    ]);
    const { fields } = fieldsOf(
      record(
        'Order',
        [
          { name: 'sum', type: 'Money' },
          { name: 'buyer', type: 'Customer' },
        ],
        { namespace: 'org.shop' },
      ),
      referenced,
    );
    expect(fields).toMatchObject([
      { dataType: 'org.shop.Money', fields: [{ name: 'cents' }] },
      { dataType: 'Customer' },
    ]);
    expect(fields[1]?.fields).toBeUndefined();
  });

  it('may be those of the only record of a union of names', () => {
    const referenced = new Map([['A', JSON.stringify(record('A', [{ name: 'a', type: 'int' }]))]]);
    expect(avroFields('["A"]', referenced)).toMatchObject({ dataType: 'A', fields: [{ name: 'a' }] });
  });

  it('are none of an event that is no record', () => {
    expect(fieldsOf('string')).toMatchObject({ dataType: 'string', fields: [], name: undefined });
  });

  it('are bounded where types contain each other many times over', () => {
    const level = (depth: number): unknown =>
      record(
        `L${depth}`,
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, type: depth === 0 ? 'int' : `L${depth - 1}` })),
      );
    const referenced = new Map(Array.from({ length: 12 }, (_, depth) => [`L${depth}`, JSON.stringify(level(depth))]));
    const event = fieldsOf(level(12), referenced);
    expect(event.isCut).toBe(true);
    expect(JSON.stringify(event).length).toBeLessThan(1_000_000);
  });

  it.each([
    ['{', /it is no JSON/],
    ['{"type":"record","fields":[]}', /a record has no name/],
    ['{"type":"record","name":"R","fields":7}', /no list of objects/],
    ['7', /neither a name/],
    [`${'{"type":"array","items":'.repeat(300)}"int"${'}'.repeat(300)}`, /more than 200 deep/],
  ])('cannot be told of %j', (text, expected) => {
    expect(() => avroFields(text, none)).toThrow(expected);
  });
});

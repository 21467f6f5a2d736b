import { describe, expect, it } from '@jest/globals';
import { protobufFields } from './protobuf-fields.js';

const none = new Map<string, string>();

describe('fields of a .proto file', () => {
  it('are those of its first message, with number, comment and what they hold', () => {
    const event = protobufFields(
      `syntax = "proto3";
       package shop.v1; // message Wrong { }
       import "google/protobuf/timestamp.proto";
       // What somebody bought.
       message Order {
         string id = 1; // of the shop
         repeated Item items = 2;
         map<string, int64> prices = 3;
         optional string note = 4;
         Size size = 5;
         oneof payment { string card = 6; string invoice = 7; }
         google.protobuf.Timestamp at = 8;
         message Item { string sku = 1; Order of = 2; }
         enum Size { SMALL = 0; LARGE = 1; }
       }
       message Another { string x = 1; }`,
      none,
    );
    expect(event).toMatchObject({ name: 'Order', namespace: 'shop.v1', description: 'What somebody bought.' });
    expect(event.fields).toMatchObject([
      {
        name: 'id',
        dataType: 'string',
        description: 'of the shop',
        isNullable: false,
        additionalProperties: { number: '1' },
      },
      {
        name: 'items',
        dataType: 'array<shop.v1.Order.Item>',
        fields: [{ name: 'sku' }, { name: 'of', additionalProperties: { recursive: 'true' } }],
      },
      { name: 'prices', dataType: 'map<string, int64>' },
      { name: 'note', isNullable: true },
      { name: 'size', dataType: 'enum shop.v1.Order.Size', additionalProperties: { symbols: 'SMALL, LARGE' } },
      { name: 'card', isNullable: true, additionalProperties: { oneOf: 'payment' } },
      { name: 'invoice', isNullable: true },
      { name: 'at', dataType: expect.stringContaining('google.protobuf.Timestamp') },
    ]);
  });

  it('follow imports that are at hand', () => {
    const referenced = new Map([
      ['money.proto', 'syntax = "proto3"; package shop; message Money { int64 cents = 1; }'],
    ]);
    const text = 'syntax = "proto3"; package shop; import "money.proto"; message Bill { Money sum = 1; }';
    expect(protobufFields(text, referenced).fields).toMatchObject([
      { dataType: 'shop.Money', fields: [{ name: 'cents' }] },
    ]);
  });

  it('of proto2 say what is required and its default', () => {
    const text = 'syntax = "proto2"; message A { required int32 a = 1; optional int32 b = 2 [default = 7]; }';
    expect(protobufFields(text, none).fields).toMatchObject([
      { name: 'a', isNullable: false },
      { name: 'b', isNullable: true, defaultValue: '7' },
    ]);
  });

  it.each([
    ['message {', /is no \.proto file/],
    ['syntax = "proto3";', /declares no message/],
  ])('cannot be told of %j', (text, expected) => {
    expect(() => protobufFields(text, none)).toThrow(expected);
  });
});

import { describe, expect, it } from '@jest/globals';
import { refusalText } from './refusal-text.js';

const parent = 'RelationalDBSchemaType::src:d%database';
const table = 'RelationalTable::src:d/t';
const body = {
  elements: [
    {
      typeName: 'RelationalTable',
      qualifiedName: table,
      properties: {},
      parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: parent },
    },
  ],
} as const;
const refused = { code: 'ELEMENT_NOT_FOUND', qualifiedName: table, message: `there is no element called ${parent}` };

describe('why an item is set aside', () => {
  it('says what to do where what it lies in is not there', () => {
    expect(refusalText(refused, body)).toMatch(
      /there is no element called .*; next: tell its database with `hasTables/,
    );
  });

  it('says nothing of parents where something else is missing', () => {
    const other = { ...refused, message: 'there is no element called Topic::x:y' };
    expect(refusalText(other, body)).toBe(`${table}: there is no element called Topic::x:y`);
    expect(refusalText({ ...refused, code: 'TYPE_UNKNOWN' }, body)).not.toContain('next');
    expect(refusalText(refused, undefined)).not.toContain('next');
  });
});

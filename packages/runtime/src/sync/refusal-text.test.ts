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

  it('says so too where the anchor that goes with the parent was missed first', () => {
    const anchor = 'DeployedDatabaseSchema::src:d';
    const [element] = body.elements;
    const anchored = { elements: [{ ...element, anchor }] } as const;
    expect(refusalText({ ...refused, message: `there is no element called ${anchor}` }, anchored)).toContain(
      'next: tell',
    );
  });

  it('says nothing of parents where something else is missing', () => {
    const other = { ...refused, message: 'there is no element called Topic::x:y' };
    expect(refusalText(other, body)).toBe(`${table}: there is no element called Topic::x:y`);
    expect(refusalText({ ...refused, code: 'ITEM_TOO_LARGE' }, body)).not.toContain('next');
    expect(refusalText(refused, undefined)).not.toContain('next');
  });

  it('names the field of a type that there is not, and the type that was meant', () => {
    const [element] = body.elements;
    const of = (change: object) => ({ elements: [{ ...element, ...change }] }) as const;
    const unknown = (name: string) => ({ code: 'TYPE_UNKNOWN', qualifiedName: table, message: `no type ${name}` });
    expect(refusalText(unknown('RelationalTabel'), of({ typeName: 'RelationalTabel' }))).toBe(
      `${table}: no type RelationalTabel; it stands in \`typeName\`; did you mean \`RelationalTable\`?`,
    );
    expect(refusalText(unknown('PrimaryKye'), of({ classifications: { PrimaryKye: {} } }))).toContain(
      'it stands in `classifications`; did you mean `PrimaryKey`?',
    );
    expect(refusalText(unknown('Zzzzzz'), of({ typeName: 'Zzzzzz' }))).toBe(
      `${table}: no type Zzzzzz; it stands in \`typeName\``,
    );
    expect(refusalText(unknown('Elsewhere'), body)).toBe(`${table}: no type Elsewhere`);
  });
});

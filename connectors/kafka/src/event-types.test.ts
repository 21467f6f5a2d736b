import { describe, expect, it } from '@jest/globals';
import { eventFieldsOf } from './event-types.js';
import type { SchemaReference, SubjectRow } from './rows.js';

const record = (name: string, type: unknown) =>
  JSON.stringify({ type: 'record', name, fields: [{ name: `of${name}`, type }] });

function registryOf(texts: Readonly<Record<string, string>>, references: Readonly<Record<string, SchemaReference[]>>) {
  const asked: string[] = [];
  const row = (subject: string): SubjectRow | undefined => {
    const text = texts[subject];
    if (text === undefined) return undefined;
    return { subject, versions: [1], version: 1, id: 1, type: 'AVRO', text, references: references[subject] ?? [] };
  };
  return {
    asked,
    row,
    schema: async (subject: string) => {
      asked.push(subject);
      return row(subject);
    },
  };
}

const to = (name: string, subject = name.toLowerCase()): SchemaReference => ({ name, subject, version: 1 });

describe('what a subject says of its events', () => {
  it('is found beside it where it lies in a context of the registry', async () => {
    const registry = registryOf(
      {
        ':.team:orders-value': record('Order', 'Money'),
        ':.team:money': record('Money', 'Unit'),
        ':.all:unit': '"int"',
      },
      { ':.team:orders-value': [to('Money')], ':.team:money': [to('Unit', ':.all:unit')] },
    );
    const row = registry.row(':.team:orders-value');
    if (row === undefined) throw new Error('there is none');
    const { fields } = await eventFieldsOf(registry, row);
    expect(registry.asked).toEqual([':.team:money', ':.all:unit']);
    expect(fields).toMatchObject([{ name: 'ofOrder', fields: [{ name: 'ofMoney' }] }]);
  });

  it('is found where schemas refer to each other in a circle', async () => {
    const registry = registryOf({ a: record('A', 'B'), b: record('B', ['null', 'A']) }, { a: [to('B')], b: [to('A')] });
    const row = registry.row('a');
    if (row === undefined) throw new Error('there is none');
    expect((await eventFieldsOf(registry, row)).fields).toMatchObject([
      { fields: [{ name: 'ofB', isNullable: true }] },
    ]);
  });

  it('is not read further once it is too long, nor where it is nested without end', async () => {
    const long = 'x'.repeat(300_000);
    const names = ['A', 'B', 'C', 'D'];
    const registry = registryOf(
      Object.fromEntries(['top', ...names.map((name) => name.toLowerCase())].map((name) => [name, long])),
      { top: names.map((name) => to(name)) },
    );
    const row = registry.row('top');
    if (row === undefined) throw new Error('there is none');
    await expect(eventFieldsOf(registry, row)).rejects.toThrow('more than 524288 characters');
    expect(registry.asked).toEqual(['a']);
    const deep = `{"type":"object","properties":{"a":{"const":${'['.repeat(100_000)}${']'.repeat(100_000)}}}}`;
    await expect(eventFieldsOf(registry, { ...row, type: 'JSON', text: deep, references: [] })).rejects.toThrow(
      'it is nested too deeply',
    );
  });
});

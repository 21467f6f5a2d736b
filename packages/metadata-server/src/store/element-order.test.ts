import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { comparePlaces, compareTexts, orderSql } from './element-order.js';

const order = 'PROPERTY_ASCENDING';

describe('the order of elements by a property', () => {
  it('is the same in SQLite and here, whatever the values', () => {
    const directory = mkdtempSync(join(tmpdir(), 'isthmus-order-'));
    const database = openDatabase(join(directory, 'some.db'), [
      'CREATE TABLE element (id INTEGER PRIMARY KEY, properties TEXT NOT NULL)',
    ]);
    const sql = orderSql({ order, orderProperty: 'size' });
    const text = fc.string({ unit: 'grapheme', maxLength: 3 });
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const value = fc.oneof(
      text,
      number,
      fc.boolean(),
      fc.constant(undefined),
      fc.array(text),
      fc.dictionary(text, text),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), (values) => {
        database.run('DELETE FROM element');
        for (const [id, size] of values.entries())
          database.run('INSERT INTO element VALUES (?, ?)', id, JSON.stringify({ size }));
        const rows = database.rows<readonly [number]>(
          `SELECT id FROM element ORDER BY ${sql?.rank}, ${sql?.value}, id`,
          ...(sql?.parameters ?? []),
        );
        const expected = [...values.keys()].sort(
          (one, other) => comparePlaces(values[one], values[other]) || one - other,
        );
        expect(rows.map(([id]) => id)).toEqual(expected);
      }),
    );
    database[Symbol.dispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is that of code points among texts', () => {
    const texts = ['\u{1f600}', '\uffee', 'a', 'ab', '', '\u{10000}', 'é'];
    expect([...texts].sort(compareTexts)).toEqual(['', 'a', 'ab', 'é', '\uffee', '\u{10000}', '\u{1f600}']);
  });

  it('is left to this side where the name is none of an attribute', () => {
    expect(orderSql({ order, orderProperty: 'a"b' })).toBeUndefined();
    expect(orderSql({ order: 'LAST_UPDATE_RECENT', orderProperty: 'size' })).toBeUndefined();
  });
});

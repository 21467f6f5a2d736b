import { describe, expect, it } from '@jest/globals';
import { factsOfIndex, factsOfTable, moduleOf, withOwnCollations } from './create-text.js';

describe('the text of a table', () => {
  it('tells the expressions of generated columns', () => {
    const { formulas } = factsOfTable(
      `CREATE TABLE "a (b" (net REAL, "gross, all" REAL GENERATED ALWAYS AS (round(net * 1.19, 2)) STORED,
         [half] AS (net / 2), as_text TEXT /* AS (no) */ DEFAULT ('AS (no)'), -- x AS (no)
         as INTEGER)`,
    );
    expect([...formulas]).toEqual([
      ['gross, all', 'round(net * 1.19, 2)'],
      ['half', 'net / 2'],
    ]);
  });

  it('tells what is checked, of columns and of the table', () => {
    const { checks } = factsOfTable(
      `CREATE TABLE t (a CHECK(a > 0) CHECK (a < '9)'), "check" (5), CONSTRAINT c CHECK ((a, b) != (1, 2)))`,
    );
    expect(checks).toEqual(['a > 0', "a < '9)'", '(a, b) != (1, 2)']);
  });

  it('says nothing of one that is torn, or made of a query', () => {
    expect(factsOfTable('CREATE TABLE t (a CHECK (b').checks).toEqual([]);
    expect(factsOfTable('CREATE TABLE t AS SELECT 1').formulas.size).toBe(0);
  });
});

describe('the text of an index', () => {
  it('tells its parts and its condition', () => {
    expect(
      factsOfIndex(`CREATE UNIQUE INDEX i ON t (lower(a), "b,c" DESC, d COLLATE NOCASE) WHERE a > 'WHERE (' AND b`),
    ).toEqual({
      parts: ['lower(a)', '"b,c" DESC', 'd COLLATE NOCASE'],
      condition: `a > 'WHERE (' AND b`,
    });
  });
});

describe('the text of a virtual table', () => {
  it('tells its module', () => {
    expect(moduleOf('CREATE VIRTUAL TABLE t USING fts5(a, b)')).toBe('fts5');
    expect(moduleOf('CREATE VIRTUAL TABLE "using" USING "r tree"(a)')).toBe('r tree');
  });
});

describe('a text with collations of a program', () => {
  it('has one of SQLite in their place, and stays as it is otherwise', () => {
    expect(
      withOwnCollations(
        `CREATE TABLE t (a COLLATE localized, b TEXT COLLATE "my ""own", c COLLATE nocase, d DEFAULT 'x COLLATE y') -- COLLATE z`,
      ),
    ).toBe(
      `CREATE TABLE t (a COLLATE binary, b TEXT COLLATE binary, c COLLATE nocase, d DEFAULT 'x COLLATE y') -- COLLATE z`,
    );
    expect(withOwnCollations('CREATE VIEW v AS SELECT a COLLATE german||b, "COLLATE" x FROM t')).toBe(
      'CREATE VIEW v AS SELECT a COLLATE binary||b, "COLLATE" x FROM t',
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { csvColumns } from './csv-columns.js';
import { detectDialect } from './csv-dialect.js';

async function read(text: string, rows = 200) {
  const dialect = detectDialect(text, rows + 1, true);
  const { columns, ...rest } = await csvColumns(text, dialect);
  return {
    ...rest,
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    columns: columns.map((one) => `${one.name} ${one.dataType}`),
  };
}

describe('csvColumns', () => {
  it.each([
    ['commas', 'id,name\n1,Ann\n2,Bo\n', ',', ['id int', 'name string']],
    ['semicolons with decimal commas', 'id;price\n1;2,50\n2;3,75\n', ';', ['id int', 'price double']],
    ['tabs', 'id\tat\n1\t2026-01-31\n', '\t', ['id int', 'at date']],
    ['pipes', 'id|ok\n1|true\n2|false\n', '|', ['id int', 'ok boolean']],
    ['carriage returns', 'a,b\r1,2\r', ',', ['a int', 'b int']],
    ['one column', 'city\nBonn\nKiel\n', ',', ['city string']],
  ])('finds %s', async (_what, text, delimiter, columns) => {
    expect(await read(text)).toMatchObject({ delimiter, columns, hasHeader: true, raggedCount: 0 });
  });

  it('takes delimiters and line breaks inside quotes as content', async () => {
    const text = '"id";"text"\n1;"a; b\n""c"" d"\n2;"e"\n';
    expect(await read(text)).toMatchObject({
      delimiter: ';',
      quote: '"',
      columns: ['id int', 'text string'],
      raggedCount: 0,
    });
  });

  it('finds single quotes', async () => {
    expect(await read("'id','text'\n'1','a, b'\n'2','c'\n")).toMatchObject({
      quote: "'",
      columns: ['id int', 'text string'],
    });
  });

  it('gives no names when the first row is like the others', async () => {
    expect(await read('1,2.5,Ann\n2,3.5,Bo\n')).toMatchObject({
      hasHeader: false,
      columns: [' int', ' double', ' string'],
    });
  });

  it('knows a header that repeats a name by a column that has another type below', async () => {
    expect(await read('id,name,id\n1,Ann,3\n')).toMatchObject({
      hasHeader: true,
      columns: ['id int', 'name string', 'id int'],
    });
    for (const text of ['Ann,Ann\nBo,Al\n', 'NA,NA\n1,2\n', '2026-01-31,NA,NA\n2026-02-01,1,2\n'])
      expect(await read(text)).toMatchObject({ hasHeader: false });
  });

  it('knows a header with years by the column that has another type below', async () => {
    expect(await read('country code,2019,2020\n1,5.5,6.5\n2,7.5,8.5\n')).toMatchObject({ hasHeader: true });
  });

  it('keeps identifiers with leading zeros and very long digits as text', async () => {
    expect(await read('postcode,card\n04109,99999999999999999999\n80469,12345678901234567890\n')).toMatchObject({
      columns: ['postcode string', 'card string'],
    });
  });

  it('widens types to what holds every value, and mixes to text', async () => {
    const text = 'a,b,c,d\n1,1,2026-01-01,true\n3000000000,1.5,2026-01-01T10:00:00Z,1\n';
    expect(await read(text)).toMatchObject({ columns: ['a long', 'b double', 'c timestamp', 'd string'] });
  });

  it('says that a column may be empty only when it was seen empty', async () => {
    const dialect = detectDialect('a,b\n1,\n2,3\n', 10, true);
    const { columns } = await csvColumns('a,b\n1,\n2,3\n', dialect);
    expect(columns).toEqual([
      { name: 'a', dataType: 'int' },
      { name: 'b', dataType: 'int', isNullable: true },
    ]);
  });

  it('counts records of another length', async () => {
    expect(await read('a,b\n1,2\n3\n4,5,6\n7,8\n')).toMatchObject({ raggedCount: 2, columnCount: 2 });
  });

  it('looks at no more rows than it is told', async () => {
    const dialect = detectDialect('a\n1\n2\nnot a number\n', 3, true);
    expect(dialect.recordEnds).toHaveLength(3);
    expect((await csvColumns('a\n1\n2\nnot a number\n', dialect)).columns[0]?.dataType).toBe('int');
  });

  it('leaves off the record that the sample cuts', () => {
    expect(detectDialect('a,b\n1,2\n3,', 10, false).recordEnds).toEqual([4, 8]);
    expect(detectDialect('a,b\n1,"x\n', 10, true).quoteOpen).toBe(true);
  });

  it('cuts records where csv-parse does, whatever they hold', async () => {
    const cells = ['', 'a', 'b c', '"q,""x"""', '"l1\nl2"', '7'];
    for (let seed = 0; seed < 200; seed += 1) {
      const rows = Array.from({ length: 5 }, (_, row) =>
        [1, 2, 3].map((cell) => cells[(seed * 7 + row * 5 + cell * seed) % 6]),
      );
      const text = `w,x,y,z\n${rows.map((row) => ['k', ...row].join(',')).join('\n')}\n`;
      const dialect = detectDialect(text, 100, true, ',');
      const { raggedCount, columnCount } = await csvColumns(text, dialect);
      expect([dialect.recordEnds.length, dialect.quoteOpen]).toEqual([csvRecords(text), false]);
      expect([raggedCount, columnCount]).toEqual([0, 4]);
    }
  });
});

/** Line breaks outside quotes, counted another way. */
function csvRecords(text: string): number {
  return text.replace(/(?<=^|[,\n])"(?:[^"]|"")*"/g, '').split('\n').length - 1;
}

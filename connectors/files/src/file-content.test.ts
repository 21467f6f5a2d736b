import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeContent } from './file-content.js';
import { nodeFileSystem } from './file-system.js';
import { parquetColumns } from './parquet-columns.js';
import { type TemporaryFolder, temporaryFolder } from './testing-folder.js';

const landingArea = fileURLToPath(new URL('../../../examples/first-catalogue/landing-area/', import.meta.url));
const reading = { columns: true, sampleRows: 200, maxSampleBytes: 65_536 };
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function describeBytes(name: string, content: string | Uint8Array, changes: Partial<typeof reading> = {}) {
  await folder.write(name, content);
  const size = Buffer.byteLength(content);
  return describeContent(nodeFileSystem, join(folder.path, name), name, size, { ...reading, ...changes });
}

describe('what a file is', () => {
  it.each([
    ['data.csv', 'a,b\n1,2\n', 'CSVFile', 'CSV'],
    ['data.JSON', '{"a":1}', 'JSONFile', 'JSON'],
    ['lines.jsonl', '{"a":1}\n{"a":2}\n', 'JSONFile', 'JSON lines'],
    ['page.xml', '<a/>', 'XMLFile', 'XML'],
    ['a.yaml', 'a: 1', 'YAMLFile', 'YAML'],
    ['app.log', 'started', 'LogFile', 'Log'],
    ['Makefile', 'all:\n', 'BuildInstructionFile', 'Build instructions'],
    ['store.p12', 'x', 'KeyStoreFile', 'Key store'],
    ['run', '#!/bin/sh\n', 'ScriptFile', 'Script'],
    ['unnamed', '{"a": [1, 2]}', 'JSONFile', 'JSON'],
    ['feed', '<?xml version="1.0"?><a/>', 'XMLFile', 'XML'],
    ['table', 'a;b\n1;2\n3;4\n', 'CSVFile', 'CSV'],
    ['prose.txt', 'Well, this is a text,\nand that is all, really.\nBye, then.\n', 'DataFile', 'Text'],
    ['ORCHESTRA', 'ORC is how it begins\n', 'DataFile', 'Text'],
    ['blob', '\u0000\u0001\u0002', 'DataFile', 'Binary data'],
    ['empty', '', 'DataFile', 'Empty file'],
    ['empty.csv', '', 'CSVFile', 'CSV'],
    ['.profile', 'x', 'DataFile', 'Text'],
  ])('knows %s', async (name, content, typeName, fileType) => {
    const found = await describeBytes(name, content);
    expect(found.kind).toMatchObject({ typeName, fileType });
    expect(found.problems).toEqual([]);
  });

  it('believes a binary signature more than the name, and says so', async () => {
    const png = await readFile(join(landingArea, 'stores/floor plan S01.png'));
    const found = await describeBytes('orders.csv', png);
    expect(found.kind.typeName).toBe('RasterFile');
    expect(found.problems).toMatchObject([{ severity: 'info', code: 'CONTENT_DIFFERS' }]);
  });

  it('takes a document in a ZIP container as the document', async () => {
    const zip = await readFile(join(landingArea, 'archive/2025-q3.zip'));
    expect((await describeBytes('report.docx', zip)).kind.fileType).toBe('Word document');
    expect((await describeBytes('sheet.xlsx', zip)).kind.typeName).toBe('SpreadsheetFile');
    expect((await describeBytes('archive', zip)).kind.typeName).toBe('ArchiveFile');
  });

  it.each([
    ['UTF-8', Buffer.from('name;stadt\nJörg;Köln\n')],
    ['UTF-8', Buffer.from('\ufeffname;stadt\nJörg;Köln\n')],
    ['UTF-16LE', Buffer.from('\ufeffname;stadt\nJörg;Köln\n', 'utf16le')],
    ['UTF-16LE', Buffer.from('name;stadt\nJo;Koeln\n', 'utf16le')],
    ['ISO-8859-1', Buffer.from('name;stadt\nJörg Müller;Köln über Düren\nRenée Weiß;Münster\n', 'latin1')],
  ])('reads CSV in %s', async (encoding, content) => {
    const found = await describeBytes('stadt.csv', content);
    expect(found).toMatchObject({ encoding, delimiterCharacter: ';' });
    expect(found.columns?.map((column) => column.name)).toEqual(['name', 'stadt']);
  });

  it.each([
    ['an open quote', 'a,b\n1,"x\n2,3\n', 'CSV_BROKEN'],
    ['binary data', 'a,b\n\u0000\u0001', 'CSV_BROKEN'],
    ['a record beyond the sample', `a,${'b'.repeat(80_000)}\n`, 'CSV_RECORD_TOO_LONG'],
  ])('catalogues a CSV file with %s without columns', async (_what, content, code) => {
    const found = await describeBytes('broken.csv', content);
    expect(found.kind.typeName).toBe('CSVFile');
    expect(found.columns).toBeUndefined();
    expect(found.problems).toMatchObject([{ severity: 'warning', code }]);
  });

  it('bounds the number of columns', async () => {
    const header = Array.from({ length: 5_000 }, (_, index) => `c${index}`).join(',');
    const found = await describeBytes('wide.csv', `${header}\n`);
    expect(found.columns).toHaveLength(2_000);
    expect(found.problems).toMatchObject([{ code: 'TOO_MANY_COLUMNS' }]);
  });

  it('tells broken JSON, and does not judge what it has not read to the end', async () => {
    expect((await describeBytes('broken.json', '{"a":')).problems).toMatchObject([{ code: 'JSON_BROKEN' }]);
    expect((await describeBytes('large.json', `{"a":"${'x'.repeat(70_000)}`)).problems).toEqual([]);
  });

  it('reads no columns when it is told not to', async () => {
    expect((await describeBytes('plain.csv', 'a,b\n1,2\n', { columns: false })).columns).toBeUndefined();
  });

  it('says what it could not read, and still what it is by its name', async () => {
    const found = await describeContent(nodeFileSystem, join(folder.path, 'missing.csv'), 'missing.csv', 10, reading);
    expect(found).toMatchObject({
      unreadable: true,
      kind: { typeName: 'CSVFile' },
      problems: [{ code: 'FILE_UNREADABLE' }],
    });
  });
});

describe('Parquet', () => {
  it('gives the columns of the schema, nested ones with dots', async () => {
    const found = await describeBytes(
      'totals.parquet',
      await readFile(join(landingArea, 'sales/daily_totals.parquet')),
    );
    expect(found.facts).toEqual({ rowCount: '236' });
    expect(found.columns?.map((column) => `${column.name} ${column.dataType}`)).toEqual([
      'day date',
      'store string',
      'orders int',
      'revenue double',
      'visitors long',
      'closed boolean',
      'loaded_at timestamp',
      'weather.temperature float',
      'weather.rain_mm float',
    ]);
  });

  it('is known by its content alone', async () => {
    const content = await readFile(join(landingArea, 'sales/daily_totals.parquet'));
    expect((await describeBytes('totals', content)).columns).toHaveLength(9);
  });

  it('is a problem of the file when it is cut, truncated, or damaged anywhere in the footer', async () => {
    const content = await readFile(join(landingArea, 'sales/daily_totals.parquet'));
    const cut = content.subarray(0, content.length - 100);
    expect((await describeBytes('cut.parquet', cut)).problems).toMatchObject([{ code: 'PARQUET_BROKEN' }]);
    expect((await describeBytes('tiny.parquet', 'PAR1')).problems).toMatchObject([{ code: 'PARQUET_BROKEN' }]);
    const footer = content.length - 8 - content.readUInt32LE(content.length - 8);
    for (let position = footer; position < content.length - 8; position += 1) {
      const damaged = Buffer.from(content);
      damaged[position] = (damaged[position] ?? 0) ^ 0xff;
      const file = {
        stat: () => Promise.reject(new Error('not asked')),
        read: async (start: number, length: number) => damaged.subarray(start, start + length),
        close: async () => undefined,
      };
      // Some damage cannot be told from other content; none may hang or give more than it has.
      const found = await parquetColumns(file, damaged.length).catch(() => undefined);
      expect(found?.columns.length ?? 0).toBeLessThan(100);
    }
  });
});

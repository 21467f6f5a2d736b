import type { ColumnDescription } from '@isthmus/connector-sdk';
import { parse } from 'csv-parse/sync';
import { typeOfValue, typeOfValues } from './column-types.js';
import type { CsvDialect } from './csv-dialect.js';

/** One parse of so much text at most before others get their turn. */
const pieceLength = 32_768;
const mostColumns = 2_000;
const longestName = 255;

export interface CsvColumns {
  readonly columns: readonly ColumnDescription[];
  readonly hasHeader: boolean;
  /** Records whose number of fields differs from that of the first. */
  readonly raggedCount: number;
  readonly columnCount: number;
}

/**
 * Columns of a sample, with the names of the header and the types that hold every sampled value. Throws what csv-parse
 * throws when a record is broken.
 */
export async function csvColumns(text: string, dialect: CsvDialect, signal?: AbortSignal): Promise<CsvColumns> {
  const records = await parseRecords(text, dialect, signal);
  const first = records[0] ?? [];
  const data = records.slice(1);
  const decimalComma = dialect.delimiter !== ',';
  const hasHeader = isHeader(first, data, decimalComma);
  const rows = hasHeader ? data : records;
  const columns = first.slice(0, mostColumns).map((name, position): ColumnDescription => {
    const values = rows.map((row) => (row[position] ?? '').trim());
    const filled = values.filter((value) => value !== '');
    return {
      name: hasHeader ? name.trim().slice(0, longestName) : '',
      dataType: typeOfValues(filled, decimalComma),
      // Seen empty: it may be. Never seen empty in a sample: nobody knows.
      ...(filled.length < values.length ? { isNullable: true } : {}),
    };
  });
  return {
    columns,
    hasHeader,
    raggedCount: records.filter((record) => record.length !== first.length).length,
    columnCount: first.length,
  };
}

async function parseRecords(text: string, dialect: CsvDialect, signal?: AbortSignal): Promise<string[][]> {
  const records: string[][] = [];
  let start = 0;
  for (const [index, end] of dialect.recordEnds.entries()) {
    const next = dialect.recordEnds[index + 1];
    if (next !== undefined && next - start <= pieceLength) continue;
    if (start > 0) await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    records.push(...parsePiece(text.slice(start, end), dialect));
    start = end;
  }
  return records;
}

function parsePiece(piece: string, dialect: CsvDialect): string[][] {
  return parse(piece, {
    bom: true,
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    escape: dialect.quote,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
}

/**
 * A first record of words that are all different is a header, unless a column tells otherwise: one of its cells is a
 * value of the very type that the column has below.
 */
function isHeader(first: readonly string[], data: readonly (readonly string[])[], decimalComma: boolean): boolean {
  const names = first.map((cell) => cell.trim());
  const filled = names.filter((name) => name !== '');
  if (filled.length === 0) return false;
  const differentCount = new Set(filled).size;
  const isUnique = differentCount === filled.length;
  const areWords = filled.every((name) => typeOfValue(name, decimalComma) === 'string');
  if (isUnique && areWords) return true;
  // A name may repeat among words; among values it is rather a sign for what is missing, such as NA.
  if (!isUnique && (!areWords || differentCount === 1)) return false;
  // Years and the like may head a column of other values.
  return names.some((name, position) => {
    if (name === '' || typeOfValue(name, decimalComma) !== 'string') return false;
    const values = data.map((row) => (row[position] ?? '').trim()).filter((value) => value !== '');
    return values.length > 0 && typeOfValues(values, decimalComma) !== 'string';
  });
}

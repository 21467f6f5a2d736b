import { Buffer } from 'node:buffer';
import type { ColumnDescription } from '@isthmus/connector-sdk';
import { parquetMetadata, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import type { OpenFile } from './file-system.js';
import { schemaEnd } from './thrift-skip.js';

/** The schema stands at the beginning of the footer; more than this of it is not read. */
const mostFooterBytes = 262_144;
const mostColumns = 2_000;
const magic = 'PAR1';

export interface ParquetColumns {
  readonly columns: readonly ColumnDescription[];
  readonly columnCount: number;
  readonly rowCount: bigint;
}

/**
 * Columns of a Parquet file from its footer alone, nested ones with dots, e.g. `address.city`. Of the footer only the
 * schema is read: what follows it describes every chunk of every column and may have any size.
 */
export async function parquetColumns(file: OpenFile, sizeInBytes: number): Promise<ParquetColumns> {
  if (sizeInBytes < 12) throw new Error('it is too short for a Parquet file');
  const tail = await file.read(sizeInBytes - 8, 8);
  const ending = tail.toString('latin1', 4);
  if (ending === 'PARE') throw new Error('its footer is encrypted');
  if (ending !== magic) throw new Error('it does not end as a Parquet file');
  const footerLength = tail.readUInt32LE(0);
  if (footerLength + 12 > sizeInBytes) throw new Error('its footer is longer than the file');
  const footer = await file.read(sizeInBytes - 8 - footerLength, Math.min(footerLength, mostFooterBytes));
  const metadata = parquetMetadata(schemaAlone(footer), { geoparquet: false });
  const leaves = leavesOf(parquetSchema(metadata));
  return {
    columns: leaves.slice(0, mostColumns).map(toColumn),
    columnCount: leaves.length,
    rowCount: BigInt(metadata.num_rows),
  };
}

/** A footer that holds no row groups, as hyparquet reads it. */
function schemaAlone(footer: Buffer): Buffer {
  const end = schemaEnd(footer);
  // Field 4 (after field 3), an empty list of structs; then the end of the struct.
  const rest = Buffer.from([0x19, 0x0c, 0x00]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(end + rest.length);
  return Buffer.concat([footer.subarray(0, end), rest, length, Buffer.from(magic, 'latin1')]);
}

function leavesOf(root: SchemaTree): SchemaTree[] {
  const leaves: SchemaTree[] = [];
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.children.length === 0) leaves.push(node);
    else pending.push(...node.children.toReversed());
  }
  return leaves;
}

function toColumn(leaf: SchemaTree): ColumnDescription {
  return {
    name: leaf.path.join('.'),
    dataType: dataTypeOf(leaf.element),
    isNullable: leaf.element.repetition_type === 'OPTIONAL',
  };
}

function dataTypeOf(element: SchemaElement): string {
  const logical = element.logical_type?.type;
  const converted = element.converted_type;
  if (logical === 'DECIMAL' || converted === 'DECIMAL')
    return `decimal(${element.precision ?? 0},${element.scale ?? 0})`;
  if (logical === 'TIMESTAMP' || converted?.startsWith('TIMESTAMP')) return 'timestamp';
  if (logical === 'DATE' || converted === 'DATE') return 'date';
  if (logical === 'TIME' || converted?.startsWith('TIME')) return 'time';
  if (logical === 'STRING' || logical === 'ENUM' || logical === 'JSON') return 'string';
  if (converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON') return 'string';
  if (logical === 'UUID') return 'uuid';
  return physicalTypes.get(element.type ?? '') ?? 'string';
}

const physicalTypes: ReadonlyMap<string, string> = new Map([
  ['BOOLEAN', 'boolean'],
  ['INT32', 'int'],
  ['INT64', 'long'],
  ['INT96', 'timestamp'],
  ['FLOAT', 'float'],
  ['DOUBLE', 'double'],
  ['BYTE_ARRAY', 'binary'],
  ['FIXED_LEN_BYTE_ARRAY', 'binary'],
]);

import type { FileDescription, Finding } from '@isthmus/connector-sdk';
import { signatureOf } from './content-signature.js';
import { csvColumns } from './csv-columns.js';
import { detectDialect } from './csv-dialect.js';
import type { SystemPath } from './entry-path.js';
import {
  binaryKind,
  csvKind,
  emptyKind,
  extensionOf,
  type FileKind,
  jsonKind,
  kindByName,
  scriptKind,
  textKind,
  xmlKind,
} from './file-kinds.js';
import { codeOf, type FileSystem, type OpenFile } from './file-system.js';
import type { FilesConfiguration } from './files-config.js';
import { parquetColumns } from './parquet-columns.js';
import { type DecodedText, decodeText } from './text-encoding.js';

const headBytes = 4_096;
const sniffBytes = 65_536;

/** Extensions under which tables are kept; in others even columns of commas are something else. */
const tableExtensions: ReadonlySet<string> = new Set(['', 'txt', 'text', 'asc', 'dat', 'data', 'out']);

export type Reading = Pick<FilesConfiguration, 'columns' | 'sampleRows' | 'maxSampleBytes'>;

export interface FileContent
  extends Pick<FileDescription, 'encoding' | 'columns' | 'delimiterCharacter' | 'quoteCharacter'> {
  readonly kind: FileKind;
  readonly problems: readonly Finding[];
  /** The content could not be read at all. */
  readonly unreadable: boolean;
  /** Further facts for people. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * What a file is, by its name and its content. A binary signature wins over the name (a PNG named `.csv` is an image);
 * among texts the name decides, and only for names that say nothing the content does. Reads a few kilobytes, of CSV up
 * to `maxSampleBytes`. Whatever is wrong with the content is a problem of this file, never an error.
 */
export async function describeContent(
  fileSystem: Pick<FileSystem, 'open'>,
  path: SystemPath,
  name: string,
  sizeInBytes: number,
  reading: Reading,
): Promise<FileContent> {
  const named = kindByName(name);
  if (sizeInBytes === 0) return plain(named ?? emptyKind);
  let file: OpenFile | undefined;
  try {
    file = await fileSystem.open(path);
    // What is no longer a file since it was looked at is not read; the next run sees what it has become.
    if (!(await file.stat()).isFile()) return plain(named ?? binaryKind);
    return await readContent(file, name, named, sizeInBytes, reading);
  } catch (error) {
    const problem = warning('FILE_UNREADABLE', `its content cannot be read (${codeOf(error) || String(error)})`);
    return { ...plain(named ?? binaryKind), problems: [problem], unreadable: true };
  } finally {
    await file?.close().catch(() => undefined);
  }
}

async function readContent(
  file: OpenFile,
  name: string,
  named: FileKind | undefined,
  sizeInBytes: number,
  reading: Reading,
): Promise<FileContent> {
  const head = await file.read(0, Math.min(headBytes, sizeInBytes));
  const signature = signatureOf(head);
  if (signature !== undefined) {
    const kind =
      named?.container === signature.id || named?.typeName === signature.kind.typeName ? named : signature.kind;
    const content = kind.typeName === 'ParquetFile' ? await readParquet(file, kind, sizeInBytes, reading) : plain(kind);
    if (named === undefined || named === kind) return content;
    const differs = `its name says ${named.fileType}, its content ${kind.fileType}`;
    return { ...content, problems: [notice('CONTENT_DIFFERS', differs), ...content.problems] };
  }
  if (named?.typeName === 'ParquetFile') return readParquet(file, named, sizeInBytes, reading);
  if (named?.typeName === 'CSVFile') return readCsv(file, named, sizeInBytes, reading);
  if (named?.typeName === 'JSONFile') return readJson(file, named, sizeInBytes);
  const text = await decodeText(head, head.length === sizeInBytes);
  if (text === undefined) return plain(named ?? binaryKind);
  if (named !== undefined && named !== textKind)
    return isText(named) ? { ...plain(named), encoding: text.encoding } : plain(named);
  return readUnnamedText(file, name, text, sizeInBytes, reading);
}

/** Text whose name does not say what it holds. */
async function readUnnamedText(
  file: OpenFile,
  name: string,
  head: DecodedText,
  sizeInBytes: number,
  reading: Reading,
): Promise<FileContent> {
  const start = head.text.trimStart();
  const asText = { ...plain(textKind), encoding: head.encoding };
  if (extensionOf(name) === '' && start.startsWith('#!')) return { ...asText, kind: scriptKind };
  if (start.startsWith('<?xml')) return { ...asText, kind: xmlKind };
  if ((start.startsWith('{') || start.startsWith('[')) && sizeInBytes <= sniffBytes) {
    const json = await readJson(file, jsonKind, sizeInBytes);
    return json.problems.length === 0 ? json : asText;
  }
  if (!tableExtensions.has(extensionOf(name))) return asText;
  const dialect = detectDialect(head.text, 50, sizeInBytes <= headBytes);
  const enough = dialect.delimiter === ',' ? 2 : 1;
  return dialect.recordEnds.length >= 3 && dialect.regularCount >= enough
    ? readCsv(file, csvKind, sizeInBytes, reading)
    : asText;
}

async function readCsv(file: OpenFile, kind: FileKind, sizeInBytes: number, reading: Reading): Promise<FileContent> {
  const sample = await file.read(0, Math.min(reading.maxSampleBytes, sizeInBytes));
  const complete = sample.length === sizeInBytes;
  const decoded = await decodeText(sample, complete);
  if (decoded === undefined) return withProblem(kind, 'CSV_BROKEN', 'it holds binary data');
  const dialect = detectDialect(decoded.text, reading.sampleRows + 1, complete, kind.delimiter);
  const described = {
    ...plain(kind),
    encoding: decoded.encoding,
    delimiterCharacter: dialect.delimiter,
    quoteCharacter: dialect.quote,
  };
  if (!reading.columns) return described;
  if (dialect.quoteOpen && complete)
    return { ...described, ...withProblem(kind, 'CSV_BROKEN', 'a quote is not closed') };
  const end = dialect.recordEnds[0];
  if (end === undefined) {
    const problem = `its first record is longer than the ${sample.length} bytes that are read`;
    return decoded.text.trim() === ''
      ? described
      : { ...described, ...withProblem(kind, 'CSV_RECORD_TOO_LONG', problem) };
  }
  try {
    const { columns, hasHeader, raggedCount, columnCount } = await csvColumns(decoded.text, dialect);
    const problems: Finding[] = [];
    if (columnCount > columns.length) problems.push(columnsLeftOut(columnCount, columns.length));
    if (raggedCount > 0)
      problems.push(
        warning(
          'CSV_RAGGED',
          `${raggedCount} of ${dialect.recordEnds.length} sampled records have another number of fields than the first`,
        ),
      );
    return { ...described, columns, problems, facts: { hasHeader: String(hasHeader) } };
  } catch (error) {
    return { ...described, ...withProblem(kind, 'CSV_BROKEN', reasonOf(error)) };
  }
}

async function readParquet(
  file: OpenFile,
  kind: FileKind,
  sizeInBytes: number,
  reading: Reading,
): Promise<FileContent> {
  if (!reading.columns) return plain(kind);
  try {
    const { columns, columnCount, rowCount } = await parquetColumns(file, sizeInBytes);
    const problems = columnCount > columns.length ? [columnsLeftOut(columnCount, columns.length)] : [];
    return { ...plain(kind), columns, problems, facts: { rowCount: String(rowCount) } };
  } catch (error) {
    if (codeOf(error).startsWith('E')) throw error;
    return withProblem(kind, 'PARQUET_BROKEN', reasonOf(error));
  }
}

async function readJson(file: OpenFile, kind: FileKind, sizeInBytes: number): Promise<FileContent> {
  const sample = await file.read(0, Math.min(sniffBytes, sizeInBytes));
  const decoded = await decodeText(sample, sample.length === sizeInBytes);
  if (decoded === undefined) return withProblem(kind, 'JSON_BROKEN', 'it holds binary data');
  const described = { ...plain(kind), encoding: decoded.encoding };
  // Only what was read to its end can be judged.
  if (sample.length < sizeInBytes || isJson(decoded.text) || decoded.text.trim().split('\n').every(isJson))
    return described;
  return { ...described, ...withProblem(kind, 'JSON_BROKEN', 'it is not valid JSON') };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isText(kind: FileKind): boolean {
  if (kind.typeName === 'DataFile') return kind.mediaType?.startsWith('text/') ?? false;
  return [
    'XMLFile',
    'YAMLFile',
    'PropertiesFile',
    'LogFile',
    'ScriptFile',
    'SourceCodeFile',
    'BuildInstructionFile',
  ].includes(kind.typeName);
}

function plain(kind: FileKind): FileContent {
  return { kind, problems: [], unreadable: false, facts: {} };
}

function withProblem(kind: FileKind, code: string, message: string): FileContent {
  return { ...plain(kind), problems: [warning(code, message)] };
}

export function columnsLeftOut(count: number, kept: number): Finding {
  return warning('TOO_MANY_COLUMNS', `it has ${count} columns, the first ${kept} are catalogued`);
}

function warning(code: string, message: string): Finding {
  return { severity: 'warning', code, message };
}

function notice(code: string, message: string): Finding {
  return { severity: 'info', code, message };
}

function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}

import type { Finding, KeptItem } from '../host-port.js';

/** A folder's direct children, listed completely or not at all. */
export interface FilesScope {
  /** "Still there, unchanged", without reading the content. False: not known at this version, so send it. */
  keep(key: string, sourceVersion: string): Promise<boolean>;
  /**
   * The same of many at once, at a fraction of the cost.
   *
   * @returns those that are not known at their version, in the given order: send them
   */
  keepKnown<T extends KeptItem>(items: readonly T[]): Promise<readonly T[]>;
  /** Keys that are known from earlier runs and were not told in this one so far: see `GenericScope.missing`. */
  missing(): Promise<readonly string[]>;
  /** A folder below this one, or the root itself. */
  folder(folder: FolderDescription): Promise<void>;
  file(file: FileDescription): Promise<void>;
  /** With `key`, that item is set aside: it is neither written nor taken as missing. */
  finding(finding: Finding): Promise<void>;
  /**
   * Call it only when every child was seen. Resolves when writes and deletes are done.
   *
   * @param options.place - what identifies the medium that was listed, e.g. the number of the device (at most 200
   *   characters); when it changed and less than half of what was known was seen, nothing is removed until people confirm. Default: unknown
   */
  complete(options?: { readonly place?: string }): Promise<void>;
}

/** Times are epoch milliseconds (UTC). Paths use `/`; bytes that are not UTF-8 appear as `\xHH`. */
interface EntryDescription {
  /** Unique in the scope; the entry's name. */
  readonly key: string;
  readonly sourceVersion?: string;
  /** Path below the root of the source, starting with `/`; the root itself is `/`. Becomes the last part of the qualified name. */
  readonly path: string;
  /** Last segment of the path, for display. */
  readonly name: string;
  /** Absolute path on the machine that was scanned. */
  readonly pathName: string;
  /** Path of the folder that holds this entry, as in `path`; undefined for the root. */
  readonly folder: string | undefined;
  readonly createTime?: number;
  /** When it was changed last: decides under the field policy `newest`. */
  readonly updateTime?: number;
  readonly additionalProperties?: Readonly<Record<string, string>>;
}

export interface FolderDescription extends EntryDescription {
  /** Name of the scope that lists this folder's children. */
  readonly opens: string;
}

/** Egeria's types for files; the qualified name always says DataFile. */
export type DataFileType =
  | 'DataFile'
  | 'CSVFile'
  | 'AvroFile'
  | 'JSONFile'
  | 'MediaFile'
  | 'LogFile'
  | 'KeyStoreFile'
  | 'ParquetFile'
  | 'XMLFile'
  | 'SpreadsheetFile'
  | 'AudioFile'
  | 'VideoFile'
  | 'ThreeDImageFile'
  | 'RasterFile'
  | 'VectorFile'
  | 'ArchiveFile'
  | 'SourceCodeFile'
  | 'BuildInstructionFile'
  | 'ExecutableFile'
  | 'ScriptFile'
  | 'PropertiesFile'
  | 'YAMLFile';

export interface FileDescription extends EntryDescription {
  readonly typeName: DataFileType;
  readonly sizeInBytes: number;
  /** For people, e.g. `CSV` or `PNG image`. */
  readonly fileType?: string;
  /** Without the dot, lower case. */
  readonly fileExtension?: string;
  /** CSV only. */
  readonly delimiterCharacter?: string;
  readonly quoteCharacter?: string;
  /** Character encoding, e.g. `UTF-8`. */
  readonly encoding?: string;
  readonly mediaType?: string;
  /** Columns of a tabular file, in order. */
  readonly columns?: readonly ColumnDescription[];
}

export interface ColumnDescription {
  /** As in the header; identifies the column in its file. An empty name becomes `column <position>`. May repeat. */
  readonly name: string;
  /** E.g. `string`, `int`, `double`, `boolean`, `date`, `timestamp`. */
  readonly dataType: string;
  readonly isNullable?: boolean;
}

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ColumnDescription, FileDescription, Finding, FolderDescription } from '@isthmus/connector-sdk';
import { Gate } from '@isthmus/connector-sdk/helpers';
import type { Entries } from './entries.js';
import { type EntryStats, stateOf } from './entry-facts.js';
import { absolutePath, lostBytes, nameOf, nameToText, parentPath, systemPath } from './entry-path.js';
import { columnsLeftOut, type Reading } from './file-content.js';
import { extensionOf } from './file-kinds.js';
import { codeOf, type FileSystem, isGone } from './file-system.js';
import { folderScope } from './folder-listing.js';

/** Raise it when a file is described in another way than before: then every file is read once more. */
const descriptionVersion = 2;
/** What the columns of one file may weigh together, so that the file fits into one message; hosts refuse a megabyte. */
const mostColumnBytes = 768 * 1024;
/** Files that are read at a time: enough that the threads of the file system calls need not be woken for each. */
const readsAtOnce = 64;
/** Contents that are in memory at a time, in samples of the largest size. */
const samplesAtOnce = 6;

export type DescribedFolder = FolderDescription & { readonly sourceVersion: string };

export interface DescribedFile {
  readonly file: FileDescription;
  readonly findings: readonly Finding[];
}

/** Members are set one by one: of what is made for each file, spreading those that may be absent costs more than all else. */
type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** Turns what the operating system says of an entry into what is said of it in the catalogue. */
export class EntryDescriber {
  /** Part of every version: a change of root or of what is read makes every entry new. */
  readonly #format: string;
  readonly #gate: Gate;
  readonly #reading: Reading;

  constructor(
    private readonly fileSystem: FileSystem,
    /** Absolute path. */
    private readonly root: string,
    { columns, sampleRows, maxSampleBytes }: Reading,
  ) {
    this.#reading = { columns, sampleRows, maxSampleBytes };
    this.#gate = new Gate(readsAtOnce, samplesAtOnce * maxSampleBytes);
    this.#format = createHash('sha256')
      .update(JSON.stringify([descriptionVersion, root, columns, sampleRows, maxSampleBytes]))
      .digest('base64url')
      .slice(0, 8);
  }

  /** Equal as long as neither content nor name nor times of the file have changed. */
  fileVersion(stats: EntryStats): string {
    return `${this.#format}:${stats.state ?? stateOf(stats)}`;
  }

  /** Sockets, pipes and devices are no files to be catalogued. */
  specialKind(stats: EntryStats): string | undefined {
    if (stats.isSocket()) return 'socket';
    if (stats.isFIFO()) return 'pipe';
    if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'device';
    return stats.isFile() || stats.isSymbolicLink() || stats.isDirectory() ? undefined : 'special file';
  }

  folder(path: string, stats: EntryStats): DescribedFolder {
    return {
      ...this.#entry(path, stats, {}),
      opens: folderScope(path),
      sourceVersion: `${this.#format}:${stats.mtimeNs}:${stats.dev}:${stats.ino}`,
    };
  }

  /** Reads the content of a file, or the target of a link; what cannot be read is a finding. */
  async file(
    path: string,
    stats: EntryStats,
    sourceVersion: string | undefined,
    entries: Entries,
  ): Promise<DescribedFile> {
    return stats.isSymbolicLink()
      ? this.#link(path, stats, sourceVersion)
      : this.#file(path, stats, sourceVersion, entries);
  }

  async #file(
    path: string,
    stats: EntryStats,
    sourceVersion: string | undefined,
    entries: Entries,
  ): Promise<DescribedFile> {
    const sizeInBytes = Number(stats.size);
    const name = nameOf(path);
    const sampleBytes = Math.min(sizeInBytes, this.#reading.maxSampleBytes);
    const content = await this.#gate.pass(sampleBytes, () =>
      entries.describe({ path: systemPath(this.root, path), name, sizeInBytes, reading: this.#reading }),
    );
    const { kind, unreadable, facts, columns: allColumns } = content;
    const columns = allColumns === undefined ? undefined : fittingColumns(allColumns, path);
    const problems = [...content.problems];
    if (columns !== undefined && columns.length < (allColumns?.length ?? 0))
      problems.push(columnsLeftOut(allColumns?.length ?? 0, columns.length));
    const problem = problems[0];
    const additional =
      problem === undefined ? facts : { ...facts, contentProblem: `${problem.code}: ${problem.message}` };
    const { typeName, fileType, mediaType } = kind;
    const file: Writable<FileDescription> = {
      ...this.#entry(path, stats, additional),
      typeName,
      fileType,
      sizeInBytes,
    };
    // What could not be read may be readable next time without any change of the file.
    if (!unreadable && sourceVersion !== undefined) file.sourceVersion = sourceVersion;
    if (content.encoding !== undefined) file.encoding = content.encoding;
    if (content.delimiterCharacter !== undefined) file.delimiterCharacter = content.delimiterCharacter;
    if (content.quoteCharacter !== undefined) file.quoteCharacter = content.quoteCharacter;
    if (columns !== undefined) file.columns = columns;
    if (mediaType !== undefined) file.mediaType = mediaType;
    const fileExtension = extensionOf(name);
    if (fileExtension !== '') file.fileExtension = fileExtension;
    return {
      file,
      findings: problems.map(({ severity, code, message }) => ({ severity, code, message: `${path}: ${message}` })),
    };
  }

  /** A link is catalogued as what it is, with its target as text; nobody follows it. */
  async #link(path: string, stats: EntryStats, sourceVersion: string | undefined): Promise<DescribedFile> {
    const findings: Finding[] = [];
    let linkTarget: string | undefined;
    try {
      linkTarget = nameToText(await this.fileSystem.readlink(systemPath(this.root, path)));
    } catch (error) {
      if (!isGone(error))
        findings.push({
          severity: 'warning',
          code: 'LINK_UNREADABLE',
          message: `${path}: its target cannot be read (${codeOf(error)})`,
        });
    }
    const version = linkTarget === undefined ? undefined : sourceVersion;
    return {
      file: {
        ...this.#entry(path, stats, { symbolicLink: 'true', ...(linkTarget === undefined ? {} : { linkTarget }) }),
        ...(version === undefined ? {} : { sourceVersion: version }),
        typeName: 'DataFile',
        fileType: 'Symbolic link',
        mediaType: 'inode/symlink',
        ...extension(nameOf(path)),
        sizeInBytes: Number(stats.size),
      },
      findings,
    };
  }

  #entry(path: string, stats: EntryStats, additional: Readonly<Record<string, string>>) {
    const name = path === '/' ? nameOf(this.root) || '/' : nameOf(path);
    const nameBytes = path === '/' ? undefined : lostBytes(name);
    const additionalProperties = nameBytes === undefined ? additional : { ...additional, nameBytes };
    const createTime = Number(stats.birthtimeNs / 1_000_000n);
    const entry: Writable<Omit<FolderDescription, 'opens'>> = {
      key: path === '/' ? '/' : name,
      path,
      name,
      pathName: absolutePath(this.root, path),
      folder: parentPath(path),
      updateTime: Number(stats.mtimeNs / 1_000_000n),
    };
    // Where a file system keeps no birth time, zero is what it says.
    if (createTime > 0) entry.createTime = createTime;
    if (Object.keys(additionalProperties).length > 0) entry.additionalProperties = additionalProperties;
    return entry;
  }
}

/** Each column repeats the path in its own name and in that of its schema. */
function fittingColumns(columns: readonly ColumnDescription[], path: string): readonly ColumnDescription[] {
  let left = mostColumnBytes;
  const end = columns.findIndex((column) => {
    left -= 600 + 3 * Buffer.byteLength(path) + 3 * Buffer.byteLength(column.name);
    return left < 0;
  });
  return end === -1 ? columns : columns.slice(0, end);
}

function extension(name: string): { fileExtension?: string } {
  const found = extensionOf(name);
  return found === '' ? {} : { fileExtension: found };
}

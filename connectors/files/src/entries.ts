import { workThrough } from '@isthmus/connector-sdk/helpers';
import type { EntryStats } from './entry-facts.js';
import { childPath, nameToText, type SystemPath, systemPath } from './entry-path.js';
import { describeContent, type FileContent, type Reading } from './file-content.js';
import { codeOf, type FileSystem } from './file-system.js';

/** Names that are looked at together where each is a call of its own: others wait for the same few threads. */
const namesTogether = 32;

/** A file whose content is to be described. */
export interface ContentRequest {
  readonly path: SystemPath;
  readonly name: string;
  readonly sizeInBytes: number;
  readonly reading: Reading;
}

/** A folder, by the root's absolute path and its own path below it as text. */
export interface FolderPlace {
  readonly root: string;
  readonly folder: string;
}

/** The names in a folder, and what the folder was around their reading. */
export interface ListedFolder {
  readonly before: EntryStats;
  /** The very folder whose names were read; `before` where the system cannot tell. */
  readonly opened: EntryStats;
  /** Number of the mount that it was opened on; undefined = the system does not tell. */
  readonly mount: number | undefined;
  readonly after: EntryStats;
  /** When `after` was asked for, by the clock. */
  readonly askedAt: number;
  /** As text, some at a time: each call takes the next ones; undefined when all were taken. */
  readonly names: { pop(): readonly string[] | undefined };
}

/** What an entry is, or what the system said instead, e.g. `ENOENT`. */
export type Look = EntryStats | string;

/** What is asked for the entries of a folder. */
export interface Entries {
  /**
   * Undefined: it is no folder. Rejects when it cannot be read.
   *
   * @param check - called now and then where reading takes long; ends it by throwing
   */
  list(place: FolderPlace, check: () => void): Promise<ListedFolder | undefined>;
  /** Of the entries themselves, never of what a link points to; in the order of the names. */
  look(place: FolderPlace, names: readonly string[]): Promise<readonly Look[]>;
  /** See `describeContent`. */
  describe(request: ContentRequest): Promise<FileContent>;
}

/** One call of the operating system after the other, and contents looked at where everything else is done. */
export class DirectEntries implements Entries {
  constructor(private readonly fileSystem: Pick<FileSystem, 'lstat' | 'stat' | 'names' | 'open'>) {}

  async list(place: FolderPlace, check: () => void): Promise<ListedFolder | undefined> {
    const before = await this.#folder(place);
    if (!before.isDirectory()) return undefined;
    const names: string[][] = [];
    let opened = before;
    let mount: number | undefined;
    let some: string[] = [];
    const reading = this.fileSystem.names(systemPath(place.root, place.folder), (stats, number) => {
      opened = stats;
      mount = number;
    });
    for await (const name of reading) {
      check();
      if (some.length === 0) names.push(some);
      some.push(nameToText(name));
      if (some.length === namesTogether) some = [];
    }
    const askedAt = Date.now();
    return { before, opened, mount, after: await this.#folder(place), askedAt, names };
  }

  async look({ root, folder }: FolderPlace, names: readonly string[]): Promise<readonly Look[]> {
    const looks: Look[] = [];
    await workThrough([...names.entries()], namesTogether, async ([position, name]) => {
      looks[position] = await this.fileSystem.lstat(systemPath(root, childPath(folder, name))).catch(reasonOf);
    });
    return looks;
  }

  describe({ path, name, sizeInBytes, reading }: ContentRequest): Promise<FileContent> {
    return describeContent(this.fileSystem, path, name, sizeInBytes, reading);
  }

  /** The root may be a link. */
  #folder({ root, folder }: FolderPlace): Promise<EntryStats> {
    return folder === '/' ? this.fileSystem.stat(root) : this.fileSystem.lstat(systemPath(root, folder));
  }
}

/** For people, and for `isGoneCode`. */
export function reasonOf(error: unknown): string {
  return codeOf(error) || String(error);
}

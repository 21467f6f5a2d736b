import type { EntryStats } from './entry-facts.js';
import type { SystemPath } from './entry-path.js';
import { describeContent, type FileContent, type Reading } from './file-content.js';
import type { FileSystem } from './file-system.js';

/** A file whose content is to be described. */
export interface ContentRequest {
  readonly path: SystemPath;
  readonly name: string;
  readonly sizeInBytes: number;
  readonly reading: Reading;
}

/** What is asked for the entries of a folder. */
export interface Entries {
  /** Of the entry itself, never of what a link points to. */
  lstat(path: SystemPath): Promise<EntryStats>;
  /** See `describeContent`. */
  describe(request: ContentRequest): Promise<FileContent>;
}

/** One call of the operating system after the other, and contents looked at where everything else is done. */
export class DirectEntries implements Entries {
  constructor(private readonly fileSystem: Pick<FileSystem, 'lstat' | 'open'>) {}

  lstat(path: SystemPath): Promise<EntryStats> {
    return this.fileSystem.lstat(path);
  }

  describe({ path, name, sizeInBytes, reading }: ContentRequest): Promise<FileContent> {
    return describeContent(this.fileSystem, path, name, sizeInBytes, reading);
  }
}

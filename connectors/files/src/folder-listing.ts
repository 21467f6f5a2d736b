import { setTimeout as delay } from 'node:timers/promises';
import { type FilesScope, type RefreshRun, sourceUnreadable } from '@isthmus/connector-sdk';
import { type PatternFilter, workThrough } from '@isthmus/connector-sdk/helpers';
import { DirectEntries, type Entries, type ListedFolder, reasonOf } from './entries.js';
import type { EntryDescriber } from './entry-describer.js';
import type { EntryStats } from './entry-facts.js';
import { parentPath, systemPath } from './entry-path.js';
import { EntryTelling } from './entry-telling.js';
import { type FileSystem, isGone } from './file-system.js';
import { isFresh, tickMs } from './file-times.js';
import { fault, notice } from './findings.js';
import type { FolderWatch } from './folder-watch.js';
import type { HardLinks } from './hard-links.js';
import type { MountKind } from './mount-kinds.js';
import type { SourceRoot } from './source-root.js';

/** Parts of a folder that are told at a time. */
const partsAtOnce = 4;
const listingAttempts = 5;
const progressEveryMs = 500;

export const rootScope = 'root';

export function folderScope(path: string): string {
  return `folder:${path}`;
}

export interface Folder {
  readonly path: string;
  readonly stats: EntryStats;
  /** It was looked at when it was followed already, so that whatever changed since is told. */
  readonly wasFollowed?: boolean;
}

export interface ListingTools {
  readonly fileSystem: FileSystem;
  readonly filter: PatternFilter;
  readonly watch: FolderWatch;
  readonly describer: EntryDescriber;
  readonly links: HardLinks;
  /** Asks for another listing of this folder after this run. */
  readonly again: (path: string) => void;
}

/** What a folder held, as one listing found it. */
interface Listing extends Pick<ListedFolder, 'names'> {
  /** Whether the folder rested meanwhile. */
  readonly settled: boolean;
  /** The medium that the names were read from. */
  readonly place: string;
  /** Of the folder when they were read. */
  readonly stats: EntryStats;
}

/** Lists one folder's children into its scope, completely or without the certificate. */
export class FolderListing {
  #entryCount = 0;
  #progressAt = 0;
  readonly #direct: Entries;

  constructor(
    private readonly run: RefreshRun<'files'>,
    private readonly root: SourceRoot,
    private readonly tools: ListingTools,
    /** Throws when the walk is to end. */
    private readonly check: () => void,
  ) {
    this.#direct = new DirectEntries(tools.fileSystem);
  }

  /** The root folder's own element: it stands in a scope of its own. */
  async putRoot(stats: EntryStats = this.root.stats): Promise<void> {
    await this.putFolder(this.run.scope(rootScope), { path: '/', stats });
  }

  /** @returns whether it was not known as it is now */
  async putFolder(scope: FilesScope, folder: Folder): Promise<boolean> {
    const description = this.tools.describer.folder(folder.path, folder.stats);
    if (await scope.keep(description.key, description.sourceVersion)) return false;
    this.check();
    await scope.folder(description);
    return true;
  }

  /** @returns what it lies on; a folder that the kernel makes up is not to be listed */
  async follow(folder: Folder): Promise<MountKind> {
    const path = systemPath(this.root.path, folder.path);
    const mount = await this.root.mounts.of(path, folder.stats.dev);
    if (mount !== 'pseudo') this.tools.watch.follow(folder.path, path, folder.stats, mount);
    return mount;
  }

  /** @returns the folder as it is now; as it was when it is no longer there, which its listing finds out */
  async lookAgain(folder: Folder): Promise<Folder> {
    const stats = await this.#look(folder.path).catch(() => undefined);
    return { ...folder, ...(stats?.isDirectory() ? { stats } : {}), wasFollowed: true };
  }

  /** @returns the folders below that are to be listed: all, or just those that were not known as they are */
  async list(folder: Folder, descend: 'everything' | 'new'): Promise<readonly Folder[]> {
    this.check();
    const scope = this.run.scope(folderScope(folder.path));
    // Before it is listed: whatever changes from here on is told.
    const mount = await this.follow(folder);
    if (mount === 'pseudo') {
      await scope.finding(notice('PSEUDO_FILE_SYSTEM', folder.path, 'the kernel makes it up, so it is not scanned'));
      return [];
    }
    const entries = mount === 'local' ? (this.tools.fileSystem.local ?? this.#direct) : this.#direct;
    const listing = await this.#names(folder, scope, entries);
    if (listing === undefined) return [];
    // Its parent's listing is over. Asked for just here, never while it is asked for: a folder that never rests would be
    // listed for ever.
    if (folder.wasFollowed !== true && listing.stats.mtimeNs !== folder.stats.mtimeNs) this.tools.again(folder.path);
    const telling = new EntryTelling({
      folder,
      scope,
      descend,
      entries,
      direct: this.#direct,
      root: this.root,
      tools: this.tools,
      check: this.check,
      looked: (count) => this.#tellProgress(folder.path, count),
    });
    await workThrough(listing.names, partsAtOnce, (names) => telling.tell(names));
    this.check();
    if (telling.isUnreadable) {
      await scope.finding(fault('FOLDER_UNREADABLE', folder.path, `${telling.unreadableCount} entries cannot be read`));
    } else if (listing.settled) {
      await scope.complete({ place: listing.place });
      this.tools.watch.listed(folder.path, telling.folderNames);
    } else {
      await scope.finding(
        notice('FOLDER_BUSY', folder.path, 'it changes all the time, so nothing is taken as missing'),
      );
      this.tools.again(folder.path);
    }
    return telling.toList;
  }

  /**
   * The names as they stood at one moment: listed again while the folder changes, for an entry that is renamed during a
   * listing may appear in it twice or not at all. Undefined: the folder cannot be listed.
   */
  async #names(folder: Folder, scope: FilesScope, entries: Entries): Promise<Listing | undefined> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        const listed = await entries.list({ root: this.root.path, folder: folder.path }, this.check);
        if (listed === undefined) return this.#gone(folder);
        const { before, opened, mount, after, askedAt, names } = listed;
        const isOne = isSameFolder(before, opened) && isSameFolder(before, after);
        const settled = isOne && before.mtimeNs === after.mtimeNs && !isFresh(after.mtimeNs, askedAt);
        if (settled || attempt === listingAttempts) {
          const place = await this.root.mounts.placeOf(opened.dev, mount);
          return { names, settled, place, stats: after };
        }
        await delay(tickMs);
      }
    } catch (error) {
      this.check();
      if (isGone(error)) return this.#gone(folder);
      if (folder.path === '/')
        throw sourceUnreadable(`the root folder ${this.root.path} cannot be listed (${reasonOf(error)})`, error);
      await scope.finding(fault('FOLDER_UNREADABLE', folder.path, `it cannot be listed (${reasonOf(error)})`));
      return undefined;
    }
  }

  /** It went after its parent was listed: the parent is to be listed again, and then shows it missing. */
  #gone(folder: Folder): undefined {
    const parent = parentPath(folder.path);
    if (parent === undefined) throw sourceUnreadable(`the root folder ${this.root.path} is gone`);
    this.tools.again(parent);
    return undefined;
  }

  #look(path: string): Promise<EntryStats> {
    const system = systemPath(this.root.path, path);
    return path === '/' ? this.tools.fileSystem.stat(system) : this.tools.fileSystem.lstat(system);
  }

  #tellProgress(folder: string, count: number): void {
    this.#entryCount += count;
    const now = performance.now();
    if (now - this.#progressAt < progressEveryMs) return;
    this.#progressAt = now;
    this.run.progress(`${this.#entryCount} entries looked at, now in ${folder}`);
  }
}

function isSameFolder(one: EntryStats, other: EntryStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

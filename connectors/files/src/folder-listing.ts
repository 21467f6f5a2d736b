import { setTimeout as delay } from 'node:timers/promises';
import { type FilesScope, type Finding, type RefreshRun, sourceUnreadable } from '@isthmus/connector-sdk';
import { DirectEntries, type Entries } from './entries.js';
import type { EntryDescriber } from './entry-describer.js';
import type { EntryStats } from './entry-facts.js';
import { childPath, nameToText, parentPath, systemPath } from './entry-path.js';
import { codeOf, type FileSystem, isGone } from './file-system.js';
import type { FolderWatch } from './folder-watch.js';
import type { HardLinks } from './hard-links.js';
import type { MountKind } from './mount-kinds.js';
import type { PathFilter } from './path-filter.js';
import type { SourceRoot } from './source-root.js';
import { workThrough } from './work-through.js';

/** Enough to keep the threads of the file system calls from falling asleep between two. */
const entriesAtOnce = 128;
/** More unreadable entries than this in one folder: the folder as a whole counts as unreadable. */
const mostUnreadable = 100;
const listingAttempts = 5;
/** File systems stamp times with the kernel's tick, 10 ms at the coarsest; what is older cannot change unnoticed. */
const tickMs = 20;
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
  readonly filter: PathFilter;
  readonly watch: FolderWatch;
  readonly describer: EntryDescriber;
  readonly links: HardLinks;
  /** Asks for another listing of this folder after this run. */
  readonly again: (path: string) => void;
}

/** An entry as it was found, and when it was asked for. */
interface Look {
  readonly stats: EntryStats;
  readonly askedAt: number;
}

/** What one listing gathers. */
interface Findings {
  readonly scope: FilesScope;
  readonly descend: 'everything' | 'new';
  readonly entries: Entries;
  readonly folderNames: Set<string>;
  readonly toList: Folder[];
  unreadableCount: number;
}

/** The names in a folder, as one listing found them. */
interface ListedNames {
  readonly names: string[];
  /** Whether the folder rested meanwhile. */
  readonly settled: boolean;
  /** Number of the device that the names were read from. */
  readonly place: string;
  /** When they were read. */
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
    const listing = await this.#names(folder, scope);
    if (listing === undefined) return [];
    // Its parent's listing is over. Asked for just here, never while it is asked for: a folder that never rests would be
    // listed for ever.
    if (folder.wasFollowed !== true && listing.stats.mtimeNs !== folder.stats.mtimeNs) this.tools.again(folder.path);
    const entries = mount === 'local' ? (this.tools.fileSystem.local ?? this.#direct) : this.#direct;
    const found: Findings = { scope, descend, entries, folderNames: new Set(), toList: [], unreadableCount: 0 };
    await workThrough(listing.names, entriesAtOnce, (name) => this.#entry(folder, name, found));
    this.check();
    if (found.unreadableCount > mostUnreadable) {
      await scope.finding(fault('FOLDER_UNREADABLE', folder.path, `${found.unreadableCount} entries cannot be read`));
    } else if (listing.settled) {
      await scope.complete({ place: listing.place });
      this.tools.watch.listed(folder.path, found.folderNames);
    } else {
      await scope.finding(
        notice('FOLDER_BUSY', folder.path, 'it changes all the time, so nothing is taken as missing'),
      );
      this.tools.again(folder.path);
    }
    return found.toList;
  }

  /**
   * The names as they stood at one moment: listed again while the folder changes, for an entry that is renamed during a
   * listing may appear in it twice or not at all. Undefined: the folder cannot be listed.
   */
  async #names(folder: Folder, scope: FilesScope): Promise<ListedNames | undefined> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        const before = await this.#look(folder.path);
        if (!before.isDirectory()) return this.#gone(folder);
        const { names, opened = before } = await this.#readNames(folder.path);
        const askedAt = Date.now();
        const after = await this.#look(folder.path);
        const isOne = isSameFolder(before, opened) && isSameFolder(before, after);
        const settled = isOne && before.mtimeNs === after.mtimeNs && !isFresh(after.mtimeNs, askedAt);
        if (settled || attempt === listingAttempts) return { names, settled, place: String(opened.dev), stats: after };
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

  async #readNames(path: string): Promise<{ readonly names: string[]; readonly opened?: EntryStats }> {
    const names: string[] = [];
    const opened: EntryStats[] = [];
    const reading = this.tools.fileSystem.names(systemPath(this.root.path, path), (stats) => opened.push(stats));
    for await (const name of reading) {
      this.check();
      names.push(nameToText(name));
    }
    return { names, ...(opened[0] === undefined ? {} : { opened: opened[0] }) };
  }

  /** It went after its parent was listed: the parent is to be listed again, and then shows it missing. */
  #gone(folder: Folder): undefined {
    const parent = parentPath(folder.path);
    if (parent === undefined) throw sourceUnreadable(`the root folder ${this.root.path} is gone`);
    this.tools.again(parent);
    return undefined;
  }

  async #entry(folder: Folder, name: string, found: Findings): Promise<void> {
    this.check();
    const path = childPath(folder.path, name);
    if (this.tools.filter.excludes(path)) return;
    const askedAt = Date.now();
    const stats = await this.#entryStats(path, name, found);
    if (stats === undefined) return;
    this.check();
    this.#tellProgress(folder.path);
    if (stats.isDirectory()) {
      if (this.root.isForbidden(path, stats)) return;
      found.folderNames.add(name);
      const isNew = await this.putFolder(found.scope, { path, stats });
      if (isNew || found.descend === 'everything') found.toList.push({ path, stats });
    } else if (this.tools.filter.includes(path)) {
      // Another file system may be mounted upon a single file.
      const isHere = stats.dev === folder.stats.dev;
      const entries = isHere ? found.entries : this.#direct;
      await this.#putFile(path, { stats, askedAt }, found.scope, entries);
    }
  }

  /** Undefined: it is not there, or it cannot be read and its finding is told. */
  async #entryStats(path: string, name: string, found: Findings): Promise<EntryStats | undefined> {
    try {
      return await found.entries.lstat(systemPath(this.root.path, path));
    } catch (error) {
      this.check();
      if (isGone(error)) return undefined;
      found.unreadableCount += 1;
      if (found.unreadableCount > mostUnreadable) return undefined;
      // With its key: what is known of it stays as it is.
      const unreadable = fault('ENTRY_UNREADABLE', path, `it cannot be read (${reasonOf(error)})`);
      await found.scope.finding({ ...unreadable, key: name });
      return undefined;
    }
  }

  async #putFile(path: string, firstLook: Look, scope: FilesScope, entries: Entries): Promise<void> {
    const { describer } = this.tools;
    const special = describer.specialKind(firstLook.stats);
    if (special !== undefined) {
      await scope.finding(notice('SPECIAL_FILE', path, `it is a ${special}, so it is not opened and not catalogued`));
      return;
    }
    const look = isFresh(firstLook.stats.ctimeNs, firstLook.askedAt) ? await this.#lookLater(path) : firstLook;
    // Whatever it has become within the tick, the next run sees it anew.
    if (look === undefined || look.stats.isDirectory() || describer.specialKind(look.stats) !== undefined)
      return this.tools.again(parentPath(path) ?? '/');
    const { stats, askedAt } = look;
    this.tools.links.saw(parentPath(path) ?? '/', stats);
    const key = describer.keyOf(path);
    // Without a version it is read again next time: it may yet change within the tick of its times.
    const sourceVersion = isFresh(stats.ctimeNs, askedAt) ? undefined : describer.fileVersion(stats);
    if (sourceVersion !== undefined && (await scope.keep(key, sourceVersion))) return;
    this.check();
    const { file, findings } = await describer.file(path, stats, sourceVersion, entries);
    this.check();
    await scope.file(file);
    for (const finding of findings) await scope.finding(finding);
  }

  async #lookLater(path: string): Promise<Look | undefined> {
    await delay(tickMs);
    const askedAt = Date.now();
    const stats = await this.#look(path).catch(() => undefined);
    return stats === undefined ? undefined : { stats, askedAt };
  }

  #look(path: string): Promise<EntryStats> {
    const system = systemPath(this.root.path, path);
    return path === '/' ? this.tools.fileSystem.stat(system) : this.tools.fileSystem.lstat(system);
  }

  #tellProgress(folder: string): void {
    this.#entryCount += 1;
    const now = performance.now();
    if (now - this.#progressAt < progressEveryMs) return;
    this.#progressAt = now;
    this.run.progress(`${this.#entryCount} entries looked at, now in ${folder}`);
  }
}

function isSameFolder(one: EntryStats, other: EntryStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/**
 * Younger than the tick of file times, so that a further change might show the same time.
 *
 * @param askedAt - before it was looked at: the answer may be long in coming, and says nothing of that time
 */
function isFresh(timeNs: bigint, askedAt: number): boolean {
  const time = Number(timeNs / 1_000_000n);
  return time > askedAt - tickMs && time < Date.now() + tickMs;
}

/** Something was not seen, so that the run is not wholly a success. */
function fault(code: string, path: string, what: string): Finding {
  return { severity: 'error', code, message: `${path}: ${what}` };
}

function notice(code: string, path: string, what: string): Finding {
  return { severity: 'info', code, message: `${path}: ${what}` };
}

function reasonOf(error: unknown): string {
  return codeOf(error) || String(error);
}

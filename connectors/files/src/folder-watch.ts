import type { ConnectorLog } from '@isthmus/connector-sdk';
import { ChangeSignal, type Timers, workThrough } from '@isthmus/connector-sdk/helpers';
import type { EntryStats } from './entry-facts.js';
import { childPath, nameOf, nameToText, parentPath, type SystemPath } from './entry-path.js';
import { codeOf, type FileSystem } from './file-system.js';
import type { MountKind } from './mount-kinds.js';

/** Beyond these the memory would grow without use: the rest is polled, and beyond that left to the schedule. */
const mostWatched = 200_000;
const mostPolled = 200_000;

interface FollowedFolder {
  readonly systemPath: SystemPath;
  identity: string;
  /** Undefined: polled. */
  watcher: { close(): void } | undefined;
  /** The watched folder may have gone: one of the same number may stand in its place, which the watch does not see. */
  isSuspect: boolean;
  /** Polled folders: what the last look saw, so that one change is told once. */
  seen: string;
  readonly children: Set<string>;
}

export interface FolderWatchOptions {
  readonly mode: 'auto' | 'poll' | 'off';
  readonly pollIntervalMs: number;
  readonly fullScanMs: number;
  /** Entries whose events do not matter. */
  readonly ignores: (path: string) => boolean;
  /** Folders to list again; undefined = everything. */
  readonly changed: (paths: readonly string[] | undefined) => void;
}

/**
 * Follows folders, not files: an operating system watch on a folder tells of every child. Folders that cannot be
 * watched are polled: by their times for what was added or removed, and by a full scan now and then for what was
 * rewritten in place. The walk says which folders there are, each before it is listed, so that nothing falls between.
 */
export class FolderWatch {
  readonly #folders = new Map<string, FollowedFolder>();
  readonly #signal: ChangeSignal;
  #watchedCount = 0;
  #watchesRanOut = false;
  #cancelPoll: (() => void) | undefined;
  #cancelFullScan: (() => void) | undefined;
  #rootLost = false;
  #closed = true;

  constructor(
    private readonly options: FolderWatchOptions,
    private readonly fileSystem: FileSystem,
    private readonly timers: Timers,
    private readonly log: ConnectorLog,
    /** Absolute path. */
    private readonly root: string,
  ) {
    this.#signal = new ChangeSignal(timers, (paths) => options.changed(paths));
  }

  start(): void {
    if (this.options.mode === 'off') return;
    this.#closed = false;
    this.#pollLater();
    this.#fullScanLater();
  }

  /** Call it before the folder is listed; repeat it freely. */
  follow(path: string, systemPath: SystemPath, stats: EntryStats, mount: MountKind): void {
    if (this.#closed) return;
    if (path === '/') this.#rootLost = false;
    const identity = identityOf(stats);
    const known = this.#folders.get(path);
    if (known !== undefined && known.identity === identity) {
      known.seen = fingerprint(stats);
      if (known.isSuspect) this.#watchAnew(path, known);
      return;
    }
    if (known === undefined && this.#folders.size - this.#watchedCount >= mostPolled) return;
    // Another folder under this name: what was watched is no longer here.
    if (known !== undefined) this.release(path);
    const folder: FollowedFolder = {
      systemPath,
      identity,
      watcher: undefined,
      isSuspect: false,
      seen: fingerprint(stats),
      children: new Set(),
    };
    this.#folders.set(path, folder);
    const parent = parentPath(path);
    if (parent !== undefined) this.#folders.get(parent)?.children.add(nameOf(path));
    if (this.options.mode === 'auto' && mount === 'local') this.#watch(path, folder);
  }

  /** The folder was listed and holds these folders: others are followed no longer. */
  listed(path: string, folderNames: ReadonlySet<string>): void {
    const folder = this.#folders.get(path);
    if (folder === undefined) return;
    for (const name of folder.children) if (!folderNames.has(name)) this.release(childPath(path, name));
  }

  /** Follows this folder and those below it no longer. */
  release(path: string): void {
    const parent = parentPath(path);
    if (parent !== undefined) this.#folders.get(parent)?.children.delete(nameOf(path));
    const pending = [path];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const folder = this.#folders.get(next);
      if (folder === undefined) continue;
      this.#folders.delete(next);
      this.#unwatch(folder);
      for (const name of folder.children) pending.push(childPath(next, name));
    }
  }

  /** The root is not there; when it returns, everything is told as changed. */
  rootLost(): void {
    this.release('/');
    this.#rootLost = true;
  }

  /** The folder could not be listed completely: soon once more. */
  again(path: string): void {
    this.#signal.scope(path);
  }

  /** How long a listing took; see `ChangeSignal.pace`. */
  pace(durationMs: number): void {
    this.#signal.pace(durationMs);
  }

  counts(): { readonly watched: number; readonly polled: number } {
    return { watched: this.#watchedCount, polled: this.#folders.size - this.#watchedCount };
  }

  close(): void {
    this.#closed = true;
    this.#cancelPoll?.();
    this.#cancelFullScan?.();
    this.#signal.close();
    this.release('/');
    for (const folder of this.#folders.values()) this.#unwatch(folder);
    this.#folders.clear();
  }

  #watch(path: string, folder: FollowedFolder): void {
    if (this.#watchesRanOut || this.#watchedCount >= mostWatched) return;
    try {
      folder.watcher = this.fileSystem.watch(
        folder.systemPath,
        (name) => this.#event(path, folder, name === undefined ? undefined : nameToText(name)),
        () => {
          this.#unwatch(folder);
          this.#signal.scope(path);
        },
      );
      this.#watchedCount += 1;
    } catch (error) {
      const code = codeOf(error);
      // Whatever the reason, the folder is polled. Without room for one more there is no use in trying the next.
      if (code !== 'ENOSPC' && code !== 'EMFILE' && code !== 'ENFILE') return;
      this.#watchesRanOut = true;
      this.log.warn('the system has no more folder watches, further folders are polled', {
        code,
        watchedFolders: this.#watchedCount,
        pollIntervalSeconds: this.options.pollIntervalMs / 1000,
        remedy: 'raise fs.inotify.max_user_watches and fs.inotify.max_user_instances',
      });
    }
  }

  #event(path: string, folder: FollowedFolder, name: string | undefined): void {
    // A watch that ends with its folder tells that with the folder's own name.
    if (name === undefined || name === this.#ownName(path)) folder.isSuspect = true;
    else if (this.options.ignores(childPath(path, name))) return;
    this.#signal.scope(path);
  }

  #ownName(path: string): string {
    return nameOf(path === '/' ? this.root : path);
  }

  #watchAnew(path: string, folder: FollowedFolder): void {
    folder.isSuspect = false;
    if (folder.watcher === undefined) return;
    this.#unwatch(folder);
    this.#watch(path, folder);
  }

  #unwatch(folder: FollowedFolder): void {
    if (folder.watcher === undefined) return;
    folder.watcher.close();
    folder.watcher = undefined;
    this.#watchedCount -= 1;
  }

  #pollLater(): void {
    if (this.#closed) return;
    this.#cancelPoll = this.timers.after(this.options.pollIntervalMs, () => {
      this.poll().then(
        () => this.#pollLater(),
        (error: unknown) => {
          this.log.error('polling failed', { error: String(error) });
          this.#pollLater();
        },
      );
    });
  }

  /** Looks at the root and at every folder that is not watched. */
  async poll(): Promise<void> {
    await this.#lookAtRoot();
    const polled: [string, FollowedFolder][] = [];
    for (const [path, folder] of this.#folders)
      if (folder.watcher === undefined && path !== '/') polled.push([path, folder]);
    await workThrough(polled, 16, ([path, folder]) => this.#lookAt(path, folder));
  }

  async #lookAt(path: string, folder: FollowedFolder): Promise<void> {
    if (this.#closed || this.#folders.get(path) !== folder) return;
    const seen = await this.fileSystem.lstat(folder.systemPath).then(fingerprint, codeOf);
    if (this.#closed || this.#folders.get(path) !== folder || seen === folder.seen) return;
    folder.seen = seen;
    this.#signal.scope(path);
  }

  /** A watch holds on to the folder it was set on: that another one now bears the root's name is seen by looking only. */
  async #lookAtRoot(): Promise<void> {
    const stats = await this.fileSystem.stat(this.root).catch(() => undefined);
    if (this.#closed) return;
    const folder = this.#folders.get('/');
    if (stats === undefined) {
      if (folder === undefined) return;
      this.rootLost();
      this.#signal.everything();
    } else if (folder === undefined) {
      if (this.#rootLost) this.#signal.everything();
      this.#rootLost = false;
    } else if (folder.identity !== identityOf(stats)) {
      this.release('/');
      this.#signal.everything();
    } else if (folder.watcher === undefined && folder.seen !== fingerprint(stats)) {
      folder.seen = fingerprint(stats);
      this.#signal.scope('/');
    }
  }

  #fullScanLater(): void {
    if (this.#closed) return;
    this.#cancelFullScan = this.timers.after(this.options.fullScanMs, () => {
      for (const [path, folder] of this.#folders) if (folder.watcher === undefined) this.#signal.scope(path);
      this.#fullScanLater();
    });
  }
}

function identityOf(stats: EntryStats): string {
  return `${stats.dev}:${stats.ino}`;
}

function fingerprint(stats: EntryStats): string {
  return `${stats.dev}:${stats.ino}:${stats.mtimeNs}`;
}

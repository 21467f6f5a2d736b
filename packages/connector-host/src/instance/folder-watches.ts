import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { WatchedFolder } from '@isthmus/connector-sdk';
import type { Clock, Scheduled } from '@isthmus/kernel';

const mostFolders = 100;
/** Folders that are watched for one instance, those below trees included; what goes beyond is looked at now and then. */
const mostWatchers = 2_000;
const mostFoldersBelow = 20_000;
const tellAfterMs = 200;
const lookEveryMs = 30_000;

/** One folder on disk, of one or more folders that are watched. */
interface Followed {
  readonly root: string;
  readonly tree: boolean;
  watcher: FSWatcher | undefined;
  /** Identity and times, as it was looked at last. */
  seen: string;
}

/**
 * Folders that a connector has asked to be told of: by events of the system, and by looking every 30 s at the roots and at
 * what cannot be watched (no such folder yet, no watches left, network file systems whose roots change). It tells that
 * something changed in a folder, never what.
 */
export class FolderWatches {
  #roots = new Map<string, boolean>();
  readonly #followed = new Map<string, Followed>();
  readonly #changed = new Set<string>();
  #watcherCount = 0;
  #telling: Scheduled | undefined;
  #looking: Scheduled | undefined;
  #isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (folders: readonly string[]) => void,
  ) {}

  /** These and no others. What is not absolute is left out. @returns how many were left out */
  set(folders: readonly WatchedFolder[]): number {
    if (this.#isClosed) return 0;
    const fit = folders.filter(({ path }) => typeof path === 'string' && isAbsolute(path)).slice(0, mostFolders);
    const before = this.#roots;
    this.#roots = new Map(fit.map(({ path, tree }) => [path, tree === true]));
    for (const [path, followed] of this.#followed) {
      if (this.#roots.get(followed.root) !== followed.tree) this.#release(path);
    }
    for (const [path, tree] of this.#roots) {
      if (before.get(path) !== tree) void this.#follow(path, path, tree);
    }
    this.#lookLater();
    return folders.length - fit.length;
  }

  close(): void {
    this.#isClosed = true;
    this.#telling?.cancel();
    this.#looking?.cancel();
    this.#roots.clear();
    for (const path of [...this.#followed.keys()]) this.#release(path);
  }

  /** Looks at the roots and at what is not watched. */
  async look(): Promise<void> {
    for (const [path, tree] of this.#roots) if (!this.#followed.has(path)) await this.#follow(path, path, tree);
    for (const [path, followed] of this.#followed) {
      if (followed.watcher !== undefined && path !== followed.root) continue;
      const seen = await lookAt(path);
      if (this.#isClosed || this.#followed.get(path) !== followed || seen === followed.seen) continue;
      const isAnother = idOf(seen) !== idOf(followed.seen);
      followed.seen = seen;
      this.#note(followed.root);
      // A watch holds on to the folder that it was set on.
      if (isAnother) {
        this.#release(path);
        if (seen !== '') await this.#follow(path, followed.root, followed.tree);
      }
    }
  }

  async #follow(path: string, root: string, tree: boolean): Promise<void> {
    const seen = await lookAt(path);
    const isWanted = !this.#isClosed && this.#roots.get(root) === tree && !this.#followed.has(path);
    if (!isWanted || this.#followed.size >= mostFoldersBelow) return;
    const followed: Followed = { root, tree, watcher: undefined, seen };
    this.#followed.set(path, followed);
    if (seen === '') return;
    this.#watch(path, followed);
    if (tree) await this.#followBelow(path, followed);
  }

  async #followBelow(path: string, { root, tree }: Followed): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (this.#isClosed || !this.#followed.has(path)) return;
      if (entry.isDirectory()) await this.#follow(join(path, entry.name), root, tree);
    }
  }

  #watch(path: string, followed: Followed): void {
    if (this.#watcherCount >= mostWatchers) return;
    try {
      const watcher = watch(path, { persistent: false }, () => {
        this.#note(followed.root);
        if (followed.tree) void this.#followBelow(path, followed);
      });
      watcher.on('error', () => {
        this.#release(path);
        this.#note(followed.root);
      });
      followed.watcher = watcher;
      this.#watcherCount += 1;
    } catch {
      // Whatever the reason (no watches left, no such folder), it is looked at now and then.
    }
  }

  #release(path: string): void {
    const followed = this.#followed.get(path);
    this.#followed.delete(path);
    if (followed?.watcher === undefined) return;
    followed.watcher.close();
    followed.watcher = undefined;
    this.#watcherCount -= 1;
  }

  #note(root: string): void {
    if (this.#isClosed) return;
    this.#changed.add(root);
    this.#telling ??= this.clock.schedule(tellAfterMs, () => {
      this.#telling = undefined;
      const folders = [...this.#changed];
      this.#changed.clear();
      this.tell(folders);
    });
  }

  #lookLater(): void {
    this.#looking?.cancel();
    this.#looking = undefined;
    if (this.#isClosed || this.#roots.size === 0) return;
    this.#looking = this.clock.schedule(lookEveryMs, () => {
      void this.look()
        .catch(() => undefined)
        .then(() => this.#lookLater());
    });
  }
}

/** Empty when there is no such folder. */
async function lookAt(path: string): Promise<string> {
  try {
    const { dev, ino, mtimeNs } = await lstat(path, { bigint: true });
    return `${dev}:${ino} ${mtimeNs}`;
  } catch {
    return '';
  }
}

function idOf(seen: string): string {
  return seen.split(' ')[0] ?? '';
}

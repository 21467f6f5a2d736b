import type { EntryStats } from './entry-facts.js';

/** Beyond so many names nothing more is remembered; then the schedule finds what changed through another name. */
const mostNames = 100_000;
const namesPerTurn = 5_000;

interface LinkedFile {
  version: string;
  /** By folder: what its last listing saw of the file. */
  readonly folders: Map<string, Sighting>;
}

interface Sighting {
  readonly version: string;
  readonly walk: number;
}

/**
 * Files that have names in several folders. Watches tell a write only to the folder of the name that was written
 * through, so the folders of the other names are to be listed as well.
 */
export class HardLinks {
  readonly #files = new Map<string, LinkedFile>();
  /** Files that changed since their other folders were told. */
  readonly #changed = new Set<string>();
  #nameCount = 0;
  #walk = 0;

  constructor(private readonly limit = mostNames) {}

  beginWalk(): void {
    this.#walk += 1;
  }

  /** A listing of this folder has met this file. */
  saw(folder: string, stats: EntryStats): void {
    const isLinked = stats.nlink > 1n;
    if (!isLinked && this.#files.size === 0) return;
    const identity = `${stats.dev}:${stats.ino}`;
    const known = this.#files.get(identity);
    if (!isLinked) {
      if (known !== undefined) this.#forget(identity, known);
      return;
    }
    const version = `${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
    const file = known ?? { version, folders: new Map<string, Sighting>() };
    if (file.version !== version) {
      file.version = version;
      this.#changed.add(identity);
    }
    if (!file.folders.has(folder)) {
      if (this.#nameCount >= this.limit) return;
      this.#nameCount += 1;
    }
    this.#files.set(identity, file);
    file.folders.set(folder, { version, walk: this.#walk });
  }

  /** Folders that have not been listed since a file of theirs changed through another name; each is told once. */
  takeBehind(): ReadonlySet<string> {
    const behind = new Set<string>();
    for (const identity of this.#changed) {
      const file = this.#files.get(identity);
      if (file === undefined) continue;
      for (const [folder, { version }] of file.folders) {
        if (version === file.version) continue;
        behind.add(folder);
        // Its listing brings it back, if it still holds the file.
        file.folders.delete(folder);
        this.#nameCount -= 1;
      }
    }
    this.#changed.clear();
    return behind;
  }

  /** After a walk that listed everything: what it has not met is no longer there. */
  async forgetUnseen(): Promise<void> {
    let looked = 0;
    for (const [identity, file] of this.#files) {
      for (const [folder, { walk }] of file.folders) {
        if (walk === this.#walk) continue;
        file.folders.delete(folder);
        this.#nameCount -= 1;
      }
      if (file.folders.size === 0) this.#files.delete(identity);
      looked += 1 + file.folders.size;
      if (looked < namesPerTurn) continue;
      looked = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #forget(identity: string, file: LinkedFile): void {
    this.#nameCount -= file.folders.size;
    this.#files.delete(identity);
    this.#changed.delete(identity);
  }
}

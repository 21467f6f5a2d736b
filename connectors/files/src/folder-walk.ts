import type { RefreshRun } from '@isthmus/connector-sdk';
import { workThrough } from '@isthmus/connector-sdk/helpers';
import { childPath, parentPath, systemPath } from './entry-path.js';
import { type Folder, FolderListing, folderScope, type ListingTools, rootScope } from './folder-listing.js';
import type { SourceRoot } from './source-root.js';

const foldersAtOnce = 16;
const requestsAtOnce = 8;

/**
 * One walk over the tree: per folder one scope. A folder is put in its parent's scope, and that scope is complete,
 * before its own children are listed, so that parents are always written first.
 */
export class FolderWalk {
  readonly #listing: FolderListing;
  readonly #queue: Folder[] = [];
  /** Partial walks: folders that are listed in this run; several requests may lead to one. */
  readonly #claimed = new Set<string>();
  #failed = false;

  constructor(
    private readonly run: RefreshRun<'files'>,
    private readonly root: SourceRoot,
    private readonly tools: ListingTools,
  ) {
    this.#listing = new FolderListing(run, root, tools, () => this.#check());
  }

  async everything(): Promise<void> {
    await this.#listing.putRoot();
    await this.run.scope(rootScope).complete();
    this.#queue.push({ path: '/', stats: this.root.stats });
    await this.#workThrough(this.#queue, foldersAtOnce, async (folder) => {
      for (const below of await this.#listing.list(folder, 'everything')) this.#queue.push(below);
    });
  }

  /** Lists just the folders of these scopes, and what is new below them. */
  async only(scopes: ReadonlySet<string>): Promise<void> {
    const prefix = folderScope('');
    const paths = [...scopes].flatMap((scope) => (scope.startsWith(`${prefix}/`) ? [scope.slice(prefix.length)] : []));
    // Worked on from the end: short paths first, for a folder may be requested together with one below it.
    paths.sort((one, other) => other.length - one.length);
    if (scopes.has(rootScope)) await this.#listing.putRoot();
    await this.#workThrough(paths, requestsAtOnce, (path) => this.#request(path));
    this.#queue.reverse();
    await this.#workThrough(this.#queue, foldersAtOnce, async (folder) => {
      for (const below of await this.#listing.list(folder, 'new')) if (this.#claim(below.path)) this.#queue.push(below);
    });
  }

  /** A folder that is no longer there is found missing by its nearest ancestor that is. */
  async #request(path: string): Promise<void> {
    const found = await this.#nearestFolder(path);
    if (found === undefined || !this.#claim(found.path)) return;
    this.#check();
    // Followed first and then looked at: no change of its times falls between.
    await this.#listing.follow(found);
    const folder = await this.#listing.lookAgain(found);
    this.#check();
    // Its own times change with what it holds. For that its parent is not listed, just this one item is told.
    const parent = parentPath(folder.path);
    if (parent === undefined) await this.#listing.putRoot(folder.stats);
    else await this.#listing.putFolder(this.run.scope(folderScope(parent)), folder);
    this.#queue.push(folder);
  }

  /** Goes down from the root, never through a link. Undefined when the path leads through something left out. */
  async #nearestFolder(path: string): Promise<Folder | undefined> {
    let folder: Folder = { path: '/', stats: this.root.stats };
    for (const name of path.split('/').filter((part) => part !== '')) {
      this.#check();
      const below = childPath(folder.path, name);
      if (this.tools.filter.excludes(below)) return undefined;
      const stats = await this.tools.fileSystem.lstat(systemPath(this.root.path, below)).catch(() => undefined);
      if (stats === undefined || !stats.isDirectory()) return folder;
      if (this.root.isForbidden(below, stats)) return undefined;
      folder = { path: below, stats };
    }
    return folder;
  }

  #claim(path: string): boolean {
    if (this.#claimed.has(path)) return false;
    this.#claimed.add(path);
    return true;
  }

  /** After a failure everything that runs beside it ends at its next step. */
  async #workThrough<T>(items: T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
    await workThrough(items, atOnce, (item) =>
      work(item).catch((error: unknown) => {
        this.#failed = true;
        throw error;
      }),
    );
  }

  #check(): void {
    this.run.signal.throwIfAborted();
    if (this.#failed) throw new Error('the walk has failed in another folder');
  }
}

import type { ItemLink } from '@isthmus/connector-sdk';
import type { SyncRun } from '../sync-engine.js';
import {
  aliases,
  digestOf,
  file,
  folder,
  itemOf,
  movingColumns,
  movingFiles,
  movingFolders,
  placeOf,
  type SourceNode,
} from './fake-source.js';
import type { Random } from './random.js';

type Folder = Extract<SourceNode, { kind: 'folder' }>;
interface Place {
  readonly path: string;
  readonly name: string;
}

/** How a connector lists it this time. */
export interface Listing {
  readonly random: Random;
  /** Called between any two messages; may throw. */
  readonly stop: () => void;
  /** Scopes that it does not complete, though it tells what is in them. */
  readonly leavesOut: (scope: string) => boolean;
  /** Tells some items twice, and in any order. */
  readonly isUntidy: boolean;
  readonly keeps: boolean;
}

const names = ['a', 'b', 'c'] as const;
const columns = ['id', 'name', 'sum'] as const;

/** A tree of folders and files that remembers what changed, as a source does that offers a cursor. */
export class LoggedSource {
  readonly root: Folder = folder();
  #log: Place[] = [];

  /** @param hasTwins - several items may bring the same element */
  constructor(private readonly hasTwins = false) {}

  get position(): number {
    return this.#log.length;
  }

  change(random: Random): void {
    if (random.chance(0.2)) {
      this.#moveColumn(random);
      return;
    }
    if (random.chance(0.2)) {
      this.#moveFile(random);
      return;
    }
    if (random.chance(0.1)) {
      this.#moveFolder(random);
      return;
    }
    if (random.chance(0.1)) {
      this.#rename(random);
      return;
    }
    const { parent, path } = this.#somewhere(random);
    const name = random.pick(names);
    const there = parent.children.get(name);
    if (there !== undefined && random.chance(0.35)) this.#remove(parent, path, name);
    else if (there?.kind === 'folder' && random.chance(0.7)) this.change(random);
    else this.#put(parent, path, name, random.chance(0.4) ? folder() : randomFile(random));
  }

  /** From the file that has it to another one, which may be listed before or after it. */
  #moveColumn(random: Random): void {
    const column = random.pick(movingColumns);
    const files = [...filesIn(this.root, '/top')].filter(({ name }) => !movingFiles.includes(name));
    if (files.length === 0) return;
    const heir = random.pick(files);
    const changed = files.filter((one) => one === heir || one.node.columns.includes(column));
    for (const one of random.shuffled(changed)) {
      const others = one.node.columns.filter((each) => each !== column);
      const columnsNow = one === heir ? [...others, column] : others;
      one.parent.children.set(one.name, { ...one.node, columns: columnsNow });
      this.#log.push({ path: one.path, name: one.name });
    }
  }

  /** With what is its own, to another folder, of which the changes may tell before or after. Or there is one more, or one less. */
  #moveFile(random: Random): void {
    const name = random.pick(movingFiles);
    const there = [...filesIn(this.root, '/top')].filter((one) => one.name === name);
    const { parent, path } = this.#somewhere(random);
    const leaves = there.length > 0 && (!this.hasTwins || random.chance(0.6));
    const former = leaves ? random.pick(there) : undefined;
    former?.parent.children.delete(name);
    const isHere = parent.children.has(name);
    const comes = former === undefined || random.chance(0.8);
    if (comes && !isHere) {
      const now = file(random.pick(['1', '2', '3']), name === movingFiles[0] ? ['id'] : []);
      const { links } = former?.node ?? {};
      parent.children.set(name, links === undefined ? now : { ...now, links });
    }
    const changed = [...(comes ? [path] : []), ...(former === undefined ? [] : [former.path])];
    for (const one of random.shuffled(changed)) this.#log.push({ path: one, name });
  }

  /** A file gets the name of another one, which gets its name in return, or one that nobody has, or its own. */
  #rename(random: Random): void {
    const files = [...filesIn(this.root, '/top')].filter(({ name }) => !movingFiles.includes(name));
    if (files.length === 0) return;
    const one = random.pick(files);
    const alias = random.chance(0.7) ? random.pick(aliases) : undefined;
    const others = alias === undefined ? [] : files.filter(({ node }) => node.alias === alias && node !== one.node);
    for (const [each, now] of random.shuffled([
      [one, alias] as const,
      ...others.map((it) => [it, one.node.alias] as const),
    ])) {
      const { alias: _, ...node } = each.node;
      each.parent.children.set(each.name, { ...node, ...(now === undefined ? {} : { alias: now }) });
      this.#log.push({ path: each.path, name: each.name });
    }
  }

  /** To another folder, of which the changes tell, and not of what is in it: that keeps its scope. Or it comes up, or goes. */
  #moveFolder(random: Random): void {
    const name = random.pick(movingFolders);
    const there = find(this.root, '/top', name);
    const { parent, path } = this.#somewhere(random);
    if (there === undefined) this.#put(parent, path, name, folder());
    else if (random.chance(0.2)) this.#remove(there.parent, there.path, name);
    else if (there.parent !== parent && !within(there.node, parent)) {
      there.parent.children.delete(name);
      parent.children.set(name, there.node);
      for (const one of random.shuffled([path, there.path])) this.#log.push({ path: one, name });
    }
  }

  /** A file tells other links. `choose`: which, by those that it tells. */
  changeLinks(random: Random, choose: (links: readonly ItemLink[]) => readonly ItemLink[]): void {
    const files = [...filesIn(this.root, '/top')];
    if (files.length === 0) return;
    const { parent, path, name, node } = random.pick(files);
    const { links: before = [], ...rest } = node;
    const links = choose(before);
    parent.children.set(name, { ...rest, ...(links.length === 0 ? {} : { links }) });
    this.#log.push({ path, name });
  }

  /** Qualified name of a file that there may be one day. */
  anyFile(random: Random): string {
    const name = random.pick([...names, ...movingFiles]);
    return itemOf(this.#somewhere(random).path, name, file()).elements[0].qualifiedName;
  }

  /** All of it. */
  async list(run: SyncRun, listing: Listing): Promise<void> {
    await this.#listScope(run, listing, 'root', '', new Map([['top', this.root]]));
  }

  /** What changed from a cursor on. `save`: called with positions up to which all was told. */
  async listChanges(
    run: SyncRun,
    { random, stop }: Listing,
    from: number,
    save: (position: number) => Promise<void>,
  ): Promise<void> {
    const touched = new Set<string>();
    for (let at = from; at < this.#log.length; at += 1) {
      const place = this.#log[at];
      if (place === undefined) break;
      const { path, name } = place;
      const scope = scopeOf(path);
      const node = this.#at(path, name);
      const isListed = path === '' || this.#at(...split(path)) !== undefined;
      if (isListed) {
        touched.add(scope);
        stop();
        if (node === undefined) await run.gone(scope, name);
        else await tell(run, scope, path, name, node);
      }
      stop();
      if (random.chance(0.3)) await save(at + 1);
    }
    for (const scope of touched) {
      stop();
      await run.complete(scope);
    }
    await save(this.#log.length);
  }

  async #listScope(
    run: SyncRun,
    listing: Listing,
    scope: string,
    path: string,
    children: ReadonlyMap<string, SourceNode>,
  ): Promise<void> {
    const { random, stop, isUntidy, keeps } = listing;
    const tidy = [...children];
    const all = isUntidy ? random.shuffled([...tidy, ...tidy.filter(() => random.chance(0.3))]) : tidy;
    const items = all.map(([name, node]) => ({
      key: name,
      sourceVersion: itemOf(path, name, node).sourceVersion ?? '',
    }));
    const together = keeps && random.chance(0.6) ? new Set(await run.keep(scope, items)) : undefined;
    for (const [position, [name, node]] of all.entries()) {
      stop();
      const isKept =
        keeps && !(together?.has(position) ?? (await run.keep(scope, items.slice(position, position + 1))).length > 0);
      if (!isKept) await tell(run, scope, path, name, node);
    }
    stop();
    if (!listing.leavesOut(scope)) await run.complete(scope);
    for (const [name, node] of children) {
      const below = placeOf(path, name);
      if (node.kind === 'folder') await this.#listScope(run, listing, scopeOf(below), below, node.children);
    }
  }

  #put(parent: Folder, path: string, name: string, node: SourceNode): void {
    this.#remove(parent, path, name);
    parent.children.set(name, node);
    this.#log.push({ path, name });
  }

  #remove(parent: Folder, path: string, name: string): void {
    const node = parent.children.get(name);
    if (node === undefined) return;
    parent.children.delete(name);
    // A folder that is there again at once has lost what was in it.
    for (const below of node.kind === 'folder' ? placesIn(node, placeOf(path, name)) : []) this.#log.push(below);
    this.#log.push({ path, name });
  }

  #somewhere(random: Random): { readonly parent: Folder; readonly path: string } {
    let parent = this.root;
    let path = '/top';
    for (let depth = 0; depth < 2; depth += 1) {
      const folders = [...parent.children].flatMap(([name, node]) => (node.kind === 'folder' ? [{ name, node }] : []));
      if (folders.length === 0 || random.chance(0.5)) break;
      const { name, node } = random.pick(folders);
      parent = node;
      path = placeOf(path, name);
    }
    return { parent, path };
  }

  #at(path: string, name: string): SourceNode | undefined {
    if (path === '') return name === 'top' ? this.root : find(this.root, '/top', name)?.node;
    const parent = this.#at(...split(path));
    return parent?.kind === 'folder' ? parent.children.get(name) : undefined;
  }
}

function* placesIn({ children }: Folder, path: string): Generator<Place> {
  for (const [name, node] of children) {
    if (node.kind === 'folder') yield* placesIn(node, placeOf(path, name));
    yield { path, name };
  }
}

/** A folder that may lie anywhere. */
function find(
  parent: Folder,
  path: string,
  name: string,
): { readonly parent: Folder; readonly path: string; readonly node: Folder } | undefined {
  const node = parent.children.get(name);
  if (node?.kind === 'folder') return { parent, path, node };
  for (const [child, below] of parent.children) {
    const found = below.kind === 'folder' ? find(below, placeOf(path, child), name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function within(outer: Folder, inner: Folder): boolean {
  return outer === inner || [...outer.children.values()].some((one) => one.kind === 'folder' && within(one, inner));
}

function* filesIn(
  parent: Folder,
  path: string,
): Generator<Place & { readonly parent: Folder; readonly node: Extract<SourceNode, { kind: 'file' }> }> {
  for (const [name, node] of parent.children) {
    if (node.kind === 'file') yield { parent, path, name, node };
    else yield* filesIn(node, placeOf(path, name));
  }
}

async function tell(run: SyncRun, scope: string, path: string, name: string, node: SourceNode): Promise<void> {
  const body = itemOf(path, name, node);
  const digest = digestOf(body);
  const wanted = await run.offer(scope, [digest]);
  if (wanted.length > 0) await run.deliver(scope, [{ digest, body }]);
}

function scopeOf(path: string): string {
  return path === '' ? 'root' : `folder:${path}`;
}

function split(path: string): readonly [path: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

function randomFile(random: Random): SourceNode {
  const label = random.chance(0.5) ? random.pick(['l', 'm']) : undefined;
  return file(
    random.pick(['1', '2', '3']),
    columns.filter(() => random.chance(0.3)),
    label,
  );
}

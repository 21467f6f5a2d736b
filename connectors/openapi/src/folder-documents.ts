import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sourceUnreadable } from '@isthmus/connector-sdk';
import { codeOf, mediumOf, type PatternFilter } from '@isthmus/connector-sdk/helpers';
import { isWithin } from './file-loader.js';

export interface ListedFile {
  readonly path: string;
  /** Way to it from the folder. */
  readonly way: readonly string[];
  /** The medium that its folder lies on; undefined = it was named, not listed. */
  readonly place: string | undefined;
}

export interface ListedFolder {
  /** What references from these files may lead to. */
  readonly root: string;
  /** The medium that was listed; undefined = a single file, which is not listed but named. */
  readonly place: string | undefined;
  readonly files: readonly ListedFile[];
  /** Ways to links that are no files to look at; where they lead is not followed. */
  readonly links: readonly (readonly string[])[];
  /** Parts that could not be listed, with the reason: what is known below them is still there. */
  readonly unread: readonly { readonly way: readonly string[]; readonly why: string }[];
}

const mostFiles = 10_000;
const deepest = 64;

/**
 * The files of a folder that may be documents, in the order of their names; a single file is itself.
 *
 * @param forbidden - real paths that are never looked at
 * @throws SOURCE_UNREADABLE when the place as such cannot be read, or holds too much
 */
export async function documentsAt(
  path: string,
  filter: PatternFilter,
  forbidden: readonly string[],
  signal: AbortSignal,
): Promise<ListedFolder> {
  const found = await stat(path).catch((error: unknown) => {
    throw sourceUnreadable(
      `${path} cannot be read (${codeOf(error) ?? String(error)}): correct \`locations\`, or the rights`,
    );
  });
  const real = await realpath(path);
  if (forbidden.some((folder) => isWithin(real, folder)))
    throw sourceUnreadable(`${path} lies in a data directory of Isthmus, which is never catalogued`);
  if (!found.isDirectory()) {
    const file = { path, way: [basename(path)], place: undefined };
    return { root: join(path, '..'), place: undefined, files: [file], links: [], unread: [] };
  }
  const walk = new FolderWalk(path, filter, forbidden, signal);
  const place = await walk.folder([], 0);
  const order = (one: ListedFile, other: ListedFile): number => (one.path < other.path ? -1 : 1);
  return { root: path, place, files: walk.files.sort(order), links: walk.links, unread: walk.unread };
}

class FolderWalk {
  readonly files: ListedFile[] = [];
  readonly links: (readonly string[])[] = [];
  readonly unread: { way: readonly string[]; why: string }[] = [];

  constructor(
    private readonly root: string,
    private readonly filter: PatternFilter,
    private readonly forbidden: readonly string[],
    private readonly signal: AbortSignal,
  ) {}

  /** @returns the medium that it lies on; undefined = it could not be listed */
  async folder(way: readonly string[], depth: number): Promise<string | undefined> {
    this.signal.throwIfAborted();
    const here = join(this.root, ...way);
    const below: string[] = [];
    let place: string;
    try {
      const medium = await mediumOf(here);
      place = medium.place;
      for await (const entry of await opendir(here)) {
        this.signal.throwIfAborted();
        const path = [...way, entry.name].join('/');
        if (this.filter.excludes(path)) continue;
        // links to folders could lead in circles; whether a file that is linked may be read is looked at when it is
        if (entry.isDirectory()) below.push(entry.name);
        else if ((entry.isFile() || entry.isSymbolicLink()) && this.filter.includes(path))
          this.#file(way, entry.name, place);
        else if (entry.isSymbolicLink()) this.links.push([...way, entry.name]);
      }
      const after = await mediumOf(here);
      if (after.identity !== medium.identity || after.place !== place)
        throw Object.assign(new Error('another folder took its place'), { code: 'EBUSY' });
    } catch (error) {
      this.signal.throwIfAborted();
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (way.length === 0) throw sourceUnreadable(`the folder ${this.root} cannot be listed (${code})`);
      this.unread.push({ way, why: `it cannot be listed (${code})` });
      return undefined;
    }
    for (const name of below.sort()) {
      if (depth >= deepest) this.unread.push({ way: [...way, name], why: `it lies more than ${deepest} folders deep` });
      else if (!this.forbidden.includes(join(here, name))) await this.folder([...way, name], depth + 1);
    }
    return place;
  }

  #file(way: readonly string[], name: string, place: string): void {
    if (this.files.length >= mostFiles)
      throw sourceUnreadable(
        `the folder ${this.root} holds more than ${mostFiles} files that may be documents: narrow \`include\`, or name folders below it`,
      );
    this.files.push({ path: join(this.root, ...way, name), way: [...way, name], place });
  }
}

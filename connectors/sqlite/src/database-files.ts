import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { sourceUnreadable } from '@isthmus/connector-sdk';
import { mediumOf, type PatternFilter, reasonOf } from '@isthmus/connector-sdk/helpers';
import type { DatabaseFile } from './to-catalogue.js';

export interface FoundFiles {
  /** In the order of their names. */
  readonly files: readonly DatabaseFile[];
  /** Folders that could not be listed, with the reason: what lies there is not known. */
  readonly closed: readonly { readonly folder: string; readonly reason: string }[];
  /** Names that are links, which are not followed: of files or folders, or leading to nothing. */
  readonly links: readonly string[];
  /** The medium that the root lies on. */
  readonly place: string;
}

const mostFiles = 10_000;
const deepest = 64;
/** What SQLite lays beside a database. */
const besides = /-(wal|shm|journal)$/;

/**
 * The databases of a folder, or the one that the root is. Links to folders are not followed.
 *
 * @param forbidden - real paths of folders that are never read
 * @throws SOURCE_UNREADABLE when the root cannot be read, or holds too many
 */
export async function findFiles(
  root: string,
  filter: PatternFilter,
  forbidden: readonly string[],
  signal: AbortSignal,
): Promise<FoundFiles> {
  const { path, isFile, place, identity } = await openRoot(root, forbidden);
  if (isFile) return { files: [{ name: basename(path), path }], closed: [], links: [], place };
  const files: DatabaseFile[] = [];
  const links: string[] = [];
  const closed: { readonly folder: string; readonly reason: string }[] = [];
  const folders: { readonly name: string; readonly depth: number }[] = [{ name: '', depth: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    const listed = await entriesOf(join(path, folder.name));
    if ('reason' in listed) {
      if (folder.name === '') throw sourceUnreadable(`the folder ${root} cannot be listed: ${listed.reason}`);
      closed.push({ folder: folder.name, reason: listed.reason });
      continue;
    }
    for (const entry of listed.entries) {
      const name = folder.name === '' ? entry.name : `${folder.name}/${entry.name}`;
      if (filter.excludes(name)) continue;
      if (entry.isSymbolicLink()) links.push(name);
      else if (entry.isDirectory()) {
        if (isForbidden(join(path, name), forbidden)) continue;
        if (folder.depth === deepest) closed.push({ folder: name, reason: `it lies deeper than ${deepest} folders` });
        else folders.push({ name, depth: folder.depth + 1 });
      } else if (entry.isFile() && !besides.test(name) && filter.includes(name))
        files.push({ name, path: join(path, name) });
    }
    if (files.length > mostFiles)
      throw sourceUnreadable(`the folder ${root} holds more than ${mostFiles} databases: name fewer in \`include\``);
  }
  const after = await openRoot(root, forbidden);
  if (after.identity !== identity || after.place !== place)
    throw sourceUnreadable(`the folder ${root} became another one while it was listed`);
  return { files: files.sort((one, other) => (one.name < other.name ? -1 : 1)), closed, links, place };
}

async function openRoot(root: string, forbidden: readonly string[]) {
  if (!isAbsolute(root) || root.includes('\0'))
    throw sourceUnreadable(
      `${JSON.stringify(root)} is no absolute path: set \`root\`, the address of the endpoint, to one or to a file:// URL`,
    );
  try {
    const path = await realpath(root);
    const stats = await stat(path);
    if (isForbidden(path, forbidden))
      throw sourceUnreadable(`${root} lies in a data directory of Isthmus, which is never catalogued`);
    return {
      path: stats.isFile() ? path : root,
      isFile: stats.isFile(),
      ...(await mediumOf(path)),
    };
  } catch (error) {
    throw sourceUnreadable(`${root} cannot be read: ${reasonOf(error)}`, error);
  }
}

/** Also the folder of a file that was named itself. */
function isForbidden(path: string, forbidden: readonly string[]): boolean {
  return forbidden.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

async function entriesOf(path: string): Promise<{ readonly entries: readonly Dirent[] } | { readonly reason: string }> {
  try {
    return { entries: await readdir(path, { withFileTypes: true }) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

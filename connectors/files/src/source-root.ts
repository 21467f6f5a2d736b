import { isAbsolute } from 'node:path';
import { sourceUnreadable } from '@isthmus/connector-sdk';
import type { EntryStats } from './entry-facts.js';
import { codeOf, type FileSystem } from './file-system.js';
import { type MountKind, MountKinds } from './mount-kinds.js';

/** The root as it was found when a run began. */
export interface SourceRoot {
  /** Absolute path as configured. */
  readonly path: string;
  readonly stats: EntryStats;
  readonly mount: MountKind;
  readonly mounts: MountKinds;
  /** Whether a folder is one that must never be scanned. */
  isForbidden(path: string, stats: EntryStats): boolean;
}

/**
 * A root that is not absolute, missing, unreadable or no folder ends the run: nothing is concluded from it about what it holds.
 *
 * @param forbidden - real paths of folders that are never scanned
 */
export async function openRoot(
  fileSystem: FileSystem,
  path: string,
  forbidden: readonly string[],
): Promise<SourceRoot> {
  if (!isAbsolute(path) || path.includes('\0'))
    throw sourceUnreadable(
      `the root ${JSON.stringify(path)} is no absolute path; set \`root\`, the address of the endpoint, to one (/data/landing) or to a file:// URL (file:///data/landing)`,
    );
  const stats = await fileSystem.stat(path).catch((error: unknown) => {
    throw sourceUnreadable(`the root folder ${path} cannot be read (${codeOf(error) || String(error)})`, error);
  });
  if (!stats.isDirectory()) throw sourceUnreadable(`the root ${path} is not a folder`);
  const realPath = await fileSystem.realpath(path);
  if (forbidden.some((folder) => realPath === folder || realPath.startsWith(`${folder}/`)))
    throw sourceUnreadable(`the root folder ${path} lies in a data directory of Isthmus, which is never catalogued`);
  // By identity as well: a bind mount shows the same folder under another path.
  const identities = new Set<string>();
  for (const folder of forbidden) {
    const found = await fileSystem.stat(folder).catch(() => undefined);
    if (found !== undefined) identities.add(`${found.dev}:${found.ino}`);
  }
  const forbiddenBelow = new Set(
    forbidden
      .filter((folder) => realPath === '/' || folder.startsWith(`${realPath}/`))
      .map((folder) => (realPath === '/' ? folder : folder.slice(realPath.length))),
  );
  const mounts = new MountKinds(fileSystem);
  return {
    path,
    stats,
    mount: await mounts.of(path, stats.dev),
    mounts,
    isForbidden: (below, found) => forbiddenBelow.has(below) || identities.has(`${found.dev}:${found.ino}`),
  };
}

import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type ContentRequest, DirectEntries } from './entries.js';
import type { SystemPath } from './entry-path.js';
import type { FileContent } from './file-content.js';
import { codeOf, type FileSystem } from './file-system.js';

/** What a thread is asked in one go. Bytes of paths arrive as plain arrays of bytes. */
export interface EntryRequest {
  readonly id: number;
  /** Entries to be looked at. */
  readonly looks: readonly SystemPath[];
  readonly contents: readonly ContentRequest[];
}

export interface EntryAnswer {
  readonly id: number;
  /** Of the looks: `statsFields` numbers each. */
  readonly stats: BigInt64Array<ArrayBuffer>;
  /** What the system said of a look instead, by position; e.g. `ENOENT`. */
  readonly codes: ReadonlyMap<number, string>;
  readonly contents: readonly FileContent[];
}

/** Of one entry: device, inode, mode, links, size, and when it was modified, changed and made, in ns. */
export const statsFields = 8;

/**
 * Looks at entries and describes files with calls that wait, which cost a fraction of those that do not, but must
 * never be made where anything else waits: in a thread of its own.
 */
export async function workOn({ id, looks, contents }: EntryRequest): Promise<EntryAnswer> {
  const stats = new BigInt64Array(looks.length * statsFields);
  const codes = new Map<number, string>();
  looks.forEach((path, index) => {
    try {
      note(stats, index, lstatSync(systemPath(path), { bigint: true }));
    } catch (error) {
      codes.set(index, codeOf(error) || String(error));
    }
  });
  const described: FileContent[] = [];
  for (const request of contents)
    described.push(await waiting.describe({ ...request, path: systemPath(request.path) }));
  return { id, stats, codes, contents: described };
}

const waitingFiles: Pick<FileSystem, 'lstat' | 'open'> = {
  lstat: async (path) => lstatSync(path, { bigint: true }),
  async open(path) {
    const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return {
      stat: async () => fstatSync(handle, { bigint: true }),
      read: async (position, length) => readFully(handle, position, length),
      close: async () => closeSync(handle),
    };
  },
};

const waiting = new DirectEntries(waitingFiles);

function readFully(handle: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(handle, bytes, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function note(stats: BigInt64Array, position: number, found: BigIntStats): void {
  const { dev, ino, mode, nlink, size, mtimeNs, ctimeNs, birthtimeNs } = found;
  stats.set([dev, ino, mode, nlink, size, mtimeNs, ctimeNs, birthtimeNs], position * statsFields);
}

function systemPath(path: SystemPath): SystemPath {
  return typeof path === 'string' ? path : Buffer.from(path);
}

import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { SystemPath } from './entry-path.js';

/** What a thread is asked in one go. Bytes of paths arrive as plain arrays of bytes. */
export interface EntryRequest {
  readonly id: number;
  /** Entries to be looked at. */
  readonly looks: readonly SystemPath[];
  /** Small files to be read, with how much of them at most. */
  readonly reads: readonly { readonly path: SystemPath; readonly length: number }[];
}

export interface EntryAnswer {
  readonly id: number;
  /** First of the looks, then of the reads: `statsFields` numbers each. */
  readonly stats: BigInt64Array<ArrayBuffer>;
  /** What the system said instead, by position; e.g. `ENOENT`. */
  readonly codes: ReadonlyMap<number, string>;
  /** Content of all reads, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Per read: where its content ends. */
  readonly ends: readonly number[];
}

/** Of one entry: device, inode, mode, links, size, and when it was modified, changed and made, in ns. */
export const statsFields = 8;

/**
 * Looks at entries and reads small files with calls that wait, which cost a fraction of those that do not, but must
 * never be made where anything else waits: in a thread of its own.
 */
export function workOn({ id, looks, reads }: EntryRequest): EntryAnswer {
  const stats = new BigInt64Array((looks.length + reads.length) * statsFields);
  const codes = new Map<number, string>();
  const bytes = new Uint8Array(reads.reduce((sum, { length }) => sum + length, 0));
  const ends: number[] = [];
  looks.forEach((path, index) => {
    tried(codes, index, () => note(stats, index, lstatSync(systemPath(path), { bigint: true })));
  });
  let end = 0;
  reads.forEach(({ path, length }, index) => {
    const position = looks.length + index;
    tried(codes, position, () => {
      const handle = openSync(systemPath(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const found = fstatSync(handle, { bigint: true });
        note(stats, position, found);
        if (found.isFile()) end += readFully(handle, bytes.subarray(end, end + length));
      } finally {
        closeSync(handle);
      }
    });
    ends.push(end);
  });
  return { id, stats, codes, bytes, ends };
}

function readFully(handle: number, into: Uint8Array): number {
  let filled = 0;
  while (filled < into.length) {
    const count = readSync(handle, into, filled, into.length - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function note(stats: BigInt64Array, position: number, found: BigIntStats): void {
  const { dev, ino, mode, nlink, size, mtimeNs, ctimeNs, birthtimeNs } = found;
  stats.set([dev, ino, mode, nlink, size, mtimeNs, ctimeNs, birthtimeNs], position * statsFields);
}

function tried(codes: Map<number, string>, position: number, step: () => void): void {
  try {
    step();
  } catch (error) {
    codes.set(position, codeOf(error));
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}

function systemPath(path: SystemPath): SystemPath {
  return typeof path === 'string' ? path : Buffer.from(path);
}

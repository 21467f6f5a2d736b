import { Buffer } from 'node:buffer';
import fs, { constants } from 'node:fs';
import { promisify } from 'node:util';
import { type Mounts, mountIn, mountsNow } from '@isthmus/connector-sdk/helpers';
import type { Entries } from './entries.js';
import type { EntryStats } from './entry-facts.js';
import type { SystemPath } from './entry-path.js';

/** All that this connector asks of the operating system; a port, so that tests can make it fail. */
export interface FileSystem {
  /** Of the entry itself, never of what a link points to. */
  lstat(path: SystemPath): Promise<EntryStats>;
  /** Follows links; used for the root alone. */
  stat(path: SystemPath): Promise<EntryStats>;
  realpath(path: string): Promise<string>;
  readlink(path: SystemPath): Promise<Buffer>;
  /**
   * Names in a folder, as bytes, a few hundred at a time.
   *
   * @param opened - is told, before the first name, what the very folder is whose names are read: something else may be
   *   mounted in its place a moment before or after; and the number of its mount. Not called where the system cannot tell
   */
  names(folder: SystemPath, opened?: Opened): AsyncIterable<Buffer>;
  /** What is mounted now, by these numbers. */
  mounts(): Promise<Mounts>;
  /** For reading; refuses links and does not wait for writers of a pipe. */
  open(path: SystemPath): Promise<OpenFile>;
  /** For many entries of file systems that answer at once. Absent: nothing is quicker there. */
  readonly local?: Entries;
  /** Magic number of the file system (statfs(2)). */
  fileSystemType(path: SystemPath): Promise<number>;
  /** Throws ENOSPC or EMFILE where the system has no more watches. */
  watch(folder: SystemPath, listener: (name: Buffer | undefined) => void, failed: () => void): { close(): void };
}

export type Opened = (stats: EntryStats, mount?: number) => void;

export interface OpenFile {
  stat(): Promise<EntryStats>;
  /** Fewer bytes than asked for only at the end of the file. */
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

// The callback functions with promisify: half the cost of fs.promises for a hundred thousand calls.
const lstat = promisify(fs.lstat);
const stat = promisify(fs.stat);
const fstat = promisify(fs.fstat);
const open = promisify(fs.open);
const close = promisify(fs.close);
const read = promisify(fs.read);

export const nodeFileSystem: FileSystem = {
  lstat: (path) => lstat(path, { bigint: true }),
  stat: (path) => stat(path, { bigint: true }),
  realpath: (path) => fs.promises.realpath(path),
  readlink: (path) => fs.promises.readlink(path, { encoding: 'buffer' }),
  names: namesIn,
  mounts: mountsNow,
  async open(path) {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return {
      stat: () => fstat(handle, { bigint: true }),
      read: (position, length) => readFully(handle, position, length),
      close: () => close(handle),
    };
  },
  fileSystemType: async (path) => (await fs.promises.statfs(path)).type >>> 0,
  watch(folder, listener, failed) {
    const watcher = fs.watch(folder, { persistent: false, encoding: 'buffer' }, (_event, name) => {
      listener(name ?? undefined);
    });
    watcher.on('error', failed);
    return { close: () => watcher.close() };
  },
};

/** Code of an operating system error, e.g. `ENOENT`; empty for anything else. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** Whether the error says that the entry is not there, which is an answer and no fault. */
export function isGone(error: unknown): boolean {
  return isGoneCode(codeOf(error));
}

export function isGoneCode(code: string): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function* namesIn(folder: SystemPath, opened?: Opened): AsyncGenerator<Buffer> {
  if (opened === undefined || process.platform !== 'linux') return yield* entryNames(await openFolder(folder));
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
  try {
    // Node lists folders by path only; by this one it lists the folder that the handle holds.
    const held = await openFolder(`/proc/self/fd/${handle}`).catch(() => undefined);
    if (held !== undefined) opened(await fstat(handle, { bigint: true }), mountIn(await factsOf(handle)));
    yield* entryNames(held ?? (await openFolder(folder)));
  } finally {
    await close(handle);
  }
}

/** What the system says of an open file. */
function factsOf(handle: number): Promise<string> {
  return fs.promises.readFile(`/proc/self/fdinfo/${handle}`, 'latin1').catch(() => '');
}

function openFolder(folder: SystemPath): Promise<fs.Dir> {
  const options: fs.OpenDirOptions = { bufferSize: 512 };
  // Names as bytes: opendir can do it, its declared type does not say so.
  Object.assign(options, { encoding: 'buffer' });
  return fs.promises.opendir(folder, options);
}

async function* entryNames(folder: fs.Dir): AsyncGenerator<Buffer> {
  for await (const entry of folder) yield bytesOf(entry.name);
}

function bytesOf(name: unknown): Buffer {
  return Buffer.isBuffer(name) ? name : Buffer.from(String(name), 'utf8');
}

async function readFully(handle: number, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await read(handle, bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

import { Buffer } from 'node:buffer';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { mountIn } from '@isthmus/connector-sdk/helpers';
import { type ContentRequest, type FolderPlace, reasonOf } from './entries.js';
import { stateOf } from './entry-facts.js';
import { childPath, type SystemPath, systemPath } from './entry-path.js';
import { describeContent, type FileContent } from './file-content.js';
import { codeOf, type FileSystem } from './file-system.js';

/** One thing that a thread is asked. Bytes of paths arrive as plain arrays of bytes; names are joined by NUL. */
export type EntryAsk =
  | { readonly kind: 'list'; readonly place: FolderPlace }
  | { readonly kind: 'look'; readonly place: FolderPlace; readonly names: string }
  | { readonly kind: 'content'; readonly content: ContentRequest };

export type EntryReply =
  /** The folder before, as it was opened, and after; the bytes of its names, joined by NUL; the number of its mount. */
  | {
      readonly kind: 'list';
      readonly stats: EntryNumbers;
      readonly askedAt: number;
      readonly names: Uint8Array<ArrayBuffer>;
      readonly mount: number | undefined;
    }
  | { readonly kind: 'noFolder' }
  /**
   * `states`: of each entry, joined by line breaks: made here, where its numbers are at hand. `reasons`: by position, what the
   * system said of a look instead of an answer, e.g. `ENOENT`.
   */
  | {
      readonly kind: 'look';
      readonly stats: EntryNumbers;
      readonly states: string;
      readonly reasons: ReadonlyMap<number, string>;
    }
  | { readonly kind: 'content'; readonly content: FileContent }
  | { readonly kind: 'failed'; readonly code: string };

/** What a thread is asked in one go. */
export interface EntryRequest {
  readonly id: number;
  readonly asks: readonly EntryAsk[];
}

export interface EntryAnswer {
  readonly id: number;
  /** In the order of what was asked. */
  readonly replies: readonly EntryReply[];
}

/** `statsFields` numbers for each entry. */
export type EntryNumbers = BigInt64Array<ArrayBuffer>;

/** Of one entry: device, inode, mode, links, size, and when it was modified, changed and made, in ns. */
export const statsFields = 8;

/** Opening by the handle fails so where the system does not show open files by path. */
const notShown = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/**
 * Lists folders, looks at entries and describes files with calls that wait, which cost a fraction of those that do not,
 * but must never be made where anything else waits: in a thread of its own.
 */
export async function workOn({ id, asks }: EntryRequest): Promise<EntryAnswer> {
  const replies: EntryReply[] = [];
  for (const ask of asks) {
    try {
      replies.push(await replyTo(ask));
    } catch (error) {
      replies.push({ kind: 'failed', code: reasonOf(error) });
    }
  }
  return { id, replies };
}

function replyTo(ask: EntryAsk): EntryReply | Promise<EntryReply> {
  switch (ask.kind) {
    case 'list':
      return list(ask.place);
    case 'look':
      return look(ask.place, ask.names.split('\0'));
    case 'content':
      return describe(ask.content);
  }
}

function list({ root, folder }: FolderPlace): EntryReply {
  const path = systemPath(root, folder);
  const statOf = (): BigIntStats => (folder === '/' ? statSync : lstatSync)(path, { bigint: true });
  const before = statOf();
  if (!before.isDirectory()) return { kind: 'noFolder' };
  const { names, opened = before, mount } = namesIn(path);
  const askedAt = Date.now();
  const stats = new BigInt64Array(3 * statsFields);
  for (const [position, found] of [before, opened, statOf()].entries()) note(stats, position, found);
  return { kind: 'list', stats, askedAt, names, mount };
}

interface FoundNames {
  readonly names: Uint8Array<ArrayBuffer>;
  readonly opened?: BigIntStats;
  readonly mount?: number | undefined;
}

function namesIn(path: SystemPath): FoundNames {
  if (process.platform !== 'linux') return { names: bytesOf(path) };
  const handle = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK);
  try {
    // Node lists folders by path only; by this one it lists the folder that the handle holds.
    const names = bytesOf(`/proc/self/fd/${handle}`);
    return { names, opened: fstatSync(handle, { bigint: true }), mount: mountOf(handle) };
  } catch (error) {
    if (!notShown.has(codeOf(error))) throw error;
    return { names: bytesOf(path) };
  } finally {
    closeSync(handle);
  }
}

function mountOf(handle: number): number | undefined {
  try {
    return mountIn(readFileSync(`/proc/self/fdinfo/${handle}`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Latin-1 is a character for each byte, so no byte of a name is lost. */
function bytesOf(folder: SystemPath): Uint8Array<ArrayBuffer> {
  const text = readdirSync(folder, 'latin1').join('\0');
  // Not from the pool: it is handed over to the other thread.
  const bytes = Buffer.allocUnsafeSlow(text.length);
  bytes.write(text, 'latin1');
  return bytes;
}

function look({ root, folder }: FolderPlace, names: readonly string[]): EntryReply {
  const stats = new BigInt64Array(names.length * statsFields);
  const states: string[] = [];
  const reasons = new Map<number, string>();
  names.forEach((name, position) => {
    try {
      const found = lstatSync(systemPath(root, childPath(folder, name)), { bigint: true });
      note(stats, position, found);
      const { size, mtimeNs, ctimeNs, ino } = found;
      states[position] = stateOf({ size, mtimeNs, ctimeNs, ino: BigInt.asUintN(64, ino) });
    } catch (error) {
      reasons.set(position, reasonOf(error));
      states[position] = '';
    }
  });
  return { kind: 'look', stats, states: states.join('\n'), reasons };
}

async function describe({ path, name, sizeInBytes, reading }: ContentRequest): Promise<EntryReply> {
  const own = typeof path === 'string' ? path : Buffer.from(path);
  return { kind: 'content', content: await describeContent(waitingFiles, own, name, sizeInBytes, reading) };
}

const waitingFiles: Pick<FileSystem, 'open'> = {
  async open(path) {
    const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return {
      stat: async () => fstatSync(handle, { bigint: true }),
      read: async (position, length) => readFully(handle, position, length),
      close: async () => closeSync(handle),
    };
  },
};

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

function note(stats: EntryNumbers, position: number, found: BigIntStats): void {
  const from = position * statsFields;
  stats[from] = found.dev;
  stats[from + 1] = found.ino;
  stats[from + 2] = found.mode;
  stats[from + 3] = found.nlink;
  stats[from + 4] = found.size;
  stats[from + 5] = found.mtimeNs;
  stats[from + 6] = found.ctimeNs;
  stats[from + 7] = found.birthtimeNs;
}

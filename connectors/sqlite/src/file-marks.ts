import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { codeOf } from '@isthmus/connector-sdk/helpers';

/** What can be told of a database by looking at its files, without SQLite. */
export interface FileMarks {
  readonly bytes: number;
  /** The first hundred bytes: what kind of file it is, a counter of changes, a counter of changes of its schema. */
  readonly header: string;
  readonly isDatabase: boolean;
  /** Counts the changes of the schema, as far as they have reached the file itself. */
  readonly schemaCookie: number;
  /** Nanoseconds. */
  readonly modified: bigint;
  readonly identity: string;
  /** A transaction is being written into the file, or was when its writer died. */
  readonly isBeingWritten: boolean;
  /** Changes beside the file that are not in it yet: size and time; undefined = none. */
  readonly log: string | undefined;
  readonly logBytes: number;
  /** Somebody has, or had, the log open with others. */
  readonly hasIndexOfLog: boolean;
}

const headerBytes = 100;
const magic = Buffer.from('SQLite format 3\0', 'latin1');
const journalMagic = Buffer.from('d9d505f920a163d7', 'hex');

/** @throws what the file system says of the database itself */
export async function marksOf(path: string): Promise<FileMarks> {
  const journal = await headOf(`${path}-journal`, journalMagic.length);
  const log = await statOf(`${path}-wal`);
  const index = await statOf(`${path}-shm`);
  const [stats, header] = [await stat(path, { bigint: true }), await headOf(path, headerBytes)];
  const head = header ?? Buffer.alloc(0);
  const hasLog = log !== undefined && log.size > 0n;
  return {
    bytes: Number(stats.size),
    header: head.toString('base64'),
    isDatabase: head.length === headerBytes && head.subarray(0, magic.length).equals(magic),
    schemaCookie: head.length === headerBytes ? head.readUInt32BE(40) : 0,
    modified: stats.mtimeNs,
    identity: `${stats.dev}:${stats.ino}`,
    // one that is kept for the next transaction has its first bytes blotted out
    isBeingWritten: journal?.equals(journalMagic) === true,
    log: hasLog ? `${log.size} ${log.mtimeNs}` : undefined,
    logBytes: hasLog ? Number(log.size) : 0,
    hasIndexOfLog: index !== undefined,
  };
}

/** Nothing was written into the file itself in between, so that what was read of it is of one moment. */
export function isSameFile(before: FileMarks, after: FileMarks): boolean {
  return (
    before.header === after.header &&
    before.bytes === after.bytes &&
    before.modified === after.modified &&
    before.identity === after.identity &&
    !after.isBeingWritten
  );
}

/** Another text whenever the schema may be another one. */
export function fingerprintOf({ identity, schemaCookie, log, isDatabase, bytes }: FileMarks): string {
  return [identity, schemaCookie, isDatabase, bytes === 0, log ?? ''].join(' ');
}

async function statOf(path: string) {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined = there is no such file. */
async function headOf(path: string, length: number): Promise<Buffer | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    // a pipe of that name would keep it waiting for a writer, for ever
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

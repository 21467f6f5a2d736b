import type { Database } from '@isthmus/sqlite';
import { type KindTally, partSize, tallyOf } from './kind-tally.js';
import type { SnapshotPool } from './snapshot-pool.js';
import type { ListMembers, PartedList, SortedList } from './sorted-list.js';
import type { WriteQueue, WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Whoever asks for orders by other properties again and again does not fill the database. */
const mostSaved = 8;

interface Part {
  readonly part: number;
  readonly sequence: number;
  readonly tally: Uint8Array;
  readonly ids: Uint8Array;
  readonly kinds: Uint8Array;
}

/** What is known of a saved list without reading it. */
export interface SavedTallies {
  readonly name: string;
  readonly sequence: number;
  readonly tallies: readonly KindTally[];
}

/**
 * Sorted lists as rows of the database, so that they are there again after a start. They are no truth of their own: one
 * that is behind is brought up to date by what changed since, as in memory.
 */
export class SavedOrders {
  constructor(
    private readonly snapshots: SnapshotPool,
    private readonly queue: WriteQueue,
  ) {}

  /** Undefined when there is none of this name, or what is there is not whole. */
  load(name: string): Promise<SortedList | undefined> {
    return this.snapshots.run(async ({ database, slice }) => {
      const parts: Part[] = [];
      for (;;) {
        const part = database.get<Part>(
          'SELECT part, sequence, tally, ids, kinds FROM sorted_list WHERE name = ? AND part = ?',
          name,
          parts.length,
        );
        if (part === undefined) break;
        parts.push(part);
        await slice.pause();
      }
      return joined(parts);
    });
  }

  /** Undefined when there is none of this name, or what is there is not whole. */
  tallies(database: Pick<Database, 'all'>, name: string): SavedTallies | undefined {
    const rows = database.all<Pick<Part, 'sequence' | 'tally'>>(
      'SELECT sequence, tally FROM sorted_list WHERE name = ? ORDER BY part',
      name,
    );
    const [first] = rows;
    if (first === undefined || rows.some(({ sequence }) => sequence !== first.sequence)) return undefined;
    return { name, sequence: first.sequence, tallies: rows.map(({ tally }) => numbersOf(tally)) };
  }

  /** The saved list in parts that are read when they are asked for. */
  parted(database: Pick<Database, 'get'>, { name, sequence, tallies }: SavedTallies): PartedList {
    const read = (part: number) => {
      const row = database.get<Part>(
        'SELECT ids, kinds FROM sorted_list WHERE name = ? AND part = ? AND sequence = ?',
        name,
        part,
        sequence,
      );
      return row === undefined ? undefined : membersOf([row]);
    };
    return { partCount: tallies.length, tallies, read };
  }

  /** Names of those that are saved, the one that was saved last first. */
  names(): Promise<readonly string[]> {
    return this.snapshots.run(async ({ database }) =>
      database
        .all<{ name: string }>('SELECT name FROM sorted_list WHERE part = 0 ORDER BY sequence DESC, name')
        .map(({ name }) => name),
    );
  }

  async save(name: string, list: SortedList): Promise<void> {
    await this.queue.write(undefined, (transaction) => write(transaction, name, list));
  }
}

function* write(
  transaction: WriteTransaction,
  name: string,
  { sequence, ids, kinds, tallies }: SortedList,
): WriteSteps<undefined> {
  let part = 0;
  for (let from = 0; from < ids.length; from += partSize) {
    const ofPart = kinds.subarray(from, from + partSize);
    transaction.run(
      'INSERT OR REPLACE INTO sorted_list (name, part, sequence, tally, ids, kinds) VALUES (?, ?, ?, ?, ?, ?)',
      name,
      part,
      sequence,
      bytesOf(tallies?.[part] ?? tallyOf(ofPart)),
      bytesOf(ids.subarray(from, from + partSize)),
      bytesOf(ofPart),
    );
    part += 1;
    yield;
  }
  yield* forget(transaction, name, part);
  const others = transaction.database.all<{ name: string }>(
    'SELECT name FROM sorted_list WHERE part = 0 AND name <> ? ORDER BY sequence DESC, name',
    name,
  );
  for (const other of others.slice(mostSaved - 1)) yield* forget(transaction, other.name, 0);
  return undefined;
}

function* forget(transaction: WriteTransaction, name: string, fromPart: number): WriteSteps<undefined> {
  for (let part = fromPart; ; part += 1) {
    if (transaction.run('DELETE FROM sorted_list WHERE name = ? AND part = ?', name, part).changes === 0)
      return undefined;
    yield;
  }
}

function joined(parts: readonly Part[]): SortedList | undefined {
  const [first] = parts;
  if (first === undefined || parts.some(({ sequence }) => sequence !== first.sequence)) return undefined;
  const members = membersOf(parts);
  if (members === undefined) return undefined;
  return { sequence: first.sequence, ...members, tallies: parts.map(({ tally }) => numbersOf(tally)) };
}

function membersOf(parts: readonly Pick<Part, 'ids' | 'kinds'>[]): ListMembers | undefined {
  const length = parts.reduce((sum, { ids }) => sum + ids.byteLength / Uint32Array.BYTES_PER_ELEMENT, 0);
  const [ids, kinds] = [new Uint32Array(length), new Uint16Array(length)];
  const [idBytes, kindBytes] = [bytesOf(ids), bytesOf(kinds)];
  let from = 0;
  for (const part of parts) {
    const count = part.ids.byteLength / Uint32Array.BYTES_PER_ELEMENT;
    if (part.kinds.byteLength !== count * Uint16Array.BYTES_PER_ELEMENT) return undefined;
    idBytes.set(part.ids, from * Uint32Array.BYTES_PER_ELEMENT);
    kindBytes.set(part.kinds, from * Uint16Array.BYTES_PER_ELEMENT);
    from += count;
  }
  return { ids, kinds };
}

/** A copy: bytes from the database may begin anywhere. */
function numbersOf(bytes: Uint8Array): Uint32Array {
  const numbers = new Uint32Array(Math.floor(bytes.byteLength / Uint32Array.BYTES_PER_ELEMENT));
  bytesOf(numbers).set(bytes.subarray(0, numbers.byteLength));
  return numbers;
}

/** The same memory: names of lists tell the order of bytes. */
function bytesOf(numbers: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

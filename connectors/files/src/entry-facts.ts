import { type BigIntStats, constants } from 'node:fs';

/** What this connector wants to know of an entry. */
export type EntryStats = Pick<
  BigIntStats,
  | 'dev'
  | 'ino'
  | 'nlink'
  | 'size'
  | 'mtimeNs'
  | 'ctimeNs'
  | 'birthtimeNs'
  | 'isFile'
  | 'isDirectory'
  | 'isSymbolicLink'
  | 'isSocket'
  | 'isFIFO'
  | 'isCharacterDevice'
  | 'isBlockDevice'
>;

/** The same from the numbers that a thread sent; see `statsFields`. */
export class EntryFacts implements EntryStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly nlink: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly birthtimeNs: bigint;
  readonly #type: number;

  constructor(values: BigInt64Array, from: number) {
    const value = (field: number): bigint => values[from + field] ?? 0n;
    this.dev = BigInt.asUintN(64, value(0));
    this.ino = BigInt.asUintN(64, value(1));
    this.#type = Number(value(2)) & constants.S_IFMT;
    this.nlink = value(3);
    this.size = value(4);
    this.mtimeNs = value(5);
    this.ctimeNs = value(6);
    this.birthtimeNs = value(7);
  }

  isFile(): boolean {
    return this.#type === constants.S_IFREG;
  }
  isDirectory(): boolean {
    return this.#type === constants.S_IFDIR;
  }
  isSymbolicLink(): boolean {
    return this.#type === constants.S_IFLNK;
  }
  isSocket(): boolean {
    return this.#type === constants.S_IFSOCK;
  }
  isFIFO(): boolean {
    return this.#type === constants.S_IFIFO;
  }
  isCharacterDevice(): boolean {
    return this.#type === constants.S_IFCHR;
  }
  isBlockDevice(): boolean {
    return this.#type === constants.S_IFBLK;
  }
}

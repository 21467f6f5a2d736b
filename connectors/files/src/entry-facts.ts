import { type BigIntStats, constants } from 'node:fs';

/** What this connector wants to know of an entry. */
export interface EntryStats extends SystemStats {
  /** See `stateOf`, where it was made already. */
  readonly state?: string | undefined;
}

type SystemStats = Pick<
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

/** Equal as long as neither content nor times of a file have changed, nor is it another one. */
export function stateOf({ size, mtimeNs, ctimeNs, ino }: Pick<SystemStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino'>) {
  return `${size}:${mtimeNs}:${ctimeNs}:${ino}`;
}

/**
 * The same from the numbers that a thread sent; see `statsFields`. Each is made when it is asked for: of an entry that is
 * known few are.
 */
export class EntryFacts implements EntryStats {
  readonly #type: number;

  constructor(
    private readonly values: BigInt64Array,
    private readonly from: number,
    readonly state?: string,
  ) {
    this.#type = Number(this.#value(2)) & constants.S_IFMT;
  }

  get dev(): bigint {
    return BigInt.asUintN(64, this.#value(0));
  }
  get ino(): bigint {
    return BigInt.asUintN(64, this.#value(1));
  }
  get nlink(): bigint {
    return this.#value(3);
  }
  get size(): bigint {
    return this.#value(4);
  }
  get mtimeNs(): bigint {
    return this.#value(5);
  }
  get ctimeNs(): bigint {
    return this.#value(6);
  }
  get birthtimeNs(): bigint {
    return this.#value(7);
  }

  #value(field: number): bigint {
    return this.values[this.from + field] ?? 0n;
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

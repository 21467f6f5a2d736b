import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

export const ordering = { sequence: 0, id: 1 } as const;
/** Ranges of the levels of `bucket`, as powers of two. */
export const bucketBits = { fine: 10, middle: 15, coarse: 20 } as const;
export const bucketLevel = { fine: 1, coarse: 2, middle: 3 } as const;

/** Elements that an open transaction counted in and out of the buckets. */
export class PendingCounts {
  /** Kind, sequence, id and difference of each count in turn: numbers alone, as there are thousands. */
  readonly #counts: number[] = [];

  get length(): number {
    return this.#counts.length;
  }

  add(row: { type: number; visible: number; id: number; sequence: number }, delta: 1 | -1): void {
    this.#counts.push(bucketKind(row.type, row.visible), row.sequence, row.id, delta);
  }

  /** Forgets what came after; `length` is one that was read here. */
  keep(length: number): void {
    this.#counts.length = length;
  }

  *write(transaction: WriteTransaction): WriteSteps<undefined> {
    for (const order of [ordering.sequence, ordering.id]) {
      // each level is the sum of the one below
      let sums = this.#sumsOf(order);
      let below: number = bucketBits.fine;
      yield;
      for (const name of ['fine', 'middle', 'coarse'] as const) {
        sums = widened(sums, bucketBits[name] - below);
        below = bucketBits[name];
        for (const [key, sum] of sums) {
          const place = [order, bucketLevel[name], key % mostKinds, Math.floor(key / mostKinds)];
          if (sum !== 0) addToBucket(transaction, place, sum);
          yield;
        }
      }
    }
    return undefined;
  }

  #sumsOf(order: number): Map<number, number> {
    const counts = this.#counts;
    const sums = new Map<number, number>();
    for (let index = 0; index < counts.length; index += numbersOfCount) {
      const place = counts[index + (order === ordering.sequence ? 1 : 2)] ?? 0;
      const key = bucketOf(place, bucketBits.fine) * mostKinds + (counts[index] ?? 0);
      sums.set(key, (sums.get(key) ?? 0) + (counts[index + 3] ?? 0));
    }
    return sums;
  }
}

/** The same sums for buckets that are wider by so many bits. */
function widened(sums: Map<number, number>, bits: number): Map<number, number> {
  if (bits === 0) return sums;
  const wide = new Map<number, number>();
  for (const [key, sum] of sums) {
    const kind = key % mostKinds;
    const wideKey = bucketOf((key - kind) / mostKinds, bits) * mostKinds + kind;
    wide.set(wideKey, (wide.get(wideKey) ?? 0) + sum);
  }
  return wide;
}

/** Type and visibility in one number. */
export function bucketKind(type: number, visible: number): number {
  return type * 4 + visible;
}

export function typeOfKind(kind: number): number {
  return Math.floor(kind / 4);
}

/** Numbers may outgrow 32 bits, so no shifts. */
export function bucketOf(place: number, bits: number): number {
  return Math.floor(place / 2 ** bits);
}

function addToBucket(transaction: WriteTransaction, key: readonly number[], sum: number): void {
  transaction.run(
    `INSERT INTO bucket (ordering, level, kind, bucket, count) VALUES (?,?,?,?,?)
     ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    ...key,
    sum,
  );
  if (sum < 0)
    transaction.run(
      'DELETE FROM bucket WHERE ordering = ? AND level = ? AND kind = ? AND bucket = ? AND count <= 0',
      ...key,
    );
}

const numbersOfCount = 4;
/** Above every kind, and low enough that a kind and a bucket of it fit into one exact number. */
const mostKinds = 2 ** 16;

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
    const counts = this.#counts;
    for (const level of bucketLevels) {
      const sums = new Map<number, number>();
      for (let index = 0; index < counts.length; index += numbersOfCount) {
        const place = counts[index + (level.ordering === ordering.sequence ? 1 : 2)] ?? 0;
        const key = bucketOf(place, level.bits) * mostKinds + (counts[index] ?? 0);
        sums.set(key, (sums.get(key) ?? 0) + (counts[index + 3] ?? 0));
      }
      yield;
      for (const [key, sum] of sums) {
        const place = [level.ordering, level.level, key % mostKinds, Math.floor(key / mostKinds)];
        if (sum !== 0) addToBucket(transaction, place, sum);
        yield;
      }
    }
    return undefined;
  }
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
const bucketLevels = [ordering.sequence, ordering.id].flatMap((order) =>
  (['fine', 'middle', 'coarse'] as const).map((name) => ({
    ordering: order,
    level: bucketLevel[name],
    bits: bucketBits[name],
  })),
);

import { addPairs, pairBytes } from './letter-pairs.js';
import { bucketBits, bucketOf } from './pending-counts.js';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

interface PendingText {
  readonly id: number;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What the text index has to learn when an open transaction commits. */
export class PendingTexts {
  readonly #texts: PendingText[] = [];

  get length(): number {
    return this.#texts.length;
  }

  add(id: number, before: string | undefined, after: string | undefined): void {
    this.#texts.push({ id, before, after });
  }

  /** Forgets what came after the first of them. */
  keep(length: number): void {
    this.#texts.length = length;
  }

  *write(transaction: WriteTransaction): WriteSteps<undefined> {
    const last = new Map<number, { before: string | undefined; after: string | undefined }>();
    for (const { id, before, after } of this.#texts) {
      const known = last.get(id);
      if (known === undefined) last.set(id, { before, after });
      else known.after = after;
    }
    yield* writePairs(transaction, last);
    for (const [id, { before, after }] of last) {
      if (before !== after && before !== undefined) transaction.run('DELETE FROM element_text WHERE rowid = ?', id);
      if (before !== after && after !== undefined)
        transaction.run('INSERT INTO element_text (rowid, text) VALUES (?, ?)', id, after);
      yield;
    }
    return undefined;
  }
}

function* writePairs(
  transaction: WriteTransaction,
  texts: ReadonlyMap<number, { readonly after: string | undefined }>,
): WriteSteps<undefined> {
  const byBucket = new Map<number, string[]>();
  for (const [id, { after }] of texts) {
    if (after === undefined) continue;
    const bucket = bucketOf(id, bucketBits.fine);
    const known = byBucket.get(bucket);
    if (known === undefined) byBucket.set(bucket, [after]);
    else known.push(after);
  }
  for (const [bucket, added] of byBucket) {
    const known = transaction.database.get<{ pairs: Uint8Array }>(
      'SELECT pairs FROM letter_pair WHERE bucket = ?',
      bucket,
    );
    const pairs = known?.pairs ?? new Uint8Array(pairBytes);
    let isNew = known === undefined;
    for (const text of added) {
      isNew = addPairs(pairs, text) || isNew;
      yield;
    }
    if (isNew) transaction.run('INSERT OR REPLACE INTO letter_pair (bucket, pairs) VALUES (?, ?)', bucket, pairs);
  }
  return undefined;
}

import type { TextQuery } from './conditions.js';
import { fold } from './property-changes.js';
import type { Snapshot } from './snapshot-pool.js';

/**
 * Which pairs of letters, and which letters, occur in the texts of a bucket of up to 1024 elements: one bit for each,
 * several sharing a bit. Texts of one or two letters are too short for the trigram index; this tells where they cannot
 * be. Bits are never taken back: a bucket may be looked at in vain, never be missed.
 */
export const pairBytes = 1024;
/** Of a million elements there are a thousand: read within a fraction of a millisecond. */
const bucketsAtOnce = 100;
const shift = 32 - 13;
/** Stands before a single letter; no code unit is as large. */
const alone = 0x10000;

/** Buckets of ids whose elements can match; undefined when all can. */
export async function possibleBuckets(
  { database, slice }: Snapshot,
  query: TextQuery,
): Promise<ReadonlySet<number> | undefined> {
  const possible = new Set<number>();
  let count = 0;
  for (let after = -1; ; ) {
    const rows = database.all<{ bucket: number; pairs: Uint8Array }>(
      `SELECT bucket, pairs FROM letter_pair WHERE bucket > ? ORDER BY bucket LIMIT ${bucketsAtOnce}`,
      after,
    );
    for (const { bucket, pairs } of rows) if (canHold(pairs, query)) possible.add(bucket);
    count += rows.length;
    after = rows.at(-1)?.bucket ?? after;
    await slice.pause();
    if (rows.length < bucketsAtOnce) break;
  }
  return possible.size === count ? undefined : possible;
}

/** Adds the pairs of a text. Returns whether one of them is new. */
export function addPairs(pairs: Uint8Array, folded: string): boolean {
  let isNew = false;
  let before = alone;
  for (let index = 0; index < folded.length; index += 1) {
    const letter = folded.charCodeAt(index);
    isNew = add(pairs, bitOf(before, letter)) || isNew;
    isNew = add(pairs, bitOf(alone, letter)) || isNew;
    before = letter;
  }
  return isNew;
}

function add(pairs: Uint8Array, bit: number): boolean {
  if (has(pairs, bit)) return false;
  pairs[bit >>> 3] = (pairs[bit >>> 3] ?? 0) | (1 << (bit & 7));
  return true;
}

function canHold(pairs: Uint8Array, query: TextQuery): boolean {
  if ('all' in query) return query.all.every((part) => canHold(pairs, part));
  if ('any' in query) return query.any.some((part) => canHold(pairs, part));
  const text = fold(query.text);
  let before = alone;
  for (const letter of text) {
    // half a letter may be part of one that was folded as a whole
    const isHalf = /^[\ud800-\udfff]$/.test(letter);
    for (let index = 0; index < letter.length && !isHalf; index += 1) {
      const unit = letter.charCodeAt(index);
      if (!has(pairs, bitOf(alone, unit)) || !has(pairs, bitOf(before, unit))) return false;
      before = unit;
    }
    if (isHalf) before = alone;
  }
  return true;
}

function has(pairs: Uint8Array, bit: number): boolean {
  return ((pairs[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

function bitOf(before: number, letter: number): number {
  return (Math.imul(before, 0x9e3779b1) ^ Math.imul(letter, 0x85ebca6b)) >>> shift;
}

import type { ItemDigest } from '@isthmus/connector-host';
import type { KeptItem } from '@isthmus/connector-sdk';
import { processSlicer } from '@isthmus/kernel';
import type { ScopeLedger } from './scope-ledger.js';

/** Changes of what is known that are gathered before they are written. */
export const touchesKept = 1000;
/** Items that are kept without asking for the time. */
const keptBetweenLooks = 64;

/**
 * Keeps items from the position `from` on, as many as fit into the slice of time and into the touches of the ledger.
 *
 * @param unknown - gets the positions of those that are not known at their version
 * @returns position of the first that is left, and how many were kept
 */
export function keepSome(
  ledger: ScopeLedger,
  items: readonly KeptItem[],
  from: number,
  unknown: number[],
): { readonly next: number; readonly keptCount: number } {
  let keptCount = 0;
  for (const [offset, { key, sourceVersion }] of items.slice(from).entries()) {
    const next = from + offset;
    const isFull = ledger.touchedCount >= touchesKept;
    if (isFull || (next % keptBetweenLooks === 0 && processSlicer.isUsedUp)) return { next, keptCount };
    if (ledger.keep(key, sourceVersion)) keptCount += 1;
    else unknown.push(next);
  }
  return { next: items.length, keptCount };
}

/**
 * Keeps items from the position `from` on as long as they are equal to what is known, with the bounds of `keepSome`.
 *
 * @returns position of the first that is left
 */
export function keepEqualOnes(ledger: ScopeLedger, items: readonly ItemDigest[], from: number): number {
  for (let next = from; next < items.length; next += 1) {
    const digest = items[next];
    const isOver = next % keptBetweenLooks === 0 && processSlicer.isUsedUp;
    if (digest === undefined || isOver || ledger.touchedCount >= touchesKept || !ledger.keepEqual(digest)) return next;
  }
  return items.length;
}

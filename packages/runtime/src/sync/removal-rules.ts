import type { StoreMark } from '../journal/journal.js';
import { certifiedRunsForDeletes } from './store-trust.js';
import type { SyncOptions } from './sync-options.js';

export interface RemovalCase {
  readonly mark: StoreMark;
  readonly boundaryHash: string;
  /** The scope has an error of its own, or lies below an item that was set aside. */
  readonly scopeInDoubt: boolean;
}

/** Why nothing may be removed from a certified scope; undefined = it may, within the limit. */
export function removalForbidden(removal: RemovalCase): string | undefined {
  if (isBoundaryChanged(removal.mark, removal.boundaryHash)) {
    return 'root or filter changed, so it is not known whether they are gone or merely no longer listed';
  }
  if (removal.mark.certifiedRuns < certifiedRunsForDeletes) {
    return 'the memory of what was written is new; two complete runs must confirm it first';
  }
  if (removal.scopeInDoubt) return 'the connector reported a fault of this scope or of what holds it';
  return undefined;
}

export function isBoundaryChanged(mark: StoreMark, boundaryHash: string): boolean {
  return mark.boundaryHash !== undefined && mark.boundaryHash !== boundaryHash;
}

/** Whether a run that removes so many of the known items removes too many at once. */
export function isOverLimit(removedCount: number, knownCount: number, limit: SyncOptions['removalLimit']): boolean {
  return removedCount > limit.items && removedCount > knownCount * limit.share;
}

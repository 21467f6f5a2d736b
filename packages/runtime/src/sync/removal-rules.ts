import type { Absence, StoreMark } from '../journal/journal.js';
import type { ScopeLedger } from './scope-ledger.js';
import { certifiedRunsForDeletes } from './store-trust.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { SyncOptions } from './sync-options.js';

export interface RemovalCase {
  readonly mark: StoreMark;
  readonly spec: Pick<SyncRunSpec, 'boundaryHash' | 'confirmRemovals' | 'connectorName'>;
  /** Another source than before answers. */
  readonly isOtherSource: boolean;
  /** See `isDisplaced`. */
  readonly isDisplaced: boolean;
  /** The scope has an error of its own, or lies below an item that was set aside. */
  readonly scopeInDoubt: boolean;
}

export interface Withholding {
  readonly severity: 'info' | 'warning' | 'error';
  readonly why: string;
  /** What the journal notes of the items. */
  readonly absence?: Absence;
  /** What lies below the items is not counted with them. */
  readonly hasBelow?: boolean;
}

/** Why nothing may be removed from a certified scope; undefined = it may, within the limit. */
export function removalForbidden({
  mark,
  spec,
  isOtherSource,
  isDisplaced,
  scopeInDoubt,
}: RemovalCase): Withholding | undefined {
  const isConfirmed = spec.confirmRemovals === true;
  if (isBoundaryChanged(mark, spec.boundaryHash) && !isConfirmed) {
    return {
      severity: 'warning',
      why: `root, filter or template of names changed, so it is not known whether they are gone or merely no longer listed; if they are gone, ${confirmStep(spec)}`,
      absence: 'outside',
    };
  }
  if (isOtherSource && !isConfirmed) return otherSource(spec);
  if (isDisplaced && !isConfirmed) return displaced(spec);
  if (mark.certifiedRuns < certifiedRunsForDeletes) {
    return {
      severity: 'warning',
      why: 'the memory of what was written is new; two complete runs must confirm it first',
    };
  }
  if (scopeInDoubt) {
    return { severity: 'warning', why: 'the connector reported a fault of this scope or of what holds it' };
  }
  return undefined;
}

/**
 * What an earlier run missed after root, filter or template of names had changed, and kept. That run told it as a warning;
 * whoever narrowed a filter may want to keep it so for good, and need not see each run as partial.
 */
export function fellOut(spec: Pick<SyncRunSpec, 'connectorName'>): Withholding {
  return {
    severity: 'info',
    why: `they were missed first when root, filter or template of names had changed, so it is not known whether they are gone or merely no longer listed; if they are gone, ${confirmStep(spec)}`,
    absence: 'outside',
  };
}

/** @param spec - of the connector that is told how to go on */
export function otherSource(spec: Pick<SyncRunSpec, 'connectorName'>): Withholding {
  return {
    severity: 'error',
    why: `another source answers than the one that was listed before, by what the two say of themselves: another server at its address, or a memory that began anew; bring that one back, or, if this one has taken its place, ${confirmStep(spec)}`,
    absence: 'unconfirmed',
  };
}

export function displaced(spec: Pick<SyncRunSpec, 'connectorName'>): Withholding {
  return {
    severity: 'error',
    why: `what was listed lies on another file system or server than before: a folder may not be mounted, or an address may lead elsewhere; mend that, or, if they are gone, ${confirmStep(spec)}`,
    absence: 'unconfirmed',
  };
}

export function overLimit(spec: Pick<SyncRunSpec, 'connectorName'>, what: string): Withholding {
  return {
    severity: 'error',
    why: `${what}; if they are gone, ${confirmStep(spec)}`,
    absence: 'unconfirmed',
  };
}

/** What a run before held back. */
export function heldAsTooMuch(spec: Pick<SyncRunSpec, 'connectorName'>): Withholding {
  return overLimit(spec, 'too much was missing at once, or on another file system, and too little of it has come back');
}

/** @param spec - of the connector whose removals people are to confirm */
export function confirmStep({ connectorName = '<name>' }: Pick<SyncRunSpec, 'connectorName'>): string {
  const name = /^[\w.<>-]+$/.test(connectorName) ? connectorName : JSON.stringify(connectorName);
  return `confirm it with: isthmus connector refresh ${name} --confirm-removals`;
}

export function isBoundaryChanged(mark: StoreMark, boundaryHash: string): boolean {
  return mark.boundaryHash !== undefined && mark.boundaryHash !== boundaryHash;
}

/**
 * Whether another medium than before was listed: less than half of what was known is there, as when a file system is not
 * mounted. A place that is not known is another one, since nobody can say that it is the same.
 */
export function isDisplaced(ledger: ScopeLedger, place: string | undefined): boolean {
  return !ledger.isVouchedFor && place !== ledger.place && ledger.missing().length > 0;
}

/** Whether a run that removes so many of the known items removes too many at once. */
export function isOverLimit(removedCount: number, knownCount: number, limit: SyncOptions['removalLimit']): boolean {
  return removedCount > limit.items && removedCount > knownCount * limit.share;
}

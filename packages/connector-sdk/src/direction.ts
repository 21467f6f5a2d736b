import type { PermittedSynchronization } from '@isthmus/model';
import type { ReadingContextOf } from './base-context.js';
import type { OmisContexts, SupportedKind } from './connector.js';
import type { RefreshRun } from './refresh-run.js';

/** Which way a connector carries: metadata from its third party, to it, or both. */
export type Direction = Exclude<PermittedSynchronization, 'OTHER'>;

/** The contexts without what writes metadata. */
export type ReadingContexts = { readonly [K in SupportedKind]: ReadingContextOf<K> };

/** A run in which nothing can be listed, as what is listed is written. */
export type ReadingRun<K extends SupportedKind, C = unknown> = Omit<RefreshRun<K, C>, 'scope'>;

export type ContextIn<K extends SupportedKind, D extends Direction> = D extends 'TO_THIRD_PARTY'
  ? ReadingContexts[K]
  : OmisContexts[K];
export type RunIn<K extends SupportedKind, D extends Direction, C = unknown> = D extends 'TO_THIRD_PARTY'
  ? ReadingRun<K, C>
  : RefreshRun<K, C>;

/**
 * The direction that holds when code and registration each name one: the narrower of the two.
 *
 * @returns undefined when they exclude each other
 */
export function directionOf(
  defined: Direction | undefined,
  registered: PermittedSynchronization,
): PermittedSynchronization | undefined {
  if (defined === undefined || defined === 'BOTH_DIRECTIONS' || defined === registered) return registered;
  return registered === 'BOTH_DIRECTIONS' ? defined : undefined;
}

import { IsthmusError } from '@isthmus/kernel';

/**
 * What a refresh throws when its source as a whole cannot be read: the run fails with SOURCE_UNREADABLE, and nothing is
 * concluded from it about what the source holds.
 *
 * @param message - names the source and the fault; no secrets
 */
export function sourceUnreadable(message: string, cause?: unknown): Error {
  return new IsthmusError('SOURCE_UNREADABLE', message, cause === undefined ? {} : { cause });
}

/**
 * What a refresh throws when the source no longer takes the cursor and something was completed already: the run fails, the
 * cursor is forgotten, and the next run lists everything.
 *
 * @param message - names the source and the fault; no secrets
 */
export function cursorRefused(message: string, cause?: unknown): Error {
  return new IsthmusError('CURSOR_REFUSED', message, cause === undefined ? {} : { cause });
}

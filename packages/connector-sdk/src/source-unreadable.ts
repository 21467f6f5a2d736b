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

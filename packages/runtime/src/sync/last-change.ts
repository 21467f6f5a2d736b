import { IsthmusError } from '@isthmus/kernel';
import type { StoreMark } from '../journal/journal.js';
import { type LastChanges, printOfChange } from './last-changes.js';
import type { RunTally } from './run-tally.js';
import type { Trust } from './store-trust.js';

interface Reading {
  readonly lastChanges: LastChanges;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  /** What others were told less than so long ago will do. Default: nothing. */
  readonly mostAgeMs?: number;
}

/**
 * What the store holds of its change at the sequence. A sequence alone does not tell a store that was restored: writes of
 * others lift it again beyond what was known.
 *
 * @returns undefined when the store holds none there
 * @throws CHANGES_TOO_OLD
 */
export async function lastChangeAt(
  { lastChanges, tally, signal, mostAgeMs = 0 }: Reading,
  sequence: number,
): Promise<StoreMark['lastChange']> {
  if (sequence < 1) return undefined;
  const told = lastChanges.told(sequence, mostAgeMs);
  if (told === undefined) tally.add('requests');
  const first = told ?? (await lastChanges.at(sequence, signal));
  if (first === undefined) return undefined;
  return { sequence, print: printOfChange(first) };
}

/** Whether the store went on from where it was, judged by what it holds of the change that was seen there. */
export async function judgeLastChange(
  reading: Reading,
  seen: NonNullable<StoreMark['lastChange']>,
): Promise<Extract<Trust, 'continued' | 'unsure' | 'lost'>> {
  try {
    const found = await lastChangeAt(reading, seen.sequence);
    return found?.print === seen.print ? 'continued' : 'lost';
  } catch (error) {
    if (IsthmusError.is(error) && error.code === 'CHANGES_TOO_OLD') return 'unsure';
    throw error;
  }
}

import type { RunJournal } from '../journal/journal.js';
import type { SlotName } from '../slot/index.js';

/**
 * Since when due times count as missed for a slot that is new in this process: the end of its last run; `now` when that
 * run failed or was cut off, as it then is still to be done; undefined when it never ran.
 */
export async function missedSince(
  journal: Pick<RunJournal, 'runs'>,
  slot: SlotName,
): Promise<number | 'now' | undefined> {
  const connectorGuid = slot.slice(slot.lastIndexOf('|') + 1);
  const runs = await journal.runs(connectorGuid, 20);
  const last = runs.find((run) => run.mode === 'apply');
  if (last === undefined) return undefined;
  const isDone = last.outcome === 'succeeded' || last.outcome === 'partial';
  return isDone ? (last.endedAt ?? last.startedAt) : 'now';
}

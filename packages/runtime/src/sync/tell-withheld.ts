import type { WithheldItems } from '../journal/journal.js';
import { fellOut, heldAsTooMuch, type Withholding } from './removal-rules.js';
import type { RunTally } from './run-tally.js';
import type { SyncRunSpec } from './sync-engine.js';

/**
 * What waits for people waits in a run too that lists only changes, and so misses nothing.
 *
 * @param withheld - when the run began: what it withholds itself it has told
 */
export function tellWithheld(
  tally: RunTally,
  withheld: readonly WithheldItems[],
  spec: Pick<SyncRunSpec, 'connectorName'>,
): void {
  for (const items of withheld) {
    // This very run decides of it.
    if (items.absence === 'gone') continue;
    const { severity, why } = reasonOf(items, spec);
    tally.finding(undefined, { severity, code: 'DELETE_WITHHELD', message: `${countText(items)}: ${why}` });
  }
}

function reasonOf({ absence }: WithheldItems, spec: Pick<SyncRunSpec, 'connectorName'>): Withholding {
  if (absence === 'outside') return fellOut(spec);
  if (absence === 'holding')
    return {
      severity: 'info',
      why: 'what is anchored to them is to stay and would go with them; the next run that lists everything decides',
    };
  return heldAsTooMuch(spec);
}

function countText({ count, example }: WithheldItems): string {
  return `${count === 1 ? '1 item is' : `${count} items are`} no longer listed but kept (e.g. ${example})`;
}

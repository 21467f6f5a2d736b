import type { PropertyValue } from '@isthmus/model';
import type { FieldConflict, RunFinding } from '../journal/journal.js';
import type { RunTally } from './run-tally.js';

const longestValue = 200;

/** Tells people of a field that both sides set. */
export function tellConflict(tally: RunTally, conflict: FieldConflict): void {
  tally.finding(undefined, findingOf(conflict));
}

function findingOf({ qualifiedName, field, state, hubValue, sourceValue, by, lost }: FieldConflict): RunFinding {
  const theirs = `${shown(hubValue)}${by === undefined ? '' : ` (last changed by ${by})`}`;
  const ours = sourceValue === undefined ? 'no value' : shown(sourceValue);
  switch (state) {
    case 'open':
      return {
        severity: 'warning',
        code: 'FIELD_CONFLICT',
        message: `${qualifiedName}: ${field} is ${theirs} in the metadata server and ${ours} in the source; set one as the other, or clear it in the metadata server`,
      };
    case 'overwritten':
      if (lost === 'source')
        return {
          severity: 'info',
          code: 'FIELD_OVERWRITTEN',
          message: `${qualifiedName}: ${field} was ${ours} in the source and is set to ${theirs} as in the metadata server`,
        };
      return {
        severity: 'info',
        code: 'FIELD_OVERWRITTEN',
        message: `${qualifiedName}: ${field} was ${theirs} in the metadata server and is set to ${ours} as in the source`,
      };
    case 'kept':
      return {
        severity: 'info',
        code: 'FIELD_KEPT',
        message: `${qualifiedName}: ${field} stays ${theirs} as in the metadata server; the source has ${ours}`,
      };
  }
}

function shown(value: PropertyValue): string {
  const text = JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

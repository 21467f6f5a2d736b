import type { MetadataCall, OperationEffect } from '@isthmus/connector-host';
import type { OperationCount } from '../journal/journal.js';

/** One call of an operation with what it wrote, or would have written. */
export interface OperatedCall {
  readonly call: MetadataCall;
  /** At least one, in the order of writing. */
  readonly effects: readonly OperationEffect[];
  /** Writes that are not kept, so that undo cannot take them back. */
  readonly unkeptCount: number;
}

/** Takes what operations wrote into the counts of a run, or into its plan. */
export interface OperationSink {
  operated(done: OperatedCall): Promise<void>;
  /** In a preview: an element of this name that the run would make otherwise. */
  plannedElement?(qualifiedName: string): Promise<PlannedElement | undefined>;
}

export type PlannedElement = Pick<Extract<OperationEffect, { of: 'element' }>['element'], 'typeName'> & {
  readonly properties: NonNullable<Extract<OperationEffect, { of: 'element' }>['to']>['properties'];
};

type Touched = Omit<OperationCount, 'operation' | 'calls'>;

/** Elements that the effects made, changed or took away, each counted once and by what became of it. */
export function touchedBy(effects: readonly OperationEffect[]): Touched {
  const outcomes = new Map<string, 'created' | 'updated' | 'deleted'>();
  for (const effect of effects) {
    const element = effect.of === 'relationship' ? effect.end1 : effect.element;
    const key = element.guid === '' ? (element.qualifiedName ?? '') : element.guid;
    const outcome = outcomeOf(effect);
    if (outcome !== 'updated' || !outcomes.has(key)) outcomes.set(key, outcome);
  }
  const count = (wanted: string) => [...outcomes.values()].filter((outcome) => outcome === wanted).length;
  return { created: count('created'), updated: count('updated'), deleted: count('deleted') };
}

function outcomeOf(effect: OperationEffect): 'created' | 'updated' | 'deleted' {
  if (effect.of !== 'element') return 'updated';
  if (effect.from === undefined) return 'created';
  return effect.to === undefined ? 'deleted' : 'updated';
}

import type { JsonValue } from '@isthmus/connector-sdk';

export type JsonFields = { readonly [name: string]: JsonValue };

/** A job or a dataset: unique by namespace and name. */
export interface Identity {
  readonly namespace: string;
  readonly name: string;
}

export interface DatasetMention extends Identity {
  /** Facets of the dataset itself, by name. */
  readonly facets: JsonFields;
  /** Facets of this one use of it, by name. */
  readonly use: JsonFields;
}

export const runStates = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const;
export type RunState = (typeof runStates)[number];

/** An event that was checked: of a run, of a job alone, or of a dataset alone. */
export interface LineageEvent {
  /** Microseconds since 1970: clients tell their events of one run apart by less than a millisecond. */
  readonly time: number;
  readonly job?: Identity & { readonly facets: JsonFields };
  readonly run?: { readonly id: string; readonly state: RunState; readonly facets: JsonFields };
  readonly inputs: readonly DatasetMention[];
  readonly outputs: readonly DatasetMention[];
  /** Of an event about one dataset alone. */
  readonly dataset?: DatasetMention;
  /** As it came, for others. */
  readonly raw: JsonFields;
}

/**
 * A slot is one thing that may run in one place at a time. This folder is pure: no I/O, no clock, no imports from
 * outside it, because the same `decideSlot` also has to run inside a workflow sandbox (import it by subpath
 * `@isthmus/runtime/slot`).
 */

/** Name of a slot: `<daemon server>|<metadata collection>|<group GUID>|<connector GUID>`. */
export type SlotName = string;

/** Whole wanted state of a slot; applying it again changes nothing. */
export interface SlotSpec {
  readonly slot: SlotName;
  /** Hash over everything that makes a running instance unfit (cold and identity fields). */
  readonly revision: string;
  readonly schedule: SlotSchedule;
  /** Epoch ms; outside of it nothing is granted. */
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly paused: boolean;
  /** A blocking connector: one run without an end. */
  readonly endless: boolean;
}

export type SlotSchedule =
  /** Once at start, then on demand only. */
  | { readonly kind: 'once' }
  /** Fixed delay from the end of one run to the begin of the next. */
  | { readonly kind: 'interval'; readonly everyMs: number }
  /** Due times are computed outside (time-zone data differs) and arrive as `due` events. */
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string };

export type RunReason = 'start' | 'schedule' | 'demand' | 'event' | 'retry' | 'configuration';

import type { ConnectorState } from './connector-status.js';

/** Everything that the next step follows from: what is wanted, what is there. */
export interface SupervisorView {
  readonly isWanted: boolean;
  readonly hasInstance: boolean;
  /** How the instance differs from what is wanted. */
  readonly staleness: 'fit' | 'reconfigure' | 'restart';
  readonly isPaused: boolean;
  /** What people asked a run to do, which no pause holds back; `unasked`: a run is still to be asked for. */
  readonly acts: 'none' | 'unasked' | 'asked';
  /** The instance was started during a pause, for such acts alone. */
  readonly isForActs: boolean;
  /** A run is under way. */
  readonly isRunning: boolean;
  /** Another registration of the same connector runs. */
  readonly isBlocked: boolean;
  readonly window: 'before' | 'inside' | 'after';
  /** Whether the dispatcher was told the schedule that is wanted. */
  readonly isScheduled: boolean;
  /** Why it cannot start until somebody changes something. */
  readonly refusal: 'quarantined' | 'failed' | undefined;
  /** A failed start waits for its next try. */
  readonly retry: { readonly isDue: boolean; readonly state: 'backing-off' | 'failed' } | undefined;
}

export type Step =
  | { readonly kind: 'start' | 'stop' | 'reconfigure' | 'schedule' | 'ask' | 'forget' }
  /** Nothing to do until something changes. Without an instance its state follows from the view alone. */
  | { readonly kind: 'rest'; readonly state: ConnectorState | undefined };

/** What brings a connector nearer to what is wanted. Level-triggered: whatever happened before does not matter. */
export function nextStep(view: SupervisorView): Step {
  return view.hasInstance ? withInstance(view) : withoutInstance(view);
}

function withInstance(view: SupervisorView): Step {
  if (!view.isWanted || view.staleness === 'restart' || view.window === 'after') return { kind: 'stop' };
  const isDone = view.isForActs && view.isPaused && view.acts === 'none' && !view.isRunning;
  if (isDone) return { kind: 'stop' };
  if (view.staleness === 'reconfigure') return { kind: 'reconfigure' };
  if (!view.isScheduled) return { kind: 'schedule' };
  return view.acts === 'unasked' ? { kind: 'ask' } : { kind: 'rest', state: undefined };
}

function withoutInstance(view: SupervisorView): Step {
  if (!view.isWanted) return { kind: 'forget' };
  if (view.window === 'after') return { kind: 'rest', state: 'stopped' };
  if (view.isBlocked || view.window === 'before') return { kind: 'rest', state: 'pending' };
  if (view.isPaused && view.acts === 'none') return { kind: 'rest', state: 'paused' };
  if (view.refusal !== undefined) return { kind: 'rest', state: view.refusal };
  if (view.retry !== undefined && !view.retry.isDue) return { kind: 'rest', state: view.retry.state };
  return { kind: 'start' };
}

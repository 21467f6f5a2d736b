import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import type { ConnectorState } from './connector-status.js';

/** Which state may follow which. Nothing else happens to a connector. */
export const transitions: Readonly<Record<ConnectorState, readonly ConnectorState[]>> = {
  pending: ['starting', 'paused', 'backing-off', 'failed', 'quarantined', 'stopped'],
  starting: ['pending', 'waiting', 'paused', 'backing-off', 'failed', 'quarantined', 'stopping', 'stopped'],
  waiting: ['refreshing', 'engaged', 'paused', 'backing-off', 'failed', 'stopping'],
  refreshing: ['waiting', 'paused', 'backing-off', 'failed', 'stopping'],
  engaged: ['waiting', 'paused', 'backing-off', 'failed', 'stopping'],
  paused: [
    'pending',
    'starting',
    'waiting',
    'refreshing',
    'engaged',
    'backing-off',
    'failed',
    'quarantined',
    'stopping',
    'stopped',
  ],
  'backing-off': [
    'pending',
    'starting',
    'waiting',
    'refreshing',
    'engaged',
    'paused',
    'failed',
    'quarantined',
    'stopping',
    'stopped',
  ],
  stopping: ['stopped'],
  stopped: ['pending', 'starting', 'paused', 'backing-off', 'failed', 'quarantined'],
  failed: [
    'pending',
    'starting',
    'waiting',
    'refreshing',
    'engaged',
    'paused',
    'backing-off',
    'quarantined',
    'stopping',
    'stopped',
  ],
  quarantined: ['pending', 'starting', 'paused', 'backing-off', 'failed', 'stopped'],
};

/** A connector's state: changed here and nowhere else. */
export class StateMachine {
  #state: ConnectorState = 'pending';
  #since: number;

  /** @param isStrict an illegal transition throws; otherwise it is logged and refused, and the connector goes on */
  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly isStrict: boolean,
    private readonly onChange: (from: ConnectorState, to: ConnectorState) => void,
  ) {
    this.#since = clock.now();
  }

  get state(): ConnectorState {
    return this.#state;
  }

  /** Epoch ms of the last change. */
  get since(): number {
    return this.#since;
  }

  become(next: ConnectorState): void {
    const from = this.#state;
    if (from === next) return;
    if (!transitions[from].includes(next)) {
      if (this.isStrict) throw new IsthmusError('INTERNAL', `a connector cannot go from ${from} to ${next}`);
      this.logger.error('illegal change of state refused', { from, to: next });
      return;
    }
    this.#state = next;
    this.#since = this.clock.now();
    this.onChange(from, next);
  }
}

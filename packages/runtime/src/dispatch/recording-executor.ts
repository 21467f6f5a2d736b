import type { SlotName } from '../slot/index.js';
import type { GrantedRun, RunExecutor, RunOutcome } from './run-dispatcher.js';

/** A run that a dispatcher began. It lasts until the test ends it, or until it is cancelled. */
export interface RecordedRun {
  readonly run: GrantedRun;
  readonly slot: SlotName;
  readonly signal: AbortSignal;
  readonly isAlive: boolean;
  end(outcome?: RunOutcome): void;
}

/** Records what a dispatcher grants. For the suite that every dispatcher is held to. */
export class RecordingExecutor implements RunExecutor {
  readonly runs: RecordedRun[] = [];
  /** Slots in which more than one run that was not cancelled was alive at a time: must stay empty. */
  readonly overlaps: SlotName[] = [];
  /** A deaf executor does not end runs that are cancelled. */
  isDeaf = false;

  execute(run: GrantedRun, signal: AbortSignal): Promise<RunOutcome> {
    const { slot } = run.grant;
    if (this.alive(slot).some((other) => !other.signal.aborted)) this.overlaps.push(slot);
    return new Promise((resolve) => {
      let isAlive = true;
      const end = (outcome: RunOutcome = { kind: 'succeeded' }): void => {
        isAlive = false;
        resolve(outcome);
      };
      this.runs.push({
        run,
        slot,
        signal,
        end,
        get isAlive() {
          return isAlive;
        },
      });
      signal.addEventListener('abort', () => {
        if (!this.isDeaf) end({ kind: 'cancelled' });
      });
    });
  }

  alive(slot?: SlotName): readonly RecordedRun[] {
    return this.runs.filter((other) => other.isAlive && (slot === undefined || other.slot === slot));
  }

  of(slot: SlotName): readonly RecordedRun[] {
    return this.runs.filter((other) => other.slot === slot);
  }

  /** The newest run of a slot. */
  last(slot: SlotName): RecordedRun {
    const run = this.of(slot).at(-1);
    if (run === undefined) throw new Error(`no run of ${slot} was granted`);
    return run;
  }
}

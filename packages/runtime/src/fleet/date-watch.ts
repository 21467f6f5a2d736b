import type { Clock } from '@isthmus/kernel';
import { ClockWatch } from '../dispatch/clock-watch.js';
import { WakeTimer } from '../dispatch/wake-timer.js';

/** Wakes owners at dates of the wall clock, which may be set; one timer for all of them. */
export class DateWatch<Owner extends object> {
  readonly #wakes: WakeTimer<Owner>;
  readonly #clock: ClockWatch;

  constructor(
    clock: Clock,
    private readonly actions: {
      /** The clock was set back: what was decided by dates is to be decided anew. */
      setBack(): void;
      due(owner: Owner): void;
    },
  ) {
    this.#clock = new ClockWatch(clock);
    this.#wakes = new WakeTimer(clock, { look: () => this.#look(), wake: (owner) => actions.due(owner) });
  }

  /** Replaces the owner's date, in epoch ms; infinite: it only has to know of a clock that is set back. Undefined: none. */
  set(owner: Owner, at: number | undefined): void {
    // Whatever the clock did before the owner came to this is none of its business: back and forth is not the same as nothing.
    if (at !== undefined) this.#look();
    this.#wakes.set(owner, at);
  }

  close(): void {
    this.#wakes.close();
  }

  #look(): void {
    if (this.#clock.look() !== undefined) this.actions.setBack();
  }
}

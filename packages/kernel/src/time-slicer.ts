const sliceMs = 5;
/** What is left of a slice whatever else the turn did, so that everybody gets on. */
const leastMs = 2;

/**
 * Whose turn comes first: `answer` is work for somebody who waits for an answer now, and is short; `request` is one that
 * comes in, so that what was begun is not overtaken by it each time it waits; `work` is all else.
 */
export type Urgency = 'answer' | 'request' | 'work';

/**
 * Keeps this process from holding its event loop: whoever works through many items asks before each one, and is sent to
 * the back of the queue when the current slice is used up. All share one slice per turn of the loop. If each had its own,
 * ten that are busy at the same time would hold the loop ten times as long, as each is sure that it is brief.
 */
export class TimeSlicer {
  readonly #waiting: Readonly<Record<Urgency, (() => void)[]>> = { answer: [], request: [], work: [] };
  #isServing = false;
  #sliceStart: number;
  #endedAt: number;
  #idleAtEnd: number;

  /**
   * @param elapsed real time in ms: this measures the processor, not the clock that tests turn
   * @param idle how much of it the loop has waited for something to do
   */
  constructor(
    private readonly elapsed: () => number = () => performance.now(),
    private readonly idle: () => number = () => performance.eventLoopUtilization().idle,
  ) {
    this.#sliceStart = elapsed();
    this.#endedAt = this.#sliceStart;
    this.#idleAtEnd = idle();
  }

  /** Whether `turn` would have to be waited for. */
  get isUsedUp(): boolean {
    return this.elapsed() - this.#sliceStart >= sliceMs;
  }

  /** Whether somebody waits for a slice. */
  get hasWaiting(): boolean {
    return this.#isServing;
  }

  /** Undefined: go on. Otherwise wait for the next slice. */
  turn(urgency: Urgency = 'work'): Promise<void> | undefined {
    if (!this.isUsedUp) return undefined;
    return new Promise((resolve) => {
      this.#waiting[urgency].push(resolve);
      if (this.#isServing) return;
      this.#isServing = true;
      setImmediate(() => this.#begin());
    });
  }

  /** Timers and sockets had their turn: what they took is taken off the slice, as it is one turn of the loop. */
  #begin(): void {
    const now = this.elapsed();
    const busyMs = now - this.#endedAt - (this.idle() - this.#idleAtEnd);
    this.#sliceStart = now - Math.min(Math.max(0, busyMs), sliceMs - leastMs);
    this.#serve();
  }

  #end(): void {
    this.#endedAt = this.elapsed();
    this.#idleAtEnd = this.idle();
  }

  #serve(): void {
    const { answer, request, work } = this.#waiting;
    const next = answer.shift() ?? request.shift() ?? work.shift();
    if (next === undefined) {
      this.#isServing = false;
      this.#end();
      return;
    }
    next();
    // a tick that is asked for by a microtask comes after all microtasks: when the one served waits or has used its time
    queueMicrotask(() =>
      process.nextTick(() => {
        if (!this.isUsedUp) return this.#serve();
        this.#end();
        setImmediate(() => this.#begin());
      }),
    );
  }
}

/** The loop is one per process, and so is this. */
export const processSlicer = new TimeSlicer();

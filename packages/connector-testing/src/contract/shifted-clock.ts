/** Runs `work` while the time of day is another one; timers and monotonic time go on as they are. */
export async function withShiftedClock(shiftMs: number, work: () => Promise<void>): Promise<void> {
  const TrueDate = globalThis.Date;
  class ShiftedDate extends TrueDate {
    constructor(...given: readonly unknown[]) {
      if (given.length === 0) super(TrueDate.now() + shiftMs);
      else super(...(given as [number]));
    }

    static override now(): number {
      return TrueDate.now() + shiftMs;
    }
  }
  Object.defineProperty(globalThis, 'Date', { value: ShiftedDate, configurable: true, writable: true });
  try {
    await work();
  } finally {
    Object.defineProperty(globalThis, 'Date', { value: TrueDate, configurable: true, writable: true });
  }
}

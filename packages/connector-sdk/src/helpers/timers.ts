/** Timers that do not keep the process alive; tests bring their own. */
export interface Timers {
  /** Returns what cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

export const nodeTimers: Timers = {
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * What the checkpoint thread does, readable from both sides: a thread that is ended inside SQLite takes the whole process
 * down, so a process that ends waits until it has come out, and lets it in no more.
 */
const states = { outside: 0, inside: 1, closed: 2 } as const;
/** Longest time that the end of the process waits for a copying that runs. */
const longestWaitMs = 10_000;

export function newGate(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** Called by the thread. Does nothing once the gate is closed. */
export function passGate(gate: SharedArrayBuffer, work: () => void): void {
  const state = new Int32Array(gate);
  if (Atomics.compareExchange(state, 0, states.outside, states.inside) !== states.outside) return;
  try {
    work();
  } finally {
    Atomics.store(state, 0, states.outside);
    Atomics.notify(state, 0);
  }
}

/** Called by the process when it ends: blocks until the thread is outside. */
export function closeGate(gate: SharedArrayBuffer): void {
  const state = new Int32Array(gate);
  if (Atomics.compareExchange(state, 0, states.outside, states.closed) !== states.inside) return;
  Atomics.wait(state, 0, states.inside, longestWaitMs);
  Atomics.compareExchange(state, 0, states.outside, states.closed);
}

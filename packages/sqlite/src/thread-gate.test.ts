import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { ThreadGate } from './thread-gate.js';

/** A thread that goes through the gate again and again, and counts how often it came out. */
function startThread(gate: ThreadGate, workMs: number): { readonly thread: Worker; count(): number } {
  const passed = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ ThreadGate }) => {
      const gate = new ThreadGate(workerData.gate);
      for (;;) gate.pass(() => {
        parentPort.postMessage('inside');
        if (workerData.workMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData.workMs);
        Atomics.add(workerData.passed, 0, 1);
      });
    });`;
  const module = new URL('./thread-gate.js', import.meta.url).href;
  const thread = new Worker(source, { eval: true, workerData: { gate: gate.shared, workMs, passed, module } });
  return { thread, count: () => Atomics.load(passed, 0) };
}

describe('the gate before SQLite', () => {
  it('gives what the work gives, and is left when the work fails', () => {
    const gate = new ThreadGate();
    expect(gate.pass(() => 'done')).toBe('done');
    expect(() =>
      gate.pass(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    const before = performance.now();
    gate.close();
    // it waits for ten seconds when somebody is inside
    expect(performance.now() - before).toBeLessThan(8_000);
  });

  it('holds whoever closes it until every thread has come out', async () => {
    const gate = new ThreadGate();
    const threads = [startThread(gate, 200), startThread(gate, 400)];
    await Promise.all(threads.map(({ thread }) => once(thread, 'message')));
    gate.close();
    expect(threads.map(({ count }) => count())).toEqual([1, 1]);
    await Promise.all(threads.map(({ thread }) => thread.terminate()));
  });

  it('lets nobody in once it is closed; who stands before it can be ended', async () => {
    const gate = new ThreadGate();
    const { thread, count } = startThread(gate, 0);
    await once(thread, 'message');
    gate.close();
    const passed = count();
    await thread.terminate();
    expect(count()).toBe(passed);
  });
});

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { closeGate, newGate, passGate } from './checkpoint-gate.js';

describe('the gate before SQLite in the checkpoint thread', () => {
  it('lets work in until it is closed', () => {
    const gate = newGate();
    let passed = 0;
    passGate(gate, () => (passed += 1));
    passGate(gate, () => (passed += 1));
    closeGate(gate);
    passGate(gate, () => (passed += 1));
    expect(passed).toBe(2);
  });

  it('is open again after work that failed', () => {
    const gate = newGate();
    const fail = () => {
      throw new Error('no');
    };
    expect(() => passGate(gate, fail)).toThrow('no');
    let passed = false;
    passGate(gate, () => (passed = true));
    expect(passed).toBe(true);
  });

  it('holds whoever closes it until the thread has come out', async () => {
    const gate = newGate();
    const done = new Int32Array(new SharedArrayBuffer(4));
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ passGate }) => passGate(workerData.gate, () => {
        parentPort.postMessage('inside');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
        Atomics.store(workerData.done, 0, 1);
      }));`;
    const module = new URL('./checkpoint-gate.js', import.meta.url).href;
    const thread = new Worker(source, { eval: true, workerData: { gate, done, module } });
    await once(thread, 'message');
    closeGate(gate);
    expect(Atomics.load(done, 0)).toBe(1);
    await thread.terminate();
  });
});

import { describe, expect, it } from '@jest/globals';
import { FingerprintWatch } from './fingerprint-watch.js';

/** A watch whose looks are made by hand. */
function bench(first: Record<string, string>) {
  const told: (readonly string[])[] = [];
  const logs: string[] = [];
  const source = { parts: first, error: undefined as Error | undefined };
  let due: (() => void) | undefined;
  const watch = new FingerprintWatch({
    pollSeconds: 5,
    look: async () => {
      if (source.error !== undefined) throw source.error;
      return new Map(Object.entries(source.parts));
    },
    scopeOfParts: 'all',
    changed: (scopes) => void told.push(scopes),
    log: {
      debug: () => undefined,
      info: (message) => void logs.push(`info ${message}`),
      warn: (message, fields) => void logs.push(`warn ${message}: ${String(fields?.reason)}`),
      error: () => undefined,
    },
    timers: {
      after(delayMs, action) {
        expect(delayMs).toBe(5_000);
        due = action;
        return () => {
          due = undefined;
        };
      },
    },
  });
  return {
    watch,
    told,
    logs,
    source,
    isArmed: () => due !== undefined,
    async look() {
      const action = due;
      due = undefined;
      action?.();
      for (let turn = 0; turn < 10 && due === undefined; turn += 1) await new Promise(setImmediate);
    },
  };
}

describe('a watch of fingerprints', () => {
  it('tells what differs from what a run has read, once', async () => {
    const { watch, told, source, look } = bench({ a: '2', b: '1' });
    watch.read('a', '1');
    watch.read('b', '1');
    await look();
    await look();
    expect(told).toEqual([['a']]);
    watch.read('a', '2');
    source.parts = { a: '3', b: '1' };
    await look();
    expect(told).toEqual([['a'], ['a']]);
    await watch.stop();
  });

  it('takes the first look for known, as the first run is still to come, and later parts for new', async () => {
    const { watch, told, source, look } = bench({ a: '1' });
    await look();
    expect(told).toEqual([]);
    source.parts = { a: '1', b: '1' };
    await look();
    expect(told).toEqual([['b']]);
    source.parts = { b: '1' };
    await look();
    expect(told).toEqual([['b'], ['all']]);
    await watch.stop();
  });

  it('concludes nothing from a look that failed, asks for one run when the source is lost and one when it is back', async () => {
    const { watch, told, logs, source, look } = bench({ a: '1' });
    await look();
    source.error = new Error('away');
    await look();
    await look();
    expect(told).toEqual([['all']]);
    source.error = undefined;
    source.parts = { a: '2' };
    await look();
    await look();
    expect(told).toEqual([['all'], ['a'], ['all']]);
    expect(logs).toEqual(['warn it cannot be looked for changes: away', 'info it can be looked for changes again']);
    await watch.stop();
  });

  it('looks no more once it is stopped', async () => {
    const { watch, isArmed, look } = bench({ a: '1' });
    await look();
    expect(isArmed()).toBe(true);
    await watch.stop();
    expect(isArmed()).toBe(false);
  });
});

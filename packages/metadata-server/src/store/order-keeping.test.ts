import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { OrderKeeping } from './order-keeping.js';
import { StandingClock } from './test-store.js';

async function keeping(prepare: () => Promise<void> = async () => undefined) {
  const clock = new StandingClock();
  const state = { last: 0, prepared: 0 };
  const kept = new OrderKeeping(
    clock,
    silentLogger,
    () => state.last,
    () => {
      state.prepared += 1;
      return prepare();
    },
  );
  kept.start();
  const pass = async (ms: number, last = state.last) => {
    state.last = last;
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    return state.prepared;
  };
  return { kept, pass };
}

describe('OrderKeeping', () => {
  it('prepares soon after the start, and again only when something has changed', async () => {
    const { pass } = await keeping();
    expect(await pass(4_000)).toBe(0);
    expect(await pass(1_000)).toBe(1);
    expect(await pass(10_000)).toBe(1);
    expect(await pass(10_000, 7)).toBe(1);
    expect(await pass(10_000)).toBe(2);
    expect(await pass(60_000)).toBe(2);
  });

  it('waits while others write', async () => {
    const { pass } = await keeping();
    await pass(5_000);
    for (let last = 1; last < 6; last += 1) expect(await pass(10_000, last)).toBe(1);
    expect(await pass(10_000)).toBe(2);
  });

  it('goes on after a failure, and not after it was closed', async () => {
    const { kept, pass } = await keeping(async () => {
      throw new Error('the disk is gone');
    });
    expect(await pass(5_000)).toBe(1);
    await pass(10_000, 3);
    expect(await pass(10_000)).toBe(2);
    kept.close();
    await pass(10_000, 4);
    expect(await pass(10_000)).toBe(2);
  });
});

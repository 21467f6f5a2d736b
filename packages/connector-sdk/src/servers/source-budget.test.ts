import { describe, expect, it } from '@jest/globals';
import { SourceBudget } from './source-budget.js';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function held() {
  let end = (): void => undefined;
  const ended = new Promise<void>((settle) => {
    end = settle;
  });
  return { work: () => ended, end };
}

describe('the budget of a source', () => {
  it('lets so many work at a time, the others in their turn, each source by itself', async () => {
    const budget = new SourceBudget();
    const [first, second] = [held(), held()];
    const order: string[] = [];
    const running = [
      budget.spend('a', 1, never, first.work).then(() => order.push('first')),
      budget.spend('a', 1, never, second.work).then(() => order.push('second')),
      budget.spend('a', 1, never, async () => order.push('third')),
    ];
    await budget.spend('b', 1, never, async () => order.push('other source'));
    second.end();
    await new Promise(setImmediate);
    expect(order).toEqual(['other source']);
    first.end();
    await Promise.all(running);
    expect(order.slice(0, 2)).toEqual(['other source', 'first']);
    expect(order).toContain('third');
  });

  it('gives up a turn that is no longer wanted, and a turn whose work failed', async () => {
    const budget = new SourceBudget();
    const first = held();
    const stop = new AbortController();
    const running = budget.spend('a', 1, never, first.work);
    const waiting = budget.spend('a', 1, stop.signal, async () => 'never');
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    first.end();
    await running;
    await expect(budget.spend('a', 1, never, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await budget.spend('a', 1, never, async () => 'free')).toBe('free');
  });

  it('never lets more work than its most, however turns come and go', async () => {
    const budget = new SourceBudget();
    let active = 0;
    let most = 0;
    const work = async () => {
      active += 1;
      most = Math.max(most, active);
      await new Promise(setImmediate);
      active -= 1;
    };
    const all = Array.from({ length: 50 }, (_value, number) => {
      const stop = new AbortController();
      const spent = budget.spend('a', 3, stop.signal, work).catch(() => undefined);
      if (number % 7 === 3) setImmediate(() => stop.abort());
      return spent;
    });
    await Promise.all(all);
    expect(most).toBe(3);
    expect(active).toBe(0);
  });
});

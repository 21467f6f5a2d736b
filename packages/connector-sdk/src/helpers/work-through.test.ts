import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Gate } from './work-through.js';

describe('Gate', () => {
  it('lets in what fits by number and by weight, in turn, and what is heavier than all of it alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 15 }), { maxLength: 30 }), async (weights) => {
        const gate = new Gate(3, 10);
        const inside: number[] = [];
        const order: number[] = [];
        const work = weights.map((weight, index) =>
          gate.pass(weight, async () => {
            inside.push(weight);
            order.push(index);
            expect(inside.length).toBeLessThanOrEqual(3);
            if (inside.length > 1) expect(inside.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(10);
            await setImmediate();
            inside.splice(inside.indexOf(weight), 1);
          }),
        );
        await Promise.all(work);
        expect(order).toEqual(weights.map((_, index) => index));
      }),
    );
  });

  it('lets others in after work that failed', async () => {
    const gate = new Gate(1, 1);
    await expect(gate.pass(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.pass(1, () => Promise.resolve('yes'))).toBe('yes');
  });
});

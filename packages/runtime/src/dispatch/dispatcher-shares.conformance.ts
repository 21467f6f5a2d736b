import { describe, expect, it } from '@jest/globals';
import { DispatcherBench } from './dispatcher-bench.conformance.js';
import { hour, type MakeHarness, minute } from './dispatcher-harness.js';

/** Many slots that share what there is: places to run, and the sources that they load. */
export function describeShares(name: string, makeHarness: MakeHarness): void {
  describe(`${name}: one place for many`, () => {
    const bench = new DispatcherBench(makeHarness, { runsAtOnce: 1 });
    const once = { schedule: { kind: 'once' } } as const;

    it('runs one at a time, demand before what time brings', async () => {
      await bench.apply({ slot: 'running', ...once });
      await bench.apply({ slot: 'timed', ...once });
      await bench.apply({ slot: 'wanted', ...once });
      await bench.trigger({ reason: 'demand' }, 'wanted');
      expect(bench.executor.alive().map((run) => run.slot)).toEqual(['running']);
      for (const slot of ['running', 'wanted', 'timed']) {
        expect(bench.executor.alive().map((run) => run.slot)).toEqual([slot]);
        await bench.end(undefined, slot);
      }
    });

    it('passes over nobody for ever', async () => {
      await bench.apply({ slot: 'busy', ...once });
      await bench.apply({ slot: 'patient', ...once });
      for (let turn = 0; turn < 20 && bench.count('patient') === 0; turn += 1) {
        await bench.pass(minute);
        const slot = `eager-${turn}`;
        await bench.apply({ slot, ...once });
        await bench.trigger({ reason: 'demand' }, slot);
        bench.executor.alive()[0]?.end();
        await bench.pass();
      }
      expect(bench.count('patient')).toBe(1);
    });

    it('gives the place of what was removed, cancelled or hangs to others', async () => {
      bench.executor.isDeaf = true;
      await bench.apply({ slot: 'hung', ...once });
      await bench.apply({ slot: 'removed', ...once });
      await bench.apply({ slot: 'next', ...once });
      await bench.harness.dispatcher.remove('removed');
      const removal = bench.harness.dispatcher.remove('hung');
      await bench.pass(15_000);
      await removal;
      expect(bench.executor.alive().map((run) => run.slot)).toContain('next');
      expect(bench.count('removed')).toBe(0);
    });

    it('keeps no place for what runs without an end', async () => {
      for (const slot of ['one', 'two']) await bench.apply({ slot, endless: true });
      await bench.apply({ slot: 'refresh' });
      expect(bench.executor.alive()).toHaveLength(3);
    });
  });

  describe(`${name}: budgets of sources`, () => {
    const budgetOf = (slot: string) => (slot.startsWith('slow') ? { source: 'slow', limit: 1 } : undefined);
    const bench = new DispatcherBench(makeHarness, { budgetOf });

    it('holds each of its sources to its budget without holding up others', async () => {
      for (const slot of ['slow-1', 'slow-2', 'other']) await bench.apply({ slot });
      expect(bench.executor.alive().map((run) => run.slot)).toEqual(['slow-1', 'other']);
      await bench.end(undefined, 'slow-1');
      expect(bench.count('slow-2')).toBe(1);
      await bench.end(undefined, 'slow-2');
      await bench.pass(hour);
      expect(bench.executor.alive().filter((run) => run.slot.startsWith('slow'))).toHaveLength(1);
    });
  });
}

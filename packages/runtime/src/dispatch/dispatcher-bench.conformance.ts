import { afterEach, beforeEach, expect } from '@jest/globals';
import type { SlotSpec } from '../slot/index.js';
import { type DispatcherHarness, type DispatcherLimits, type MakeHarness, slot, specOf } from './dispatcher-harness.js';
import { RecordingExecutor } from './recording-executor.js';
import type { RunOutcome, Trigger } from './run-dispatcher.js';

/** What the sentences of the suite are said with: one dispatcher for each, closed after it, in which nothing overlapped. */
export class DispatcherBench {
  executor = new RecordingExecutor();
  #harness: DispatcherHarness | undefined;

  constructor(makeHarness: MakeHarness, limits: DispatcherLimits = {}) {
    beforeEach(async () => {
      this.executor = new RecordingExecutor();
      this.#harness = await makeHarness(this.executor, limits);
    });
    afterEach(async () => {
      expect(this.executor.overlaps).toEqual([]);
      await this.harness.close();
    });
  }

  get harness(): DispatcherHarness {
    if (this.#harness === undefined) throw new Error('no test is under way');
    return this.#harness;
  }

  /** Epoch ms. */
  get now(): number {
    return this.harness.clock.now();
  }

  pass(durationMs = 0): Promise<void> {
    return this.harness.clock.advance(durationMs);
  }

  async apply(change: Partial<SlotSpec> = {}): Promise<void> {
    await this.harness.dispatcher.apply(specOf(change));
    await this.pass();
  }

  async trigger(trigger: Trigger, name = slot): Promise<string> {
    const id = await this.harness.dispatcher.trigger(name, trigger);
    await this.pass();
    return id;
  }

  /** Ends the newest run. */
  async end(outcome?: RunOutcome, name = slot): Promise<void> {
    this.executor.last(name).end(outcome);
    await this.pass();
  }

  count(name = slot): number {
    return this.executor.of(name).length;
  }

  observe(name = slot) {
    return this.harness.dispatcher.observe(name);
  }
}

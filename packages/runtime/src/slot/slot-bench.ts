import { decideSlot } from './decide-slot.js';
import type { SlotSpec } from './slot.js';
import { emptySlot, type SlotEffect, type SlotEvent, type SlotOutcome, type SlotState } from './slot-state.js';

export const minute = 60_000;
export const hour = 60 * minute;

/** A slot and its time; answers nothing by itself. */
export class SlotBench {
  state: SlotState;
  now = 1_000_000_000;
  effects: readonly SlotEffect[] = [];
  #ids = 0;
  #token = 0;

  constructor() {
    this.state = emptySlot('s', this.now);
  }

  send(event: SlotEvent): readonly SlotEffect[] {
    const decision = decideSlot(this.state, event, this.now);
    this.state = JSON.parse(JSON.stringify(decision.state)) as SlotState;
    this.effects = decision.effects;
    return decision.effects;
  }

  apply(change: Partial<SlotSpec> = {}): readonly SlotEffect[] {
    return this.send({ kind: 'apply', spec: { ...spec, ...change } });
  }

  trigger(change: Partial<Extract<SlotEvent, { kind: 'trigger' }>> = {}): readonly SlotEffect[] {
    this.#ids += 1;
    return this.send({ kind: 'trigger', runId: `t${this.#ids}`, reason: 'demand', mode: 'apply', ...change });
  }

  turn() {
    this.#token += 1;
    this.send({ kind: 'turn', token: this.#token, runId: `r${this.#token}` });
    return this.granted();
  }

  end(outcome: SlotOutcome = { kind: 'succeeded' }, jitter = 1): readonly SlotEffect[] {
    return this.send({ kind: 'ended', runId: this.state.running?.runId ?? 'none', outcome, jitter });
  }

  granted() {
    for (const effect of this.effects) if (effect.kind === 'grant') return effect.run;
    return undefined;
  }

  /** Goes to the armed wake. */
  sleep(): void {
    if (this.state.wakeAt === undefined) throw new Error('no wake is armed');
    this.now = this.state.wakeAt;
    this.send({ kind: 'wake' });
  }

  get kinds(): readonly string[] {
    return this.effects.map((effect) => effect.kind);
  }
}

export const spec: SlotSpec = {
  slot: 's',
  revision: 'a',
  schedule: { kind: 'interval', everyMs: hour },
  paused: false,
  endless: false,
};
export const failed = (code = 'SOURCE_UNREADABLE', retryable = true): SlotOutcome => ({
  kind: 'failed',
  code,
  retryable,
});

export function started(change: Partial<SlotSpec> = {}): SlotBench {
  const bench = new SlotBench();
  bench.apply(change);
  bench.turn();
  return bench;
}

export function rested(change: Partial<SlotSpec> = {}): SlotBench {
  const bench = started(change);
  bench.end();
  return bench;
}

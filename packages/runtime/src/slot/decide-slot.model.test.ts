import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideSlot } from './decide-slot.js';
import type { SlotSpec } from './slot.js';
import {
  emptySlot,
  type RunningRun,
  type SlotEffect,
  type SlotEvent,
  type SlotOutcome,
  type SlotState,
} from './slot-state.js';

const minute = 60_000;
const hour = 60 * minute;
const start = 1_800_000_000_000;

type Step =
  | { readonly do: 'apply'; readonly change: Partial<SlotSpec>; readonly window: 'none' | 'open' | 'later' | 'over' }
  | { readonly do: 'trigger'; readonly event: Wish }
  | { readonly do: 'end'; readonly outcome: SlotOutcome; readonly jitter: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'clock'; readonly ms: number; readonly told: boolean }
  | { readonly do: Plain };
type Plain = 'remove' | 'turn' | 'no-turn' | 'stale-turn' | 'fence' | 'due' | 'retry' | 'late-end';
type Wish = Omit<Extract<SlotEvent, { kind: 'trigger' }>, 'runId' | 'kind'>;

const scopes = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), { nil: undefined });
const outcome: fc.Arbitrary<SlotOutcome> = fc.oneof(
  fc.constant<SlotOutcome>({ kind: 'succeeded' }),
  fc.constant<SlotOutcome>({ kind: 'cancelled' }),
  fc.record({
    kind: fc.constant('failed' as const),
    code: fc.constantFrom('STORE_UNREACHABLE', 'SOURCE_UNREADABLE'),
    retryable: fc.boolean(),
  }),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('apply' as const),
    change: fc.record(
      {
        revision: fc.constantFrom('a', 'b'),
        paused: fc.boolean(),
        endless: fc.boolean(),
        schedule: fc.constantFrom<SlotSpec['schedule']>(
          { kind: 'once' },
          { kind: 'interval', everyMs: minute },
          { kind: 'interval', everyMs: hour },
          { kind: 'cron', expression: 'x', timeZone: 'UTC' },
        ),
      },
      { requiredKeys: [] },
    ),
    window: fc.constantFrom('none', 'none', 'none', 'open', 'later', 'over'),
  }),
  fc.record({
    do: fc.constant('trigger' as const),
    event: fc.record({
      reason: fc.constantFrom('demand', 'event', 'configuration'),
      scopes,
      mode: fc.constantFrom('apply', 'apply', 'preview'),
    }),
  }),
  fc.record({ do: fc.constant('end' as const), outcome, jitter: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
  fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 50, 5_000, minute, hour, 30 * hour) }),
  fc.record({
    do: fc.constant('clock' as const),
    ms: fc.constantFrom(-30 * hour, -hour, -50, 30 * hour),
    told: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom('turn', 'turn', 'turn', 'fence', 'due', 'due') }),
  fc.record({ do: fc.constantFrom('remove', 'no-turn', 'stale-turn', 'retry', 'late-end') }),
);

interface Accepted {
  readonly runId: string;
  readonly mode: string;
  readonly scopes: readonly string[] | undefined;
}

/** The world around one slot: it answers when the steps say so, and checks every rule after each event. */
class World {
  state: SlotState = emptySlot('s', start);
  now = start;
  grants: RunningRun[] = [];
  #alive: RunningRun | undefined;
  #ended: string | undefined;
  #isTurnAsked = false;
  #isFenceAsked = false;
  #due: Extract<SlotEffect, { kind: 'next-due' }> | undefined;
  #token = 0;
  #ids = 0;
  readonly #open: Accepted[] = [];

  send(event: SlotEvent): void {
    const decision = decideSlot(this.state, event, this.now);
    const { state } = decision;
    const stored = JSON.stringify(state);
    if (JSON.stringify(decideSlot(this.state, event, this.now).state) !== stored) throw new Error('not deterministic');
    expect(state.token).toBeGreaterThanOrEqual(this.state.token);
    this.state = JSON.parse(stored) as SlotState;
    for (const effect of decision.effects) this.#note(effect, event);
    if (state.wakeAt !== undefined) expect(state.wakeAt).toBeGreaterThan(this.now);
    expect(state.running?.runId).toBe(this.#alive?.runId);
  }

  do(step: Step): void {
    if (step.do === 'apply') this.apply({ ...step.change, ...this.#window(step.window) });
    else if (step.do === 'trigger') this.trigger(step.event);
    else if (step.do === 'end') this.end(step.outcome, step.jitter);
    else if (step.do === 'pass') this.#pass(step.ms);
    else if (step.do === 'clock') this.#setClock(step.ms, step.told);
    else this.#doPlain(step.do);
  }

  #doPlain(step: Plain): void {
    if (step === 'remove') this.send({ kind: 'remove' });
    else if (step === 'turn') this.turn();
    else if (step === 'fence') this.fence();
    else if (step === 'due') this.due();
    else if (step === 'retry') this.send({ kind: 'retry', code: 'STORE_UNREACHABLE' });
    else if (step === 'stale-turn') this.send({ kind: 'turn', token: this.state.token, runId: 'stale' });
    else if (step === 'no-turn' && this.#isTurnAsked) this.send({ kind: 'no-turn', jitter: 0.5 });
    else if (step === 'late-end' && this.#ended !== undefined)
      this.send({ kind: 'ended', runId: this.#ended, outcome: { kind: 'succeeded' }, jitter: 0 });
  }

  trigger(event: Wish): void {
    this.#ids += 1;
    this.send({ kind: 'trigger', runId: `t${this.#ids}`, ...event });
  }

  apply(change: Partial<SlotSpec>): void {
    const { notBefore: _, notAfter: __, ...before } = this.state.spec ?? firstSpec;
    this.send({ kind: 'apply', spec: { ...before, ...change }, startDelayMs: 500 });
  }

  turn(): void {
    if (!this.#isTurnAsked || this.#alive !== undefined) return;
    this.#isTurnAsked = false;
    this.#token += 1;
    this.send({ kind: 'turn', token: this.#token, runId: `r${this.#token}` });
  }

  end(outcome: SlotOutcome, jitter: number): void {
    const run = this.#alive;
    if (run === undefined) return;
    this.#alive = undefined;
    this.#ended = run.runId;
    this.send({ kind: 'ended', runId: run.runId, outcome, jitter });
  }

  fence(): void {
    if (!this.#isFenceAsked) return;
    this.#isFenceAsked = false;
    this.#token += 1;
    this.send({ kind: 'fenced', token: this.#token });
  }

  due(): void {
    const question = this.#due;
    if (question === undefined) return;
    this.#due = undefined;
    const { expression, timeZone, after } = question;
    this.send({ kind: 'due', expression, timeZone, after, at: after + hour });
  }

  /** Everybody answers, every run goes well, time goes on: nothing that was accepted may be left over. */
  settle(): void {
    if (this.state.spec !== undefined) this.apply({ paused: false });
    this.send({ kind: 'retry', code: this.state.failures.code ?? '' });
    for (let round = 0; round < 60 && this.#open.length > 0; round += 1) {
      this.turn();
      this.fence();
      this.due();
      if (this.#alive?.endless && this.state.running?.cancelling === undefined) break;
      this.end({ kind: 'succeeded' }, 0.5);
      if (this.#open.length > 0 && !this.#isTurnAsked && this.state.wakeAt !== undefined)
        this.#pass(this.state.wakeAt - this.now);
    }
    expect(this.#open).toEqual([]);
  }

  #note(effect: SlotEffect, event: SlotEvent): void {
    switch (effect.kind) {
      case 'request':
        this.#isTurnAsked = true;
        break;
      case 'grant':
        this.#noteGrant(effect.run);
        break;
      case 'give-up':
        expect(this.#alive?.runId).toBe(effect.run.runId);
        this.#ended = effect.run.runId;
        this.#alive = undefined;
        this.#isFenceAsked = true;
        break;
      case 'next-due':
        this.#due = effect;
        break;
      case 'accepted':
        this.#noteAccepted(effect.runId, event);
        break;
      case 'dropped':
        this.#close(effect.runId);
        break;
      case 'cancel':
        expect(effect.runId).toBe(this.#alive?.runId);
    }
  }

  #noteGrant(run: RunningRun): void {
    const { spec } = this.state;
    expect(this.#alive).toBeUndefined();
    expect(run.token).toBeGreaterThan(this.grants.at(-1)?.token ?? 0);
    expect(spec?.paused).toBe(false);
    expect(run.revision).toBe(spec?.revision);
    expect(this.now).toBeGreaterThanOrEqual(spec?.notBefore ?? 0);
    expect(this.now).toBeLessThan(spec?.notAfter ?? Number.POSITIVE_INFINITY);
    for (const trigger of this.#open.filter((other) => other.runId === run.runId)) {
      expect(run.mode).toBe(trigger.mode);
      if (run.scopes !== undefined)
        expect(run.scopes).toEqual(expect.arrayContaining([...(trigger.scopes ?? ['all'])]));
    }
    this.#close(run.runId);
    this.#alive = run;
    this.grants.push(run);
  }

  #noteAccepted(runId: string, event: SlotEvent): void {
    if (event.kind !== 'trigger') throw new Error('only triggers are accepted');
    if (this.#alive?.endless && this.#alive.runId === runId) return;
    // All that wait for a run of one mode wait for the same run.
    const others = this.#open.filter((other) => other.mode === event.mode);
    expect(others.every((other) => other.runId === runId)).toBe(true);
    this.#open.push({ runId, mode: event.mode, scopes: event.scopes });
  }

  #close(runId: string): void {
    for (let place = this.#open.length - 1; place >= 0; place -= 1)
      if (this.#open[place]?.runId === runId) this.#open.splice(place, 1);
  }

  #pass(ms: number): void {
    const end = this.now + ms;
    for (let wakes = 0; this.state.wakeAt !== undefined && this.state.wakeAt <= end; wakes += 1) {
      expect(wakes).toBeLessThan(10);
      this.now = this.state.wakeAt;
      this.send({ kind: 'wake' });
    }
    this.now = end;
  }

  #setClock(ms: number, told: boolean): void {
    const expected = this.now;
    this.now += ms;
    this.send(told ? { kind: 'clock', expected } : { kind: 'wake' });
  }

  #window(window: 'none' | 'open' | 'later' | 'over'): Partial<SlotSpec> {
    if (window === 'none') return {};
    const offset = { open: -hour, later: hour, over: -3 * hour }[window];
    return { notBefore: this.now + offset, notAfter: this.now + offset + 2 * hour };
  }
}

const firstSpec: SlotSpec = {
  slot: 's',
  revision: 'a',
  schedule: { kind: 'interval', everyMs: hour },
  paused: false,
  endless: false,
};

describe('decideSlot, whatever happens', () => {
  it('never has two grants alive, only raises tokens, obeys pause and window, and serves or drops what it accepted', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (run) => {
        const world = new World();
        world.apply({});
        for (const step of run) world.do(step);
        world.settle();
      }),
      { numRuns: 3_000 },
    );
  });

  it('neither storms nor starves when the clock is set back and forth', () => {
    const jumps = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 90 * minute }), fc.integer({ min: -50 * hour, max: 0 })),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(jumps, (list) => {
        const world = new World();
        world.apply({});
        let steady = 0;
        let endedAt: number | undefined;
        for (const [ms, jump] of list) {
          // One step of real time after another, as the dispatcher sees it.
          for (let left = ms; left > 0; left -= 5 * minute) {
            const passed = Math.min(left, 5 * minute);
            steady += passed;
            world.now += passed;
            world.send({ kind: 'wake' });
            const before = world.grants.length;
            world.turn();
            if (world.grants.length === before) continue;
            if (endedAt !== undefined) {
              expect(steady - endedAt).toBeGreaterThanOrEqual(hour);
              expect(steady - endedAt).toBeLessThanOrEqual(hour + 5 * minute);
            }
            world.end({ kind: 'succeeded' }, 0.5);
            endedAt = steady;
          }
          const expected = world.now;
          world.now += jump;
          world.send({ kind: 'clock', expected });
        }
        expect(steady - (endedAt ?? 0)).toBeLessThanOrEqual(hour + 5 * minute);
      }),
      { numRuns: 200 },
    );
  });

  it('imports nothing from outside its folder, so that it runs in a workflow sandbox', () => {
    const folder = new URL('.', import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.js') && !file.includes('.test.'));
    expect(files).toContain('decide-slot.js');
    for (const file of files) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      const outside = [...text.matchAll(/from '([^']+)'/g)]
        .map((match) => match[1])
        .filter((name) => !/^\.\/[a-z-]+\.js$/.test(name ?? ''));
      expect({ file, outside }).toEqual({ file, outside: [] });
      expect(text).not.toMatch(/Date\.now|Math\.random|new Date|performance\./);
    }
  });
});

import {
  type Clock,
  type ErrorCode,
  type ErrorReport,
  IsthmusError,
  isAbort,
  type Logger,
  messageOf,
  type Scheduled,
  toErrorReport,
} from '@isthmus/kernel';
import type { RunJournal } from '../journal/journal.js';
import {
  decideSlot,
  defaultSlotRules,
  emptySlot,
  endsWhenSetBack,
  type RunningRun,
  type SlotEffect,
  type SlotEvent,
  type SlotName,
  type SlotRules,
  type SlotSpec,
  type SlotState,
} from '../slot/index.js';
import { ClockWatch } from './clock-watch.js';
import { checkCron, nextCronDue } from './cron-due.js';
import { missedSince } from './missed-runs.js';
import { observeSlot } from './observe-slot.js';
import { refusalError } from './refusals.js';
import type { RunDispatcher, RunExecutor, RunOutcome, SlotObservation, Trigger } from './run-dispatcher.js';
import { type SourceBudget, TurnQueue } from './turn-queue.js';
import { WakeTimer } from './wake-timer.js';

export interface LocalDispatcherParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: Pick<RunJournal, 'nextToken' | 'runs'>;
  readonly executor: RunExecutor;
  /** In [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
}

export interface LocalDispatcherOptions {
  /** Runs at the same time; default 8. Endless runs do not count. */
  readonly concurrency?: number;
  /** First runs of slots that are there at start are spread over this time; default 0. */
  readonly startupJitterMs?: number;
  /** A run that lasts longer goes on, but its seat is given to others, so that hanging runs hold up nobody; default 5 min. */
  readonly seatMs?: number;
  /** How many runs may load the source of a slot at a time; default no limit. */
  readonly budgetOf?: (slot: SlotName) => SourceBudget | undefined;
  readonly rules?: Partial<SlotRules>;
}

/** What this process holds of a slot beside its state. */
interface Slot {
  state: SlotState;
  /** The turn that is asked for; another object replaces it. */
  ticket: object | undefined;
  /** A token is being fetched. Never while a run is under way: a new token would outdate its grant. */
  isTakingTurn: boolean;
  run:
    | {
        readonly runId: string;
        readonly endless: boolean;
        readonly controller: AbortController;
        readonly left: Promise<void>;
        leave(): void;
      }
    | undefined;
  lastError: ErrorReport | undefined;
  /** Why no run can be granted now: the journal gives no token. */
  grantFault: ErrorReport | undefined;
  readonly atRest: (() => void)[];
}

const fenceRetryMs = 1_000;

/**
 * `RunDispatcher` in this process: carries out what `decideSlot` decides. One heap holds the next wake of each slot and
 * arms one timer, for cron schedules too: node-cron's own tasks run on the system clock alone, so of node-cron we use
 * the reading and matching of expressions (`nextCronDue`), and what fires is this heap. Each event costs O(log n).
 */
export class LocalDispatcher implements RunDispatcher {
  readonly #slots = new Map<SlotName, Slot>();
  readonly #wakes: WakeTimer<Slot>;
  readonly #turns: TurnQueue;
  readonly #rules: SlotRules;
  readonly #startedAt: number;
  readonly #clock: ClockWatch;
  #isClosed = false;
  #isOver = false;

  constructor(
    private readonly parts: LocalDispatcherParts,
    private readonly options: LocalDispatcherOptions = {},
  ) {
    this.#turns = new TurnQueue(parts.clock, options.concurrency ?? 8);
    this.#wakes = new WakeTimer(parts.clock, {
      look: () => this.#followClock(),
      wake: (slot) => this.#decide(slot, { kind: 'wake' }),
    });
    this.#rules = { ...defaultSlotRules, ...options.rules };
    this.#startedAt = parts.clock.monotonic();
    this.#clock = new ClockWatch(parts.clock);
  }

  /** Throws SCHEDULE_INVALID or SCHEDULE_NEVER_FIRES for a cron schedule that cannot be; the slot stays as it was. */
  async apply(spec: SlotSpec): Promise<void> {
    if (this.#isClosed) throw refusalError(spec.slot, 'closed');
    if (spec.schedule.kind === 'cron') checkCron(spec.schedule.expression, spec.schedule.timeZone);
    // Before the slot is there: to one that nobody wants yet the news would be the end.
    this.#followClock();
    const slot = this.#slots.get(spec.slot) ?? this.#begin(spec.slot);
    const left = (this.options.startupJitterMs ?? 0) - (this.parts.clock.monotonic() - this.#startedAt);
    this.#decide(slot, { kind: 'apply', spec, startDelayMs: this.parts.random() * Math.max(0, left) });
  }

  async remove(name: SlotName): Promise<void> {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    this.#decide(slot, { kind: 'remove' });
    await this.#rest(slot);
  }

  async trigger(name: SlotName, trigger: Trigger): Promise<string> {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw refusalError(name, this.#isClosed ? 'closed' : 'unwanted');
    const { reason, scopes, mode = 'apply' } = trigger;
    const effects = this.#decide(slot, { kind: 'trigger', runId: this.parts.newId(), reason, scopes, mode });
    for (const effect of effects) {
      if (effect.kind === 'accepted') return effect.runId;
      if (effect.kind === 'refused') throw refusalError(name, effect.why);
    }
    throw new IsthmusError('INTERNAL', `the trigger of ${name} was neither accepted nor refused`);
  }

  observe(name: SlotName): SlotObservation | undefined {
    this.#followClock();
    const slot = this.#slots.get(name);
    return slot === undefined ? undefined : observeSlot(slot.state, slot.lastError, slot.grantFault);
  }

  retryFailed(code: ErrorCode): void {
    for (const slot of [...this.#slots.values()])
      if (slot.state.failures.code === code) this.#decide(slot, { kind: 'retry', code });
  }

  async close(signal: AbortSignal): Promise<void> {
    this.#isClosed = true;
    const slots = [...this.#slots.values()];
    for (const slot of slots) this.#decide(slot, { kind: 'close' });
    await Promise.race([Promise.all(slots.map((slot) => this.#rest(slot))), aborted(signal)]);
    const left = slots.filter((slot) => !isAtRest(slot.state));
    if (left.length > 0) {
      const names = left.map((slot) => slot.state.slot);
      this.parts.logger.warn('runs did not end before the close', { slots: names });
    }
    this.#isOver = true;
    for (const slot of left) this.#leave(slot);
    this.#wakes.close();
    this.#turns.clear();
  }

  #begin(name: SlotName): Slot {
    const state = emptySlot(name, this.parts.clock.now(), this.#rules);
    const slot: Slot = {
      state,
      ticket: undefined,
      isTakingTurn: false,
      run: undefined,
      lastError: undefined,
      grantFault: undefined,
      atRest: [],
    };
    this.#slots.set(name, slot);
    return slot;
  }

  /**
   * The state is kept before anything is carried out, so code that is called from here may call back. Wakes are taken
   * from the state and not from the effect, which such a call may have outdated.
   */
  #decide(slot: Slot, event: SlotEvent): readonly SlotEffect[] {
    if (event.kind !== 'clock') this.#followClock();
    const { state, effects } = decideSlot(slot.state, event, this.parts.clock.now());
    slot.state = state;
    for (const effect of effects) this.#carryOut(slot, effect);
    const { wakeAt } = slot.state;
    // Without any wake the clock would not be looked at.
    this.#wakes.set(slot, wakeAt ?? (endsWhenSetBack(slot.state) ? Number.POSITIVE_INFINITY : undefined));
    this.#noteRest(slot);
    return effects;
  }

  #carryOut(slot: Slot, effect: SlotEffect): void {
    switch (effect.kind) {
      case 'request':
        this.#request(slot, effect.priority);
        break;
      case 'grant':
        this.#start(slot, effect.run);
        break;
      case 'cancel':
        if (slot.run?.runId === effect.runId) slot.run.controller.abort(cancelled(effect.reason));
        break;
      case 'give-up':
        this.#giveUp(slot, effect.run);
        break;
      case 'next-due':
        void this.#answerDue(slot, effect);
        break;
      case 'dropped':
        this.parts.logger.info('requested run dropped', { slot: slot.state.slot, run: effect.runId, why: effect.why });
        break;
      case 'accepted':
      case 'refused':
      case 'wake-at':
        break;
    }
  }

  #request(slot: Slot, priority: number): void {
    const ticket = {};
    slot.ticket = ticket;
    const take = () => (slot.ticket === ticket && !this.#isOver ? this.#takeTurn(slot) : Promise.resolve());
    this.#turns.add({ budget: this.options.budgetOf?.(slot.state.slot), take }, priority);
  }

  async #takeTurn(slot: Slot): Promise<void> {
    if (slot.isTakingTurn || slot.state.running !== undefined || slot.state.requested === undefined) return;
    slot.isTakingTurn = true;
    let token: number;
    try {
      token = await this.parts.journal.nextToken(slot.state.slot);
    } catch (error) {
      slot.isTakingTurn = false;
      slot.grantFault = toErrorReport(error);
      this.parts.logger.error('no token for a run', { slot: slot.state.slot, error: messageOf(error) });
      this.#decide(slot, { kind: 'no-turn', jitter: this.parts.random() });
      return;
    }
    slot.isTakingTurn = false;
    slot.grantFault = undefined;
    if (this.#isOver) return;
    this.#decide(slot, { kind: 'turn', token, runId: this.parts.newId() });
    const { run } = slot;
    // An endless run would keep its seat for ever.
    if (run !== undefined && !run.endless) await this.#seatOf(run.left);
  }

  async #seatOf(left: Promise<void>): Promise<void> {
    let timer: Scheduled | undefined;
    const timeIsUp = new Promise<void>((resolve) => {
      timer = this.parts.clock.schedule(this.options.seatMs ?? 300_000, resolve);
    });
    await Promise.race([left, timeIsUp]);
    timer?.cancel();
  }

  #start(slot: Slot, run: RunningRun): void {
    slot.ticket = undefined;
    const controller = new AbortController();
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    slot.run = { runId: run.runId, endless: run.endless, controller, left, leave };
    void this.#execute(slot, run, controller.signal);
  }

  async #execute(slot: Slot, run: RunningRun, signal: AbortSignal): Promise<void> {
    const outcome = await this.#outcomeOf(slot, run, signal);
    if (slot.run?.runId !== run.runId) {
      this.parts.logger.info('late end of a run that was given up', { slot: slot.state.slot, run: run.runId });
      return;
    }
    this.#leave(slot);
    const failure = outcome.kind === 'failed' ? outcome.error : undefined;
    if (run.mode === 'apply' && outcome.kind !== 'cancelled') slot.lastError = failure;
    this.#decide(slot, {
      kind: 'ended',
      runId: run.runId,
      outcome:
        failure === undefined
          ? { kind: outcome.kind === 'failed' ? 'cancelled' : outcome.kind }
          : { kind: 'failed', code: failure.code, retryable: failure.retryable },
      jitter: this.parts.random(),
    });
  }

  async #outcomeOf(slot: Slot, run: RunningRun, signal: AbortSignal): Promise<RunOutcome> {
    const { runId, token, revision, reasons, mode, isEcho } = run;
    const scopes = run.scopes === undefined ? undefined : new Set(run.scopes);
    const grant = { slot: slot.state.slot, token };
    try {
      // Not in this turn of the loop: the executor may call back at once.
      await Promise.resolve();
      const granted = { runId, grant, revision, reasons, scopes, mode, ...(isEcho && { isEcho }) };
      return await this.parts.executor.execute(granted, signal);
    } catch (error) {
      return signal.aborted && isAbort(error) ? { kind: 'cancelled' } : { kind: 'failed', error: toErrorReport(error) };
    }
  }

  #giveUp(slot: Slot, run: RunningRun): void {
    const { slot: name } = slot.state;
    this.parts.logger.warn('run given up: it did not end after it was cancelled', {
      slot: name,
      run: run.runId,
      token: run.token,
      reason: run.cancelling?.reason,
    });
    this.#leave(slot);
    void this.#fence(slot);
  }

  /** The run is nobody's any more: its seat is free. */
  #leave(slot: Slot): void {
    slot.run?.leave();
    slot.run = undefined;
  }

  /** Raises the slot's token, so that writes of the run that was given up are refused. */
  async #fence(slot: Slot): Promise<void> {
    while (!this.#isOver) {
      try {
        const token = await this.parts.journal.nextToken(slot.state.slot);
        this.#decide(slot, { kind: 'fenced', token });
        return;
      } catch (error) {
        this.parts.logger.error('token not raised, the slot waits', {
          slot: slot.state.slot,
          error: messageOf(error),
        });
        await new Promise<void>((resolve) => this.parts.clock.schedule(fenceRetryMs, resolve));
      }
    }
  }

  async #answerDue(slot: Slot, question: Extract<SlotEffect, { readonly kind: 'next-due' }>): Promise<void> {
    const { expression, timeZone, after } = question;
    let at: number | undefined;
    try {
      const missed = question.isFresh ? await missedSince(this.parts.journal, slot.state.slot) : undefined;
      at = missed === 'now' ? after : nextCronDue(expression, timeZone, Math.min(missed ?? after, after));
    } catch (error) {
      this.parts.logger.warn('no further due time', { slot: slot.state.slot, error: messageOf(error) });
    }
    this.#decide(slot, { kind: 'due', expression, timeZone, after, at });
  }

  /** Tells every slot when the clock was set back. */
  #followClock(): void {
    const expected = this.#clock.look();
    if (expected === undefined) return;
    const byMs = Math.round(expected - this.parts.clock.now());
    this.parts.logger.warn('the clock was set back', { byMs });
    for (const slot of [...this.#slots.values()]) this.#decide(slot, { kind: 'clock', expected });
  }

  #noteRest(slot: Slot): void {
    if (!isAtRest(slot.state)) return;
    if (slot.state.spec === undefined && !slot.isTakingTurn) {
      this.#wakes.set(slot, undefined);
      if (this.#slots.get(slot.state.slot) === slot) this.#slots.delete(slot.state.slot);
    }
    for (const resolve of slot.atRest.splice(0)) resolve();
  }

  /** Resolves when nothing of the slot's runs any more. */
  #rest(slot: Slot): Promise<void> {
    return isAtRest(slot.state) ? Promise.resolve() : new Promise((resolve) => slot.atRest.push(resolve));
  }
}

function isAtRest(state: SlotState): boolean {
  return state.running === undefined && !state.fencing;
}

function cancelled(reason: string): DOMException {
  return new DOMException(`the run was cancelled: ${reason}`, 'AbortError');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

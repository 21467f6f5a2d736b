// When one instance has to refresh: at its start, when its configuration changed, when its schedule is due.
import { fail } from './divergence.mjs';
import { scheduleOf } from './registration-facts.mjs';

/** The wall clock is looked at so often: a clock that was set shows after that at the latest. */
const lookMs = 30_000;
const smallJumpMs = 3_600_000;
/** Jitter makes fractions of milliseconds. */
const fineMs = 1;

export class SlotModel {
  isRunning = false;
  #isEndless;
  #schedule;
  #from;
  #to;
  /** Epoch ms. */
  #lastEndedAt;
  /** A run that has to begin at once. */
  #isOwed;
  /** A run that may begin. */
  #isAllowed = false;
  #dueAt;
  #servedAt;
  /** Not before this it could be known that a run is due. */
  #knownAt;
  /** Steady ms until which a change of the wall clock may not have been noticed. */
  #unsureUntil = -1;
  /** Cron was asked again, at an instant that only the daemon knows. */
  #isToldAnew = false;

  /** @param facts - the registration wanted and the one that the instance was made from, the connector's last run */
  constructor(isEndless, { wanted, made, lastRun, now }) {
    this.#isEndless = isEndless;
    this.#schedule = scheduleOf(wanted) ?? scheduleOf(made);
    this.#from = wanted.startDate;
    this.#to = wanted.connectorShutdownDate;
    this.#knownAt = now;
    this.#isOwed = this.#schedule.stepMs === undefined || isEndless;
    if (this.#isOwed) return;
    const after = this.#after(now);
    const isDone = lastRun?.outcome === 'succeeded' || lastRun?.outcome === 'partial';
    if (lastRun === undefined) this.#dueAt = this.#next(after);
    else this.#dueAt = isDone ? this.#next(Math.min(lastRun.endedAt, after)) : after;
  }

  reschedule(registration, now) {
    const schedule = scheduleOf(registration) ?? this.#schedule;
    const isSame = JSON.stringify(schedule) === JSON.stringify(this.#schedule) && this.#from === registration.startDate;
    this.#from = registration.startDate;
    this.#to = registration.connectorShutdownDate;
    this.#knownAt = now;
    this.#schedule = schedule;
    if (isSame) return;
    this.#dueAt = undefined;
    this.#isToldAnew = false;
    const isCron = schedule.stepMs !== undefined && !this.#isEndless;
    const neverRan = this.#lastEndedAt === undefined && !this.isRunning;
    if (neverRan) this.#isOwed = !isCron;
    if (isCron && !this.isRunning) this.#dueAt = this.#next(this.#after(now));
  }

  /** A run for the new configuration, unless a cron schedule at rest waits for its due time. */
  reconfigured() {
    this.#isAllowed = false;
    if (this.#schedule.stepMs === undefined || this.#isEndless) this.#isOwed = true;
  }

  mayRunAgain() {
    this.#isAllowed = true;
  }

  begin(clock, here) {
    const now = clock.now();
    if (this.isRunning) fail(`${here} while it refreshes already`);
    const dueAt = this.dueAt;
    const isDue = dueAt !== undefined && dueAt <= now + fineMs;
    const isUnsure = this.#isToldAnew || clock.monotonic() <= this.#unsureUntil;
    if (!this.#isOwed && !this.#isAllowed && !isDue && !this.#isToldAnew)
      fail(`${here} although nothing asked for it: due at ${dueAt}, now ${now}`);
    const lateMs = dueAt === undefined ? 0 : now - Math.max(dueAt, this.#knownAt, this.#from ?? 0);
    if (!this.#isOwed && isDue && lateMs > fineMs && !isUnsure) fail(`${here} ${lateMs} ms late`);
    if (this.#isToldAnew && !this.#isOwed && !this.#isAllowed && !isDue) this.#learn(clock, here);
    this.isRunning = true;
    this.#isOwed = false;
    this.#isAllowed = false;
    if (this.#dueAt !== undefined && this.#dueAt <= now + fineMs) this.#servedAt = this.#dueAt;
    this.#dueAt = this.#dueAt !== undefined && this.#dueAt > now + fineMs ? this.#dueAt : undefined;
  }

  end(now, isCancelled) {
    this.isRunning = false;
    this.#lastEndedAt = now;
    this.#knownAt = now;
    if (isCancelled) this.#isOwed = true;
    if (this.#schedule.stepMs !== undefined && this.#dueAt === undefined) this.#dueAt = this.#next(this.#after(now));
  }

  clockSet(byMs, clock) {
    this.#unsureUntil = clock.monotonic() + lookMs;
    if (byMs > 0) return;
    if (this.#lastEndedAt !== undefined) this.#lastEndedAt += byMs;
    this.#knownAt += byMs;
    if (this.#schedule.stepMs !== undefined) this.#isToldAnew = true;
  }

  /** Epoch ms of the next run that time brings, dates of the registration left aside. */
  get dueAt() {
    if (this.#isEndless) return undefined;
    const { everyMs, stepMs } = this.#schedule;
    const dueAt = everyMs !== undefined && this.#lastEndedAt !== undefined ? this.#lastEndedAt + everyMs : undefined;
    return stepMs !== undefined ? this.#dueAt : dueAt;
  }

  /** To be called at rest. @param shown - what the daemon says of it */
  check(now, shown, here) {
    if (this.#isToldAnew) this.#follow(now, shown, here);
    const isOpen = now >= (this.#from ?? 0);
    if (isOpen && this.#isEndless && !this.isRunning) fail(`${here} does not listen`);
    if (this.isRunning) return;
    if (isOpen && this.#isOwed) fail(`${here} was not refreshed although it had to be`);
    const dueAt = this.#isOwed ? now : this.dueAt;
    const openAt = dueAt === undefined ? undefined : Math.max(dueAt, this.#from ?? 0);
    if (openAt !== undefined && openAt < now - fineMs) fail(`${here} is overdue since ${now - openAt} ms`);
    const expected = openAt !== undefined && this.#to !== undefined && openAt >= this.#to ? undefined : openAt;
    if (Math.abs((shown ?? 0) - (expected ?? 0)) > fineMs)
      fail(`${here} says that it is due at ${shown}, must be ${expected} (now ${now})`);
  }

  /** After a clock that was set back cron begins anew, from when the daemon noticed it. */
  #follow(now, shown, here) {
    this.#isToldAnew = false;
    if (this.isRunning) return;
    const latest = this.#after(now) + this.#schedule.stepMs;
    if (shown !== undefined && (shown % this.#schedule.stepMs !== 0 || shown > latest))
      fail(`${here} is due at ${shown} after the clock was set back, now ${now}`);
    this.#dueAt = shown ?? this.#dueAt;
  }

  /** The daemon asked cron again after the clock was set back, and runs what it was told. */
  #learn(clock, here) {
    const { stepMs } = this.#schedule;
    const now = clock.now();
    // A clock that was set forward again may have passed a due time by any length.
    const isUnsure = clock.monotonic() <= this.#unsureUntil;
    this.#dueAt = Math.floor((now + fineMs) / stepMs) * stepMs;
    if (now - this.#dueAt > fineMs && !isUnsure) fail(`${here} between two due times`);
    this.#isToldAnew = false;
  }

  #after(now) {
    const isServed = this.#servedAt !== undefined && this.#servedAt - now <= smallJumpMs;
    return Math.max(now, isServed ? this.#servedAt : now, (this.#from ?? 0) - 1);
  }

  #next(after) {
    const { stepMs } = this.#schedule;
    return (Math.floor(after / stepMs) + 1) * stepMs;
  }
}

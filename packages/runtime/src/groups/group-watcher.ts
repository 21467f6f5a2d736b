import { type Clock, type ErrorReport, IsthmusError, type Logger, toErrorReport, withDeadline } from '@isthmus/kernel';
import type { GroupKey, GroupReader, GroupSnapshot, Registration } from '@isthmus/model';
import type { ConnectorFleet, FleetGroup } from '../fleet/connector-fleet.js';
import { isSameGroup } from '../fleet/slot-of.js';
import type { AcceptedList, GroupJournal } from '../journal/journal.js';
import { GroupConditions } from './group-conditions.js';
import type { GroupStatus } from './group-status.js';
import { type ChangeBudget, defaultChangeBudget, type GuardFacts, guardList, type PointRead } from './guard.js';
import { type GroupPlan, isEmptyPlan, planGroup, withoutDuplicates } from './plan-group.js';
import { readPoints } from './point-reads.js';
import { PollLoop } from './poll-loop.js';
import { isAway, isTimeout, tooSlow } from './read-failure.js';

export interface GroupWatcherParts {
  readonly key: GroupKey;
  readonly reader: GroupReader;
  readonly journal: GroupJournal;
  readonly fleet: ConnectorFleet;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  /**
   * Name that the group of this GUID has now; undefined: there is none. With it a group that was renamed is told from a
   * list that lies; without it the connectors of a renamed group go on under its former name.
   */
  readonly groupName?: (groupGuid: string, signal: AbortSignal) => Promise<string | undefined>;
  readonly options?: Partial<GroupWatcherOptions>;
}

export interface GroupWatcherOptions {
  /** Default 10 s; up to a tenth is added at random. */
  readonly pollMs: number;
  /** First wait after a failure; doubles up to `pollMs` (and a minute). Default 1 s. */
  readonly firstRetryMs: number;
  /** Least time between two readings. Default 20 ms. */
  readonly gapMs: number;
  /** A reading with all its pages and point reads ends by then. Default 60 s. */
  readonly readDeadlineMs: number;
  readonly budget: ChangeBudget;
}

const defaults: GroupWatcherOptions = {
  pollMs: 10_000,
  firstRetryMs: 1_000,
  gapMs: 20,
  readDeadlineMs: 60_000,
  budget: defaultChangeBudget,
};
const longestRetryMs = 60_000;
/** Verdicts in one turn: point reads, then readings that contradict them. */
const judgementsPerTurn = 8;
/** How long `confirm` waits for its turn to end. */
const confirmWaitMs = 5_000;

/** Ends of a turn that leave what runs as it is. */
type Held =
  | {
      readonly kind: 'pending';
      readonly stops: readonly Registration[];
      readonly total: number;
      readonly since: number;
      readonly groupIsGone: boolean;
    }
  | { readonly kind: 'rejected'; readonly reason: ErrorReport; readonly confirmable: boolean };

/**
 * Follows one group: reads its list, lets the guard judge it, journals what was accepted, and holds the fleet to that.
 * Level-triggered, one turn at a time: what happened in between does not matter, only what is there now. Whatever goes
 * wrong, what runs goes on as the last accepted list says.
 */
export class GroupWatcher {
  readonly #options: GroupWatcherOptions;
  readonly #conditions: GroupConditions;
  readonly #loop: PollLoop;
  readonly #logger: Logger;
  #accepted: AcceptedList | undefined;
  /** The journal was read; until then no list is judged, as it may hold less than what ran. */
  #hasBegun = false;
  /** Where the fleet's connectors belong; outlives a group that went away, so that they can be stopped. */
  #home: Omit<FleetGroup, 'key'> | undefined;
  /** Where the fleet was told last that they belong. */
  #toldHome: Omit<FleetGroup, 'key'> | undefined;
  /** What was wanted and what ran when there was last nothing to do. */
  #settled: { readonly registrations: object; readonly running: object } | undefined;
  #held: Held | undefined;
  #confirmed: GuardFacts['confirmed'];
  #failures = 0;
  /** The server was away or answered nonsense: runs failed too, and are to hear when that is over. */
  #hadTrouble = false;
  /** Whether a first turn has ended; until then all that is known is what the journal says. */
  #hasJudged = false;
  #lastReadAt: number | undefined;
  #turnNumber = 0;
  #isClosed = false;
  readonly #waiting = new Set<{ readonly sinceTurn: number; readonly done: () => void }>();

  constructor(private readonly parts: GroupWatcherParts) {
    this.#options = { ...defaults, ...parts.options };
    this.#conditions = new GroupConditions(() => parts.clock.now());
    this.#logger = parts.logger.child({ group: parts.key.qualifiedName, server: parts.key.server });
    this.#loop = new PollLoop(parts.clock, this.#options.gapMs, (signal) => this.#turn(signal));
  }

  /** Runs what the journal says at once, then begins to read. Resolves when that is noted with the fleet. */
  start(): Promise<void> {
    return this.#begin().finally(() => this.#loop.start());
  }

  /** Reads the group soon. */
  nudge(): void {
    this.#loop.nudge();
  }

  /** Resolves when a reading that began after this call has ended, well or not, or after `waitMs`. */
  read(waitMs: number): Promise<void> {
    return this.#nextTurn(waitMs);
  }

  /** Lets the list through that waits: its stops, or its being older than what was known. */
  async confirm(by: string): Promise<void> {
    const held = this.#held;
    if (held === undefined || (held.kind === 'rejected' && !held.confirmable))
      throw new IsthmusError(
        'GROUP_NOTHING_TO_CONFIRM',
        `no change of ${this.parts.key.qualifiedName} waits for confirmation`,
        { details: { group: this.parts.key.qualifiedName } },
      );
    const stops = held.kind === 'pending' ? held.stops.map(({ connectorGuid }) => connectorGuid) : [];
    this.#confirmed = {
      stops: new Set([...(this.#confirmed?.stops ?? []), ...stops]),
      older: held.kind === 'rejected' || this.#confirmed?.older === true,
    };
    this.#logger.info('group change confirmed', { by, stops: stops.length, older: this.#confirmed.older });
    await this.#nextTurn(confirmWaitMs);
  }

  status(): GroupStatus {
    const { group } = this.#accepted?.snapshot ?? {};
    const nextReadAt = this.#loop.nextAt;
    const held = this.#held;
    return {
      key: this.parts.key,
      ...(group && { guid: group.guid }),
      ...(group?.displayName !== undefined && { displayName: group.displayName }),
      ...(group?.description !== undefined && { description: group.description }),
      state: this.#state(),
      conditions: this.#conditions.list(),
      ...(this.#lastReadAt !== undefined && { lastReadAt: this.#lastReadAt }),
      ...(this.#accepted && { acceptedAt: this.#accepted.acceptedAt }),
      ...(nextReadAt !== undefined && { nextReadAt }),
      connectorCount: this.#accepted?.snapshot.registrations.length ?? 0,
      ...(held?.kind === 'pending' && {
        pending: {
          stops: held.stops.map(nameOf),
          total: held.total,
          since: held.since,
          ...(held.groupIsGone && { groupIsGone: true }),
        },
      }),
    };
  }

  /** Ends the reading that is on, and nothing comes of it any more. What runs goes on: the fleet is told apart from this. */
  close(signal: AbortSignal): Promise<void> {
    this.#isClosed = true;
    return this.#loop.close(signal);
  }

  #state(): GroupStatus['state'] {
    if (this.#conditions.get('Reachable')?.status !== true || !this.#hasJudged)
      return this.#accepted ? 'from-journal' : 'loading';
    if (this.#held?.kind === 'pending') return 'waiting-for-confirmation';
    if (this.#held?.kind === 'rejected') return 'rejected';
    if (this.#accepted === undefined) return 'loading';
    return this.#accepted.snapshot.group === undefined ? 'missing' : 'in-step';
  }

  async #turn(closing: AbortSignal): Promise<number> {
    this.#turnNumber += 1;
    try {
      await withDeadline(this.parts.clock, this.#options.readDeadlineMs, closing, (signal) => this.#reconcile(signal));
    } catch (error) {
      if (!closing.aborted) this.#failed(error);
    } finally {
      this.#hasJudged = true;
      this.#endTurn();
    }
    const { pollMs, firstRetryMs } = this.#options;
    const base =
      this.#failures === 0 ? pollMs : Math.min(pollMs, longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    // Always later, never sooner: many daemons that began together drift apart.
    return base * (1 + this.parts.random() / 10);
  }

  async #begin(): Promise<void> {
    this.#accepted = await this.parts.journal.loadAccepted(this.parts.key);
    this.#home = homeOf(this.#accepted?.snapshot);
    this.#hasBegun = true;
    await this.#applyAccepted();
  }

  async #reconcile(signal: AbortSignal): Promise<void> {
    const { key, reader } = this.parts;
    if (!this.#hasBegun) await this.#begin();
    const pointReads = new Map<string, PointRead>();
    let read = await reader.read(key.qualifiedName, this.#accepted?.snapshot.etag, signal);
    this.#reached();
    this.#lastReadAt = this.parts.clock.now();
    for (let judged = 0; judged < judgementsPerTurn; judged++) {
      // the turn may be over: its deadline passed, or nobody follows the group any more
      signal.throwIfAborted();
      if (read === 'unchanged') return await this.#stay();
      const verdict = guardList(this.#accepted?.snapshot, read, this.#facts(pointReads), this.#options.budget);
      switch (verdict.kind) {
        case 'accept':
          return await this.#accept(read);
        case 'point-reads':
          // A group that is gone is asked about by the GUID that it had.
          await readPoints(
            reader,
            read.group?.guid ?? (await this.#formerGuid(signal)),
            verdict.connectorGuids,
            pointReads,
            signal,
          );
          break;
        case 'reread':
          this.#logger.warn('list contradicts a point read, so it is read again', { message: verdict.message });
          pointReads.clear();
          this.#hold({
            kind: 'rejected',
            reason: toErrorReport(new IsthmusError('GROUP_LIST_REJECTED', verdict.message)),
            confirmable: false,
          });
          read = await reader.read(key.qualifiedName, this.#accepted?.snapshot.etag, signal);
          break;
        case 'reject': {
          const error = new IsthmusError('GROUP_LIST_REJECTED', verdict.message, {
            ...(verdict.cause === 'older' && {
              next: 'if the metadata server was restored from a backup, let it through with `isthmus group confirm`',
            }),
          });
          return this.#hold({
            kind: 'rejected',
            reason: toErrorReport(error),
            confirmable: verdict.cause === 'older',
          });
        }
        case 'needs-confirmation':
          return this.#awaitConfirmation(verdict.stops, verdict.total, read.group === undefined);
      }
    }
  }

  /** Undefined: the group that had this name has another one now, so nothing is registered with this one. */
  async #formerGuid(signal: AbortSignal): Promise<string | undefined> {
    const { groupName, key } = this.parts;
    const guid = this.#home?.guid;
    if (guid === undefined || groupName === undefined) return guid;
    const name = await groupName(guid, signal);
    return name === undefined || name === key.qualifiedName ? guid : undefined;
  }

  #facts(pointReads: ReadonlyMap<string, PointRead>): GuardFacts {
    return { pointReads, ...(this.#confirmed && { confirmed: this.#confirmed }) };
  }

  /** The journal first: a daemon that dies in between starts with the list that it was about to follow. */
  async #accept(read: GroupSnapshot): Promise<void> {
    const { key, journal, clock } = this.parts;
    const running = new Map(
      (this.#accepted?.snapshot.registrations ?? []).map((registration) => [registration.connectorGuid, registration]),
    );
    const { registrations, duplicates } = withoutDuplicates(read.registrations, running);
    const accepted: AcceptedList = { key, snapshot: { ...read, registrations }, acceptedAt: clock.now() };
    await journal.saveAccepted(accepted);
    this.#accepted = accepted;
    this.#home = homeOf(read) ?? this.#home;
    this.#confirmed = undefined;
    this.#inStep(
      duplicates.length > 0 ? { message: `registered more than once: ${duplicates.map(nameOf).join(', ')}` } : {},
    );
    this.#logger.info('list accepted', { connectors: registrations.length, duplicates: duplicates.length });
    await this.#applyAccepted();
  }

  /** Nothing changed at the server; the fleet may still have to be brought there after a failure. */
  async #stay(): Promise<void> {
    this.#confirmed = undefined;
    this.#inStep(this.#held === undefined ? { ...messageIn(this.#conditions.get('ListAccepted')) } : {});
    await this.#applyAccepted();
  }

  async #applyAccepted(): Promise<void> {
    const { key, fleet } = this.parts;
    if (this.#isClosed || this.#accepted === undefined || this.#home === undefined) return;
    const { registrations } = this.#accepted.snapshot;
    const running = fleet.accepted(key);
    // most polls find nothing new on either side
    if (registrations === this.#settled?.registrations && running === this.#settled.running) return;
    const plan = planGroup(registrations, running);
    const hasMoved = this.#toldHome !== undefined && !isSameGroup({ key, ...this.#toldHome }, { key, ...this.#home });
    if (isEmptyPlan(plan) && !hasMoved) {
      this.#settled = { registrations, running };
      return;
    }
    this.#logger.info('group plan', countsOf(plan));
    const home = this.#home;
    await fleet.apply({ key, ...home }, plan);
    this.#toldHome = home;
  }

  #inStep(why: { readonly message?: string }): void {
    this.#held = undefined;
    this.#conditions.set('Found', this.#accepted?.snapshot.group !== undefined);
    this.#conditions.set('ListAccepted', true, why);
    this.#conditions.set('ConfirmationNeeded', false);
  }

  #awaitConfirmation(stops: readonly Registration[], total: number, groupIsGone: boolean): void {
    const since = this.#held?.kind === 'pending' ? this.#held.since : this.parts.clock.now();
    const message = `${stops.length} of ${total} connectors would stop`;
    if (this.#held?.kind !== 'pending') this.#logger.warn('group change waits for confirmation', { message });
    this.#held = { kind: 'pending', stops, total, since, groupIsGone };
    this.#conditions.set('ListAccepted', false, { message });
    this.#conditions.set('ConfirmationNeeded', true, {
      message: `${message}; let it through with \`isthmus group confirm ${this.parts.key.qualifiedName}\``,
    });
  }

  #hold(held: Extract<Held, { kind: 'rejected' }>): void {
    if (this.#held?.kind !== 'rejected')
      this.#logger.warn('list rejected; what runs stays as it is', { reason: held.reason });
    this.#held = held;
    this.#conditions.set('ListAccepted', false, { reason: held.reason });
    this.#conditions.set('ConfirmationNeeded', false);
  }

  #reached(): void {
    const hadTrouble = this.#hadTrouble || this.#conditions.get('Reachable')?.status === false;
    this.#failures = 0;
    this.#hadTrouble = false;
    this.#conditions.set('Reachable', true);
    if (!hadTrouble) return;
    this.#logger.info('metadata server answers again');
    this.parts.fleet.storeReturned();
  }

  /** What runs goes on, whatever it was. */
  #failed(error: unknown): void {
    const reason = toErrorReport(isTimeout(error) ? tooSlow(this.#options.readDeadlineMs) : error);
    if (isAway(reason)) {
      if (this.#failures === 0) this.#logger.warn('group could not be read; what runs goes on', { reason });
      this.#conditions.set('Reachable', false, { reason });
    } else {
      // An answer that makes no sense says that somebody is there; a fault of our own says nothing about the server.
      if (reason.code.startsWith('STORE_')) this.#conditions.set('Reachable', true);
      this.#hold({ kind: 'rejected', reason, confirmable: false });
    }
    this.#failures += 1;
    this.#hadTrouble ||= reason.code.startsWith('STORE_');
  }

  /** Resolves when a turn that began after this call has ended, or after a while. */
  #nextTurn(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const waiter = { sinceTurn: this.#turnNumber, done: () => finish() };
      const finish = () => {
        timer.cancel();
        this.#waiting.delete(waiter);
        resolve();
      };
      const timer = this.parts.clock.schedule(waitMs, finish);
      this.#waiting.add(waiter);
      this.nudge();
    });
  }

  #endTurn(): void {
    for (const waiter of [...this.#waiting]) if (waiter.sinceTurn < this.#turnNumber) waiter.done();
  }
}

function homeOf(snapshot: GroupSnapshot | undefined): Omit<FleetGroup, 'key'> | undefined {
  if (snapshot?.group === undefined) return undefined;
  return { guid: snapshot.group.guid, metadataCollectionId: snapshot.metadataCollectionId };
}

function nameOf({ connectorName }: Registration): string {
  return connectorName;
}

function messageIn(condition: { readonly message?: string } | undefined): { readonly message?: string } {
  return condition?.message === undefined ? {} : { message: condition.message };
}

function countsOf(plan: GroupPlan): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(plan).map(([name, list]: [string, readonly unknown[]]) => [name, list.length]),
  );
}

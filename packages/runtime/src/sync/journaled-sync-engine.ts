import { type Clock, type ErrorReport, IsthmusError, type Logger } from '@isthmus/kernel';
import { type MetadataStore, printOf, type StoreIdentity } from '@isthmus/model';
import type { RunAct, StoreMark } from '../journal/journal.js';
import { type ActParts, applyPlan } from '../plan/apply-plan.js';
import { approvedActs } from '../plan/approved-acts.js';
import { endWaitingPlans } from '../plan/end-waiting-plans.js';
import { beginPlan, type PlanRecorder } from '../plan/plan-recorder.js';
import { PlanWriter } from '../plan/plan-writer.js';
import { resolveDisputes } from '../plan/resolve-disputes.js';
import { undoRun } from '../plan/undo-run.js';
import { ChangeFollower } from './change-follower.js';
import { JournaledSyncRun } from './journaled-sync-run.js';
import { judgeLastChange } from './last-change.js';
import { LastChanges } from './last-changes.js';
import { noteOperated } from './note-operated.js';
import { RecentChanges } from './recent-changes.js';
import { type EngineJournal, replayIntents } from './replay-intents.js';
import { cursorFor, RunCursor } from './run-cursor.js';
import { RunTally } from './run-tally.js';
import { mostAgeOf, StoreGlance } from './store-glance.js';
import { judgeStore, nextMark, type Trust } from './store-trust.js';
import type { SyncAct, SyncEngine, SyncReport, SyncRun, SyncRunSpec } from './sync-engine.js';
import { defaultSyncOptions, type SyncOptions } from './sync-options.js';
import { defaultSyncSettings } from './sync-settings.js';

export interface SyncEngineParts {
  readonly store: MetadataStore;
  readonly journal: EngineJournal;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ids of batches; unique for ever, e.g. a UUID. */
  readonly newId: () => string;
  /** Told which changes of the store each connector's runs have made: (after, upTo]. */
  readonly ownChanges?: { note(connectorGuid: string, after: number, upTo: number): void };
  /** Default `defaultSyncOptions`. */
  readonly options?: Partial<SyncOptions>;
}

/** What a run takes the store for. */
interface Compared {
  readonly mark: StoreMark;
  readonly follower: ChangeFollower;
  readonly trust: Trust;
  /** The mark of before. */
  readonly known?: StoreMark;
}

/**
 * The sync engine over a journal. It remembers per item a hash, a source version and the names of what it wrote, so
 * that a run in which nothing changed asks the store for its identity and its last known change alone. What it believes holds for one store at
 * one state: a store that was restored or exchanged, and elements that others touched, are compared again.
 */
export class JournaledSyncEngine implements SyncEngine {
  readonly #parts: SyncEngineParts;
  readonly #options: SyncOptions;
  readonly #changes: RecentChanges;
  readonly #lastChanges: LastChanges;
  readonly #glance: StoreGlance;

  constructor(parts: SyncEngineParts) {
    this.#parts = parts;
    this.#lastChanges = new LastChanges(parts.store, parts.clock);
    this.#glance = new StoreGlance(parts.store, parts.clock);
    this.#changes = new RecentChanges(parts.store, parts.clock, this.#lastChanges);
    this.#options = { ...defaultSyncOptions, ...parts.options };
  }

  async open(spec: SyncRunSpec, signal: AbortSignal): Promise<SyncRun> {
    const begun = await this.#begin(spec, signal);
    const knownCount = await this.#parts.journal.knownCount(spec.owner);
    const { journal } = this.#parts;
    const state = await journal.cursor(spec.owner);
    const cursor = new RunCursor(journal, spec.owner, spec.grant, cursorFor(spec, begun.trust, begun.mark, state));
    if (!cursor.isIncremental && spec.full && spec.mode === 'apply') await journal.forgetToldGone(spec.owner);
    const plan = spec.mode === 'preview' ? await this.#beginPlan(spec, begun.tally, signal) : undefined;
    const { plans, disputes, leaving } = journal;
    return new JournaledSyncRun({
      ...begun,
      plans,
      disputes,
      leaving,
      ...(plan === undefined ? {} : { plan }),
      knownCount,
      withheld: cursor.isIncremental ? await journal.withheld(spec.owner) : [],
      cursor,
    });
  }

  async openAct(spec: SyncRunSpec, act: RunAct, signal: AbortSignal): Promise<SyncAct> {
    // people asked for it
    const begun = await this.#begin({ ...spec, isTimed: false }, signal);
    const { tally } = begun;
    return {
      get counts() {
        return tally.counts({ opened: 0, completed: 0 });
      },
      progressText: progressTexts[act.kind],
      operated: (done) => noteOperated({ tally }, done),
      perform: () => performAct(begun, act),
    };
  }

  approvedActs(): Promise<ReadonlyMap<string, readonly RunAct[]>> {
    return approvedActs(this.#parts.journal.plans, this.#parts.clock);
  }

  async forgoAct(act: RunAct, { code, message, next }: ErrorReport, runId?: string): Promise<void> {
    // What else people ask for decides nothing before it is done.
    if (act.kind !== 'apply-plan') return;
    const at = this.#parts.clock.now();
    const run = runId === undefined ? {} : { runId };
    await this.#parts.journal.plans.reopen(act.planId, { at, code, message, next, ...run });
  }

  /** Ends what a crash left open, and learns what the store is worth. */
  async #begin(spec: SyncRunSpec, signal: AbortSignal): Promise<ActParts & { readonly trust: Trust }> {
    const { store, journal, clock, newId } = this.#parts;
    const logger = this.#parts.logger.child({ run: spec.runId });
    const begunAt = clock.monotonic();
    const tally = new RunTally();
    await journal.begin(spec.owner, spec.grant, clock.now());
    if (spec.mode === 'apply') {
      if (await this.#isLostBefore(spec, tally, signal)) await this.#compareStore(spec, tally, logger, signal);
      const follow = this.#follow(spec, tally, signal);
      const isTwoWay = spec.pushes !== undefined;
      const judging = { settings: spec.settings ?? defaultSyncSettings, isTwoWay, now: clock.now() };
      await replayIntents({ store, journal, newId, logger, tally, follow, judging }, spec.owner, spec.grant, signal);
    }
    if (spec.mode === 'apply') {
      await journal.undos.prune(spec.owner, clock.now(), this.#options.undoLimit);
      await journal.operations.prune(spec.owner);
    }
    const compared = await this.#compareStore(spec, tally, logger, signal);
    const { follower } = compared;
    const mark = await this.#underPolicy(spec, compared.mark);
    const lastChanges = this.#lastChanges;
    const options = { ...this.#options, ...(spec.settings && { removalLimit: spec.settings.removalLimit }) };
    const { trust } = compared;
    const run = { spec, mark, trust, follower, tally, logger, signal };
    const assureStore = this.#assurance(compared, begunAt, run);
    return { ...this.#parts, ...run, options, lastChanges, ...(assureStore && { assureStore }) };
  }

  /** Another store is to be known as such before open batches are written to it: what they write is known of that one. */
  async #isLostBefore({ owner }: SyncRunSpec, tally: RunTally, signal: AbortSignal): Promise<boolean> {
    const { journal } = this.#parts;
    if ((await journal.openIntents(owner)).length === 0) return false;
    const { trust } = await this.#judge(await journal.storeMark(owner), 0, tally, signal);
    return trust === 'lost';
  }

  #beginPlan(spec: SyncRunSpec, tally: RunTally, signal: AbortSignal): Promise<PlanRecorder> {
    const { store, journal, newId, clock } = this.#parts;
    const { runId: id, owner, boundaryHash, connectorName = '', userId } = spec;
    const asUser = userId === undefined ? {} : { userId };
    const { settings = defaultSyncSettings } = spec;
    const now = clock.now();
    const run = { planId: id, owner, settings, now, ...asUser, tally, signal };
    const writer = new PlanWriter({ store, journal, newId, ...run });
    return beginPlan(journal.plans, { id, owner, connectorName, madeAt: now, boundaryHash }, writer);
  }

  async #compareStore(spec: SyncRunSpec, tally: RunTally, logger: Logger, signal: AbortSignal): Promise<Compared> {
    const { journal } = this.#parts;
    const { owner } = spec;
    const known = await journal.storeMark(owner);
    const now = this.#parts.clock.now();
    const { identity, ...judged } = await this.#judge(known, mostAgeOf(spec), tally, signal);
    const follow = this.#follow(spec, tally, signal);
    let { trust } = judged;
    if (trust === 'continued' && known?.changeSequence !== undefined && identity.changeSequence !== undefined) {
      const follower = follow(known.changeSequence);
      if (await follower.catchUp(identity.changeSequence)) {
        const mark = nextMark(known, identity, trust, spec.boundaryHash, now);
        if (identity.changeSequence !== known.changeSequence) await journal.saveStoreMark(owner, mark);
        return { mark, follower, trust, known };
      }
      trust = 'unsure';
    }
    if (trust === 'recent') {
      // Edits of people go to the source from run to run, not from day to day.
      const isBelieved = spec.pushes === undefined && (await this.#holds(known?.witness, tally, signal));
      if (isBelieved)
        return { mark: nextMark(known, identity, trust, spec.boundaryHash, now), follower: follow(undefined), trust };
      trust = 'unsure';
    }
    if (trust !== 'first') logger.warn('everything is compared with the metadata store', { why: trust });
    const next = nextMark(known, identity, trust, spec.boundaryHash, now);
    // nothing is held yet that another policy could have led to
    const mark = trust === 'first' && spec.mode === 'apply' ? { ...next, policyHash: policyHashOf(spec) } : next;
    if (trust === 'lost') await endWaitingPlans(journal.plans, owner, now);
    // Nobody knows what others changed: all that the source takes is compared.
    if (spec.pushes !== undefined) {
      // What is not there need not have been deleted: it may be of another store, or of another state of it.
      if (trust === 'lost' || identity.changeSequence === undefined) await journal.forgetDirty(owner);
      await journal.markDirty(owner, ['']);
    }
    await journal.distrust(owner, mark, trust === 'lost');
    // What this run does not get to is compared by the next that lists everything, not by one that lists changes.
    if (trust !== 'first') await journal.noteRun(owner, 'full-due');
    return { mark, follower: follow(mark.changeSequence), trust };
  }

  /** Whether the store goes on from where it was known. @param mostAgeMs - of what it has told others */
  async #judge(
    known: StoreMark | undefined,
    mostAgeMs: number,
    tally: RunTally,
    signal: AbortSignal,
  ): Promise<{ readonly identity: StoreIdentity; readonly trust: Trust }> {
    const now = this.#parts.clock.now();
    const judge = (identity: StoreIdentity) =>
      judgeStore(known, identity, { now, compareEveryMs: this.#options.compareEveryMs });
    const isEnough = (told: StoreIdentity) => ['first', 'continued'].includes(judge(told));
    // Both at once: where many runs begin, each of the two requests is shared by more of them.
    const [{ identity, isAsked }, lastChange] = await Promise.all([
      this.#glance.identity(mostAgeMs, isEnough, signal),
      known?.lastChange === undefined ? undefined : this.#judgeLastChange(known.lastChange, mostAgeMs, tally, signal),
    ]);
    if (isAsked) tally.add('requests');
    const trust = judge(identity);
    return { identity, trust: trust === 'continued' && lastChange !== undefined ? lastChange() : trust };
  }

  /**
   * A run that took what others were told before it began for what the store is writes nothing before the store has said the same since.
   *
   * @throws STORE_CHANGED
   */
  #assurance(
    { known, trust }: Compared,
    begunAt: number,
    { spec, tally, signal }: Pick<ActParts, 'spec' | 'tally' | 'signal'>,
  ): (() => Promise<void>) | undefined {
    if (trust !== 'continued' || mostAgeOf(spec) === 0) return undefined;
    let assured: Promise<void> | undefined;
    const assure = async () => {
      const { trust: since } = await this.#judge(known, this.#parts.clock.monotonic() - begunAt, tally, signal);
      if (since !== 'continued')
        throw new IsthmusError('STORE_CHANGED', 'the metadata server is not as it was told to be when the run began');
    };
    return () => {
      assured ??= assure();
      return assured;
    };
  }

  /** @returns what tells it, or throws what the store did: of one that does not go on from there nobody asks */
  #judgeLastChange(
    seen: NonNullable<StoreMark['lastChange']>,
    mostAgeMs: number,
    tally: RunTally,
    signal: AbortSignal,
  ): Promise<() => Trust> {
    return judgeLastChange({ lastChanges: this.#lastChanges, tally, signal, mostAgeMs }, seen).then(
      (trust) => () => trust,
      (error: unknown) => () => {
        throw error;
      },
    );
  }

  /** Whether the store is no other than that which the element was seen in: one that was emptied keeps its identity. */
  async #holds(witness: string | undefined, tally: RunTally, signal: AbortSignal): Promise<boolean> {
    if (witness === undefined) return true;
    tally.add('requests');
    return (await this.#parts.store.get(witness, { forLineage: true }, signal)) !== undefined;
  }

  /** What is held by another policy than the one that holds now is judged again. */
  async #underPolicy(spec: SyncRunSpec, mark: StoreMark): Promise<StoreMark> {
    const { owner, mode, pushes } = spec;
    const policyHash = policyHashOf(spec);
    if (mark.policyHash === policyHash || mode === 'preview') return mark;
    const { journal } = this.#parts;
    const ruled = { ...mark, policyHash };
    if (mark.policyHash !== undefined) {
      await journal.suspectHeld(owner);
      // What people changed while the source was not to be told of it.
      if (pushes !== undefined) await journal.markDirty(owner, ['']);
    }
    await journal.saveStoreMark(owner, ruled);
    return ruled;
  }

  #follow({ owner, pushes }: SyncRunSpec, tally: RunTally, signal: AbortSignal) {
    const { journal, ownChanges } = this.#parts;
    const changes = this.#changes;
    const onOwn = (after: number, upTo: number) => ownChanges?.note(owner.connectorGuid, after, upTo);
    return (sequence: number | undefined): ChangeFollower =>
      new ChangeFollower(
        {
          changes,
          journal,
          owner,
          options: this.#options,
          tally,
          signal,
          onOwn,
          ...(pushes === undefined ? {} : { pushes }),
        },
        sequence,
      );
  }
}

function policyHashOf({ pushes, settings = defaultSyncSettings }: SyncRunSpec): string {
  const { fieldPolicy, adoption } = settings;
  const isPlain = adoption === 'adopt' && pushes === undefined;
  return printOf(isPlain ? fieldPolicy : [fieldPolicy, adoption, ...(pushes ?? [])]);
}

const progressTexts = {
  undo: 'taking a run back',
  'apply-plan': 'applying a plan',
  resolve: 'resolving conflicts',
} as const;

function performAct(parts: ActParts, act: RunAct): Promise<SyncReport> {
  switch (act.kind) {
    case 'undo':
      return undoRun(parts, act.undoneRunId, act.by);
    case 'apply-plan':
      return applyPlan(parts, act.planId);
    case 'resolve':
      return resolveDisputes(parts, act.disputeIds);
  }
}

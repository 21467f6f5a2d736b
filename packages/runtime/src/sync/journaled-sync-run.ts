import type { ItemDigest } from '@isthmus/connector-host';
import { type Finding, type JsonValue, type KeptItem, type ListingProof, mostKeptAtOnce } from '@isthmus/connector-sdk';
import { IsthmusError, processSlicer } from '@isthmus/kernel';
import type { RunCounts, StoreMark, SyncJournal } from '../journal/journal.js';
import type { OperatedCall, PlannedElement } from '../operations/operated-call.js';
import type { PlanRecorder } from '../plan/plan-recorder.js';
import { closedMark } from './closed-mark.js';
import { writeLinks } from './link-writer.js';
import { judgeProof } from './listing-proof.js';
import { noteOperated, plannedElement } from './note-operated.js';
import { scopesNotCompleted } from './open-scopes.js';
import { pushChanges } from './push-changes.js';
import type { RunTally } from './run-tally.js';
import { type RunParts, type WiredRun, wireRun } from './run-wiring.js';
import type { ScopeLedger } from './scope-ledger.js';
import { mostAgeOf } from './store-glance.js';
import { certifiedRunsForDeletes } from './store-trust.js';
import type { PushSender, SyncReport, SyncRun, SyncRunSpec } from './sync-engine.js';
import { defaultSyncSettings, type SyncSettings } from './sync-settings.js';
import { tellConflict } from './tell-conflict.js';
import { tellWithheld } from './tell-withheld.js';
import type { AppliedItem, DeliveredItem } from './work-parts.js';

const conflictsTold = 50;

/** One run of the sync engine. See `JournaledSyncEngine`. */
export class JournaledSyncRun implements SyncRun {
  readonly #parts: RunParts;
  readonly #spec: SyncRunSpec;
  readonly #journal: SyncJournal;
  readonly #tally: RunTally;
  readonly #settings: SyncSettings;
  readonly #plan: PlanRecorder | undefined;
  readonly #wired: WiredRun;
  /** Scopes below items that were set aside: what is missing there is not gone. */
  readonly #inDoubt = new Set<string>();
  #mark: StoreMark;
  #progressText: string | undefined;
  /** The connector told an error. */
  #hasFault = false;
  /** It told how far it has come in the changes of its source. */
  #hasCursor = false;
  #report: Promise<SyncReport> | undefined;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#spec = parts.spec;
    this.#journal = parts.journal;
    this.#tally = parts.tally;
    this.#mark = parts.mark;
    this.#plan = parts.plan;
    this.#settings = parts.spec.settings ?? defaultSyncSettings;
    this.#wired = wireRun(parts, {
      settings: this.#settings,
      mark: () => this.#mark,
      isInDoubt: (scope) => this.#inDoubt.has(scope),
      onApplied: (items) => this.#noteApplied(items),
      ledger: (scope) => this.#ledger(scope),
      hasEnded: () => this.#hasEnded,
      throwIfEnded: () => this.#throwIfEnded(),
    });
  }

  get counts(): RunCounts {
    return this.#tally.counts(this.#wired.scopes.counts);
  }

  get progressText(): string | undefined {
    return this.#progressText;
  }

  progress(text: string): void {
    this.#progressText = text.slice(0, 500);
  }

  keep(scope: string, items: readonly KeptItem[]): readonly number[] | Promise<readonly number[]> {
    return this.#wired.comparison.keep(scope, items);
  }

  offer(scope: string, items: readonly ItemDigest[]): Promise<readonly string[]> {
    return this.#wired.comparison.offer(scope, items);
  }

  async deliver(scope: string, items: readonly DeliveredItem[]): Promise<void> {
    await this.#wired.gathered.deliver(await this.#ledger(scope), items);
  }

  async finding(scope: string | undefined, finding: Finding): Promise<void> {
    this.#throwIfEnded();
    this.#tally.finding(scope, finding);
    if (finding.severity === 'error') this.#hasFault = true;
    if (scope === undefined || this.#wired.scopes.isCompleted(scope)) return;
    const ledger = await this.#settledLedger(scope);
    if (finding.key === undefined) {
      if (finding.severity === 'error') ledger.hasError = true;
      return;
    }
    if (this.#wired.scopes.see(ledger, finding.key)) this.#tally.add('setAside', 1, ledger.name);
    await this.#protectBelow(ledger.opensOf(finding.key));
  }

  async operated(done: OperatedCall): Promise<void> {
    if (this.#report !== undefined) return;
    await noteOperated({ tally: this.#tally, plan: this.#plan }, done);
  }

  async plannedElement(qualifiedName: string): Promise<PlannedElement | undefined> {
    const plan = this.#plan;
    if (plan === undefined) return undefined;
    await this.#wired.gathered.flush();
    return await plannedElement({ plan, plans: this.#parts.plans }, this.#spec.runId, qualifiedName);
  }

  get cursor(): JsonValue | undefined {
    return this.#parts.cursor.value;
  }

  async push(send: PushSender): Promise<void> {
    const { pushes = [], mode, owner, grant } = this.#spec;
    this.#throwIfEnded();
    if (pushes.length === 0 || mode === 'preview') return;
    const { store, clock, signal } = this.#parts;
    const parts = { store, clock, signal, owner, grant, types: pushes, settings: this.#settings, tally: this.#tally };
    await pushChanges({ ...parts, journal: this.#journal }, send);
  }

  async missing(scope: string, from: number): Promise<readonly string[]> {
    const ledger = await this.#settledLedger(scope);
    if (this.#isIncremental) return [];
    const missing = ledger.missing(this.#spec.confirmRemovals === true);
    return missing.slice(from, from + mostKeptAtOnce).map(({ key }) => key);
  }

  async gone(scope: string, key: string): Promise<void> {
    const ledger = await this.#settledLedger(scope);
    if (this.#isIncremental) await this.#wired.refused.lose({ scope, key });
    ledger.lose(key);
  }

  async saveCursor(value: JsonValue): Promise<void> {
    this.#throwIfEnded();
    await this.#wired.gathered.flush();
    await this.#wired.delivery.drain();
    if (this.#isIncremental) {
      await this.#wired.toldGone.note();
      await this.#wired.refused.keep();
    }
    this.#doubtCursor();
    this.#hasCursor = true;
    if (this.#plan === undefined) await this.#parts.cursor.save(value);
  }

  /** The source does not tell again what was left out of its changes. */
  #doubtCursor(): void {
    const leftOutCount = this.#tally.setAsideCount - this.#wired.refused.againCount;
    if (this.#isIncremental && (this.#hasFault || leftOutCount > 0)) this.#parts.cursor.doubt();
  }

  async source(identity: string): Promise<boolean> {
    this.#throwIfEnded();
    await this.#wired.gathered.flush();
    const known = this.#wired.source.tell(identity, this.#mark);
    if (known !== undefined) {
      this.#mark = known;
      if (this.#spec.mode === 'apply') await this.#journal.saveStoreMark(this.#spec.owner, known);
    }
    if (this.#wired.source.isOther) {
      await this.cursorRefused();
      this.#parts.cursor.doubt();
    }
    return this.#isIncremental;
  }

  async cursorRefused(): Promise<void> {
    this.#throwIfEnded();
    if (!this.#isIncremental) return;
    await this.#wired.gathered.flush();
    const isLate = this.#wired.scopes.counts.completed > 0;
    await this.#wired.toldGone.forget();
    await this.#parts.cursor.refuse();
    if (isLate) throw new IsthmusError('CURSOR_REFUSED', 'the source refused the cursor after a scope was completed');
  }

  get #isIncremental(): boolean {
    return this.#parts.cursor.isIncremental;
  }

  async complete(scope: string, place?: string, proof?: ListingProof): Promise<void> {
    this.#throwIfEnded();
    await this.#wired.gathered.flush();
    const ledger = await this.#wired.scopes.toComplete(scope);
    this.#wired.scopes.refuseCompleted(scope);
    const judgement = await judgeProof(this.#journal, this.#spec, ledger, proof ?? {}, this.#isIncremental);
    if (judgement.kind === 'refuted') return this.#refute(ledger, judgement.finding);
    if (this.#isIncremental) await this.#wired.refused.retry(scope);
    this.#wired.scopes.seal(ledger);
    await this.#wired.delivery.writeHeirs(scope);
    await processSlicer.turn();
    await this.#wired.comparison.flushTouches(ledger);
    if (this.#wired.delivery.hasContested) await this.#wired.delivery.drain();
    await this.#wired.toldGone.complete(ledger);
    const isListed = this.#isIncremental || (await this.#wired.remover.settle(ledger, place, judgement.isCounted));
    // Of an empty folder there is nothing to hold to its place.
    const isElsewhere = place !== ledger.place && !ledger.isEmpty;
    if (isListed && !this.#isIncremental && isElsewhere) await this.#wired.accepted.notePlace(scope, place);
    if (isListed && judgement.rights !== undefined) await this.#wired.accepted.noteRights(scope, judgement.rights);
    if (isListed && !this.#isIncremental) await this.#noteListing(ledger);
    this.#wired.scopes.close(ledger, true);
    this.#plan?.certify({ scope, seen: ledger.seenCount });
  }

  /** The next run that is told the same need not look at the items one by one. */
  async #noteListing(ledger: ScopeLedger): Promise<void> {
    const { mode, owner } = this.#spec;
    const told = ledger.toldTogether;
    if (told !== undefined && mode === 'apply') await this.#journal.noteListing(owner, ledger.name, told);
  }

  /** The listing lacks something by what the source says itself: what was said is written, and nothing follows from the rest. */
  async #refute(ledger: ScopeLedger, finding: Finding): Promise<void> {
    this.#tally.shortcoming(ledger.name, finding);
    this.#parts.cursor.doubt();
    if (!this.#isIncremental) ledger.takeGone(true);
    await this.#wired.comparison.flushTouches(ledger);
    await this.#wired.toldGone.complete(ledger);
    this.#wired.scopes.seal(ledger, true);
    this.#wired.scopes.close(ledger, false);
  }

  finish(listing: 'completed' | 'failed' | 'aborted'): Promise<SyncReport> {
    this.#report ??= this.#finish(listing).finally(() => this.#wired.clear().catch(() => undefined));
    return this.#report;
  }

  async #finish(listing: 'completed' | 'failed' | 'aborted'): Promise<SyncReport> {
    if (listing === 'completed') {
      if (this.#spec.full && !this.#isIncremental) await this.#tellOpenScopes();
      for (const ledger of this.#wired.scopes.opening.values()) await this.#wired.comparison.flushTouches(await ledger);
      await this.#wired.gathered.flush();
      if (this.#isIncremental) await this.#wired.refused.retry();
      await this.#wired.delivery.writeHeirs();
      await this.#wired.delivery.drain();
      // What everything was listed without is gone, though the changes are followed from where they were.
      if (this.#isIncremental || this.#hasCursor || this.#isCertifiedFull) await this.#wired.refused.save();
      const moved = this.#mayHandOver ? await this.#wired.handOver.former() : [];
      await this.#wired.leaving.add(moved, () => false);
      if (this.#isSureOfScopes) await this.#wired.left.letGo();
      await this.#wired.toldGone.settle();
      await this.#wired.remover.settleLeaving();
      await this.#wired.vanishing.settle();
      await this.#wired.remover.settleHeld();
      if (this.#isSureOfScopes) await this.#wired.left.tell(moved);
      await this.#wired.accepted.flush();
      if (this.#spec.mode === 'apply') await writeLinks({ ...this.#parts, ...this.#spec });
      await this.#saveMark();
      this.#wired.adoption.tell();
      await this.#tellOpenConflicts();
      if (this.#isIncremental) tellWithheld(this.#tally, this.#parts.withheld, this.#spec);
      await this.#plan?.publish({
        isCertified: this.#isCertifiedFull,
        openScopeCount: this.#wired.scopes.counts.opened - this.#wired.scopes.counts.completed,
      });
    } else {
      await this.#wired.gathered.drop();
      await this.#wired.writer.drop();
      await this.#plan?.drop().catch(() => undefined);
      // What cannot be kept now is kept by the next run; the run has ended for a reason of its own.
      await this.#wired.accepted.flush().catch(() => undefined);
      this.#wired.remover.tellLeft(this.#wired.vanishing.waitingCount, this.#isIncremental);
    }
    this.#wired.scopes.clear();
    const { findings, findingCount, isPartial, scopes, operations, changedElements } = this.#tally;
    const told = { findings, findingCount, isPartial, scopes, changedElements };
    return { counts: this.counts, ...told, ...(operations && { operations }) };
  }

  /** Scopes that the connector never completed; those with an error of their own have been told already. */
  async #tellOpenScopes(): Promise<void> {
    const open: string[] = [];
    for (const [scope, opening] of this.#wired.scopes.opening) {
      if (!(await opening).hasError) open.push(scope);
    }
    if (open.length > 0) this.#tally.finding(undefined, scopesNotCompleted(open));
  }

  get #mayHandOver(): boolean {
    const isTrusted = this.#mark.certifiedRuns >= certifiedRunsForDeletes && !this.#wired.source.isOther;
    return isTrusted && this.#spec.full && !this.#isIncremental;
  }

  /** What it has not opened the connector lists no longer. */
  get #isSureOfScopes(): boolean {
    return this.#mayHandOver && this.#isCertifiedFull && !this.#hasFault;
  }

  get #isCertifiedFull(): boolean {
    return this.#spec.full && !this.#isIncremental && this.#wired.scopes.isCertified;
  }

  async #saveMark(): Promise<void> {
    const { mode, boundaryHash, owner } = this.#spec;
    const certified = mode === 'apply' && this.#isCertifiedFull ? { boundaryHash } : undefined;
    const closed = await closedMark({ ...this.#parts, mode, mostAgeMs: mostAgeOf(this.#spec) }, this.#mark, certified);
    const mark = certified === undefined ? closed : this.#wired.source.accepted(closed);
    this.#doubtCursor();
    const kind = this.#plan === undefined ? this.#parts.cursor.kind(this.#isCertifiedFull) : undefined;
    await this.#journal.saveStoreMark(owner, mark, kind);
  }

  #ledger(scope: string): Promise<ScopeLedger> {
    this.#throwIfEnded();
    return this.#wired.scopes.ledger(scope);
  }

  /** Once all that was delivered is planned. */
  async #settledLedger(scope: string): Promise<ScopeLedger> {
    const ledger = await this.#ledger(scope);
    await this.#wired.gathered.flush();
    return ledger;
  }

  get #hasEnded(): boolean {
    return this.#wired.writer.hasFailed || this.#parts.signal.aborted || this.#report !== undefined;
  }

  #throwIfEnded(): void {
    this.#wired.writer.throwIfFailed();
    this.#parts.signal.throwIfAborted();
    if (this.#report !== undefined) {
      throw new IsthmusError('CONNECTOR_STOPPED', `run ${this.#spec.runId} has ended, so it accepts nothing more`);
    }
  }

  async #protectBelow(scope: string | undefined): Promise<void> {
    if (scope === undefined || this.#inDoubt.has(scope)) return;
    this.#inDoubt.add(scope);
    for (const below of await this.#journal.descendants(this.#spec.owner, scope)) {
      if (below.opens !== undefined) this.#inDoubt.add(below.opens);
    }
  }

  async #noteApplied(items: readonly AppliedItem[]): Promise<void> {
    for (const { work, progress } of items) if (!work.isNew && progress.own === 'created') this.#noteRemade(work);
    this.#wired.adoption.note(items);
    await this.#wired.vanishing.applied(items);
    await this.#noteAdoption(items);
  }

  /** The journal forgets the hashes below; what this run has read of them before is to be forgotten too. */
  #noteRemade({ known }: AppliedItem['work']): void {
    if (known?.opens === undefined) return;
    // Not awaited: the ledger may be waiting for this very write.
    void this.#wired.scopes.opening.get(known.opens)?.then(
      (ledger) => ledger.forgetHashes(),
      () => undefined,
    );
    if (!this.#wired.scopes.wasComparedIn(known.opens)) return;
    this.#tally.shortcoming(known.opens, {
      severity: 'info',
      code: 'LINKS_DOUBTFUL',
      message: `${known.qualifiedNames[0] ?? known.key} had to be made anew after what lies below it was compared; the next run links that again`,
    });
  }

  /** They stay until one side gives way, so each run tells them. */
  async #tellOpenConflicts(): Promise<void> {
    const conflicts = await this.#journal.conflicts(this.#spec.owner, conflictsTold);
    for (const conflict of conflicts) if (conflict.state === 'open') tellConflict(this.#tally, conflict);
  }

  /** Elements that the first run finds instead of making were written under a memory that is lost. */
  async #noteAdoption(items: readonly AppliedItem[]): Promise<void> {
    if (this.#mark.firstRun !== true) return;
    const adopted = items.some(
      ({ work, progress }) => work.isNew && (progress.own === 'unchanged' || progress.own === 'updated'),
    );
    if (!adopted) return;
    const { firstRun: _, ...rest } = this.#mark;
    const { sequence } = this.#parts.follower;
    this.#mark = { ...rest, certifiedRuns: 0, ...(sequence === undefined ? {} : { changeSequence: sequence }) };
    await this.#journal.saveStoreMark(this.#spec.owner, this.#mark);
  }
}

import type { Clock } from '@isthmus/kernel';
import type { ItemKey, KnownItem, KnownState, StoreMark, SyncJournal } from '../journal/journal.js';
import type { LeavingJournal } from '../journal/leaving-journal.js';
import type { PlanWriter } from '../plan/plan-writer.js';
import type { AnsweringSource } from './answering-source.js';
import { Contradicted } from './contradicted.js';
import { HeldRemovals, type Removal } from './held-removals.js';
import type { LeavingItems } from './leaving-items.js';
import type { OpenedScopes } from './opened-scopes.js';
import { OverLimit } from './over-limit.js';
import { type MissingTree, planRemoval, withinLimit } from './removal-plan.js';
import {
  displaced,
  fellOut,
  heldAsTooMuch,
  isDisplaced,
  isOverLimit,
  otherSource,
  overLimit,
  removalForbidden,
  type Withholding,
} from './removal-rules.js';
import {
  countOf,
  countOfNews,
  isFolder,
  itemsAre,
  keptRow,
  listedText,
  nameOf,
  namesOf,
  reasonOf,
} from './removal-text.js';
import type { RunTally } from './run-tally.js';
import { ScopeLedger } from './scope-ledger.js';
import { type Staying, type StayingParts, stayingOf } from './staying.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { SyncOptions } from './sync-options.js';
import type { WorkSink } from './work-sink.js';

export interface RemoverParts extends Pick<StayingParts, 'store' | 'newId' | 'signal'> {
  readonly journal: SyncJournal;
  readonly clock: Clock;
  readonly options: SyncOptions;
  readonly spec: SyncRunSpec;
  readonly tally: RunTally;
  readonly writer: WorkSink;
  readonly leaving: LeavingItems;
  readonly leavingRows: LeavingJournal;
  /** See `LeavingParts`. */
  readonly isDecided: (scope: string) => boolean;
  readonly opened: OpenedScopes;
  /** Where what is kept is told too, when the run makes a plan. */
  readonly plan?: PlanWriter;
  /** Items that the connector had when the run began. */
  readonly knownCount: number;
  readonly mark: () => StoreMark;
  readonly source: AnsweringSource;
  readonly wasSeenIn: (scope: string) => boolean;
  readonly isInDoubt: (scope: string) => boolean;
}

/** How a scope was listed that lacks something. */
interface RemovalOf {
  /** Another medium than before was listed. */
  readonly isElsewhere: boolean;
  /** The source's own count agrees. */
  readonly isCounted: boolean;
  /** For people: why it goes. */
  readonly listed?: string;
}

/** Removes what certified scopes no longer list, and tells what is kept although it is no longer listed. */
export class ScopeRemover {
  readonly #parts: RemoverParts;
  readonly #held: HeldRemovals;
  readonly #overLimit: OverLimit;
  #removedCount = 0;
  readonly #contradicted = new Contradicted();

  constructor(parts: RemoverParts) {
    this.#parts = parts;
    this.#held = new HeldRemovals({
      ...parts,
      owner: parts.spec.owner,
      staying: (items) => this.staying(items),
      withhold: (scope, items, withholding) => this.#withhold({ name: scope }, items, items.length, withholding),
      tellLetGo: (scope, items, staying) => this.#tellLetGo(scope, items, staying),
    });
    this.#overLimit = new OverLimit({
      ...parts,
      leaving: parts.leavingRows,
      isOpen: (scope) => parts.opened.isOpen(scope),
      moved: (items) => this.#moved(items),
      remove: (removals) => this.#held.remove(removals),
      withholdAgain: (scope, removals) => this.#withholdRemovals(scope, removals, heldAsTooMuch(parts.spec)),
      judge: (scope, removals) => this.#judgeOver(scope, removals),
      written: () => parts.writer.drain(),
    });
  }

  /** Whether the scope of the item lacks it, and it waits for the end of the listing. */
  async isLeaving(item: ItemKey): Promise<boolean> {
    return (await this.#parts.leaving.has(item)) || (await this.#overLimit.has(item));
  }

  /** The scope that was listed without it; undefined = it does not wait. */
  async listedOf(item: ItemKey): Promise<string | undefined> {
    return (await this.#parts.leaving.listedOf(item)) ?? (await this.#overLimit.listedOf(item));
  }

  /** It is written after all. */
  async takeBack(item: ItemKey): Promise<void> {
    await this.#parts.leaving.takeBack(item);
    await this.#overLimit.takeBack(item);
  }

  async clear(): Promise<void> {
    await this.#parts.leaving.clear();
    await this.#overLimit.clear();
    await this.#parts.opened.clear();
  }

  /** All that was listed is written: what certified scopes lack goes, unless another scope has it now. */
  async settleLeaving(): Promise<void> {
    const { leaving, writer } = this.#parts;
    await this.#judgeContradicted();
    if (leaving.count + this.#overLimit.count === 0) return;
    await writer.drain();
    await leaving.settle(async (removals) => {
      // What has moved leaves room for what is gone.
      if (this.#overLimit.count > 0) this.#removedCount -= (await this.#moved(removals.map(({ item }) => item))).size;
      await this.#held.remove(removals);
    });
    await writer.drain();
    await this.#overLimit.settle();
    await writer.drain();
  }

  /** Those that another item of this connector has by now. */
  async #moved(items: readonly KnownItem[]): Promise<ReadonlySet<KnownItem>> {
    const { journal, spec, writer, clock, options } = this.#parts;
    const own = items.map((item) => ({ ...item, qualifiedNames: item.qualifiedNames.slice(0, 1) }));
    const { written, redecided } = await writer.decided(namesOf(own));
    const since = clock.now() - options.claimLifetimeMs;
    const claimed = await journal.claimedByOthers(spec.owner, own, since, redecided);
    const isHeld = ([name = '']: readonly string[]) => written.has(name) || claimed.get(name)?.isOwn === true;
    return new Set(items.filter(({ qualifiedNames }) => isHeld(qualifiedNames)));
  }

  async #judgeOver(scope: string, removals: readonly Removal[]): Promise<void> {
    const { knownCount, options, spec } = this.#parts;
    const count = this.#removedCount + countOfNews(removals);
    if (isOverLimit(count, knownCount, options.removalLimit)) {
      const what = `with it ${count} of ${knownCount} known items would be gone at once`;
      return this.#withholdRemovals(scope, removals, overLimit(spec, what));
    }
    this.#removedCount = count;
    await this.#held.remove(removals);
  }

  async #withholdRemovals(name: string, removals: readonly Removal[], withholding: Withholding): Promise<void> {
    if (removals.length === 0) return;
    const roots = removals.filter(({ item, scope }) => item.scope === scope).map(({ item }) => item);
    await this.#withhold({ name }, roots, removals.length, withholding);
  }

  /** @param losing - items that lost parts. The run ends before its listing did: what would have gone stays, and the next one decides. */
  tellLeft(losing: number, isIncremental: boolean): void {
    const { leaving, tally } = this.#parts;
    const count = leaving.count + this.#overLimit.count;
    if (count + losing === 0) return;
    const parts = losing === 1 ? 'parts of 1 item are' : `parts of ${losing} items are`;
    const what = count === 0 ? parts : `${itemsAre(count)}${losing === 0 ? '' : ` and ${parts}`}`;
    const next = isIncremental && losing === 0 ? 'the next run' : 'the next run that lists everything';
    const why = `the run ended before everything was listed, and something else may have them; ${next} decides`;
    const message = `${what} no longer listed but kept: ${why}`;
    tally.finding(undefined, { severity: 'info', code: 'DELETE_WITHHELD', message });
  }

  /** The listing is over: what waited for the rest of it goes, or stays and is told. */
  settleHeld(): Promise<void> {
    return this.#held.settle();
  }

  /**
   * @param place - the medium that was listed
   * @param isCounted - the source's own count agrees: what a second listing misses so is gone, however much it is
   * @returns whether it is what the scope is listed on from now on
   */
  async settle(ledger: ScopeLedger, place: string | undefined, isCounted = false): Promise<boolean> {
    const { spec, writer } = this.#parts;
    const isConfirmed = spec.confirmRemovals === true;
    const isElsewhere = isDisplaced(ledger, place) && !isConfirmed;
    const missing = ledger.missing(isConfirmed);
    if (missing.length > 0) {
      await writer.drain();
      await this.#remove(ledger, await this.#wholeOf(ledger, missing), { isElsewhere, isCounted });
      await writer.drain();
    }
    if (!isConfirmed) await this.#tellFallenOut(ledger);
    return !isElsewhere;
  }

  /** They stay from run to run, so each tells them. */
  async #tellFallenOut(ledger: ScopeLedger): Promise<void> {
    const { spec, tally } = this.#parts;
    const fallen = ledger.fallenOut();
    if (fallen.length === 0) return;
    const undone = fallen.filter((item) => item.undone !== undefined);
    const missed = fallen.filter((item) => item.undone === undefined);
    if (missed.length > 0)
      await this.#withhold(ledger, await this.#toTell(ledger, missed), missed.length, {
        ...fellOut(spec),
        hasBelow: missed.some(isFolder),
      });
    if (undone.length === 0) return;
    const roots = await this.#toTell(ledger, undone);
    tally.kept(ledger.name, undone.length, heldByUndo);
    const message = `${itemsAre(undone.length)} no longer listed but kept (e.g. ${nameOf(roots)}): ${heldByUndo}`;
    tally.finding(ledger.name, { severity: 'info', code: 'UNDO_HOLDS', message });
    await this.#parts.plan?.keep(roots.map((root) => keptRow(root, heldByUndo, undefined)));
  }

  /** A plan tells each of them, a run only names one. */
  #toTell(ledger: ScopeLedger, items: readonly KnownState[]): Promise<readonly KnownItem[]> {
    return this.#wholeOf(ledger, this.#parts.plan === undefined ? items.slice(0, 1) : items);
  }

  /** With what the journal knows beside; whatever it has forgotten meanwhile is not there to be removed. */
  async #wholeOf(ledger: ScopeLedger, missing: readonly KnownState[]): Promise<readonly KnownItem[]> {
    const { journal, spec } = this.#parts;
    const keys = missing.map(({ key }) => key);
    const whole = new Map((await journal.knownItems(spec.owner, ledger.name, keys)).map((item) => [item.key, item]));
    return missing.flatMap(({ key, hash }) => {
      const item = ledger.expected(key) ?? whole.get(key);
      if (item === undefined) return [];
      return [hash === '' ? { ...item, hash } : item];
    });
  }

  /** Parts and relationships that items no longer have by the word of another source. @param names - of one item */
  keptParts(scope: string, names: readonly string[]): void {
    const { source, spec, tally } = this.#parts;
    const { severity, why } = otherSource(spec);
    source.kept();
    tally.kept(scope, names.length, why);
    const parts = names.length === 1 ? '1 part is' : `${names.length} parts are`;
    const message = `${parts} no longer listed but kept (e.g. ${names[0]}): ${why}`;
    tally.finding(scope, { severity, code: 'DELETE_WITHHELD', message });
  }

  /**
   * Removes what the source says is gone, when the listing is over.
   *
   * @param items - as they are known
   */
  async lose(ledger: ScopeLedger, items: readonly KnownItem[]): Promise<void> {
    await this.#parts.writer.drain();
    await this.#remove(ledger, items, { isElsewhere: false, isCounted: false });
  }

  /** Removes all that is in a scope which people said is gone. */
  async removeLeft(scope: string, reason: string): Promise<void> {
    const { journal, spec } = this.#parts;
    const ledger = await ScopeLedger.of(scope, await journal.knownScope(spec.owner, scope));
    const items = await this.#wholeOf(ledger, ledger.missing(true));
    await this.#remove(ledger, items, { isElsewhere: false, isCounted: false, listed: reason });
  }

  /** Those qualified names of the items that are not deleted with them. */
  staying(items: readonly KnownItem[]): Promise<ReadonlyMap<string, Staying>> {
    return stayingOf({ ...this.#parts, owner: this.#parts.spec.owner }, items);
  }

  async #remove(
    ledger: ScopeLedger,
    missing: readonly KnownItem[],
    { isElsewhere, isCounted, listed = listedText(ledger) }: RemovalOf,
  ): Promise<void> {
    const { spec, mark, source, leaving, isInDoubt } = this.#parts;
    const forbidden = removalForbidden({
      mark: mark(),
      spec,
      isOtherSource: source.isOther,
      isDisplaced: isElsewhere,
      scopeInDoubt: ledger.hasError || isInDoubt(ledger.name),
    });
    if (source.isOther) source.kept();
    if (forbidden !== undefined)
      return this.#withhold(ledger, missing, missing.length, { ...forbidden, hasBelow: missing.some(isFolder) });
    const plan = await planRemoval({ ...this.#parts, ...spec }, ledger, missing);
    await this.#contradict(ledger, plan.contradicted, listed);
    const removalsOf = (trees: readonly MissingTree[]): readonly Removal[] =>
      trees.flatMap((tree) =>
        tree.items.map((item) => {
          return { item, scope: ledger.name, reason: reasonOf(listed, tree, item) };
        }),
      );
    const isWritten = ({ key }: KnownItem) => ledger.known(key) !== undefined && ledger.expected(key) === undefined;
    const isUnwritten = (item: KnownItem) => this.#parts.plan !== undefined && !isWritten(item);
    let { trees } = plan;
    if (spec.confirmRemovals !== true) {
      const { knownCount, options } = this.#parts;
      const { isVouchedFor } = ledger;
      const isOver = (count: number) => isOverLimit(this.#removedCount + count, knownCount, options.removalLimit);
      const judged = withinLimit(await this.#onThisMedium(ledger, trees), { isCounted, isVouchedFor, isOver });
      trees = judged.within;
      await this.#overLimit.add('held-before', removalsOf(judged.heldBefore), isUnwritten);
      await this.#overLimit.add('over', removalsOf(judged.over), isUnwritten);
    }
    const removals = removalsOf(trees);
    // What was missed before is no part of what goes at once.
    const news = trees.filter(
      ({ root: { absence } }) => absence !== 'holding' && !(isCounted && absence === 'unconfirmed'),
    );
    this.#removedCount += countOf(news);
    await leaving.add(removals, isUnwritten);
  }

  /** What lies below them may be told at another place yet; by the end the source has changed meanwhile. */
  async #contradict(ledger: ScopeLedger, roots: readonly KnownItem[], listed: string): Promise<void> {
    if (this.#contradicted.mayWait(roots, listed)) return;
    const why = 'this run saw what lies below it before it disappeared; the next run decides';
    for (const root of roots) await this.#withhold(ledger, [root], 1, { severity: 'warning', why });
  }

  /** Once everything was told. */
  async #judgeContradicted(): Promise<void> {
    const { journal, spec } = this.#parts;
    for (const { root, listed } of this.#contradicted.take()) {
      const { scope } = root;
      const place = (await journal.placesOf(spec.owner, [scope])).get(scope);
      const ledger = await ScopeLedger.of(scope, await journal.knownScope(spec.owner, scope), place);
      await this.#remove(ledger, [root], { isElsewhere: false, isCounted: false, listed });
    }
  }

  /** They are no longer known after this run, so it alone tells them. */
  #tellLetGo(scope: string, items: readonly KnownItem[], staying: ReadonlyMap<string, Staying>): void {
    const { tally } = this.#parts;
    const byReason = new Map<string, KnownItem[]>();
    for (const item of items) {
      const { why, isLetGo = false } = staying.get(item.qualifiedNames[0] ?? '') ?? {};
      if (why !== undefined && isLetGo) byReason.set(why, [...(byReason.get(why) ?? []), item]);
    }
    for (const [why, some] of byReason) {
      tally.kept(scope, some.length, why);
      const message = `${itemsAre(some.length)} no longer listed but kept (e.g. ${nameOf(some)}): ${why}`;
      tally.finding(scope, { severity: 'info', code: 'ELEMENT_LET_GO', message });
    }
  }

  /** A folder on a medium of its own goes when that is unmounted, if the folder is made for the mount. */
  async #onThisMedium(ledger: ScopeLedger, trees: readonly MissingTree[]): Promise<readonly MissingTree[]> {
    const { journal, spec } = this.#parts;
    if (ledger.place === undefined) return trees;
    const here: MissingTree[] = [];
    const elsewhere: MissingTree[] = [];
    for (const tree of trees) {
      const scopes = tree.items.flatMap(({ opens }) => (opens === undefined ? [] : [opens]));
      const places = scopes.length === 0 ? [] : [...(await journal.placesOf(spec.owner, scopes)).values()];
      (places.every((place) => place === ledger.place) ? here : elsewhere).push(tree);
    }
    if (elsewhere.length > 0) await this.#withholdTrees(ledger, elsewhere, displaced(spec));
    return here;
  }

  #withholdTrees(ledger: ScopeLedger, trees: readonly MissingTree[], withholding: Withholding): Promise<void> {
    const roots = trees.map(({ root }) => root);
    return this.#withhold(ledger, roots, countOf(trees), withholding);
  }

  async #withhold(
    ledger: Pick<ScopeLedger, 'name'>,
    roots: readonly KnownItem[],
    count: number,
    { severity, why, absence, hasBelow }: Withholding,
  ): Promise<void> {
    const { journal, spec, tally } = this.#parts;
    tally.kept(ledger.name, count, why);
    tally.finding(ledger.name, {
      severity,
      code: 'DELETE_WITHHELD',
      message: `${itemsAre(count)} no longer listed but kept${hasBelow ? ', with what lies below' : ''} (e.g. ${nameOf(roots)}): ${why}`,
    });
    await this.#parts.plan?.keep(roots.map((root) => keptRow(root, why, absence)));
    if (absence === undefined || spec.mode !== 'apply') return;
    const news = roots.filter((root) => root.absence !== absence);
    if (news.length > 0) await journal.markAbsent(spec.owner, news, absence);
  }
}

const heldByUndo =
  'they came back when a run was taken back; `isthmus connector show` tells by which run, `isthmus run release` lets them go';

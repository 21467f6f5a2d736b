import type { BatchItemResult, BatchOperation, FoundElement, MetadataStore } from '@isthmus/model';
import { type ItemKey, itemText, type KnownItem, type SyncJournal, type SyncOwner } from '../journal/journal.js';
import type { PlanJournal } from '../journal/plan-journal.js';
import { anchorMoves } from '../sync/anchor-moves.js';
import { linkKey } from '../sync/plan-item.js';
import type { RunTally } from '../sync/run-tally.js';
import type { SyncSettings } from '../sync/sync-settings.js';
import type { ItemWork } from '../sync/work-parts.js';
import type { DecidedNames, WorkSink } from '../sync/work-sink.js';
import { changeOf, type ElementChange, type ElementOperation, elementAfter } from './field-changes.js';
import { type LinkChanges, linkChanges, type PlannedLinks, plannedLinks, trialOf, withLinks } from './link-changes.js';
import { type LinkCounts, noPlanCounts, type PlanAction, type PlanCounts, type PlanRow } from './plan.js';
import { mostRemovalFindings, removalFindings, removedOwn } from './removal-findings.js';

export interface PlanWriterParts {
  readonly store: MetadataStore;
  readonly journal: Pick<SyncJournal, 'knownItem' | 'linksOf'> & { readonly plans: PlanJournal };
  readonly owner: SyncOwner;
  readonly planId: string;
  readonly newId: () => string;
  /** Epoch ms of the run. */
  readonly now: number;
  readonly settings: Pick<SyncSettings, 'fieldPolicy'>;
  /** In whose name elements are written: what others wrote may stay. */
  readonly userId?: string;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
}

/** What the store has. */
interface Seen {
  readonly found: ReadonlyMap<string, FoundElement>;
  /** By `linkKey`: what would become of relationships. */
  readonly trials: ReadonlyMap<string, BatchItemResult>;
}

/** Operations that are compared with the store in one request. */
const operationsAtOnce = 200;
/** A large item is compared by itself. */
const looksAtOnce = 1000;

/** Names of what was set aside; beyond, a plan may tell a removal that has to wait. */
const mostKeptNames = 100_000;

/**
 * Writes what was decided into a plan instead of the store: looks at the elements concerned, a page at a time, tells
 * what each operation would change, and notes their versions, under which the plan is applied later.
 */
export class PlanWriter implements WorkSink {
  #buffer: ItemWork[] = [];
  #operationCount = 0;
  #working: Promise<void> = Promise.resolve();
  readonly #keptNames = new Set<string>();
  #failure: { readonly error: unknown } | undefined;
  #recorded = 0;
  #calls = 0;
  readonly #counts: Record<PlanAction, number> = { ...noPlanCounts };
  readonly #links = { make: 0, remove: 0 };

  constructor(private readonly parts: PlanWriterParts) {}

  get counts(): PlanCounts {
    return { ...this.#counts };
  }

  get linkCounts(): LinkCounts {
    return { ...this.#links };
  }

  /** Items that were kept; more than that were counted when the plan has grown too large. */
  get recordedCount(): number {
    return this.#recorded;
  }

  get callCount(): number {
    return this.#calls;
  }

  get isTooLarge(): boolean {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0) > this.#recorded;
  }

  async add(work: ItemWork): Promise<void> {
    this.throwIfFailed();
    this.#buffer.push(work);
    this.#operationCount += Math.max(1, work.operations.length);
    if (this.#operationCount >= operationsAtOnce) await this.drain();
  }

  async drain(): Promise<void> {
    const works = this.#buffer;
    this.#buffer = [];
    this.#operationCount = 0;
    const done = this.#working.then(() => (works.length === 0 || this.hasFailed ? undefined : this.#record(works)));
    this.#working = done.catch((error: unknown) => {
      this.#failure ??= { error };
    });
    await this.#working;
    this.throwIfFailed();
  }

  async drop(): Promise<void> {
    this.#buffer = [];
    await this.#working;
  }

  async latest(key: ItemKey): Promise<KnownItem | undefined> {
    await this.drain();
    const { journal, planId, owner } = this.parts;
    const planned = await journal.plans.plannedItem(planId, key);
    if (planned?.work === undefined) return journal.knownItem(owner, key);
    return planned.work.gone === undefined ? planned.work.known : undefined;
  }

  async decided(names: readonly string[]): Promise<DecidedNames> {
    await this.drain();
    const wanted = new Set(names);
    const written = new Set<string>();
    const redecided = new Set<string>();
    const rows = await this.parts.journal.plans.planned(this.parts.planId, names);
    for (const row of rows) {
      redecided.add(itemText(row));
      for (const operation of row.work?.operations ?? []) {
        if (operation.op === 'upsert' && wanted.has(operation.qualifiedName)) written.add(operation.qualifiedName);
      }
      for (const name of row.work?.removed?.qualifiedNames ?? []) written.delete(name);
    }
    const moves = anchorMoves(rows.flatMap(({ work }) => (work === undefined ? [] : [work])));
    return { written, redecided, moves, refused: new Set(names.filter((name) => this.#keptNames.has(name))) };
  }

  /** Number of the next call of an operation, beginning at 1. */
  nextCall(): number {
    this.#calls += 1;
    return this.#calls;
  }

  /** What needs no look at the store: what is no longer listed, but kept, and operations of the context. */
  async keep(rows: readonly PlanRow[]): Promise<void> {
    await this.drain();
    await this.#put(rows);
  }

  keepNames(names: readonly string[]): void {
    for (const name of names) if (this.#keptNames.size < mostKeptNames) this.#keptNames.add(name);
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #record(works: readonly ItemWork[]): Promise<void> {
    const names = [...new Set(works.flatMap(namesOf))];
    const links = new Map<ItemWork, PlannedLinks>();
    for (const work of works) if (work.known?.links !== undefined) links.set(work, await this.#linksOf(work));
    const { found, trials } = await this.#look(works, [...links.values()]);
    const planned = await this.parts.journal.plans.planned(this.parts.planId, names);
    const state = new PlannedState(found);
    for (const { work } of planned) if (work !== undefined) state.apply(work);
    const going = removedOwn(works).slice(0, Math.max(0, mostRemovalFindings - this.#counts.delete));
    const finds = await removalFindings(this.parts, going);
    const rows: PlanRow[] = [];
    const done = new Set(planned.map(itemText));
    for (const work of works) {
      const own = links.get(work);
      const row = this.#row(work, state, own === undefined ? new Map() : linkChanges(own, trials, this.parts));
      if (work.isRest === true) {
        await this.#amend(row);
        continue;
      }
      this.#count(row);
      // A source may tell an item twice in one run: the second time nothing is left to do.
      const isLeft = row.action !== 'adopt' && (row.action !== 'keep' || work.gone !== undefined);
      if (!isLeft && done.has(itemText(row))) continue;
      done.add(itemText(row));
      const found = finds.get(row.qualifiedName);
      const isGoing = row.action === 'delete' && row.work !== undefined && found !== undefined;
      rows.push(isGoing ? { ...row, work: { ...row.work, finds: found } } : row);
    }
    await this.#put(rows);
  }

  /** What an item loses is no act of its own: people decide of it with the rest. */
  async #amend({ work, changes, ...rest }: PlanRow): Promise<void> {
    const { journal, planId, tally } = this.parts;
    const before = await journal.plans.plannedItem(planId, rest);
    if (before?.work === undefined || work?.known === undefined) return;
    const isMore = changes.length > 0 && (before.action === 'keep' || before.action === 'adopt');
    const { reason, ...row } = before;
    const action = isMore ? 'update' : before.action;
    const told = isMore || reason === undefined ? {} : { reason };
    const operations = [...before.work.operations, ...work.operations];
    await journal.plans.amend(planId, {
      ...{ ...row, ...told, action },
      changes: [...before.changes, ...changes],
      work: { ...before.work, operations, known: { ...before.work.known, ...work.known } },
    });
    this.#counts[before.action] -= 1;
    this.#counts[action] += 1;
    if (!isMore) return;
    tally.add('unchanged', -1, row.scope);
    tally.add('updated', 1, row.scope);
  }

  async #put(rows: readonly PlanRow[]): Promise<void> {
    const { plans } = this.parts.journal;
    for (const { action } of rows) this.#counts[action] += 1;
    const room = plans.limits.items - this.#recorded;
    const kept = rows.slice(0, Math.max(0, room));
    if (kept.length === 0) return;
    await plans.add(this.parts.planId, kept);
    this.#recorded += kept.length;
  }

  /** The elements that the operations name, as the store has them, and what it says of their relationships. */
  async #look(works: readonly ItemWork[], links: readonly PlannedLinks[]): Promise<Seen> {
    const { store, newId, userId, tally, signal } = this.parts;
    const asUser = userId === undefined ? {} : { userId };
    const looks = new Map<string, Extract<BatchOperation, { op: 'look' }>>();
    for (const operation of works.flatMap(({ operations }) => operations)) {
      if (!isOfElement(operation)) continue;
      const { qualifiedName } = operation;
      const parent = operation.op === 'upsert' ? operation.parent : undefined;
      const asked = looks.get(qualifiedName);
      if (asked !== undefined && (asked.parent !== undefined || parent === undefined)) continue;
      looks.set(qualifiedName, {
        op: 'look',
        qualifiedName,
        ...(parent === undefined ? {} : { parent: kindOf(parent) }),
      });
    }
    const found = new Map<string, FoundElement>();
    const trials = new Map<string, BatchItemResult>();
    const all = [...looks.values(), ...links.flatMap(({ after }) => after.map(trialOf))];
    for (let from = 0; from < all.length; from += looksAtOnce) {
      const operations = all.slice(from, from + looksAtOnce);
      signal.throwIfAborted();
      tally.add('requests');
      const { items } = await store.writeBatch({ id: newId(), ...asUser, operations }, signal);
      for (const [index, operation] of operations.entries()) {
        const item = items[index];
        if (item === undefined) continue;
        if (operation.op !== 'look') trials.set(linkKey(operation), item);
        else if (item.former !== undefined) found.set(operation.qualifiedName, item.former);
      }
    }
    return { found, trials };
  }

  async #linksOf({ item, known }: ItemWork): Promise<PlannedLinks> {
    const { journal, owner } = this.parts;
    return plannedLinks(await journal.linksOf(owner, item), known?.links ?? []);
  }

  #row(work: ItemWork, state: PlannedState, links: ReadonlyMap<string, LinkChanges>): PlanRow {
    // Not what it was made from: that may be large, and the operations say it all.
    const { source: _, vanished: __, isRest: ___, isCounted: ____, countsAs: _____, ...decided } = work;
    const { item, known, removed } = decided;
    const own: ElementChange[] = [];
    const operations = work.operations.map((operation) => {
      if (!isOfElement(operation)) return operation;
      const expects = state.expected(operation.qualifiedName);
      own.push(changeOf(operation, state.at(operation.qualifiedName)));
      state.applyOne(operation);
      return expects === undefined ? operation : { ...operation, expects };
    });
    state.remove(work);
    const changes = withLinks(own, links);
    const qualifiedName =
      known?.qualifiedNames[0] ?? removed?.qualifiedNames[0] ?? changes[0]?.qualifiedName ?? item.key;
    const main = changes.find((change) => change.qualifiedName === qualifiedName);
    const { scope, key } = item;
    if (main?.action === 'refuse') return refusedRow(item, main);
    this.#countLinks(links);
    const action = actionOf(work, changes, main);
    const told = reasonOf(work, action, changes);
    return {
      action,
      scope,
      key,
      qualifiedName,
      typeName: main?.typeName || typeOf(known ?? removed),
      ...(told === undefined ? {} : { reason: told }),
      // what stays as people have set it is told with what changes beside it
      changes: changes.filter(
        (each) => each.action !== 'unchanged' || (action === 'update' && each.kept !== undefined),
      ),
      work: { ...decided, item: { scope, key }, operations },
    };
  }

  #countLinks(links: ReadonlyMap<string, LinkChanges>): void {
    for (const { from, to } of [...links.values()].flatMap(({ fields }) => fields)) {
      if (from === undefined) this.#links.make += 1;
      else if (to === undefined) this.#links.remove += 1;
    }
  }

  #count({ action, scope, work }: PlanRow): void {
    const { tally } = this.parts;
    if (action === 'create') tally.add('created', 1, scope);
    else if (action === 'update') tally.add('updated', 1, scope);
    else if (action === 'restore') tally.add('restored', 1, scope);
    else if (action === 'delete') tally.add('deleted', 1, scope);
    else if (action === 'adopt' || (action === 'keep' && work?.gone === undefined)) tally.add('unchanged', 1, scope);
  }
}

function refusedRow({ scope, key }: ItemKey, { qualifiedName, typeName }: ElementChange): PlanRow {
  const reason = 'an element of this name is there that this connector did not make';
  return { action: 'keep', scope, key, qualifiedName, typeName, reason, changes: [] };
}

/** The store as it will be: what was found, and over it what the plan does already. */
class PlannedState {
  readonly #elements: Map<string, FoundElement>;
  /** The plan changes them before: their versions will have moved. */
  readonly #moved = new Set<string>();

  constructor(found: ReadonlyMap<string, FoundElement>) {
    this.#elements = new Map(found);
  }

  at(qualifiedName: string): FoundElement | undefined {
    return this.#elements.get(qualifiedName);
  }

  /** Version under which the first write of the element is planned. */
  expected(qualifiedName: string): number | undefined {
    return this.#moved.has(qualifiedName) ? undefined : (this.at(qualifiedName)?.version ?? 0);
  }

  apply(work: Pick<ItemWork, 'operations' | 'removed'>): void {
    for (const operation of work.operations) if (isOfElement(operation)) this.applyOne(operation);
    this.remove(work);
  }

  applyOne(operation: ElementOperation): void {
    const { qualifiedName } = operation;
    const after = elementAfter(operation, this.at(qualifiedName));
    if (after !== undefined) this.#elements.set(qualifiedName, after);
    this.#moved.add(qualifiedName);
  }

  /** Parts go with their element. */
  remove({ removed, operations }: Pick<ItemWork, 'operations' | 'removed'>): void {
    const [own] = removed?.qualifiedNames ?? [];
    if (!operations.some((operation) => operation.op === 'delete' && operation.qualifiedName === own)) return;
    for (const qualifiedName of removed?.qualifiedNames ?? []) this.applyOne({ op: 'delete', qualifiedName });
  }
}

function actionOf(work: ItemWork, changes: readonly ElementChange[], own: ElementChange | undefined): PlanAction {
  if (work.gone !== undefined)
    return work.stays === undefined && changes.some(({ action }) => action === 'delete') ? 'delete' : 'keep';
  if (own?.action === 'create' || own?.action === 'restore') return own.action;
  if (changes.some(({ action }) => action !== 'unchanged')) return 'update';
  return work.isNew ? 'adopt' : 'keep';
}

function reasonOf(
  { reason, stays, gone }: ItemWork,
  action: PlanAction,
  changes: readonly ElementChange[],
): string | undefined {
  if (action !== 'keep') return reason;
  if (gone !== undefined) return `${reason}; ${stays ?? 'the catalogue does not have it any more'}`;
  const fields = new Set(changes.flatMap(({ kept = {} }) => Object.keys(kept)));
  if (fields.size === 0) return 'the catalogue has it as the source has it';
  return `as others have set them, these fields stay: ${[...fields].join(', ')}`;
}

function isOfElement(operation: BatchOperation): operation is ElementOperation {
  return operation.op === 'upsert' || operation.op === 'delete';
}

function namesOf({ operations }: ItemWork): readonly string[] {
  return operations.flatMap((operation) => (isOfElement(operation) ? [operation.qualifiedName] : []));
}

function kindOf({
  relationshipTypeName,
  parentAtEnd1,
}: NonNullable<Extract<BatchOperation, { op: 'upsert' }>['parent']>): NonNullable<
  Extract<BatchOperation, { op: 'look' }>['parent']
> {
  return { relationshipTypeName, ...(parentAtEnd1 === undefined ? {} : { parentAtEnd1 }) };
}

/** Shapes begin with the type. */
function typeOf(known: KnownItem | undefined): string {
  return known?.shapes?.[0]?.split(',')[0] ?? '';
}

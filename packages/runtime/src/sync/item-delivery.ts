import { processSlicer } from '@isthmus/kernel';
import type { KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { Adoption } from './adoption.js';
import type { HandOver } from './hand-over.js';
import type { ItemPlanner } from './item-planner.js';
import type { LeavingItems } from './leaving-items.js';
import type { OpenedScopes } from './opened-scopes.js';
import type { RunScopes } from './run-scopes.js';
import type { RunTally } from './run-tally.js';
import type { ScopeLedger } from './scope-ledger.js';
import type { SyncSettings } from './sync-settings.js';
import type { CheckedItem, Twins } from './twins.js';
import type { VanishingParts } from './vanishing-parts.js';
import type { DeliveredItem, ItemWork } from './work-parts.js';
import type { WorkSink } from './work-sink.js';

interface DeliveryParts {
  readonly journal: Pick<SyncJournal, 'knownItem'>;
  readonly owner: SyncOwner;
  readonly settings: SyncSettings;
  readonly tally: RunTally;
  readonly scopes: RunScopes;
  readonly writer: WorkSink;
  readonly planner: ItemPlanner;
  readonly vanishing: Pick<VanishingParts, 'planned'>;
  readonly adoption: Adoption;
  readonly twins: Twins;
  readonly handOver: Pick<HandOver, 'note'>;
  readonly leaving: Pick<LeavingItems, 'takeBack'>;
  readonly opened: Pick<OpenedScopes, 'planned'>;
  readonly onSetAside: (scope: string, source: DeliveredItem) => void;
  /** What an item was before it became something else. */
  readonly onFormer: (ledger: ScopeLedger, former: KnownItem) => void;
  readonly isPlan: boolean;
  /** The run goes on from a cursor: an item may come more than once. */
  readonly isIncremental: () => boolean;
}

/** Folders of doubtful state whose writes a run waits for before it compares what lies below them. */
const mostAwaitedFolders = 100;
/** How often an item is made anew in one run because others write it at the same time. */
const mostRounds = 5;

/** Turns bodies of items into work: what is to be written of them, and once more where others write at the same time. */
export class ItemDelivery {
  readonly #parts: DeliveryParts;
  /** Items to be written once more; a few batches of them at most. */
  #contested: ItemWork[] = [];
  #awaitedFolders = 0;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  async deliver(ledger: ScopeLedger, items: readonly DeliveredItem[]): Promise<void> {
    const { twins, isIncremental } = this.#parts;
    await this.#writeContested();
    const told = items.filter(({ digest }) => isIncremental() || !ledger.isOtherThanTold(digest));
    const checked = await twins.check(ledger, told);
    const unknown = this.#unknown(checked);
    const adopted = unknown.length === 0 ? new Set() : await this.#parts.adoption.adopted(unknown);
    const asked = unknown.filter((source) => !adopted.has(source));
    const foreign = await this.#foreign(ledger, asked);
    const own = checked.filter(({ source }) => !foreign.has(source));
    for (const item of own) {
      await this.#write(ledger, adopted.has(item.source) ? { ...item, isOwn: true } : item);
    }
  }

  async #write(ledger: ScopeLedger, { source, isOwn, heirOf }: CheckedItem): Promise<void> {
    const { scopes, planner, writer, settings, isPlan, vanishing } = this.#parts;
    const { digest } = source;
    // Of each item: to wait for nothing takes time too.
    const turn = processSlicer.turn();
    if (turn !== undefined) await turn;
    scopes.see(ledger, digest.key);
    const before = await this.before(ledger, digest.key);
    const plan = await planner.plan(ledger.name, source, before, { isOwn });
    // What waits for the end of the listing makes it no other item than it was told to be.
    ledger.delivered(plan.vanished === undefined ? plan.known : { ...plan.known, hash: plan.vanished.hash });
    // A plan looks later whether the new name is free: until then the item is what it was.
    const mayBeRefused = isPlan && !isOwn && settings.adoption === 'report';
    if (plan.former !== undefined && !mayBeRefused) this.#parts.onFormer(ledger, plan.former);
    const { opens } = plan.known;
    const isAwaited = before?.hash === '' && opens !== undefined && this.#awaitedFolders < mostAwaitedFolders;
    if (isAwaited && !scopes.isKnown(opens)) {
      this.#awaitedFolders += 1;
      scopes.doubt(opens);
    }
    await writer.add({ ...plan, item: plan.known, isNew: before === undefined && !isOwn, source });
    if (isPlan) {
      await vanishing.planned(plan);
      await this.#parts.opened.planned(plan.known);
    }
    if (heirOf !== undefined) this.#parts.handOver.note(plan.known, heirOf);
    if (plan.former === undefined || !mayBeRefused) return;
    const [name] = (await writer.latest(plan.known))?.qualifiedNames ?? [];
    if (name === plan.known.qualifiedNames[0]) this.#parts.onFormer(ledger, plan.former);
  }

  /** Writes what waited for an item that has its name. @param scope - that was listed; undefined = the listing is over */
  async writeHeirs(scope?: string): Promise<void> {
    for (const { ledger, ...item } of await this.#parts.twins.release(scope)) {
      await this.#parts.leaving.takeBack({ scope: ledger.name, key: item.source.digest.key });
      await this.#write(ledger, item);
    }
  }

  /** It is to be written once more. */
  contest(work: ItemWork): void {
    this.#contested.push(work);
  }

  get hasContested(): boolean {
    return this.#contested.length > 0;
  }

  /** Writes once more what others have set and is the source's by policy. */
  async #writeContested(): Promise<void> {
    const { journal, owner, planner, writer, tally } = this.#parts;
    for (let work = this.#contested.shift(); work !== undefined; work = this.#contested.shift()) {
      const { item, source, round = 1 } = work;
      if (source === undefined) continue;
      if (round >= mostRounds) {
        tally.add('setAside');
        this.#parts.onSetAside(item.scope, source);
        tally.finding(item.scope, {
          severity: 'error',
          code: 'ITEM_CONTESTED',
          message: `${work.known?.qualifiedNames[0] ?? item.key} was changed by others each time it was written; the next run tries again`,
          key: item.key,
        });
        continue;
      }
      const before = await journal.knownItem(owner, item);
      const { former: _, ...plan } = await planner.plan(item.scope, source, before, { isTold: true });
      await writer.add({ ...plan, item: plan.known, isNew: false, source, round: round + 1 });
    }
  }

  /** Writes all that is on its way, and once more what others have set meanwhile. */
  async drain(): Promise<void> {
    await this.#parts.writer.drain();
    while (this.#contested.length > 0) {
      await this.#writeContested();
      await this.#parts.writer.drain();
    }
  }

  /** What is known of an item; of one that comes twice in a run, what became of it. */
  async before(ledger: ScopeLedger, key: string): Promise<KnownItem | undefined> {
    const { journal, owner, writer } = this.#parts;
    const item = { scope: ledger.name, key };
    if (ledger.wasDelivered(key)) {
      await this.drain();
      return writer.latest(item);
    }
    const known = ledger.known(key);
    if (known === undefined) return undefined;
    const whole = await journal.knownItem(owner, item);
    return whole === undefined || whole.hash === known.hash ? whole : { ...whole, hash: known.hash };
  }

  /** Items of whose names nothing is known, where the registration says that what was there before is only to be told. */
  #unknown(items: readonly CheckedItem[]): readonly DeliveredItem[] {
    if (this.#parts.settings.adoption === 'adopt') return [];
    return items.flatMap(({ source, isOwn }) => (isOwn ? [] : [source]));
  }

  /** Those of them that were there before. */
  async #foreign(ledger: ScopeLedger, unknown: readonly DeliveredItem[]): Promise<ReadonlySet<DeliveredItem>> {
    const { isPlan, adoption, scopes } = this.#parts;
    // A plan tells it item by item.
    if (unknown.length === 0 || isPlan) return new Set();
    await this.drain();
    const foreign = await adoption.foreign(ledger.name, unknown);
    for (const { digest } of foreign) scopes.see(ledger, digest.key);
    return foreign;
  }
}

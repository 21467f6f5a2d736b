import { endianness } from 'node:os';
import { type Logger, messageOf } from '@isthmus/kernel';
import { type Database, readInThread } from '@isthmus/sqlite';
import { countKinds, countVisible } from './bucket-walk.js';
import { orderSql } from './element-order.js';
import type { ElementPlan } from './element-plan.js';
import { elementsIn, type KindTally, tallyOf } from './kind-tally.js';
import type { SavedOrders, SavedTallies } from './saved-orders.js';
import type { Snapshot, SnapshotPool } from './snapshot-pool.js';
import {
  broughtUpToDate,
  changeSequence,
  changeSequenceSql,
  idLimit,
  idsOfPage,
  mostKinds,
  partedList,
  type SortedList,
  type WholeOrder,
} from './sorted-list.js';
import { visibility } from './store-schema.js';
import { Slice } from './write-queue.js';

export interface SortedLimits {
  /** Fewer elements are sorted for each page. */
  readonly fewestElements: number;
  /** Elements of all lists together: six bytes each. */
  readonly mostIds: number;
  /** After more changes than this a list is sorted anew before it is used. */
  readonly mostChanges: number;
  /** More elements than this are never put in: while many are written a list is behind as soon as it is there. */
  readonly mostChangedElements: number;
}

const defaultLimits: SortedLimits = {
  fewestElements: 5_000,
  mostIds: 8_000_000,
  mostChanges: 20_000,
  mostChangedElements: 100_000,
};

const shown = [visibility.live, visibility.archived];
const all = [visibility.deleted, ...shown];
/** Orders that people ask for first: ready before they do. */
const usualOrders: readonly WholeOrder[] = [
  { order: 'GUID', orderProperty: '', visible: shown },
  { order: 'PROPERTY_ASCENDING', orderProperty: 'qualifiedName', visible: shown },
  { order: 'PROPERTY_ASCENDING', orderProperty: 'displayName', visible: shown },
];
const numbersAtOnce = 2 ** 15;

type Reads = Pick<Database, 'path' | 'get' | 'all'>;

/**
 * Lists of all elements in the orders that no index and no counts lead through: by GUID and by a property. Each is sorted
 * in a thread, kept while it is used, brought up to date by what changed since, and saved. A page of a type passes over
 * the elements of others, two nanoseconds each; so it costs about the same wherever it lies, and writing costs nothing.
 */
export class SortedOrders {
  /** The one that was used last is the last. */
  readonly #lists = new Map<string, SortedList>();
  /** Number of the change up to which a list is saved. */
  readonly #savedAt = new Map<string, number>();
  /** Those whose saved list cannot be brought up to date. */
  readonly #unfit = new Set<string>();
  readonly #coming = new Map<string, Promise<SortedList | undefined>>();
  readonly #saving = new Map<string, Promise<void>>();
  #previous: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly logger: Logger,
    private readonly saved: Pick<SavedOrders, 'load' | 'save' | 'names' | 'tallies' | 'parted'>,
    private readonly limits = defaultLimits,
  ) {}

  /**
   * A list that is not newer than any snapshot that begins after it was returned. One that is saved and that nothing has
   * changed since is not read for it.
   *
   * @returns undefined when the plan needs none, or there can be none
   */
  async listFor(database: Reads, plan: ElementPlan): Promise<SortedList | SavedTallies | undefined> {
    if (plan.test !== undefined || orderSql(plan) === undefined) return undefined;
    if (countKinds(database, plan) < this.limits.fewestElements) return undefined;
    const order = wholeOrder(plan);
    return this.#savedAsIs(database, nameOf(order)) ?? this.#listOf(database, order);
  }

  /**
   * Ids of the plan's page.
   *
   * @param list from `listFor`, before the snapshot began
   * @returns undefined when the list cannot be brought up to date: it is forgotten then
   */
  async page(
    snapshot: Snapshot,
    plan: ElementPlan,
    list: SortedList | SavedTallies,
  ): Promise<readonly number[] | undefined> {
    const order = wholeOrder(plan);
    if ('name' in list) return this.#savedPage(snapshot, plan, order, list);
    const current = await this.#current(snapshot, order, list);
    return current === undefined ? undefined : idsOfPage(snapshot, partedList(current), plan);
  }

  /**
   * Makes ready what is asked for first after a start: what was saved, and the usual orders. Stops where all would take
   * more memory than there is for them.
   */
  async prepare(database: Reads, snapshots: Pick<SnapshotPool, 'run'>): Promise<void> {
    if (countVisible(database, shown) < this.limits.fewestElements) return;
    const known = (await this.saved.names()).flatMap((name) => orderOfName(name) ?? []);
    const orders = new Map([...usualOrders, ...known].map((order) => [nameOf(order), order]));
    let room = this.limits.mostIds;
    for (const order of orders.values()) {
      room -= countVisible(database, order.visible);
      if (room < 0 || this.#closed) return;
      const list = await this.#listOf(database, order);
      if (list !== undefined) await snapshots.run((snapshot) => this.#makeReady(snapshot, order, list));
    }
  }

  /** Saves what is newer than what was saved. Resolves when no thread is reading any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#coming.values());
    await Promise.all([...this.#lists.keys()].map((name) => this.#save(name)));
    this.#lists.clear();
  }

  /** Undefined when the list is in memory or on its way there, or something has changed since it was saved. */
  #savedAsIs(database: Reads, name: string): SavedTallies | undefined {
    if (this.#lists.has(name) || this.#coming.has(name) || this.#unfit.has(name)) return undefined;
    const saved = this.saved.tallies(database, name);
    return saved?.sequence === changeSequence(database) ? saved : undefined;
  }

  async #savedPage(
    snapshot: Snapshot,
    plan: ElementPlan,
    { visible }: WholeOrder,
    list: SavedTallies,
  ): Promise<readonly number[] | undefined> {
    if (changeSequence(snapshot.database) !== list.sequence) return undefined;
    const isWhole = elementsIn(list.tallies) === countVisible(snapshot.database, visible);
    const page = isWhole ? await idsOfPage(snapshot, this.saved.parted(snapshot.database, list), plan) : undefined;
    if (page === undefined) this.#unfit.add(list.name);
    return page;
  }

  async #makeReady(snapshot: Snapshot, order: WholeOrder, list: SortedList): Promise<void> {
    const current = await this.#current(snapshot, order, list);
    if (current === undefined || current.tallies !== undefined) return;
    const tallies: KindTally[] = [];
    const { partCount, read } = partedList(current);
    for (let part = 0; part < partCount; part += 1) {
      tallies.push(tallyOf(read(part)?.kinds ?? new Uint16Array()));
      await snapshot.slice.pause();
    }
    const name = nameOf(order);
    if (this.#lists.get(name) === current) this.#lists.set(name, { ...current, tallies });
  }

  async #listOf(database: Reads, order: WholeOrder): Promise<SortedList | undefined> {
    if (countVisible(database, order.visible) > this.limits.mostIds) return undefined;
    const name = nameOf(order);
    const known = this.#lists.get(name);
    if (known !== undefined && this.#isNear(database, known)) return known;
    let coming = this.#coming.get(name);
    if (coming === undefined) {
      coming = this.#loadOrSort(database, name, order).finally(() => this.#coming.delete(name));
      this.#coming.set(name, coming);
    }
    return coming;
  }

  /** Undefined when it cannot be brought up to date: it is forgotten then. */
  async #current(snapshot: Snapshot, order: WholeOrder, list: SortedList): Promise<SortedList | undefined> {
    const name = nameOf(order);
    const sql = orderSql(order);
    if (sql === undefined) return undefined;
    const sequence = changeSequence(snapshot.database);
    const latest = this.#lists.get(name);
    const base = latest !== undefined && latest.sequence > list.sequence && latest.sequence <= sequence ? latest : list;
    const current = await broughtUpToDate(snapshot, order, sql, base, this.limits.mostChangedElements);
    // what is purged leaves no trace but that it is missing
    if (current === undefined || current.ids.length !== countVisible(snapshot.database, order.visible)) {
      this.#lists.delete(name);
      this.#unfit.add(name);
      return undefined;
    }
    this.#keep(name, current);
    const isFarAhead = current.sequence - (this.#savedAt.get(name) ?? 0) > this.limits.mostChanges / 2;
    if (isFarAhead && !this.#closed) void this.#save(name);
    return current;
  }

  #isNear(database: Reads, { sequence }: SortedList): boolean {
    const behind = changeSequence(database) - sequence;
    return behind >= 0 && behind <= this.limits.mostChanges;
  }

  async #loadOrSort(database: Reads, name: string, order: WholeOrder): Promise<SortedList | undefined> {
    const isWorthReading = !this.#lists.has(name) && !this.#unfit.has(name);
    const saved = isWorthReading ? await this.#load(name) : undefined;
    if (saved === undefined || !this.#isNear(database, saved)) return this.#sort(database.path, name, order);
    this.#savedAt.set(name, saved.sequence);
    this.#keep(name, saved);
    return saved;
  }

  async #load(name: string): Promise<SortedList | undefined> {
    try {
      return await this.saved.load(name);
    } catch (error) {
      this.logger.warn('a sorted list was not read, it is made anew', { error: messageOf(error) });
      return undefined;
    }
  }

  /** One at a time. Never rejects: a page can be had without a list, slowly. */
  async #sort(path: string, name: string, order: WholeOrder): Promise<SortedList | undefined> {
    const before = this.#previous;
    const sorted = before.then(() => sortInThread(path, order));
    this.#previous = sorted.catch(() => undefined);
    try {
      const list = await sorted;
      this.#keep(name, list);
      void this.#save(name);
      return list;
    } catch (error) {
      this.logger.warn('elements could not be sorted beside, pages in this order are slow', {
        order: order.order,
        property: order.orderProperty,
        error: messageOf(error),
      });
      return undefined;
    }
  }

  /** Never rejects: what is not saved is sorted after the next start. */
  #save(name: string): Promise<void> {
    const list = this.#lists.get(name);
    if (list === undefined || list.sequence === this.#savedAt.get(name)) return Promise.resolve();
    const running = this.#saving.get(name);
    if (running !== undefined) return this.#closed ? running.then(() => this.#save(name)) : running;
    const saving = this.#write(name, list).finally(() => this.#saving.delete(name));
    this.#saving.set(name, saving);
    return saving;
  }

  async #write(name: string, list: SortedList): Promise<void> {
    // when it fails, the next changes are another occasion
    this.#savedAt.set(name, list.sequence);
    try {
      await this.saved.save(name, list);
      this.#unfit.delete(name);
    } catch (error) {
      this.logger.warn('a sorted list was not saved, it is made anew after a start', { error: messageOf(error) });
    }
  }

  #keep(name: string, list: SortedList): void {
    const known = this.#lists.get(name);
    this.#lists.delete(name);
    this.#lists.set(name, known !== undefined && known.sequence > list.sequence ? known : list);
    let total = 0;
    for (const { ids } of this.#lists.values()) total += ids.length;
    for (const [oldest, { ids }] of this.#lists) {
      if (total <= this.limits.mostIds) break;
      this.#lists.delete(oldest);
      total -= ids.length;
    }
  }
}

function wholeOrder({ order, orderProperty, visible }: ElementPlan): WholeOrder {
  const seen = visible.has(visibility.deleted) ? all : shown;
  return order === 'GUID'
    ? { order, orderProperty: '', visible: seen }
    : { order: 'PROPERTY_ASCENDING', orderProperty, visible: seen };
}

/** Lists that were saved on a machine with another order of bytes have other names. */
function nameOf({ order, orderProperty, visible }: WholeOrder): string {
  return `${order} ${orderProperty} ${visible === all ? 'all' : 'shown'} ${endianness()}`;
}

/** Undefined for what was not saved by `nameOf`. */
function orderOfName(name: string): WholeOrder | undefined {
  const [given, orderProperty = '', which] = name.split(' ');
  const order = given === 'GUID' ? given : 'PROPERTY_ASCENDING';
  const whole: WholeOrder = { order, orderProperty, visible: which === 'all' ? all : shown };
  return nameOf(whole) === name && orderSql(whole) !== undefined ? whole : undefined;
}

async function sortInThread(path: string, order: WholeOrder): Promise<SortedList> {
  const sql = orderSql(order);
  if (sql === undefined) throw new Error(`no order ${order.order}`);
  const { numbers, mark } = await readInThread(path, {
    sql: `SELECT number FROM (SELECT id, id * ${mostKinds} + type * 4 + visible AS number,
        ${sql.rank} AS rank, ${sql.value} AS value FROM element WHERE visible IN (${order.visible.join(', ')}))
      ORDER BY rank, value, id`,
    parameters: [...sql.parameters],
    markSql: changeSequenceSql,
  });
  return { sequence: mark, ...(await idsAndKinds(numbers)) };
}

/** @throws when there are more ids than a list can hold */
async function idsAndKinds(numbers: Float64Array): Promise<Pick<SortedList, 'ids' | 'kinds'>> {
  const [ids, kinds] = [new Uint32Array(numbers.length), new Uint16Array(numbers.length)];
  const slice = new Slice('work');
  for (let from = 0; from < numbers.length; from += numbersAtOnce) {
    const to = Math.min(numbers.length, from + numbersAtOnce);
    for (let index = from; index < to; index += 1) {
      const number = numbers[index] ?? 0;
      const id = Math.floor(number / mostKinds);
      if (id >= idLimit) throw new Error(`element ${id} has too large a number`);
      ids[index] = id;
      kinds[index] = number - id * mostKinds;
    }
    await slice.pause();
  }
  return { ids, kinds };
}

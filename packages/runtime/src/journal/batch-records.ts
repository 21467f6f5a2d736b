import { IsthmusError, processSlicer } from '@isthmus/kernel';
import { withOperations } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import type { ConflictRows } from './conflict-rows.js';
import { decode } from './decode.js';
import { isBatchIntent } from './guards.js';
import type { ItemRows } from './item-rows.js';
import type { Making } from './item-writing.js';
import type { BatchIntent, ItemKey, KnownItem, SettledBatch, SyncOwner } from './journal.js';
import type { LinkRows } from './link-rows.js';
import type { OwnerRow, OwnerRows } from './owner-rows.js';
import { writeInSlices } from './slices.js';
import type { UndoRows } from './undo-rows.js';

/** Items that become known in one go: a fraction of a slice. */
const itemsAtOnce = 32;

interface BatchParts {
  readonly owners: OwnerRows;
  readonly items: ItemRows;
  readonly links: LinkRows;
  readonly conflicts: ConflictRows;
  readonly undos: UndoRows;
}

/** What a batch intends, and what becomes known by it. */
export class BatchRecords {
  /** The last one that is being settled. */
  #settling: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly parts: BatchParts,
  ) {}

  async intend(intent: BatchIntent): Promise<void> {
    const { operations, ...rest } = intent;
    const body = withOperations(rest, operations);
    await processSlicer.turn();
    const { owners } = this.parts;
    await this.database.commit(() => {
      owners.checkToken(intent.slot, intent.token);
      this.database.run(
        'INSERT INTO intent (batch, owner, body) VALUES (?, ?, ?)',
        intent.batchId,
        owners.ensure(intent.owner).id,
        body,
      );
    });
  }

  /**
   * In several transactions, each a slice. All of it is true once the store has the batch, and the intent goes with the
   * last: whoever dies between two finds it open, sends the batch again and says the same once more. Batches are settled one
   * after the other, in the order of the calls: of an item that two of them tell, the later one is right.
   */
  settle(intent: BatchIntent, result: SettledBatch): Promise<void> {
    const settled = this.#settling.then(() => this.#settle(intent, result));
    this.#settling = settled.catch(() => undefined);
    return settled;
  }

  async #settle(intent: BatchIntent, result: SettledBatch): Promise<void> {
    const { items, links, conflicts, undos, owners } = this.parts;
    const { doubtfulScopes = [], known, lessened = [], gone, going = [], made = [], written } = result;
    const all = lessened.length === 0 ? known : [...known, ...lessened];
    const rest = new KeySet(lessened);
    let owner = this.#holder(intent);
    let making: Making | undefined;
    const hasOpen = conflicts.hasOpen(owner);
    const steps: (() => void)[] = doubtfulScopes.map((scope) => () => items.forgetHashesIn(owner, scope));
    if (written !== undefined && written.items.length > 0)
      steps.push(() => {
        making = makingOf(written, undos.ensureRun(owner, written.runId, written.at));
      });
    for (const some of inBlocks(all))
      steps.push(() => {
        if (hasOpen) for (const item of some) conflicts.forget(owner, this.#vanished(owner, item));
        const now =
          lessened.length === 0 ? some : some.map((item) => (rest.has(item) ? this.#lessened(owner, item) : item));
        items.putAll(owner, now, result.guids, making);
      });
    if (written !== undefined) {
      const marked = new KeySet(all);
      const isMarked = (item: ItemKey) => marked.has(item);
      const others = written.items.filter(({ isMade, item }) => !isMade || !isMarked(item));
      for (const some of inBlocks(others))
        steps.push(() => {
          if (making !== undefined) undos.note(owner, { run: making.run, batch: intent.batchId }, some, isMarked);
        });
    }
    for (const key of going) steps.push(() => items.forgetHash(owner, key));
    for (const key of gone) steps.push(() => this.remove(owner, key));
    steps.push(() => {
      this.#close(intent);
      links.otherEndsMade(owner.collection, made);
      conflicts.settle(owner, known, result.conflicts ?? []);
      if (result.changeSequence !== undefined) owners.saveSequence(owner.id, result.changeSequence);
    });
    await writeInSlices(
      this.database,
      steps,
      (step) => step(),
      () => {
        owner = this.#holder(intent);
      },
    );
    this.database.flushSoon();
  }

  /** Who touched it while it waited touched what nobody writes now. */
  #lessened(owner: OwnerRow, item: KnownItem): KnownItem {
    return item.hash === '' || this.parts.items.awaits(owner, item, item.hash) ? item : { ...item, hash: '' };
  }

  /** Elements that the item had and no longer has: of these nobody is asked any more. */
  #vanished(owner: OwnerRow, item: KnownItem): readonly string[] {
    const names = new Set(item.qualifiedNames);
    return this.parts.items.one(owner, item)?.qualifiedNames.filter((name) => !names.has(name)) ?? [];
  }

  /** Within a transaction. */
  remove(owner: OwnerRow, key: ItemKey): void {
    const { items, conflicts } = this.parts;
    if (conflicts.hasOpen(owner)) conflicts.forget(owner, items.one(owner, key)?.qualifiedNames ?? []);
    items.remove(owner, key);
  }

  async abandon(intent: BatchIntent): Promise<void> {
    await this.database.commit(() => {
      const owner = this.#close(intent);
      for (const { known, gone, going } of intent.items) {
        const key = known ?? gone ?? going;
        if (key !== undefined) this.parts.items.forgetHash(owner, key);
      }
    });
  }

  async open(owner?: SyncOwner): Promise<readonly BatchIntent[]> {
    const row = owner === undefined ? undefined : this.parts.owners.find(owner);
    if (owner !== undefined && row === undefined) return [];
    const rows =
      row === undefined
        ? this.database.all('SELECT batch, body FROM intent ORDER BY number')
        : this.database.all('SELECT batch, body FROM intent WHERE owner = ? ORDER BY number', row.id);
    return rows.map((found) =>
      decode(this.database, { table: 'intent', name: String(found.batch) }, found.body, isBatchIntent),
    );
  }

  /** Takes the intent away. */
  #close(intent: BatchIntent): OwnerRow {
    const owner = this.#holder(intent);
    this.database.run('DELETE FROM intent WHERE batch = ?', intent.batchId);
    return owner;
  }

  /** @throws GRANT_SUPERSEDED when the intent is no longer open */
  #holder(intent: BatchIntent): OwnerRow {
    const owner = this.parts.owners.find(intent.owner);
    const open = this.database.get('SELECT 1 FROM intent WHERE batch = ?', intent.batchId);
    if (owner === undefined || open === undefined) {
      throw new IsthmusError('GRANT_SUPERSEDED', `batch ${intent.batchId} was settled by another run`, {
        details: { slot: intent.slot, token: intent.token, batch: intent.batchId },
      });
    }
    return owner;
  }
}

function makingOf({ items }: NonNullable<SettledBatch['written']>, run: number): Making {
  const made = new KeySet(items.flatMap(({ isMade, item }) => (isMade ? [item] : [])));
  const all = new KeySet(items.map(({ item }) => item));
  return { run, isMade: (item) => made.has(item), isWritten: (item) => all.has(item) };
}

function inBlocks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const blocks: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += itemsAtOnce) blocks.push(items.slice(from, from + itemsAtOnce));
  return blocks;
}

/** Scope by scope: hundreds of items of a batch lie in few. */
class KeySet {
  readonly #keys = new Map<string, Set<string>>();

  constructor(items: readonly ItemKey[]) {
    for (const { scope, key } of items) {
      const keys = this.#keys.get(scope);
      if (keys === undefined) this.#keys.set(scope, new Set([key]));
      else keys.add(key);
    }
  }

  has({ scope, key }: ItemKey): boolean {
    return this.#keys.get(scope)?.has(key) === true;
  }
}

import { type ItemKey, itemText, type KnownItem, type SyncJournal } from '../journal/journal.js';
import type { LeavingJournal, NumberedRow } from '../journal/leaving-journal.js';
import type { Removal } from './held-removals.js';
import type { SyncRunSpec } from './sync-engine.js';

export interface LeavingParts {
  readonly journal: Pick<SyncJournal, 'knownItems'>;
  readonly leaving: LeavingJournal;
  readonly spec: Pick<SyncRunSpec, 'owner' | 'runId'>;
  /** Whether what was told of the scope itself decides of what is in it. */
  readonly isDecided: (scope: string) => boolean;
  /** Whether it lies below an item that stays. */
  readonly isOpen: (scope: string) => Promise<boolean>;
}

const pageRows = 500;

/**
 * What certified scopes lack. It goes when the listing is over: until then any other scope may list the same element, and deleting
 * it in between would lose what people and others have added to it.
 */
export class LeavingItems {
  /** What the journal does not know of, as in a plan: what an item was before it became something else. */
  readonly #unwritten = new Map<string, KnownItem>();
  #count = 0;

  constructor(private readonly parts: LeavingParts) {}

  get count(): number {
    return this.#count;
  }

  async add(removals: readonly Removal[], isUnwritten: (item: KnownItem) => boolean): Promise<void> {
    if (removals.length === 0) return;
    const { leaving, spec } = this.parts;
    this.#count += removals.length;
    for (const { item } of removals) if (isUnwritten(item)) this.#unwritten.set(itemText(item), item);
    const rows = removals.map(({ item: { scope, key, hash }, scope: listed, reason }) => {
      return { scope, key, listed, reason, isDoubtful: hash === '' };
    });
    await leaving.add(spec.runId, rows);
  }

  async has(item: ItemKey): Promise<boolean> {
    return this.#count > 0 && (await this.parts.leaving.has(this.parts.spec.runId, item));
  }

  /** The scope that was listed without it; undefined = it does not wait. */
  async listedOf(item: ItemKey): Promise<string | undefined> {
    return this.#count === 0 ? undefined : this.parts.leaving.listedOf(this.parts.spec.runId, item);
  }

  /** It is written after all. */
  async takeBack(item: ItemKey): Promise<void> {
    if (this.#count > 0) await this.parts.leaving.remove(this.parts.spec.runId, item);
  }

  /** Call it when all that was listed is written. @param remove - is given those of one scope together */
  async settle(remove: (removals: readonly Removal[]) => Promise<unknown>): Promise<void> {
    await this.each(remove);
    await this.clear();
  }

  /** As `settle`, and they stay noted. What is taken back meanwhile is not given again. */
  async each(remove: (removals: readonly Removal[]) => Promise<unknown>): Promise<void> {
    if (this.#count === 0) return;
    const { leaving, spec } = this.parts;
    let some: NumberedRow[] = [];
    for (let after = 0; ; ) {
      const page = await leaving.page(spec.runId, after, pageRows);
      for (const row of page) {
        if (some.length > 0 && some[0]?.listed !== row.listed) {
          await remove(await this.#removals(some));
          some = [];
        }
        some.push(row);
      }
      after = page.at(-1)?.number ?? after;
      if (page.length < pageRows) break;
    }
    await remove(await this.#removals(some));
  }

  async clear(): Promise<void> {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#unwritten.clear();
    await this.parts.leaving.clear(this.parts.spec.runId);
  }

  /** Of what lies below, the listing of its own scope decides, if it came meanwhile, or what it lies in now. */
  async #goes({ scope, listed }: NumberedRow): Promise<boolean> {
    const { isDecided, isOpen } = this.parts;
    return scope === listed || !(isDecided(scope) || (await isOpen(scope)));
  }

  async #removals(rows: readonly NumberedRow[]): Promise<readonly Removal[]> {
    const { journal, spec } = this.parts;
    const going: NumberedRow[] = [];
    for (const row of rows) if (await this.#goes(row)) going.push(row);
    const keysOf = new Map<string, string[]>();
    for (const { scope, key } of going) {
      const keys = keysOf.get(scope);
      if (keys === undefined) keysOf.set(scope, [key]);
      else keys.push(key);
    }
    const items = new Map<string, KnownItem>();
    for (const [scope, keys] of keysOf) {
      for (const item of await journal.knownItems(spec.owner, scope, keys)) items.set(itemText(item), item);
    }
    return going.flatMap((row) => {
      const item = items.get(itemText(row)) ?? this.#unwritten.get(itemText(row));
      if (item === undefined) return [];
      const known = row.isDoubtful ? { ...item, hash: '' } : item;
      return [{ item: known, scope: row.listed, reason: row.reason }];
    });
  }
}

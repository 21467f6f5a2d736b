import type { ItemKey, KnownItem, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { LeavingJournal } from '../journal/leaving-journal.js';
import type { WorkSink } from './work-sink.js';

export interface OpenedScopesParts {
  readonly journal: Pick<SyncJournal, 'openersOf'>;
  readonly leaving: Pick<LeavingJournal, 'add' | 'has' | 'clear'>;
  readonly owner: SyncOwner;
  readonly runId: string;
  readonly writer: Pick<WorkSink, 'drain' | 'latest'>;
  /** Whether what was told of the scope itself decides of what is in it. */
  readonly isDecided: (scope: string) => boolean;
  /** Its source told among changes that it is gone. */
  readonly isGone: (item: KnownItem) => Promise<boolean>;
  /** The scope by which the item is to go; undefined = it stays. */
  readonly leavingBy: (item: ItemKey) => Promise<string | undefined>;
}

const mostUnwritten = 100_000;

/**
 * Scopes that lie below items which stay. A folder may move and what is in it keep its scope: what is gone at its former
 * place takes nothing along then, though nobody tells what is in it once more.
 */
export class OpenedScopes {
  readonly #found = new Map<string, boolean>();
  /** Below items that the source has and that were not written. */
  readonly #unwritten = new Set<string>();
  #hasPlanned = false;

  constructor(private readonly parts: OpenedScopesParts) {}

  /** Of a plan, of which the journal knows nothing. */
  async planned({ scope, key, opens }: KnownItem): Promise<void> {
    if (opens === undefined) return;
    this.#hasPlanned = true;
    // One of them is enough, whatever becomes of it: what a plan leaves the next run decides.
    await this.parts.leaving.add(this.#run, [{ scope: opens, key: '', listed: scope, reason: key, isDoubtful: false }]);
  }

  /** An item that opens it was not written: what is in it is there all the same. */
  unwritten(scope: string | undefined): void {
    if (scope !== undefined && this.#unwritten.size <= mostUnwritten) this.#unwritten.add(scope);
  }

  /** Whether another item opens it. @param isMissing - the item is about to go */
  async isOpenBeside(scope: string, isMissing: (item: KnownItem) => boolean): Promise<boolean> {
    return this.#isOpen(scope, new Set([scope]), (item) => !isMissing(item));
  }

  /** Whether an item that stays opens it; to be asked once everything was told. */
  async isOpen(scope: string): Promise<boolean> {
    const known = this.#found.get(scope);
    if (known !== undefined) return known;
    const isOpen = await this.#isOpen(scope, new Set([scope]), () => true);
    this.#found.set(scope, isOpen);
    return isOpen;
  }

  /** Of a run over changes: whether all below which it lies is told to be gone. A place that is told later may have it. */
  async isGone(scope: string): Promise<boolean> {
    await this.parts.writer.drain();
    return this.#isGone(scope, new Set());
  }

  async #isGone(scope: string, asked: Set<string>): Promise<boolean> {
    if (asked.has(scope)) return false;
    asked.add(scope);
    const { journal, owner, writer, isGone } = this.parts;
    let hasGone = false;
    for (const key of await journal.openersOf(owner, scope)) {
      const item = await writer.latest(key);
      if (item?.opens !== scope) continue;
      if (!(await isGone(item)) && !(await this.#isGone(item.scope, asked))) return false;
      hasGone = true;
    }
    return hasGone;
  }

  async clear(): Promise<void> {
    if (this.#hasPlanned) await this.parts.leaving.clear(this.#run);
  }

  async #isOpen(scope: string, asked: Set<string>, mayStay: (item: KnownItem) => boolean): Promise<boolean> {
    const { journal, owner, leaving, writer } = this.parts;
    // Of too many, each may be one.
    if (this.#unwritten.has(scope) || this.#unwritten.size > mostUnwritten) return true;
    if (this.#hasPlanned && (await leaving.has(this.#run, { scope, key: '' }))) return true;
    for (const key of await journal.openersOf(owner, scope)) {
      const item = await writer.latest(key);
      if (item?.opens === scope && mayStay(item) && (await this.#stays(item, asked, mayStay))) return true;
    }
    return false;
  }

  async #stays(item: KnownItem, asked: Set<string>, mayStay: (item: KnownItem) => boolean): Promise<boolean> {
    const listed = await this.parts.leavingBy(item);
    if (listed === undefined) return true;
    const { scope } = item;
    if (listed === scope) return false;
    if (this.parts.isDecided(scope)) return true;
    if (asked.has(scope)) return false;
    asked.add(scope);
    return this.#isOpen(scope, asked, mayStay);
  }

  get #run(): string {
    return `${this.parts.runId} opens`;
  }
}

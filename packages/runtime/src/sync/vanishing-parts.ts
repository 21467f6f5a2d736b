import type { SourceItem } from '@isthmus/connector-sdk';
import type { ItemKey, KnownItem, StoreMark } from '../journal/journal.js';
import type { LeavingJournal } from '../journal/leaving-journal.js';
import { movedAway } from './anchor-moves.js';
import type { AnsweringSource } from './answering-source.js';
import { wasWritten } from './batch-sender.js';
import { type HoldingParts, holdingsOf } from './holdings.js';
import { type Vanished, vanishedParts } from './plan-item.js';
import type { Staying } from './staying.js';
import { certifiedRunsForDeletes } from './store-trust.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { AppliedItem, ItemWork } from './work-parts.js';
import type { WorkSink } from './work-sink.js';

interface VanishingDeps extends HoldingParts {
  readonly leaving: LeavingJournal;
  readonly spec: Pick<SyncRunSpec, 'runId' | 'userId'>;
  readonly writer: WorkSink;
  readonly mark: () => StoreMark;
  readonly source: AnsweringSource;
  /** What is told of parts that another source does not show. */
  readonly onKept: (scope: string, names: readonly string[]) => void;
  /** Names that are not deleted though nothing lists them. */
  readonly staying: (items: readonly KnownItem[]) => Promise<ReadonlyMap<string, Staying>>;
}

/** What waits of an item, as its row keeps it. */
interface Note extends Vanished {
  readonly isCounted: boolean;
}

/** An item that is to lose parts. */
interface Losing extends Note {
  /** As it is known, with them. */
  readonly item: KnownItem;
}

const pageRows = 200;

/**
 * Parts that items no longer have. They go when the listing is over, as items do: until then any other item may come to have them,
 * and deleting them in between would lose what people and others have added. Until then they stay known as parts of their
 * item, which is to be compared again: whoever dies before leaves nothing behind that the next listing would not find.
 */
export class VanishingParts {
  #isEmpty = true;
  #waitingCount = 0;

  constructor(private readonly parts: VanishingDeps) {}

  /** @returns names that wait for the end of the listing, and those that stay in any case */
  decide(
    scope: string,
    body: SourceItem,
    before: KnownItem | undefined,
  ): { readonly waiting: readonly string[]; readonly withheld: readonly string[] } {
    const names = vanishedParts(body, before);
    if (names.length === 0 || this.#mayDelete) return { waiting: names, withheld: [] };
    if (this.parts.source.isOther && this.#isTrusted) this.parts.onKept(scope, names);
    return { waiting: [], withheld: names };
  }

  /** Of a plan, which is never applied while it is made. */
  async planned({ known, vanished }: Pick<ItemWork, 'known' | 'vanished'>): Promise<void> {
    if (known !== undefined) await this.#note(known, vanished && { ...vanished, isCounted: false });
  }

  async applied(items: readonly AppliedItem[]): Promise<void> {
    for (const { work, progress } of items) {
      const { item, vanished, source } = work;
      if (source === undefined || (vanished === undefined && this.#isEmpty)) continue;
      const { refused, isDoubtful, isContested } = progress;
      const isWhole = refused === undefined && isDoubtful !== true && isContested !== true;
      const isCounted = refused !== undefined || wasWritten({ work, progress });
      await this.#note(item, vanished && { ...vanished, ...(isWhole ? {} : { hash: '' }), isCounted });
    }
  }

  /** The run ends before its listing did. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Call it when all that was listed is written. */
  async settle(): Promise<void> {
    if (this.#isEmpty) return;
    const { leaving, writer } = this.parts;
    await writer.drain();
    for (let after = 0; ; ) {
      const page = await leaving.page(this.#run, after, pageRows);
      let some: Losing[] = [];
      const names = new Set<string>();
      for (const { scope, key, reason } of page) {
        const losing = await this.#losing({ scope, key }, noteOf(reason));
        if (losing === undefined) continue;
        // Of two that lost the same part the second is to see that the first has let go of it.
        if (losing.names.some((name) => names.has(name))) {
          await this.#settle(some);
          some = [];
          names.clear();
        }
        some.push(losing);
        for (const name of losing.names) names.add(name);
      }
      await this.#settle(some);
      after = page.at(-1)?.number ?? after;
      if (page.length < pageRows) break;
    }
    await this.clear();
  }

  async clear(): Promise<void> {
    if (this.#isEmpty) return;
    this.#isEmpty = true;
    this.#waitingCount = 0;
    await this.parts.leaving.clear(this.#run);
  }

  get #run(): string {
    return `${this.parts.spec.runId} parts`;
  }

  get #isTrusted(): boolean {
    return this.parts.mark().certifiedRuns >= certifiedRunsForDeletes;
  }

  get #mayDelete(): boolean {
    return this.#isTrusted && !this.parts.source.isOther;
  }

  /** What was noted last of an item counts. */
  async #note({ scope, key }: ItemKey, note: Note | undefined): Promise<void> {
    const { leaving } = this.parts;
    if (note === undefined) {
      if (this.#isEmpty || !(await leaving.has(this.#run, { scope, key }))) return;
      this.#waitingCount -= 1;
      return leaving.remove(this.#run, { scope, key });
    }
    if (this.#isEmpty || !(await leaving.has(this.#run, { scope, key }))) this.#waitingCount += 1;
    this.#isEmpty = false;
    const reason = JSON.stringify(note);
    await leaving.add(this.#run, [{ scope, key, listed: scope, reason, isDoubtful: false }]);
  }

  async #losing(key: ItemKey, note: Note): Promise<Losing | undefined> {
    const item = await this.parts.writer.latest(key);
    const known = new Set(item?.qualifiedNames);
    const names = note.names.filter((name) => known.has(name));
    return item === undefined || names.length === 0 ? undefined : { ...note, item, names };
  }

  async #settle(some: readonly Losing[]): Promise<void> {
    if (some.length === 0) return;
    const { writer, tally } = this.parts;
    const { going, kept } = await this.#judge(some);
    for (const losing of some) {
      const { item, names, isCounted } = losing;
      const stay = new Set(names.filter((name) => kept.has(name)));
      for (const name of stay) this.#tell(item.scope, name, kept.get(name) ?? '');
      if (stay.size < names.length) await writer.add(restWork(losing, stay, going));
      else if (!isCounted) tally.add('unchanged', 1, item.scope);
    }
    await writer.drain();
  }

  /** @returns names that go, and why others stay parts of their item; of the rest the item lets go */
  async #judge(some: readonly Losing[]): Promise<{
    readonly going: ReadonlySet<string>;
    readonly kept: ReadonlyMap<string, string>;
  }> {
    const { writer, staying: stayingOf, source } = this.parts;
    const kept = new Map<string, string>();
    if (!this.#mayDelete) {
      for (const { item, names } of some) {
        if (source.isOther) this.parts.onKept(item.scope, names);
        for (const name of names) kept.set(name, '');
      }
      return { going: new Set(), kept };
    }
    const staying = await stayingOf(some.map(({ item, names, hash }) => ({ ...item, hash, qualifiedNames: names })));
    for (const [name, { why, isUnwritten }] of staying) if (isUnwritten === true) kept.set(name, why);
    // What is asked about together is not asked whether it has what another one lost.
    const owned = new Set(some.flatMap(restNames));
    const isFree = (name: string) => !staying.has(name) && !owned.has(name) && !kept.has(name);
    const holders = some.flatMap(({ item, names }) => names.filter(isFree).map((name) => ({ name, item })));
    const held = await holdingsOf(this.parts, holders, async ({ name, item }, anchored) => {
      const { moves } = await writer.decided(anchored);
      return new Set([...item.qualifiedNames, ...movedAway(moves, name, anchored)]);
    });
    for (const [name, { why }] of held) kept.set(name, why);
    return { going: new Set(holders.flatMap(({ name }) => (held.has(name) ? [] : [name]))), kept };
  }

  #tell(scope: string, name: string, why: string): void {
    if (why === '') return;
    const { tally } = this.parts;
    tally.kept(scope, 1, why);
    const message = `${name} is no longer listed but kept: ${why}`;
    tally.finding(scope, { severity: 'warning', code: 'DELETE_WITHHELD', message });
  }
}

/** Names of the item's own element and of the parts that it has. */
function restNames({ item, names }: Losing): readonly string[] {
  const lost = new Set(names);
  return item.qualifiedNames.filter((name) => !lost.has(name));
}

/** @param stay - names that stay parts of the item; it is to be compared again */
function restWork(
  { item, names, hash, isCounted }: Losing,
  stay: ReadonlySet<string>,
  going: ReadonlySet<string>,
): ItemWork {
  const { scope, key, sourceVersion, opens, qualifiedNames, shapes = [], prints = [], held = {} } = item;
  const lost = new Set(names.filter((name) => !stay.has(name)));
  const rest = qualifiedNames.flatMap((name, index) =>
    lost.has(name) ? [] : [{ name, shape: shapes[index] ?? '', prints: prints[index] ?? '' }],
  );
  const heldRest = Object.entries(held).filter(([name]) => !lost.has(name));
  const known: KnownItem = {
    ...{ scope, key, hash: stay.size > 0 ? '' : hash },
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    ...(opens === undefined ? {} : { opens }),
    qualifiedNames: rest.map(({ name }) => name),
    shapes: rest.map(({ shape }) => shape),
    prints: rest.map(({ prints: own }) => own),
    ...(heldRest.length === 0 ? {} : { held: Object.fromEntries(heldRest) }),
  };
  return {
    item: { scope, key },
    operations: names.filter((name) => going.has(name)).map((qualifiedName) => ({ op: 'delete', qualifiedName })),
    known,
    partial: { ...item, hash: '' },
    countsAs: 'updated',
    isNew: false,
    isRest: true,
    isCounted,
  };
}

function noteOf(text: string): Note {
  const note: unknown = JSON.parse(text);
  if (!isNote(note)) throw new TypeError('a row of what waits that this run has not written');
  return note;
}

function isNote(value: unknown): value is Note {
  return (
    typeof value === 'object' &&
    value !== null &&
    'names' in value &&
    Array.isArray(value.names) &&
    'hash' in value &&
    typeof value.hash === 'string'
  );
}

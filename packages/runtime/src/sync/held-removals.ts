import type { KnownItem, SyncJournal } from '../journal/journal.js';
import { type GateParts, type HeldItem, type Judged, judgeHolders } from './removal-gate.js';
import { removalWork } from './removal-plan.js';
import type { Withholding } from './removal-rules.js';
import type { Staying } from './staying.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { WorkSink } from './work-sink.js';

/** An item that is to go by all but what is anchored to it. */
export interface Removal {
  readonly item: KnownItem;
  /** That was listed. */
  readonly scope: string;
  readonly reason: string;
}

interface HeldParts extends GateParts {
  readonly journal: GateParts['journal'] & Pick<SyncJournal, 'markAbsent'>;
  readonly spec: SyncRunSpec;
  readonly writer: WorkSink;
  readonly plan?: unknown;
  readonly staying: (items: readonly KnownItem[]) => Promise<ReadonlyMap<string, Staying>>;
  readonly withhold: (scope: string, items: readonly KnownItem[], withholding: Withholding) => Promise<void>;
  readonly tellLetGo: (scope: string, items: readonly KnownItem[], staying: ReadonlyMap<string, Staying>) => void;
}

/** Removals that wait for the rest of the listing; beyond, the next run decides. */
const mostWaiting = 10_000;
/** Names of what is on its way out of the store; when there are more, they are waited for. */
const mostUnderway = 10_000;
/** Of a scope; the rest is told in one. */
const mostTold = 20;

/**
 * Removes what is no longer listed, but nothing with which something would go that is to stay. What only this connector's own
 * elements hold waits for the end of the listing: by then they are gone too, or anchored elsewhere.
 */
export class HeldRemovals {
  #waiting: Removal[] = [];
  readonly #underway = new Set<string>();
  /** Scopes in which something stays, or may: a folder is judged after what lies in it, maybe not together with that. */
  #heldIn = new Map<string, HeldItem>();
  readonly #toldIn = new Map<string, HeldItem>();

  constructor(private readonly parts: HeldParts) {}

  /** @returns how many go */
  async remove(removals: readonly Removal[]): Promise<number> {
    await this.#awaitOthers(removals);
    const { going, held } = await this.#judge(removals);
    const byItem = new Map(removals.map((removal) => [removal.item, removal]));
    const told: HeldItem[] = [];
    for (const each of held) {
      const removal = byItem.get(each.item);
      const mayWait = each.holding.isOwn && this.#waiting.length < mostWaiting;
      if (mayWait && removal !== undefined) this.#waiting.push(removal);
      else told.push(each);
    }
    for (const each of held) this.#heldIn.set(each.item.scope, each);
    await this.#markWaiting(held);
    await this.#tell(removals, told);
    return going.length;
  }

  /** Of two items that have an element the second is to see that the first has let go of it: else none deletes it. */
  async #awaitOthers(removals: readonly Removal[]): Promise<void> {
    const names = removals.flatMap(({ item }) => item.qualifiedNames);
    if (this.#underway.size >= mostUnderway || names.some((name) => this.#underway.has(name))) {
      await this.parts.writer.drain();
      this.#underway.clear();
    }
    for (const name of names) this.#underway.add(name);
  }

  /** The listing is over. */
  async settle(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#heldIn = new Map(this.#toldIn);
    if (waiting.length === 0) return;
    const { writer } = this.parts;
    await writer.drain();
    const { held } = await this.#judge(waiting);
    await this.#tell(waiting, held);
    await writer.drain();
  }

  async #judge(removals: readonly Removal[]): Promise<Judged> {
    const { writer, staying: stayingOf, tellLetGo } = this.parts;
    const items = removals.map(({ item }) => item);
    const staying = await stayingOf(items);
    const judged = await judgeHolders(this.parts, items, staying, this.#heldIn);
    const going = new Set(judged.going);
    const letGo = new Map<string, KnownItem[]>();
    for (const { item, reason, scope } of removals) {
      if (!going.has(item)) continue;
      await writer.add(removalWork(item, staying, reason));
      addTo(letGo, scope, item);
    }
    for (const [scope, some] of letGo) tellLetGo(scope, some, staying);
    return judged;
  }

  /** Should the run end before it decides, only one that lists everything finds out again that they are gone. */
  async #markWaiting(held: readonly HeldItem[]): Promise<void> {
    const { journal, spec } = this.parts;
    const news = held.flatMap(({ item, holding }) =>
      item.absence === 'holding' || holding.isUnwritten === true ? [] : [item],
    );
    if (spec.mode === 'apply' && news.length > 0) await journal.markAbsent(spec.owner, news, 'holding');
  }

  async #tell(removals: readonly Removal[], held: readonly HeldItem[]): Promise<void> {
    if (held.length === 0) return;
    for (const each of held) this.#toldIn.set(each.item.scope, each);
    const scopes = new Map(removals.map(({ item, scope }) => [item, scope]));
    const byScope = new Map<string, HeldItem[]>();
    for (const each of held) {
      const scope = scopes.get(each.item) ?? each.item.scope;
      addTo(byScope, scope, each);
    }
    for (const [scope, all] of byScope) {
      // A plan has a row for each, with its own reason.
      const some = this.parts.plan === undefined ? all.slice(0, mostTold) : all;
      for (const each of some) await this.parts.withhold(scope, [each.item], withholdingOf(each));
      const [first] = all.slice(some.length);
      const rest = all.slice(some.length).map(({ item }) => item);
      if (first !== undefined) await this.parts.withhold(scope, rest, withholdingOf(first));
    }
  }
}

function addTo<T>(lists: Map<string, T[]>, name: string, one: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [one]);
  else list.push(one);
}

/** What others keep so may stay for good: only the run that finds it is partial. */
function withholdingOf({ item, holding: { why, isOwn, isUnwritten } }: HeldItem): Withholding {
  if (isUnwritten === true) return { severity: 'warning', why };
  return { severity: !isOwn && item.absence === 'holding' ? 'info' : 'warning', why, absence: 'holding' };
}

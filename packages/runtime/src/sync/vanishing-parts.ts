import type { SourceItem } from '@isthmus/connector-sdk';
import type { FoundElement } from '@isthmus/model';
import type { KnownItem, StoreMark } from '../journal/journal.js';
import { type LookParts, lookAt } from '../plan/look-at.js';
import type { AnsweringSource } from './answering-source.js';
import { type Holding, type HoldingParts, holdingsOf } from './holdings.js';
import { vanishedParts } from './plan-item.js';
import type { LookForMakers, Staying } from './staying.js';
import { certifiedRunsForDeletes } from './store-trust.js';

interface DecidingParts extends HoldingParts, LookParts {
  readonly mark: () => StoreMark;
  readonly source: AnsweringSource;
  /** What is told of parts that another source does not show. */
  readonly onKept: (scope: string, names: readonly string[]) => void;
  /** Names that are not deleted though nothing lists them. */
  readonly staying: (items: readonly KnownItem[], look: LookForMakers) => Promise<ReadonlyMap<string, Staying>>;
}

/** An item that may have lost parts. */
export interface Vanishing {
  readonly body: SourceItem;
  readonly before: KnownItem;
}

interface Lost extends Vanishing {
  readonly names: readonly string[];
}

export interface VanishedParts {
  readonly deletable: readonly string[];
  readonly withheld: readonly string[];
}

const none: VanishedParts = { deletable: [], withheld: [] };

/** Decides of parts that items no longer have. What only the server can tell is asked for many items at once. */
export class VanishingParts {
  /** By name: what the server said of it. Absent: it was not asked. */
  #makers = new Map<string, FoundElement | undefined>();
  #holdings = new Map<string, Holding | undefined>();

  constructor(private readonly parts: DecidingParts) {}

  /** Asks what `decide` will want to know of these items. What was asked before is forgotten. */
  async lookAhead(items: readonly Vanishing[]): Promise<void> {
    this.#makers.clear();
    this.#holdings.clear();
    if (!this.#mayDelete) return;
    const lost = items.flatMap(({ body, before }): readonly Lost[] => {
      const names = vanishedParts(body, before);
      return names.length === 0 ? [] : [{ body, before, names }];
    });
    if (lost.length === 0) return;
    for (const [name, holding] of await this.#goingOf(lost)) this.#holdings.set(name, holding);
  }

  async decide(scope: string, body: SourceItem, before: KnownItem | undefined): Promise<VanishedParts> {
    const names = vanishedParts(body, before);
    if (names.length === 0 || before === undefined) return none;
    if (!this.#mayDelete) {
      if (this.parts.source.isOther && this.#isTrusted) this.parts.onKept(scope, names);
      return { deletable: [], withheld: names };
    }
    const going = await this.#goingOf([{ body, before, names }]);
    // Whoever plans the item once more does it since others wrote meanwhile.
    for (const name of names) this.#forget(name);
    const withheld: string[] = [];
    for (const [name, holding] of going) {
      if (holding === undefined) continue;
      withheld.push(name);
      this.#tell(scope, name, holding);
    }
    return { deletable: [...going.keys()].filter((name) => !withheld.includes(name)), withheld };
  }

  get #isTrusted(): boolean {
    return this.parts.mark().certifiedRuns >= certifiedRunsForDeletes;
  }

  get #mayDelete(): boolean {
    return this.#isTrusted && !this.parts.source.isOther;
  }

  /** @returns by name of what nothing else keeps: what is anchored to it and keeps it */
  async #goingOf(lost: readonly Lost[]): Promise<ReadonlyMap<string, Holding | undefined>> {
    const asked = lost.map(({ before, names }) => ({ ...before, qualifiedNames: names }));
    const ahead = new Map(this.#holdings);
    const staying = await this.parts.staying(asked, (names) => this.#lookForMakers(names));
    const restOf = new Map<KnownItem, ReadonlySet<string>>();
    for (const { before, body } of lost) {
      const now = body.elements.map(({ qualifiedName }) => qualifiedName);
      restOf.set(before, new Set([...before.qualifiedNames, ...now]));
    }
    const going = lost.flatMap(({ before: item, names }) =>
      names.filter((name) => !staying.has(name)).map((name) => ({ name, item })),
    );
    const holders = going.filter(({ name }) => !ahead.has(name));
    const held = await holdingsOf(this.parts, holders, async ({ item }) => restOf.get(item) ?? new Set());
    return new Map(going.map(({ name }) => [name, ahead.has(name) ? ahead.get(name) : held.get(name)]));
  }

  async #lookForMakers(names: readonly string[]): ReturnType<LookForMakers> {
    const asked = names.filter((name) => !this.#makers.has(name));
    if (asked.length > 0) {
      const found = await lookAt(this.parts, asked);
      for (const name of asked) this.#makers.set(name, found.get(name));
    }
    return new Map(names.flatMap((name) => entryOf(name, this.#makers.get(name))));
  }

  #forget(name: string): void {
    this.#makers.delete(name);
    this.#holdings.delete(name);
  }

  #tell(scope: string, name: string, { why }: Holding): void {
    const { tally } = this.parts;
    tally.kept(scope, 1, why);
    const message = `${name} is no longer listed but kept: ${why}`;
    tally.finding(scope, { severity: 'warning', code: 'DELETE_WITHHELD', message });
  }
}

function entryOf(name: string, found: FoundElement | undefined): readonly (readonly [string, FoundElement])[] {
  return found === undefined ? [] : [[name, found]];
}

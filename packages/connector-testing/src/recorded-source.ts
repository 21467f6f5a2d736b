import type { Finding, ItemElement, ListingProof, SourceItem } from '@isthmus/connector-sdk';

interface RecordedScope {
  readonly items: Map<string, SourceItem>;
  /** The medium it was last certified on. */
  place: string | undefined;
  /** What its user could see when it was last certified. */
  rights: readonly string[];
}

/** What one run said of one scope, until it is certified. */
interface OpenScope {
  readonly seen: Set<string>;
  /** An error was found that is about no single item: what is missing is not gone. */
  isDoubted: boolean;
  /** Keys of what was recorded before this run. */
  readonly before: ReadonlySet<string>;
}

/** One run as it went. Lists are in the order of the calls. */
export interface RecordedRun {
  readonly id: string;
  /** `<scope> <key>` of items that were sent with their content. */
  readonly sent: readonly string[];
  /** Of those, the ones whose content was not what was recorded before. */
  readonly changed: readonly string[];
  /** `<scope> <key>` of items that were said to be there unchanged. */
  readonly kept: readonly string[];
  /** Names of certified scopes. */
  readonly completed: readonly string[];
  /** `<scope> <place>` of certified scopes that named the medium they were listed on. */
  readonly places: readonly string[];
  /** What the source called itself, if it did. */
  readonly source?: string;
  /** Qualified names of elements that went with a certificate. */
  readonly removed: readonly string[];
  readonly findings: readonly (Finding & { readonly scope: string | undefined })[];
  readonly progress: readonly string[];
  /** What refresh threw. */
  readonly failure: unknown;
  /** Calls that came after the run had ended or was aborted; they had no effect. */
  readonly late: readonly string[];
}

/** How the lists of a `RecordedRun` grow. */
export type RunRecording = {
  -readonly [K in keyof RecordedRun]: RecordedRun[K] extends readonly (infer T)[] ? T[] : RecordedRun[K];
};

/**
 * What a catalogue would hold after the runs so far: items by scope; a certificate takes away what its run did not see,
 * with everything that lies below. A small, plain stand-in for the sync engine, without limits and without a store.
 */
export class RecordedSource {
  readonly #scopes = new Map<string, RecordedScope>();
  readonly #open = new Map<string, OpenScope>();
  /** What the source of each target called itself when all was found that was known. */
  readonly #identities = new Map<string | undefined, string>();
  #isOtherSource = false;
  /** Two things that were sent under one key in this run. */
  #clash: string | undefined;

  beginRun(): void {
    this.#open.clear();
    this.#clash = undefined;
    this.#isOtherSource = false;
  }

  /** @returns whether it is the source that was listed before, or the first */
  identify(target: string | undefined, identity: string): boolean {
    const known = this.#identities.get(target) ?? identity;
    this.#identities.set(target, known);
    this.#isOtherSource = known !== identity;
    return !this.#isOtherSource;
  }

  copy(): RecordedSource {
    const copy = new RecordedSource();
    for (const [name, { items, ...rest }] of this.#scopes) copy.#scopes.set(name, { items: new Map(items), ...rest });
    for (const [target, identity] of this.#identities) copy.#identities.set(target, identity);
    return copy;
  }

  keep(scope: string, key: string, sourceVersion: string): boolean {
    const known = this.#scopes.get(scope)?.items.get(key);
    if (known?.sourceVersion === undefined || known.sourceVersion !== sourceVersion) return false;
    this.see(scope, key);
    return true;
  }

  /** @returns whether the content is new */
  put(scope: string, item: SourceItem): boolean {
    const isSeen = this.#openScope(scope).seen.has(item.key);
    this.see(scope, item.key);
    const { items } = this.#scope(scope);
    const known = items.get(item.key);
    const [one, other] = [known?.elements[0].qualifiedName, item.elements[0].qualifiedName];
    if (isSeen && one !== undefined && one !== other)
      this.#clash ??= `${one} and ${other} have one key in the scope ${scope}, so only the last of them is kept: "${item.key}"`;
    items.set(item.key, item);
    if (known?.opens !== undefined && known.opens !== item.opens) this.#dropScope(known.opens, []);
    return known === undefined || contentOf(known) !== contentOf(item);
  }

  /** There, or set aside: not missing. */
  see(scope: string, key: string): void {
    this.#openScope(scope).seen.add(key);
  }

  /** Keys that are recorded and were not seen in this run. */
  missing(scope: string): readonly string[] {
    const { seen } = this.#openScope(scope);
    return [...this.#scope(scope).items.keys()].filter((key) => !seen.has(key));
  }

  doubt(scope: string): void {
    this.#openScope(scope).isDoubted = true;
  }

  /** Why a certificate is none: what the source says of its own listing does not agree with it. */
  refutes(scope: string, { count, rights, seesAll = false }: ListingProof): string | undefined {
    const { seen } = this.#openScope(scope);
    if (count !== undefined && count !== seen.size)
      return `the source counts ${count} items and ${seen.size} were listed`;
    const recorded = this.#scope(scope);
    const lost = rights === undefined ? [] : recorded.rights.filter((right) => !rights.includes(right));
    if (lost.length > 0 && !seesAll) return `these rights of the last listing are missing: ${lost.join(', ')}`;
    if (rights !== undefined) recorded.rights = rights;
    return undefined;
  }

  /**
   * @returns qualified names of what is removed; nothing of another source than was listed first, or when another medium shows none of what was known, and no item
   *   that opens a scope on a medium of its own: that may just not be mounted
   */
  complete(scope: string, place?: string): readonly string[] {
    const removed: string[] = [];
    const { seen, before, isDoubted } = this.#openScope(scope);
    const recorded = this.#scope(scope);
    const { items, place: medium } = recorded;
    if (isDoubted || this.#isOtherSource) return removed;
    const isOtherMedium = place !== undefined && medium !== undefined && place !== medium;
    if (isOtherMedium && before.size > 0 && ![...before].some((key) => seen.has(key))) return removed;
    const isOnOwnMedium = ({ opens }: SourceItem): boolean => {
      const own = opens === undefined ? undefined : this.#scopes.get(opens)?.place;
      return own !== undefined && medium !== undefined && own !== medium;
    };
    recorded.place = place;
    for (const [key, item] of [...items]) {
      if (seen.has(key) || isOnOwnMedium(item)) continue;
      items.delete(key);
      removed.push(...item.elements.map((element) => element.qualifiedName));
      if (item.opens !== undefined) this.#dropScope(item.opens, removed);
    }
    return removed;
  }

  /** The source said that it is gone. @returns qualified names of what is removed */
  remove(scope: string, key: string): readonly string[] {
    const removed: string[] = [];
    const { items } = this.#scope(scope);
    const item = items.get(key);
    this.#openScope(scope).seen.delete(key);
    if (item === undefined) return removed;
    items.delete(key);
    removed.push(...item.elements.map((element) => element.qualifiedName));
    if (item.opens !== undefined) this.#dropScope(item.opens, removed);
    return removed;
  }

  scopeNames(): readonly string[] {
    return [...this.#scopes.keys()];
  }

  items(scope: string): readonly SourceItem[] {
    return [...(this.#scopes.get(scope)?.items.values() ?? [])];
  }

  /** Every element by qualified name. Throws when two items bring the same name or key: then one would overwrite the other. */
  elements(): ReadonlyMap<string, ItemElement> {
    if (this.#clash !== undefined) throw new Error(this.#clash);
    const elements = new Map<string, ItemElement>();
    const keys = new Map<string, string>();
    for (const scope of this.#scopes.values())
      for (const item of scope.items.values())
        for (const element of item.elements) {
          const { qualifiedName } = element;
          const other = keys.get(qualifiedName);
          if (other !== undefined)
            throw new Error(`two items bring ${qualifiedName}, with the keys "${other}" and "${item.key}"`);
          keys.set(qualifiedName, item.key);
          elements.set(qualifiedName, element);
        }
    return elements;
  }

  #scope(scope: string): RecordedScope {
    const known = this.#scopes.get(scope) ?? { items: new Map(), place: undefined, rights: [] };
    this.#scopes.set(scope, known);
    return known;
  }

  #openScope(scope: string): OpenScope {
    const open = this.#open.get(scope) ?? {
      seen: new Set(),
      isDoubted: false,
      before: new Set(this.#scopes.get(scope)?.items.keys()),
    };
    this.#open.set(scope, open);
    return open;
  }

  #dropScope(name: string, removed: string[]): void {
    const scope = this.#scopes.get(name);
    if (scope === undefined) return;
    this.#scopes.delete(name);
    for (const item of scope.items.values()) {
      removed.push(...item.elements.map((element) => element.qualifiedName));
      if (item.opens !== undefined) this.#dropScope(item.opens, removed);
    }
  }
}

function contentOf(item: SourceItem): string {
  return JSON.stringify([item.opens, item.elements]);
}

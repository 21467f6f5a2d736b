import type { ItemElement, ItemLink } from '@isthmus/connector-sdk';
import type { BatchOperation, Properties } from '@isthmus/model';
import { possibleElements } from './fake-source.js';
import type { FakeStore } from './fake-store.js';
import type { LoggedSource } from './logged-source.js';
import type { Persons } from './persons.js';
import { Random } from './random.js';

/** What the source tells of a link: of those that several items tell, in each of their words. */
interface ExpectedLink {
  readonly told: Properties[];
  /** Each item that brings the element tells it. */
  isSure: boolean;
  /** Name of the element that it is told to lead to or from. */
  readonly other: string;
}

type Link = Extract<BatchOperation, { op: 'link' | 'unlink' }>;

const flow = 'DataFlow';
const mapping = 'LineageMapping';
const byHand = 'AssociatedByHand';

/**
 * Links that the files of a source tell, and what people do to links in the store. Drawn apart from all else, so that a
 * seed means what it meant before there were any.
 */
export class LinkHistory {
  /** Half of the histories have none. */
  readonly areTold: boolean;
  /** Taken away by the engine although the source told it then, or people had made it. */
  readonly falseDeletes: string[] = [];
  /** Properties that people set, by key of the link. */
  readonly #wishes = new Map<string, Map<string, string>>();
  readonly #made = new Set<string>();
  readonly #random: Random;
  #count = 0;

  constructor(
    private readonly parts: {
      readonly store: FakeStore;
      readonly source: LoggedSource;
      readonly persons: Persons;
      readonly seed: number;
    },
  ) {
    const { store, seed } = parts;
    this.#random = new Random(seed ^ 0x6c696e6b);
    this.areTold = this.#random.chance(0.5);
    if (!this.areTold) return;
    store.bringsLinksBack = this.#random.chance(0.5);
    store.onLinkGone = (key, by) => {
      if (by === 'engine' && (this.#made.has(key) || this.#expected().get(key)?.isSure === true))
        this.falseDeletes.push(key);
      if (by === 'end' && store.bringsLinksBack) return;
      this.#wishes.delete(key);
      this.#made.delete(key);
    };
  }

  /** Some files come to tell others. */
  change(): void {
    if (!this.areTold) return;
    const random = this.#random;
    for (let changes = random.below(3); changes > 0; changes -= 1)
      this.parts.source.changeLinks(random, (links) => this.#changed(links));
  }

  #changed(links: readonly ItemLink[]): readonly ItemLink[] {
    const random = this.#random;
    if (links.length > 0 && random.chance(0.4)) {
      const one = random.pick(links);
      return links.filter((each) => each !== one);
    }
    if (links.length > 0 && random.chance(0.4)) {
      const one = random.pick(links);
      const { properties: _, ...rest } = one;
      return links.map((each) =>
        each === one ? { ...rest, ...propertiesOf(rest.relationshipTypeName, random) } : each,
      );
    }
    const relationshipTypeName = random.pick([flow, mapping]);
    const link: ItemLink = {
      relationshipTypeName,
      qualifiedName: this.#anyElement(),
      selfAtEnd1: random.chance(0.5),
      ...propertiesOf(relationshipTypeName, random),
    };
    return [...links.filter((each) => !isSame(each, link)), link];
  }

  /** Mostly one of those that there are. */
  #anyElement(): string {
    const { source } = this.parts;
    const files = [...possibleElements(source.root)].filter(([, [one]]) => one?.typeName !== 'FileFolder');
    if (files.length === 0 || this.#random.chance(0.2)) return source.anyFile(this.#random);
    return this.#random.pick(files)[0];
  }

  /** People set a property of a link, take one away, or make one of their own. */
  edit(): void {
    if (!this.areTold) return;
    const random = this.#random;
    const { store } = this.parts;
    const links = [...store.links.keys()];
    const names = [...store.live().keys()];
    if (links.length > 0 && random.chance(0.4)) {
      const field = random.pick(['label', 'description']);
      this.#set(random.pick(links), field);
    } else if (links.length > 0 && random.chance(0.3)) {
      store.steward({ op: 'unlink', ...endsOf(random.pick(links)) });
    } else if (names.length > 0 && random.chance(0.4)) {
      const typeName = random.pick([byHand, flow, mapping]);
      const key = JSON.stringify([typeName, random.pick(names), random.pick(names)]);
      if (!store.links.has(key)) this.#made.add(key);
      this.#set(key, 'description');
    }
  }

  #set(key: string, field: string): void {
    this.#count += 1;
    const value = `by hand ${this.#count}`;
    const wishes = this.#wishes.get(key) ?? new Map<string, string>();
    this.#wishes.set(key, wishes.set(field, value));
    this.parts.store.steward({ op: 'link', ...endsOf(key), properties: { [field]: value } });
  }

  /** The store was made anew. */
  forget(): void {
    this.#wishes.clear();
    this.#made.clear();
  }

  /** Properties of links that have lost what people set. */
  lost(): readonly string[] {
    const lost: string[] = [];
    for (const [key, wishes] of this.#wishes) {
      const there = this.parts.store.links.get(key);
      if (there === undefined) continue;
      for (const [field, value] of wishes)
        if (there[field] !== value) lost.push(`${key} ${field}: ${value} became ${JSON.stringify(there[field])}`);
    }
    return lost;
  }

  /** Links that neither the source nor people have. */
  missed(): readonly string[] {
    const { store, source, persons } = this.parts;
    const expected = this.#expected();
    const elements = possibleElements(source.root);
    // What people made and the source no longer has stays as it is, with what was written into it.
    const isLetGo = (name: string) => persons.hasMade(name) && !elements.has(name);
    return [...store.links.keys()].filter((key) => {
      const { end1, end2 } = endsOf(key);
      return !expected.has(key) && !this.#made.has(key) && !isLetGo(end1) && !isLetGo(end2);
    });
  }

  /** @param isAllTried - so are those to what people have made */
  differences({ isAllTried = false } = {}): readonly string[] {
    const { store, persons } = this.parts;
    const live = store.live();
    const differences: string[] = [];
    for (const [key, { told, isSure, other }] of this.#expected()) {
      const { end1, end2 } = endsOf(key);
      const there = store.links.get(key);
      const isHere = live.has(end1) && live.has(end2);
      if (there === undefined && isHere && isSure && (isAllTried || !persons.hasMade(other)))
        differences.push(`${key} is not there`);
      if (there === undefined || this.#wishes.get(key)?.has('label') === true) continue;
      if (!told.some(({ label }) => label === there.label))
        differences.push(`${key} is ${JSON.stringify(there)} instead of ${JSON.stringify(told)}`);
    }
    for (const key of this.#made) {
      const { end1, end2 } = endsOf(key);
      if (live.has(end1) && live.has(end2) && !store.links.has(key))
        differences.push(`${key}, made by hand, is not there`);
    }
    return differences;
  }

  #expected(): ReadonlyMap<string, ExpectedLink> {
    const expected = new Map<string, ExpectedLink>();
    for (const [name, some] of possibleElements(this.parts.source.root)) {
      // By key: items that tell it, each of which may tell one to itself from both ends.
      const tellers = new Map<string, Set<ItemElement>>();
      for (const [element, link] of some.flatMap((one) => (one.links ?? []).map((each) => [one, each] as const))) {
        const { relationshipTypeName, qualifiedName: other, selfAtEnd1, properties = {} } = link;
        const key = JSON.stringify([relationshipTypeName, ...(selfAtEnd1 === false ? [other, name] : [name, other])]);
        const by = tellers.get(key) ?? new Set();
        tellers.set(key, by.add(element));
        const one = expected.get(key) ?? { told: [], isSure: false, other };
        expected.set(key, one);
        one.told.push(properties);
        one.isSure ||= by.size === some.length;
      }
    }
    return expected;
  }
}

function propertiesOf(typeName: string, random: Random): Pick<ItemLink, 'properties'> {
  return typeName === flow && random.chance(0.8) ? { properties: { label: random.pick(['x', 'y', 'z']) } } : {};
}

function isSame(one: ItemLink, other: ItemLink): boolean {
  const same = (['relationshipTypeName', 'qualifiedName', 'selfAtEnd1'] as const).every(
    (name) => one[name] === other[name],
  );
  return same;
}

function endsOf(key: string): Pick<Link, 'typeName' | 'end1' | 'end2'> {
  const [typeName, end1, end2] = JSON.parse(key);
  return { typeName, end1, end2 };
}

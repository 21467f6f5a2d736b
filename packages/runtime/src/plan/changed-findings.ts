import type { FoundLink } from '@isthmus/connector-host';
import type { MetadataElement, MetadataStore, Properties } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import type { FoundElementName, PlannedFinding } from '../operations/planned-finding.js';
import { foundLink } from './removal-findings.js';

const mostLinks = 1_000;

/** Looks whether what a preview found is still so. Elements are read once for all calls of a page. */
export class ChangedFindings {
  readonly #elements = new Map<string, Promise<MetadataElement | undefined>>();

  constructor(
    private readonly store: Pick<MetadataStore, 'get' | 'related' | 'linksBetween'>,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns what has changed; undefined: nothing */
  async changeOf(finding: PlannedFinding): Promise<string | undefined> {
    switch (finding.of) {
      case 'classification': {
        const { element, name, properties } = finding;
        const there = await this.#classifications(element);
        return there && changedClassification(element, name, properties, there[name]);
      }
      case 'links':
        return await this.#changedLinks(finding);
      case 'version': {
        const now = (await this.#element(finding.element))?.versions.version ?? 0;
        return now === finding.version ? undefined : `${nameOf(finding.element)} ${changeText(finding.version, now)}`;
      }
      case 'everything':
        return await this.#changedWhole(finding);
    }
  }

  /** What somebody has added to an element that is to go. What was taken away from it since goes as well. */
  addedTo(finding: Extract<PlannedFinding, { of: 'everything' }>): Promise<string | undefined> {
    return this.#changedWhole(finding, true);
  }

  async #changedLinks({
    name,
    end1,
    end2,
    links,
  }: Extract<PlannedFinding, { of: 'links' }>): Promise<string | undefined> {
    const ends = [await this.#element(end1), await this.#element(end2)];
    // That an element is gone is told by its version.
    if (ends.includes(undefined)) return undefined;
    const found = await this.store.linksBetween(name, end1.guid, end2.guid, this.signal);
    const now = found.map(({ relationship: { guid, typeName, versions } }) => {
      return { guid, typeName, version: versions.version, end1: end1.guid, end2: end2.guid };
    });
    const what = linkChange(links, now)?.what;
    return what && `${name} from ${nameOf(end1)} to ${nameOf(end2)} ${what}`;
  }

  async #changedWhole(
    { element, classifications, links }: Extract<PlannedFinding, { of: 'everything' }>,
    isAboutAdded = false,
  ): Promise<string | undefined> {
    const there = await this.#classifications(element);
    if (there === undefined) return undefined;
    const before = isAboutAdded ? amongThose(classifications, there) : classifications;
    const changed = changedAmong(element, before, there);
    return changed ?? (await this.changedLinksOf({ element, ...(links && { links }) }, isAboutAdded));
  }

  /** Of an element that is to go. @param isAboutAdded - what was taken away since goes as well */
  async changedLinksOf(
    { element, links }: Pick<Extract<PlannedFinding, { of: 'everything' }>, 'element' | 'links'>,
    isAboutAdded = false,
  ): Promise<string | undefined> {
    if (links === undefined) return undefined;
    const { guid } = element;
    const related = await this.store.related(guid, { forLineage: true, pageSize: mostLinks }, this.signal);
    const names = new Map([[guid, nameOf(element)]]);
    const now = related.map((each) => {
      const { element: other } = each;
      const { qualifiedName } = other.properties;
      names.set(other.guid, typeof qualifiedName === 'string' ? qualifiedName : other.guid);
      return foundLink(guid, each);
    });
    const change = linkChange(links, now);
    if (change === undefined || (isAboutAdded && change.what === linkTexts.gone)) return undefined;
    const { typeName, end1, end2 } = change.link;
    return `${typeName} from ${names.get(end1) ?? end1} to ${names.get(end2) ?? end2} ${change.what}`;
  }

  /** Undefined: the element is gone, which its version tells. */
  async #classifications(element: FoundElementName): Promise<Readonly<Record<string, Properties>> | undefined> {
    const found = await this.#element(element);
    return (
      found &&
      Object.fromEntries(found.classifications.map((each) => [each.classificationName, each.properties] as const))
    );
  }

  #element({ guid }: FoundElementName): Promise<MetadataElement | undefined> {
    const known = this.#elements.get(guid) ?? this.store.get(guid, { forLineage: true }, this.signal);
    this.#elements.set(guid, known);
    return known;
  }
}

function amongThose<T>(
  all: Readonly<Record<string, T>>,
  names: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(names, name)));
}

/** What has become of an element since it was read for a plan. Version 0: it is not there. */
export function changeText(expected: number, version: number): string {
  if (expected === 0) return `was not there when the plan was made and has version ${version} now`;
  return version === 0 ? 'is gone' : `was read in version ${expected} and has version ${version} now`;
}

/** Absent: there is no such classification. */
export function changedClassification(
  element: FoundElementName,
  name: string,
  before: Properties | undefined,
  now: Properties | undefined,
): string | undefined {
  if (isSameValue(before, now)) return undefined;
  const was = before === undefined ? 'was not there' : `was ${JSON.stringify(before)}`;
  const is = now === undefined ? 'is not there now' : `is ${JSON.stringify(now)} now`;
  return `${name} of ${nameOf(element)} ${was} when the plan was made and ${is}`;
}

export function changedAmong(
  element: FoundElementName,
  before: Readonly<Record<string, Properties>>,
  now: Readonly<Record<string, Properties>>,
): string | undefined {
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    // Where an element is anchored its relationships tell.
    const changed = name === 'Anchors' ? undefined : changedClassification(element, name, before[name], now[name]);
    if (changed !== undefined) return changed;
  }
  return undefined;
}

export function nameOf({ guid, qualifiedName }: FoundElementName): string {
  return qualifiedName ?? guid;
}

function linkChange(
  before: readonly FoundLink[],
  now: readonly FoundLink[],
): { readonly link: FoundLink; readonly what: string } | undefined {
  const versions = new Map(before.map(({ guid, version }) => [guid, version]));
  for (const link of now) {
    const version = versions.get(link.guid);
    if (version === undefined) return { link, what: linkTexts.made };
    if (version !== link.version) return { link, what: linkTexts.changed };
    versions.delete(link.guid);
  }
  const gone = before.find(({ guid }) => versions.has(guid));
  return gone && { link: gone, what: linkTexts.gone };
}

export const linkTexts = {
  made: 'was made since the plan was made',
  changed: 'was changed since the plan was made',
  gone: 'was taken away since the plan was made',
} as const;

import type { ElementLink, MetadataElement, MetadataStore, RelatedElement } from '@isthmus/model';
import { effectElement } from './effect-parts.js';
import type { EffectElement } from './operation-effect.js';

/** Relationship type, GUIDs of end 1 and end 2. */
export type LinkPlace = readonly [typeName: string, end1: string, end2: string];

/** What one call has read and written: former values are taken from it instead of being asked for once more. */
export class SeenMetadata {
  readonly #elements = new Map<string, MetadataElement>();
  readonly #links = new Map<string, ElementLink>();
  readonly #between = new Map<string, readonly ElementLink[]>();
  readonly #names = new Map<string, EffectElement>();
  #fresh: MetadataElement | undefined;

  note<T extends MetadataElement | undefined>(element: T): T {
    if (element === undefined) return element;
    this.#elements.set(element.guid, element);
    this.noteName(effectElement(element));
    return element;
  }

  noteName(element: EffectElement): void {
    this.#names.set(element.guid, element);
  }

  named(guid: string): EffectElement {
    return this.#names.get(guid) ?? { guid, typeName: '' };
  }

  /** All of one type between two elements. */
  noteLinks([typeName, end1, end2]: LinkPlace, links: readonly ElementLink[]): readonly ElementLink[] {
    for (const link of links) this.#links.set(link.relationship.guid, link);
    this.#between.set(JSON.stringify([typeName, end1, end2]), links);
    return links;
  }

  async linksBetween(store: MetadataStore, place: LinkPlace, signal: AbortSignal): Promise<readonly ElementLink[]> {
    const known = this.#between.get(JSON.stringify(place));
    return known ?? this.noteLinks(place, await store.linksBetween(...place, signal));
  }

  /** @param guid - of the element that was asked about */
  noteRelated(guid: string, found: readonly RelatedElement[]): readonly RelatedElement[] {
    for (const { relationship, element, elementAtEnd1 } of found) {
      this.note(element);
      const [end1, end2] = elementAtEnd1 ? [element.guid, guid] : [guid, element.guid];
      this.#links.set(relationship.guid, { relationship, end1: { guid: end1 }, end2: { guid: end2 } });
    }
    return found;
  }

  /** It was read right after a write: whoever asks for it next need not. */
  noteFresh(element: MetadataElement | undefined): void {
    this.#fresh = this.note(element);
  }

  takeFresh(guid: string): MetadataElement | undefined {
    const fresh = this.#fresh?.guid === guid ? this.#fresh : undefined;
    this.#fresh = undefined;
    return fresh;
  }

  forget(guid: string): void {
    this.#elements.delete(guid);
    this.#links.delete(guid);
  }

  async element(store: MetadataStore, guid: string, signal: AbortSignal): Promise<MetadataElement | undefined> {
    return this.#elements.get(guid) ?? this.note(await store.get(guid, { forLineage: true }, signal));
  }

  async link(store: MetadataStore, guid: string, signal: AbortSignal): Promise<ElementLink | undefined> {
    const known = this.#links.get(guid);
    if (known !== undefined) return known;
    const found = await store.getRelationship(guid, {}, signal);
    if (found !== undefined) this.#links.set(guid, found);
    return found;
  }
}

import type {
  ChangePage,
  Conditions,
  ElementLink,
  FindOptions,
  MetadataElement,
  MetadataStore,
  PageOptions,
  QueryOptions,
  ReadOptions,
  RelatedElement,
  SearchOptions,
  StoreCapabilities,
  StoreIdentity,
} from '@isthmus/model';
import { isPreviewed } from './previewed-metadata.js';
import type { WatchedParts } from './watched-store.js';

type RelatedOptions = Parameters<MetadataStore['related']>[1];

/** Reads as a call sees them: what it has read is remembered, and what a preview would have made is there. */
export abstract class OverlaidStore {
  constructor(private readonly over: WatchedParts) {}

  capabilities(signal: AbortSignal): Promise<StoreCapabilities> {
    return this.over.store.capabilities(signal);
  }

  identity(signal: AbortSignal): Promise<StoreIdentity> {
    return this.over.store.identity(signal);
  }

  changes(...call: Parameters<MetadataStore['changes']>): Promise<ChangePage> {
    return this.over.store.changes(...call);
  }

  async get(guid: string, options: ReadOptions, signal: AbortSignal): Promise<MetadataElement | undefined> {
    const { preview, seen, store } = this.over;
    if (preview?.has(guid) === true) return preview.element(guid);
    if (isPreviewed(guid)) return undefined;
    return seen.takeFresh(guid) ?? seen.note(await store.get(guid, options, signal));
  }

  async getByQualifiedName(
    qualifiedName: string,
    options: QueryOptions,
    signal: AbortSignal,
  ): Promise<MetadataElement | undefined> {
    const { preview, seen, store, watch } = this.over;
    const previewed = preview?.guidOf(qualifiedName);
    if (previewed !== undefined) return preview?.element(previewed);
    const found = seen.note(await store.getByQualifiedName(qualifiedName, options, signal));
    if (found !== undefined || preview === undefined) return found;
    const planned = await watch?.planned?.(qualifiedName);
    return planned && preview.make(planned);
  }

  findByString(search: string, options: SearchOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    return this.over.store.findByString(search, options, signal);
  }

  find(
    conditions: Conditions | undefined,
    options: FindOptions,
    signal: AbortSignal,
  ): Promise<readonly MetadataElement[]> {
    return this.over.store.find(conditions, options, signal);
  }

  history(guid: string, options: PageOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    return isPreviewed(guid) ? Promise.resolve([]) : this.over.store.history(guid, options, signal);
  }

  async getRelationship(guid: string, options: ReadOptions, signal: AbortSignal): Promise<ElementLink | undefined> {
    const { preview, store } = this.over;
    if (preview?.hasLink(guid) === true) return preview.linkOf(guid);
    return isPreviewed(guid) ? undefined : await store.getRelationship(guid, options, signal);
  }

  async linksBetween(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    signal: AbortSignal,
  ): Promise<readonly ElementLink[]> {
    const { preview, seen, store } = this.over;
    const isNew = isPreviewed(end1Guid) || isPreviewed(end2Guid);
    const place = [typeName, end1Guid, end2Guid] as const;
    const found = isNew ? [] : seen.noteLinks(place, await store.linksBetween(...place, signal));
    if (preview === undefined) return found;
    const own = preview
      .links()
      .filter(
        ({ relationship, end1, end2 }) =>
          relationship.typeName === typeName && end1.guid === end1Guid && end2.guid === end2Guid,
      );
    return [...found.filter(({ relationship }) => !preview.hasLink(relationship.guid)), ...own];
  }

  async related(guid: string, options: RelatedOptions, signal: AbortSignal): Promise<readonly RelatedElement[]> {
    const { preview, seen, store } = this.over;
    const found = isPreviewed(guid) ? [] : seen.noteRelated(guid, await store.related(guid, options, signal));
    if (preview === undefined) return found;
    const left = found.filter(
      ({ relationship, element }) =>
        !preview.hasLink(relationship.guid) &&
        !(preview.has(element.guid) && preview.element(element.guid) === undefined),
    );
    // Once, whatever the page: what was not made has no place in the order.
    return (options.startFrom ?? 0) > 0 ? left : [...left, ...(await this.#previewedLinks(guid, options, signal))];
  }

  async #previewedLinks(
    guid: string,
    options: RelatedOptions,
    signal: AbortSignal,
  ): Promise<readonly RelatedElement[]> {
    const { relationshipTypeName, startingAtEnd = 0, typeName } = options;
    const found: RelatedElement[] = [];
    for (const { relationship, end1, end2 } of this.over.preview?.links() ?? []) {
      if (relationshipTypeName !== undefined && relationship.typeName !== relationshipTypeName) continue;
      const at = end1.guid === guid ? 1 : end2.guid === guid ? 2 : 0;
      if (at === 0 || (startingAtEnd !== 0 && startingAtEnd !== at)) continue;
      const element = await this.get(at === 1 ? end2.guid : end1.guid, {}, signal);
      if (element === undefined) continue;
      const isOfType = typeName === undefined || [element.typeName, ...element.superTypeNames].includes(typeName);
      if (isOfType) found.push({ relationship, element, elementAtEnd1: at === 2 });
    }
    return found;
  }
}

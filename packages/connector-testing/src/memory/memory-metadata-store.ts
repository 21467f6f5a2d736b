import { IsthmusError } from '@isthmus/kernel';
import {
  type Author,
  type BatchResult,
  type ChangePage,
  type Classification,
  type Conditions,
  checkClassification,
  checkEnds,
  checkProperties,
  type DeleteOptions,
  type Effectivity,
  type EffectivityTarget,
  type ElementLink,
  type ExternalSource,
  type FindOptions,
  type MetadataElement,
  type MetadataStore,
  type NewElement,
  type NewFromTemplate,
  type PageOptions,
  type Properties,
  type QueryOptions,
  type ReadOptions,
  type RelatedElement,
  type Relationship,
  type SearchOptions,
  type StoreCapabilities,
  type StoreIdentity,
  type TypeSystem,
} from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { checkConditions, checkEffectivity, checkQuery } from './memory-checks.js';
import { MemoryRows, originOf, type StoredElement, type StoredLink } from './memory-rows.js';
import { copyOf } from './template-copy.js';
import { conditionsHold, isArchived, isEffective, isVisible, ordered, pageOf, textOccurs } from './visibility.js';

/**
 * A metadata server's store in memory, with Egeria's rules: types, ends and classifications are held against open
 * metadata 6.1, qualified names are unique, what is anchored goes with its anchor, archived elements are hidden, and
 * elements of an external source belong to it. For tests of connectors; nothing is kept.
 */
export class MemoryMetadataStore implements MetadataStore {
  readonly #rows: MemoryRows;
  readonly #types: TypeSystem;
  readonly #author: Author;

  constructor(parts: { readonly types?: TypeSystem; readonly now?: () => number } = {}, shared?: SharedParts) {
    this.#types = shared?.types ?? parts.types ?? standardTypes();
    this.#rows = shared?.rows ?? new MemoryRows(this.#types, parts.now ?? (() => Date.now()));
    this.#author = shared?.author ?? {};
  }

  as(author: Author): MemoryMetadataStore {
    return new MemoryMetadataStore({}, { rows: this.#rows, types: this.#types, author });
  }

  async capabilities(): Promise<StoreCapabilities> {
    return { writeBatch: false, changeFeed: true, fencing: false, groupETag: false };
  }

  async identity(): Promise<StoreIdentity> {
    return { metadataCollectionId: 'memory', incarnation: 'memory', changeSequence: this.#rows.sequence };
  }

  async get(guid: string, options: ReadOptions): Promise<MetadataElement | undefined> {
    const element = this.#rows.elements.get(guid);
    return element !== undefined && isVisible(element, options) ? viewAt(element, options) : undefined;
  }

  async getByQualifiedName(qualifiedName: string, options: QueryOptions): Promise<MetadataElement | undefined> {
    const [found] = this.#found(options, ({ properties }) => properties.qualifiedName === qualifiedName);
    return found;
  }

  async findByString(search: string, options: SearchOptions): Promise<readonly MetadataElement[]> {
    return pageOf(
      this.#found(options, ({ properties }) => textOccurs(properties, search, options)),
      options,
    );
  }

  async find(conditions: Conditions | undefined, options: FindOptions): Promise<readonly MetadataElement[]> {
    const { classifications = [] } = options;
    checkConditions(this.#types, conditions, options.typeName);
    const fits = (element: StoredElement) =>
      classifications.every((name) => element.classifications.has(name)) &&
      (conditions === undefined || conditionsHold(conditions, element.properties));
    return pageOf(this.#found(options, fits), options);
  }

  async related(
    guid: string,
    options: QueryOptions & { readonly relationshipTypeName?: string; readonly startingAtEnd?: 0 | 1 | 2 },
  ): Promise<readonly RelatedElement[]> {
    this.#visible(guid, options);
    checkQuery(this.#types, options);
    const { relationshipTypeName, startingAtEnd = 0, typeName } = options;
    if (relationshipTypeName !== undefined) this.#types.relationship(relationshipTypeName);
    const found: RelatedElement[] = [];
    for (const link of this.#rows.linksOf(guid)) {
      if (relationshipTypeName !== undefined && !this.#types.isSubtypeOf(link.typeName, relationshipTypeName)) continue;
      const isAtEnd1 = link.end1 === guid;
      if (startingAtEnd !== 0 && isAtEnd1 !== (startingAtEnd === 1)) continue;
      const other = this.#rows.elements.get(isAtEnd1 ? link.end2 : link.end1);
      if (other === undefined || !isVisible(other, options) || !isVisible(link, options)) continue;
      if (typeName !== undefined && !this.#types.isSubtypeOf(other.typeName, typeName)) continue;
      const element = viewAt(other, options);
      if (element === undefined || link.versions.createTime > (options.asOfTime ?? link.versions.createTime)) continue;
      found.push({ relationship: relationshipOf(link), element, elementAtEnd1: !isAtEnd1 });
    }
    return pageOf(found, options);
  }

  async linksBetween(typeName: string, end1: string, end2: string): Promise<readonly ElementLink[]> {
    return this.#rows.linksOf(end1).flatMap((link) => {
      if (link.typeName !== typeName || link.end1 !== end1 || link.end2 !== end2) return [];
      return [this.#linkView(link)];
    });
  }

  async getRelationship(guid: string): Promise<ElementLink | undefined> {
    const link = this.#rows.links.get(guid);
    return link === undefined ? undefined : this.#linkView(link);
  }

  async history(guid: string, options: PageOptions): Promise<readonly MetadataElement[]> {
    const element = this.#element(guid);
    return pageOf([viewOf(element), ...[...element.former].reverse()], options);
  }

  async create(element: NewElement): Promise<string> {
    const { typeName, properties, classifications = {}, anchorGuid, parent } = element;
    this.#types.entity(typeName);
    checkEffectivity(element);
    checkProperties(this.#types, typeName, properties, true);
    for (const [name, values] of Object.entries(classifications)) {
      checkClassification(this.#types, name, typeName);
      checkProperties(this.#types, name, values, true);
    }
    this.#refuseTaken(properties);
    if (anchorGuid !== undefined) this.#element(anchorGuid);
    if (parent !== undefined) this.#checkParent(parent, typeName);
    const guid = this.#rows.add(element, element.externalSource ?? this.#author.externalSource, this.#author.userId);
    if (parent !== undefined) {
      const [end1, end2] = parent.parentAtEnd1 === false ? [guid, parent.guid] : [parent.guid, guid];
      this.#rows.link(parent.relationshipTypeName, end1, end2, parent.properties ?? {}, this.#author.userId);
    }
    return guid;
  }

  async createFromTemplate(element: NewFromTemplate): Promise<string> {
    const template = this.#visible(element.templateGuid);
    const { elements, links } = copyOf(this.#rows, template, element);
    const guids: string[] = [];
    try {
      for (const each of elements) {
        const anchorGuid = element.anchorGuid ?? guids[0];
        guids.push(await this.create({ ...each, ...(anchorGuid !== undefined && { anchorGuid }) }));
      }
    } catch (error) {
      // all or nothing
      for (const guid of guids.reverse()) this.#rows.remove(this.#element(guid));
      throw error;
    }
    const end = (told: number | string) => (typeof told === 'number' ? (guids[told] ?? '') : told);
    for (const { typeName, properties, end1, end2 } of links)
      this.#rows.link(typeName, end(end1), end(end2), properties, this.#author.userId);
    const [guid = ''] = guids;
    const version = { sourceVersionNumber: template.versions.version };
    this.#rows.link('SourcedFrom', guid, template.guid, version, this.#author.userId);
    return guid;
  }

  async update(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    source?: ExternalSource,
  ): Promise<boolean> {
    const element = this.#owned(guid, source);
    const wanted = mode === 'merge' ? { ...element.properties, ...properties } : properties;
    checkProperties(this.#types, element.typeName, wanted, true);
    if (wanted.qualifiedName !== element.properties.qualifiedName) this.#refuseTaken(wanted);
    return this.#rows.change(element, { properties: wanted }, this.#author.userId);
  }

  async setEffectivity(of: EffectivityTarget, effectivity: Effectivity): Promise<void> {
    if ('relationship' in of) {
      checkEffectivity(effectivity);
      return this.#rows.changeLink(this.#link(of.relationship), { effectivity });
    }
    const element = this.#owned(of.element);
    const { classification } = of;
    if (classification !== undefined) this.#types.classification(classification);
    if (classification !== undefined && !element.classifications.has(classification)) return;
    checkEffectivity(effectivity);
    if (classification === undefined) this.#rows.change(element, { effectivity });
    else this.#rows.setClassificationEffectivity(element, classification, effectivity);
  }

  async setPublished(guid: string, isPublished: boolean): Promise<void> {
    await this.classify(guid, 'ZoneMembership', { zoneMembership: isPublished ? ['published'] : [] });
  }

  async classify(guid: string, name: string, properties: Properties): Promise<void> {
    const element = this.#owned(guid);
    checkClassification(this.#types, name, element.typeName);
    checkProperties(this.#types, name, properties, true);
    this.#rows.classify(element, name, properties, this.#author.userId);
  }

  async declassify(guid: string, name: string): Promise<void> {
    this.#types.classification(name);
    const element = this.#ownedOrArchived(guid);
    if (element.classifications.has(name)) this.#rows.declassify(element, name, this.#author.userId);
  }

  async relate(typeName: string, end1: string, end2: string, properties: Properties): Promise<string> {
    const { multiLink } = this.#types.relationship(typeName);
    checkEnds(this.#types, typeName, this.#visible(end1).typeName, this.#visible(end2).typeName);
    checkProperties(this.#types, typeName, properties, true);
    const [there] = multiLink === true ? [] : await this.linksBetween(typeName, end1, end2);
    if (there !== undefined) {
      const link = this.#link(there.relationship.guid);
      if (Object.keys(properties).length > 0) this.#rows.changeLink(link, { properties });
      return link.guid;
    }
    return this.#rows.link(typeName, end1, end2, properties, this.#author.userId);
  }

  async updateRelationship(guid: string, properties: Properties, mode: 'merge' | 'replace'): Promise<void> {
    const link = this.#link(guid);
    const wanted = mode === 'merge' ? { ...link.properties, ...properties } : properties;
    checkProperties(this.#types, link.typeName, wanted, true);
    this.#rows.changeLink(link, { properties: wanted });
  }

  async unrelate(guid: string): Promise<void> {
    this.#rows.unlink(this.#link(guid));
  }

  /** With all that hangs on it, by the method that the element itself is for. */
  async delete(guid: string, { method, source, archive }: DeleteOptions): Promise<void> {
    const root = method === 'PURGE' ? this.#ownedOrArchived(guid, source) : this.#owned(guid, source);
    const doomed = [root];
    for (const each of doomed) {
      this.#ownedOrArchived(each.guid, source);
      doomed.push(...this.#rows.anchoredTo(each.guid));
    }
    const archives = method === 'ARCHIVE' || (method === 'LOOK_FOR_LINEAGE' && this.#isInLineage(guid));
    const { date, process = 'delete', properties } = archive ?? {};
    const notes: Properties = {
      ...(date !== undefined && { archiveDate: date }),
      archiveProcess: process,
      ...(properties !== undefined && { archiveProperties: properties }),
    };
    for (const each of doomed.reverse()) {
      if (!archives) this.#rows.remove(each);
      else if (!isArchived(each)) this.#rows.classify(each, 'Memento', notes, this.#author.userId);
    }
  }

  #isInLineage(guid: string): boolean {
    const links = this.#rows.linksOf(guid);
    return links.some((link) => this.#types.isSubtypeOf(link.typeName, 'LineageRelationship'));
  }

  /** @throws STORE_REFUSED: like a plain Egeria it has none */
  async writeBatch(): Promise<BatchResult> {
    throw new IsthmusError('STORE_REFUSED', 'the store in memory takes no batches');
  }

  async changes(after: number, options: { readonly limit: number }): Promise<ChangePage> {
    const changes = this.#rows.changes.filter(({ sequence }) => sequence > after).slice(0, options.limit);
    return { changes, next: changes.at(-1)?.sequence ?? after };
  }

  #found(options: QueryOptions, fits: (element: StoredElement) => boolean): readonly MetadataElement[] {
    const { typeName } = options;
    checkQuery(this.#types, options);
    const found = [...this.#rows.elements.values()].filter(
      (element) =>
        (typeName === undefined || this.#types.isSubtypeOf(element.typeName, typeName)) &&
        isVisible(element, options) &&
        fits(element),
    );
    return ordered(found, options).flatMap((element) => viewAt(element, options) ?? []);
  }

  #checkParent(parent: NonNullable<NewElement['parent']>, typeName: string): void {
    const there = this.#element(parent.guid).typeName;
    const [end1, end2] = parent.parentAtEnd1 === false ? [typeName, there] : [there, typeName];
    checkEnds(this.#types, parent.relationshipTypeName, end1, end2);
    checkProperties(this.#types, parent.relationshipTypeName, parent.properties ?? {}, true);
  }

  #refuseTaken({ qualifiedName }: Properties): void {
    if (typeof qualifiedName === 'string' && this.#rows.isTaken(qualifiedName))
      throw new IsthmusError('ELEMENT_EXISTS', `there is an element ${qualifiedName}`);
  }

  #element(guid: string): StoredElement {
    const element = this.#rows.elements.get(guid);
    if (element === undefined) throw notThere(guid);
    return element;
  }

  /** @throws ELEMENT_NOT_FOUND, ELEMENT_ARCHIVED */
  #visible(guid: string, options: ReadOptions = {}): StoredElement {
    const element = this.#element(guid);
    if (isArchived(element) && options.forLineage !== true)
      throw new IsthmusError('ELEMENT_ARCHIVED', `element ${guid} is archived`);
    if (!isEffective(element.effectivity, options.effectiveTime)) throw notThere(guid);
    return element;
  }

  #owned(guid: string, source?: ExternalSource): StoredElement {
    this.#visible(guid);
    return this.#ownedOrArchived(guid, source);
  }

  #ownedOrArchived(guid: string, source = this.#author.externalSource): StoredElement {
    const element = this.#element(guid);
    if (element.source !== undefined && element.source.guid !== source?.guid)
      throw new IsthmusError('ELEMENT_OWNED_ELSEWHERE', `${guid} belongs to ${element.source.name}`);
    return element;
  }

  #link(guid: string): StoredLink {
    const link = this.#rows.links.get(guid);
    if (link === undefined) throw notThere(guid);
    return link;
  }

  #linkView(link: StoredLink): ElementLink {
    return { relationship: relationshipOf(link), end1: this.#end(link.end1), end2: this.#end(link.end2) };
  }

  #end(guid: string): ElementLink['end1'] {
    const name = this.#rows.elements.get(guid)?.properties.qualifiedName;
    return typeof name === 'string' ? { guid, uniqueName: name } : { guid };
  }
}

interface SharedParts {
  readonly rows: MemoryRows;
  readonly types: TypeSystem;
  readonly author: Author;
}

/** The element as it was at the time asked for; undefined when it was not yet there. */
function viewAt(element: StoredElement, options: ReadOptions): MetadataElement | undefined {
  const { asOfTime } = options;
  if (asOfTime === undefined) return viewOf(element, options);
  const isKnown = ({ versions }: Pick<MetadataElement, 'versions'>) =>
    (versions.updateTime ?? versions.createTime) <= asOfTime;
  return isKnown(element) ? viewOf(element) : element.former.findLast(isKnown);
}

function viewOf(element: StoredElement, { effectiveTime }: ReadOptions = {}): MetadataElement {
  const { guid, typeName, superTypeNames, versions, properties, effectivity } = element;
  const classifications: Classification[] = [...element.classifications]
    .filter(([, of]) => isEffective(of.effectivity, effectiveTime))
    .map(([classificationName, of]) => ({ classificationName, properties: of.properties, ...of.effectivity }));
  return {
    guid,
    typeName,
    superTypeNames,
    status: 'ACTIVE',
    origin: originOf(element),
    versions,
    classifications,
    properties,
    ...effectivity,
  };
}

function relationshipOf({ guid, typeName, properties, versions, effectivity }: StoredLink): Relationship {
  return { guid, typeName, properties, versions, ...effectivity };
}

function notThere(what: string): IsthmusError {
  return new IsthmusError('ELEMENT_NOT_FOUND', `there is no ${what}`);
}

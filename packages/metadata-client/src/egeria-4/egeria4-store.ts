import { IsthmusError } from '@isthmus/kernel';
import {
  type Author,
  type Batch,
  type BatchResult,
  type ChangePage,
  type Conditions,
  type DeleteOptions,
  type Effectivity,
  type EffectivityTarget,
  type ElementLink,
  type ExternalSource,
  type FindOptions,
  fillProperties,
  type MetadataElement,
  type MetadataStore,
  type NewElement,
  type NewFromTemplate,
  type Properties,
  type QueryOptions,
  type ReadOptions,
  type RelatedElement,
  type SearchOptions,
  type StoreCapabilities,
  type StoreIdentity,
} from '@isthmus/model';
import { firstOfName, namedExactly } from '../egeria/first-of-name.js';
import { plainEgeria } from '../egeria/plain-egeria.js';
import { type BatchDialect, SequentialBatch } from '../egeria/sequential-batch.js';
import { StoresOfUsers } from '../egeria/stores-of-users.js';
import { TypeNames } from '../egeria/type-names.js';
import { asText, type JsonObject } from '../guards.js';
import type { StoreHttp } from '../http/store-http.js';
import { isEqual } from '../is-equal.js';
import { Egeria4Paths } from './egeria4-paths.js';
import { ElementReading } from './element-reading.js';
import type { ReleaseTranslation } from './release-translation.js';
import { archiveNotes, effectivityBody, newElementBody, sourceBody, wrapped } from './request-bodies.js';
import { fillCopy } from './template-copies.js';

/** Types of relationship that make an element part of lineage: it is archived rather than deleted. */
const lineageTypes = ['LineageMapping', 'DataFlow', 'ControlFlow', 'ProcessCall'] as const;

/**
 * Egeria 4.3 in the verbs and names of 6.1. What 4.3 has no request for is put together from several; each such step is
 * one that can be done again, so that whoever was cut off in the middle begins anew and ends in the same state.
 */
export class Egeria4Store implements MetadataStore {
  readonly #reading: ElementReading;
  readonly #batchDialect: BatchDialect;
  readonly #types: TypeNames;
  readonly #others = new StoresOfUsers<Egeria4Store>();

  constructor(
    private readonly http: StoreHttp,
    private readonly paths: Egeria4Paths,
    private readonly names: ReleaseTranslation,
    private readonly author: Author = {},
  ) {
    this.#types = new TypeNames(this);
    this.#reading = new ElementReading(http, paths, names, ({ guid, typeName }) =>
      this.#types.remember(guid, typeName),
    );
    this.#batchDialect = {
      expressible: (operation) => this.#reading.elementNames.expressible(operation),
      anchor: (element, anchorGuid, signal) => this.#bringAnchor(element, anchorGuid, signal),
    };
  }

  async capabilities(): Promise<StoreCapabilities> {
    return plainEgeria;
  }

  async identity(signal: AbortSignal): Promise<StoreIdentity> {
    return { metadataCollectionId: await this.#reading.collectionId(signal) };
  }

  get(guid: string, options: ReadOptions, signal: AbortSignal): Promise<MetadataElement | undefined> {
    return this.#reading.get(guid, options, signal);
  }

  async getByQualifiedName(
    qualifiedName: string,
    options: QueryOptions,
    signal: AbortSignal,
  ): Promise<MetadataElement | undefined> {
    const page = { ...options, startFrom: 0, pageSize: 10 };
    return firstOfName(await this.find(namedExactly(qualifiedName), page, signal), qualifiedName);
  }

  findByString(search: string, options: SearchOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    return this.#reading.findByString(search, options, signal);
  }

  find(
    conditions: Conditions | undefined,
    options: FindOptions,
    signal: AbortSignal,
  ): Promise<readonly MetadataElement[]> {
    return this.#reading.find(conditions, options, signal);
  }

  related(
    guid: string,
    options: QueryOptions & { readonly relationshipTypeName?: string; readonly startingAtEnd?: 0 | 1 | 2 },
    signal: AbortSignal,
  ): Promise<readonly RelatedElement[]> {
    return this.#reading.related(guid, options, signal);
  }

  linksBetween(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    signal: AbortSignal,
  ): Promise<readonly ElementLink[]> {
    return this.#reading.links(typeName, end1Guid, end2Guid, signal);
  }

  getRelationship(guid: string, options: ReadOptions, signal: AbortSignal): Promise<ElementLink | undefined> {
    return this.#reading.relationship(guid, options, signal);
  }

  /** @throws STORE_REFUSED: 4.3 has no request for it */
  async history(): Promise<readonly MetadataElement[]> {
    throw new IsthmusError('STORE_REFUSED', 'a metadata server of release 4.3 does not tell the history of elements');
  }

  /** What is refused after the element was made takes the element away again; what is cut off is completed by a batch. */
  async create(element: NewElement, signal: AbortSignal): Promise<string> {
    return await this.#create(element, newElementBody(this.names, element), signal);
  }

  /** 4.3 copies what is anchored to the template, and knows no placeholders: they are filled in the copy. */
  async createFromTemplate(element: NewFromTemplate, signal: AbortSignal): Promise<string> {
    const { templateGuid } = element;
    const placeholders = new Map(Object.entries(element.placeholders ?? {}));
    const template = await this.get(templateGuid, {}, signal);
    if (template === undefined) throw notThere(templateGuid);
    const taken = element.properties.qualifiedName;
    if (typeof taken === 'string' && (await this.getByQualifiedName(taken, { forLineage: true }, signal)) !== undefined)
      throw new IsthmusError('ELEMENT_EXISTS', `there is an element ${taken}`);
    const properties = { ...fillProperties(template.properties, placeholders), ...element.properties };
    const body = { ...newElementBody(this.names, { ...element, properties }), templateGUID: templateGuid };
    const guid = await this.#create(element, body, signal);
    if (placeholders.size > 0)
      await this.#orTakenAway(guid, element, signal, () => fillCopy(this, guid, placeholders, signal));
    return guid;
  }

  async #create(element: NewElement, body: object, signal: AbortSignal): Promise<string> {
    const { parent } = element;
    // Refused before anything is made rather than after.
    if (parent !== undefined) this.names.relationshipType(parent.relationshipTypeName);
    for (const name of Object.keys(element.classifications ?? {})) this.names.classificationType(name);
    const guid = asText((await this.#write(this.paths.newElement(), body, signal)).guid, 'guid');
    await this.#orTakenAway(guid, element, signal, async () => {
      for (const [name, properties] of Object.entries(element.classifications ?? {}))
        await this.#classify(guid, name, properties, element.externalSource, signal);
      if (element.anchorGuid !== undefined)
        await this.#classify(guid, 'Anchors', { anchorGUID: element.anchorGuid }, element.externalSource, signal);
      if (parent === undefined) return;
      const [end1, end2] = parent.parentAtEnd1 === false ? [guid, parent.guid] : [parent.guid, guid];
      const { relationshipTypeName, properties = {} } = parent;
      await this.#relate(relationshipTypeName, end1, end2, properties, element.externalSource, signal);
    });
    return guid;
  }

  /** What was made goes when what belongs to it is refused. */
  async #orTakenAway(
    guid: string,
    { externalSource: source }: Pick<NewElement, 'externalSource'>,
    signal: AbortSignal,
    complete: () => Promise<void>,
  ): Promise<void> {
    try {
      await complete();
    } catch (error) {
      if (IsthmusError.is(error) && !error.retryable && !signal.aborted)
        await this.delete(guid, { method: 'SOFT_DELETE', ...(source && { source }) }, signal);
      throw error;
    }
  }

  /** 4.3 does not tell whether anything changed, so the element is read before. */
  async update(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    source: ExternalSource | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const existing = await this.get(guid, { forLineage: true }, signal);
    if (existing === undefined) throw notThere(guid);
    const wanted = mode === 'merge' ? { ...existing.properties, ...properties } : properties;
    if (isEqual(existing.properties, this.names.roundTrip(existing.typeName, wanted))) return false;
    const whole = this.names.entity(existing.typeName, wanted);
    // A map is replaced as a whole, also one that holds what 4.3 has no attribute for.
    const named = this.names.entity(existing.typeName, properties).properties;
    const written =
      mode === 'replace'
        ? whole.properties
        : Object.fromEntries(Object.keys(named).flatMap((name) => pair(whole.properties, name)));
    await this.#write(
      this.paths.element(guid, 'update-properties'),
      {
        class: 'UpdatePropertiesRequestBody',
        replaceProperties: mode === 'replace',
        properties: wrapped(this.names, whole.typeName, written),
        ...sourceBody(source),
      },
      signal,
    );
    return true;
  }

  classify(guid: string, name: string, properties: Properties, signal: AbortSignal): Promise<void> {
    return this.#classify(guid, name, properties, undefined, signal);
  }

  async declassify(guid: string, name: string, signal: AbortSignal): Promise<void> {
    const path = this.paths.element(guid, 'classifications', this.names.classificationType(name), 'delete');
    // Without forLineage an archived element is hidden, so that it could never be brought back.
    await this.#write(path, { class: 'UpdateRequestBody', forLineage: true }, signal);
  }

  /** 4.3 does not tell the GUID, so it is looked up: of several links the latest that says the same. */
  async relate(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    properties: Properties,
    signal: AbortSignal,
  ): Promise<string> {
    await this.#relate(typeName, end1Guid, end2Guid, properties, undefined, signal);
    const links = await this.#reading.links(typeName, end1Guid, end2Guid, signal);
    const said = this.names.roundTrip(typeName, properties);
    const same = links.filter(({ relationship }) => isEqual(relationship.properties, said));
    const made = latest(same.length > 0 ? same : links);
    if (made !== undefined) return made.relationship.guid;
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `the server accepted a ${typeName} from ${end1Guid} to ${end2Guid} and does not list it`,
    );
  }

  async updateRelationship(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    signal: AbortSignal,
  ): Promise<void> {
    const typeName = await this.#types.ofRelationship(guid, signal);
    const body = {
      class: 'UpdatePropertiesRequestBody',
      replaceProperties: mode === 'replace',
      properties: this.#linkProperties(typeName, this.names.relationshipType(typeName).typeName, properties),
    };
    await this.#write(this.paths.relatedElements(guid, 'update-properties'), body, signal);
  }

  async unrelate(guid: string, signal: AbortSignal): Promise<void> {
    await this.#write(this.paths.relatedElements(guid, 'delete'), { class: 'UpdateRequestBody' }, signal);
  }

  async setEffectivity(of: EffectivityTarget, effectivity: Effectivity, signal: AbortSignal): Promise<void> {
    const path =
      'relationship' in of
        ? this.paths.relatedElements(of.relationship, 'update-effectivity')
        : of.classification === undefined
          ? this.paths.element(of.element, 'update-effectivity')
          : this.paths.element(
              of.element,
              'classifications',
              this.names.classificationType(of.classification),
              'update-effectivity',
            );
    await this.#write(path, { class: 'UpdateEffectivityDatesRequestBody', ...effectivityBody(effectivity) }, signal);
  }

  /** @throws STORE_REFUSED: 4.3 publishes assets by other services; the classification ZoneMembership can be set by name */
  async setPublished(): Promise<void> {
    throw new IsthmusError(
      'STORE_REFUSED',
      'a metadata server of release 4.3 has no request to publish or withdraw an element by',
      { next: 'name the zones, so that the classification ZoneMembership says them' },
    );
  }

  /** 4.3 deletes what is anchored to an element with it, and knows one way of deleting; archiving is the classification Memento. */
  async delete(guid: string, options: DeleteOptions, signal: AbortSignal): Promise<void> {
    const { method, source, archive } = options;
    if (method === 'ARCHIVE' || (method === 'LOOK_FOR_LINEAGE' && (await this.#isInLineage(guid, signal)))) {
      await this.#classify(guid, 'Memento', archiveNotes(archive), source, signal);
      return;
    }
    const body = {
      class: 'UpdateRequestBody',
      ...(method === 'PURGE' && { forLineage: true }),
      ...sourceBody(source),
    };
    await this.#write(this.paths.element(guid, 'delete'), body, signal);
  }

  writeBatch(batch: Batch, signal: AbortSignal): Promise<BatchResult> {
    const { userId = this.paths.userId } = batch;
    if (userId !== this.paths.userId) return this.#as(userId).writeBatch(batch, signal);
    const links: ElementReading['links'] = (...wanted) => this.#reading.links(...wanted);
    return new SequentialBatch(this, links, this.#batchDialect, userId).apply(batch, signal);
  }

  as(author: Author): Egeria4Store {
    const paths = new Egeria4Paths(this.paths.serverName, author.userId ?? this.paths.userId);
    return new Egeria4Store(this.http, paths, this.names, author);
  }

  /** The same server asked in the name of another user. */
  #as(userId: string): Egeria4Store {
    return this.#others.of(userId, () => {
      const paths = new Egeria4Paths(this.paths.serverName, userId);
      return new Egeria4Store(this.http, paths, this.names);
    });
  }

  /** @throws STORE_REFUSED: changes are told on a topic alone */
  async changes(): Promise<ChangePage> {
    throw new IsthmusError('STORE_REFUSED', 'a metadata server of release 4.3 offers no change feed');
  }

  async #bringAnchor(element: MetadataElement, anchorGuid: string, signal: AbortSignal): Promise<boolean> {
    const anchors = element.classifications.find(({ classificationName }) => classificationName === 'Anchors');
    if (anchors?.properties.anchorGUID === anchorGuid) return false;
    await this.#classify(
      element.guid,
      'Anchors',
      { ...anchors?.properties, anchorGUID: anchorGuid },
      undefined,
      signal,
    );
    return true;
  }

  async #classify(
    guid: string,
    name: string,
    properties: Properties,
    source: ExternalSource | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const other = this.names.classificationType(name);
    const body = {
      class: 'NewClassificationRequestBody',
      ...(Object.keys(properties).length > 0 && { properties: this.#linkProperties(name, other, properties) }),
      ...sourceBody(source),
    };
    await this.#write(this.paths.element(guid, 'classifications', other, 'new'), body, signal);
  }

  async #relate(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    properties: Properties,
    source: ExternalSource | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const other = this.names.relationshipType(typeName);
    const [metadataElement1GUID, metadataElement2GUID] = other.swapped ? [end2Guid, end1Guid] : [end1Guid, end2Guid];
    const body = {
      class: 'NewRelatedElementsRequestBody',
      typeName: other.typeName,
      metadataElement1GUID,
      metadataElement2GUID,
      ...(Object.keys(properties).length > 0 && {
        properties: this.#linkProperties(typeName, other.typeName, properties),
      }),
      ...sourceBody(source),
    };
    await this.#write(this.paths.newRelationship(), body, signal);
  }

  /** Of a relationship or a classification. */
  #linkProperties(typeName: string, other: string, properties: Properties): object {
    return wrapped(this.names, other, this.names.properties(typeName, properties));
  }

  async #isInLineage(guid: string, signal: AbortSignal): Promise<boolean> {
    for (const relationshipTypeName of lineageTypes)
      if ((await this.related(guid, { relationshipTypeName, pageSize: 1 }, signal)).length > 0) return true;
    return false;
  }

  async #write(path: string, body: object, signal: AbortSignal): Promise<JsonObject> {
    const sent = { ...sourceBody(this.author.externalSource), ...body };
    return (await this.http.send({ method: 'POST', path, body: sent, mode: 'once' }, signal)).body;
  }
}

function pair(properties: Properties, name: string) {
  const value = properties[name];
  return value === undefined ? [] : [[name, value] as const];
}

function latest(links: readonly ElementLink[]): ElementLink | undefined {
  const time = ({ relationship }: ElementLink) => relationship.versions.createTime;
  return links.reduce<ElementLink | undefined>(
    (found, link) => (found === undefined || time(link) >= time(found) ? link : found),
    undefined,
  );
}

function notThere(guid: string): IsthmusError {
  return new IsthmusError('ELEMENT_NOT_FOUND', `the metadata server has no element or relationship ${guid}`);
}

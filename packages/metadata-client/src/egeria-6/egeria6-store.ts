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
  type Grant,
  isthmusFace,
  type MetadataElement,
  type MetadataStore,
  type NewElement,
  type NewFromTemplate,
  type PageOptions,
  type Properties,
  type QueryOptions,
  type ReadOptions,
  type RelatedElement,
  type SearchOptions,
  type StoreCapabilities,
  type StoreIdentity,
  withOperations,
} from '@isthmus/model';
import { ElementWire } from '../egeria/element-wire.js';
import { firstOfName, namedExactly } from '../egeria/first-of-name.js';
import { orNone } from '../egeria/or-none.js';
import { SequentialBatch } from '../egeria/sequential-batch.js';
import { StoresOfUsers } from '../egeria/stores-of-users.js';
import { TypeNames } from '../egeria/type-names.js';
import { asBoolean, asList, asText, type JsonObject, optionalRecord } from '../guards.js';
import { SharedAnswer, SharedAnswers } from '../http/shared-answer.js';
import type { StoreHttp, StoreRequest } from '../http/store-http.js';
import type { PropertyConversion } from '../property-conversion.js';
import { anchoredAtOnce, anchoredGuids } from './anchored-elements.js';
import { canGuard, withoutHanging } from './older-servers.js';
import {
  deleteBody,
  effectivityBody,
  findBody,
  fromTemplateBody,
  newElementBody,
  queryBody,
  readBody,
  searchBody,
  sourceBody,
} from './request-bodies.js';
import type { ServerCapabilities } from './server-capabilities.js';
import { ServerPaths } from './server-paths.js';
import { toBatchResult, toChangePage, toIdentity } from './store-face.js';

const batchTimeoutMs = 60_000;

/** Egeria 6.0 and 6.1, and our own metadata server, which offers the same and more. */
export class Egeria6Store implements MetadataStore {
  readonly #wire: ElementWire;
  #types: TypeNames;
  /** Each run begins with this question, and many begin at a time. */
  readonly #identity: SharedAnswer<StoreIdentity>;
  /** The next question: whether the store still holds the last change that was known; for most runs it is the same. */
  readonly #changes = new SharedAnswers<ChangePage>();
  readonly #others = new StoresOfUsers<Egeria6Store>();

  constructor(
    private readonly http: StoreHttp,
    private readonly paths: ServerPaths,
    private readonly conversion: PropertyConversion,
    private readonly server: ServerCapabilities,
    private readonly author: Author = {},
  ) {
    this.#wire = new ElementWire(conversion);
    this.#types = new TypeNames(this);
    this.#identity = new SharedAnswer((signal) => this.#askIdentity(signal));
  }

  capabilities(signal: AbortSignal): Promise<StoreCapabilities> {
    return this.server.get(signal);
  }

  /** A plain Egeria has no call for it: there it is the collection that its oldest elements of its own name. */
  async identity(signal: AbortSignal): Promise<StoreIdentity> {
    const { changeFeed } = await this.server.get(signal);
    if (changeFeed) return this.#identity.get(signal);
    const oldest = await this.find(undefined, { sequencingOrder: 'CREATION_DATE_OLDEST', pageSize: 50 }, signal);
    const own =
      oldest.find(({ origin }) => origin.homeMetadataCollectionName === this.paths.serverName) ??
      oldest.find(({ origin }) => origin.originCategory === 'LOCAL_COHORT');
    return { metadataCollectionId: own?.origin.homeMetadataCollectionId ?? `empty:${this.paths.serverName}` };
  }

  async #askIdentity(signal: AbortSignal): Promise<StoreIdentity> {
    const path = isthmusFace.identity(this.paths.serverName);
    return toIdentity((await this.http.send({ method: 'GET', path, mode: 'repeated' }, signal)).body);
  }

  async get(guid: string, options: ReadOptions, signal: AbortSignal): Promise<MetadataElement | undefined> {
    const body = await orNone(this.#read(this.paths.element(guid), readBody(options), signal));
    if (body === undefined || optionalRecord(body.element, 'element') === undefined) return undefined;
    return this.#remember(this.#wire.element(body.element, 'element'));
  }

  async getByQualifiedName(
    qualifiedName: string,
    options: QueryOptions,
    signal: AbortSignal,
  ): Promise<MetadataElement | undefined> {
    const page = { ...options, startFrom: 0, pageSize: 10 };
    return firstOfName(await this.find(namedExactly(qualifiedName), page, signal), qualifiedName);
  }

  async findByString(search: string, options: SearchOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    const path = this.paths.element('by-search-string');
    const body = await this.#read(path, searchBody(search, options), signal);
    return this.#wire.elements(body.elements, 'elements').map((element) => this.#remember(element));
  }

  async find(
    conditions: Conditions | undefined,
    options: FindOptions,
    signal: AbortSignal,
  ): Promise<readonly MetadataElement[]> {
    const path = this.paths.element('by-search-conditions');
    const body = await this.#read(path, findBody(this.conversion, conditions, options), signal);
    return this.#wire.elements(body.elements, 'elements').map((element) => this.#remember(element));
  }

  async related(
    guid: string,
    options: QueryOptions & { readonly relationshipTypeName?: string; readonly startingAtEnd?: 0 | 1 | 2 },
    signal: AbortSignal,
  ): Promise<readonly RelatedElement[]> {
    const path = options.relationshipTypeName
      ? this.paths.relatedElements(guid, 'type', options.relationshipTypeName)
      : this.paths.relatedElements(guid, 'any-type');
    const query = { startingAtEnd: options.startingAtEnd ?? 0 };
    const { body } = await this.http.send(
      { method: 'POST', path, query, body: queryBody(options), mode: 'repeated' },
      signal,
    );
    const list = optionalRecord(body.relatedElementList, 'relatedElementList');
    return asList(list?.elementList, 'relatedElementList.elementList').map((item, index) =>
      this.#wire.related(item, `relatedElementList.elementList[${index}]`),
    );
  }

  async getRelationship(guid: string, options: ReadOptions, signal: AbortSignal): Promise<ElementLink | undefined> {
    const body = await orNone(this.#read(this.paths.relationship(guid), readBody(options), signal));
    if (body === undefined || optionalRecord(body.element, 'element') === undefined) return undefined;
    return this.#wire.link(body.element, 'element');
  }

  async history(guid: string, options: PageOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    // Egeria 6.1 answers the oldest first whatever it is asked; `newestFirst` is understood by our own server.
    const page = {
      startFrom: options.startFrom ?? 0,
      pageSize: options.pageSize ?? 0,
      oldestFirst: false,
      newestFirst: true,
    };
    const body = await this.#read(this.paths.element(guid, 'history'), page, signal);
    return this.#wire.elements(body.elements, 'elements');
  }

  async create(element: NewElement, signal: AbortSignal): Promise<string> {
    const body = await this.#write(this.paths.elements(), newElementBody(this.conversion, element), signal);
    const guid = asText(body.guid, 'guid');
    this.#types.remember(guid, element.typeName);
    return guid;
  }

  async createFromTemplate(element: NewFromTemplate, signal: AbortSignal): Promise<string> {
    const path = this.paths.element('from-template');
    const guid = asText((await this.#write(path, fromTemplateBody(this.conversion, element), signal)).guid, 'guid');
    this.#types.remember(guid, element.typeName);
    return guid;
  }

  async update(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    source: ExternalSource | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const typeName = await this.#types.ofElement(guid, signal);
    const body = await this.#write(
      this.paths.element(guid, 'update-properties'),
      { mergeUpdate: mode === 'merge', properties: this.conversion.wrap(typeName, properties), ...sourceBody(source) },
      signal,
    );
    return asBoolean(body.flag, 'flag');
  }

  async classify(guid: string, name: string, properties: Properties, signal: AbortSignal): Promise<void> {
    const path = this.paths.element(guid, 'classifications', name);
    await this.#write(path, { properties: this.conversion.wrap(name, properties) }, signal);
  }

  async declassify(guid: string, name: string, signal: AbortSignal): Promise<void> {
    // Without forLineage an archived element is hidden, so that it could never be brought back.
    await this.#write(this.paths.element(guid, 'classifications', name, 'delete'), { forLineage: true }, signal);
  }

  async relate(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    properties: Properties,
    signal: AbortSignal,
  ): Promise<string> {
    const body = await this.#write(
      this.paths.relatedElements(),
      {
        typeName,
        metadataElement1GUID: end1Guid,
        metadataElement2GUID: end2Guid,
        properties: this.conversion.wrap(typeName, properties),
      },
      signal,
    );
    const guid = asText(body.guid, 'guid');
    this.#types.remember(guid, typeName);
    return guid;
  }

  async updateRelationship(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    signal: AbortSignal,
  ): Promise<void> {
    const typeName = await this.#types.ofRelationship(guid, signal);
    await this.#write(
      this.paths.relatedElements(guid, 'update-properties'),
      { mergeUpdate: mode === 'merge', properties: this.conversion.wrap(typeName, properties) },
      signal,
    );
  }

  async unrelate(guid: string, signal: AbortSignal): Promise<void> {
    await this.#write(this.paths.relatedElements(guid, 'delete'), {}, signal);
  }

  async setEffectivity(of: EffectivityTarget, effectivity: Effectivity, signal: AbortSignal): Promise<void> {
    const path =
      'relationship' in of
        ? this.paths.relatedElements(of.relationship, 'update-effectivity')
        : of.classification === undefined
          ? this.paths.element(of.element, 'update-effectivity')
          : this.paths.element(of.element, 'classifications', of.classification, 'update-effectivity');
    await this.#write(path, effectivityBody(effectivity), signal);
  }

  async setPublished(guid: string, isPublished: boolean, signal: AbortSignal): Promise<void> {
    await this.#write(this.paths.element(guid, isPublished ? 'publish' : 'withdraw'), {}, signal);
  }

  async delete(guid: string, options: DeleteOptions, signal: AbortSignal): Promise<void> {
    await this.#write(this.paths.element(guid, 'delete'), deleteBody(options), signal);
  }

  /** One request on our server, one call after the other on a real Egeria. */
  async writeBatch(batch: Batch, signal: AbortSignal): Promise<BatchResult> {
    const { writeBatch, anchored, changeFeed, ...knows } = await this.server.get(signal);
    const { userId = this.paths.userId, operations: asked, ...sent } = batch;
    const operations = anchored === true ? asked : asked.map(withoutHanging);
    // An older server of ours would write over what others have set: element by element it can be looked at first.
    if (!writeBatch || !batch.operations.every((operation) => canGuard(operation, knows))) {
      const { grant } = batch;
      const store = writeBatch && grant !== undefined ? this.as({ userId, grant }) : this.#as(userId);
      const dialect = changeFeed ? {} : { anchoredTo: (guid: string) => store.#anchoredTo(guid, signal) };
      const links = (...wanted: Parameters<MetadataStore['linksBetween']>) => store.linksBetween(...wanted);
      return new SequentialBatch(store, links, dialect, userId).apply(batch, signal);
    }
    const { body } = await this.http.send(
      {
        method: 'POST',
        path: isthmusFace.writeBatch(this.paths.serverName, userId),
        text: withOperations(sent, operations),
        ...(batch.grant && { headers: grantHeaders(batch.grant) }),
        mode: 'repeated',
        attemptTimeoutMs: batchTimeoutMs,
        deadlineMs: 2 * batchTimeoutMs,
      },
      signal,
    );
    return toBatchResult(body, operations.length);
  }

  as(author: Author): Egeria6Store {
    const { userId = this.paths.userId } = author;
    const paths = new ServerPaths(this.paths.serverName, userId);
    const store = new Egeria6Store(this.http, paths, this.conversion, this.server, author);
    store.#types = this.#types;
    return store;
  }

  /** The same server asked in the name of another user. */
  #as(userId: string): Egeria6Store {
    if (userId === this.paths.userId) return this;
    return this.#others.of(userId, () => {
      const paths = new ServerPaths(this.paths.serverName, userId);
      return new Egeria6Store(this.http, paths, this.conversion, this.server);
    });
  }

  async changes(
    after: number,
    options: { readonly waitMs: number; readonly limit: number; readonly types?: readonly string[] },
    signal: AbortSignal,
  ): Promise<ChangePage> {
    const { changeFeed } = await this.server.get(signal);
    if (!changeFeed) throw new IsthmusError('STORE_REFUSED', 'this metadata server offers no change feed');
    if (options.waitMs > 0) return await this.#askChanges(after, options, signal);
    return await this.#changes.get(`${after} ${options.limit} ${options.types ?? ''}`, signal, (shared) =>
      this.#askChanges(after, options, shared),
    );
  }

  async #askChanges(
    after: number,
    options: { readonly waitMs: number; readonly limit: number; readonly types?: readonly string[] },
    signal: AbortSignal,
  ): Promise<ChangePage> {
    const { body } = await this.http.send(
      {
        method: 'GET',
        path: isthmusFace.changes(this.paths.serverName),
        query: { after, waitMs: options.waitMs, limit: options.limit, types: options.types?.join(',') },
        mode: 'wait',
        heldMs: options.waitMs,
      },
      signal,
    );
    return toChangePage(body, after);
  }

  /** With ends as Egeria stores them. */
  async linksBetween(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    signal: AbortSignal,
  ): Promise<readonly ElementLink[]> {
    const path = this.paths.element(end1Guid, 'linked-by-type', typeName, 'to-elements', end2Guid);
    const body = await this.#read(path, { startFrom: 0, pageSize: 0 }, signal);
    const list = optionalRecord(body.relationshipList, 'relationshipList');
    return asList(list?.relationships, 'relationshipList.relationships')
      .map((item, index) => this.#wire.link(item, `relationshipList.relationships[${index}]`))
      .filter(({ end1, end2 }) => end1.guid === end1Guid && end2.guid === end2Guid);
  }

  #anchoredTo(guid: string, signal: AbortSignal): Promise<readonly string[]> {
    const path = this.paths.element('by-search-string', 'for-anchor', guid);
    const page = (startFrom: number) => searchBody('', { startFrom, pageSize: anchoredAtOnce });
    return anchoredGuids(guid, (startFrom) => this.#read(path, page(startFrom), signal));
  }

  #remember(element: MetadataElement): MetadataElement {
    this.#types.remember(element.guid, element.typeName);
    return element;
  }

  async #read(path: string, body: object, signal: AbortSignal): Promise<JsonObject> {
    return (await this.http.send({ method: 'POST', path, body, mode: 'repeated' }, signal)).body;
  }

  async #write(path: string, body: object, signal: AbortSignal): Promise<JsonObject> {
    const { externalSource, grant } = this.author;
    const request: StoreRequest = {
      method: 'POST',
      path,
      body: { ...sourceBody(externalSource), ...body },
      ...(grant && { headers: grantHeaders(grant) }),
      mode: 'once',
    };
    return (await this.http.send(request, signal)).body;
  }
}

function grantHeaders({ slot, token }: Grant): Readonly<Record<string, string>> {
  return { [isthmusFace.grantHeader]: `${token} ${encodeURIComponent(slot)}` };
}

import { IsthmusError } from '@isthmus/kernel';
import type {
  Conditions,
  ElementLink,
  FindOptions,
  MetadataElement,
  QueryOptions,
  ReadOptions,
  RelatedElement,
  Relationship,
  SearchOptions,
} from '@isthmus/model';
import { ElementWire } from '../egeria/element-wire.js';
import { orNone } from '../egeria/or-none.js';
import { asList, asText, optionalRecord } from '../guards.js';
import type { StoreHttp, StoreRequest } from '../http/store-http.js';
import { conversionOf } from '../property-conversion.js';
import type { Egeria4Paths } from './egeria4-paths.js';
import { ElementNames } from './element-names.js';
import type { ReleaseTranslation } from './release-translation.js';
import { findBody, pageQuery, readQuery, textBody } from './request-bodies.js';
import { searchPattern } from './search-patterns.js';

/** Asked for at a time where a page of ours is put together from several of the server's. */
const pageSize = 500;
/** Elements looked through for one page of ours. */
const mostWalked = 100_000;

type RelatedOptions = QueryOptions & {
  readonly relationshipTypeName?: string;
  readonly startingAtEnd?: 0 | 1 | 2;
};

/** Reads elements of a 4.3 server; what it gives is in the names of 6.1. */
export class ElementReading {
  readonly elementNames: ElementNames;
  readonly #wire: ElementWire;

  constructor(
    private readonly http: StoreHttp,
    private readonly paths: Egeria4Paths,
    private readonly names: ReleaseTranslation,
    /** Told of every relationship that is read. */
    private readonly onRelationship: (relationship: Relationship) => void,
  ) {
    this.#wire = new ElementWire(conversionOf(names.there));
    this.elementNames = new ElementNames(names);
  }

  async collectionId(signal: AbortSignal): Promise<string> {
    const { body } = await this.#get(this.paths.collectionId(), {}, signal);
    return asText(body.metadataCollectionId, 'metadataCollectionId');
  }

  async get(guid: string, options: ReadOptions, signal: AbortSignal): Promise<MetadataElement | undefined> {
    refusePast(options);
    const answer = await orNone(this.#get(this.paths.element(guid), readQuery(options), signal));
    if (answer === undefined || optionalRecord(answer.body.element, 'element') === undefined) return undefined;
    return this.elementNames.element(this.#wire.element(answer.body.element, 'element'));
  }

  async find(
    conditions: Conditions | undefined,
    options: FindOptions,
    signal: AbortSignal,
  ): Promise<readonly MetadataElement[]> {
    const body = findBody(this.names, conditions, options);
    return body === undefined ? [] : await this.#found(body, options, signal);
  }

  async findByString(search: string, options: SearchOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    if (search === '') return await this.find(undefined, options, signal);
    const pattern = searchPattern(search, { ...options, ignoreCase: options.ignoreCase ?? true });
    if (options.typeName !== undefined)
      return await this.#found(textBody(this.names, pattern, options), options, signal);
    refusePast(options);
    const body = { class: 'SearchStringRequestBody', searchString: pattern, searchStringParameterName: 'searchString' };
    return await this.#elements(this.paths.element('by-search-string'), options, body, signal);
  }

  async related(guid: string, options: RelatedOptions, signal: AbortSignal): Promise<readonly RelatedElement[]> {
    refusePast(options);
    const { relationshipTypeName, startingAtEnd = 0, typeName } = options;
    if (relationshipTypeName !== undefined && startingAtEnd !== 0 && typeName === undefined) {
      const { swapped } = this.names.relationshipType(relationshipTypeName);
      return await this.#relatedPage(guid, options, swapped ? otherEnd(startingAtEnd) : startingAtEnd, signal);
    }
    // Which end an element lies at is told by asking for one end at a time.
    const fits = ({ element, elementAtEnd1 }: RelatedElement) =>
      (startingAtEnd === 0 || elementAtEnd1 === (startingAtEnd === 2)) &&
      (typeName === undefined || element.typeName === typeName || element.superTypeNames.includes(typeName));
    const atEnds = { ...options, startFrom: 0, pageSize: (options.startFrom ?? 0) + (options.pageSize || mostWalked) };
    const found: RelatedElement[] = [];
    for (const end of [1, 2] as const) {
      const more = { ...atEnds, pageSize: atEnds.pageSize - found.length };
      if (more.pageSize <= 0) break;
      found.push(
        ...(await walked(more, fits, (page) => this.#relatedPage(guid, { ...options, ...page }, end, signal))),
      );
    }
    return found.slice(options.startFrom ?? 0);
  }

  async relationship(guid: string, options: ReadOptions, signal: AbortSignal): Promise<ElementLink | undefined> {
    refusePast(options);
    const path = this.paths.relatedElements('relationship', guid);
    const answer = await orNone(this.#get(path, readQuery(options), signal));
    if (answer === undefined || optionalRecord(answer.body.element, 'element') === undefined) return undefined;
    return this.elementNames.link(this.#wire.link(answer.body.element, 'element'));
  }

  /** Relationships of one type from one element to another, asked for from the side that has fewer of them. */
  async links(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    signal: AbortSignal,
  ): Promise<readonly ElementLink[]> {
    const fromEnd1 = this.names.here.relationship(typeName).end2.cardinality === 'AT_MOST_ONE';
    const [from, to, startingAtEnd] = fromEnd1
      ? ([end1Guid, end2Guid, 1] as const)
      : ([end2Guid, end1Guid, 2] as const);
    const options = { relationshipTypeName: typeName, startingAtEnd, forLineage: true };
    const isBetween = ({ element }: RelatedElement) => element.guid === to;
    const found = await walked({}, isBetween, (page) => this.related(from, { ...options, ...page }, signal));
    return found.map(({ relationship }) => ({ relationship, end1: { guid: end1Guid }, end2: { guid: end2Guid } }));
  }

  async #found(body: object, options: QueryOptions, signal: AbortSignal): Promise<readonly MetadataElement[]> {
    refusePast(options);
    const { typeName } = options;
    const path = this.paths.element('by-search-specification');
    if (typeName === undefined || this.names.entityType(typeName).isExact)
      return await this.#elements(path, options, body, signal);
    // 4.3 lacks the type: of the elements that it is written as, those that are of it or of its subtypes.
    const isOfType = (element: MetadataElement) =>
      element.typeName === typeName || element.superTypeNames.includes(typeName);
    return await walked(options, isOfType, (page) => this.#elements(path, { ...options, ...page }, body, signal));
  }

  async #elements(path: string, options: QueryOptions, body: object, signal: AbortSignal) {
    const request: StoreRequest = { method: 'POST', path, query: pageQuery(options), body, mode: 'repeated' };
    const answer = await this.http.send(request, signal);
    return this.#wire.elements(answer.body.elementList, 'elementList').map((item) => this.elementNames.element(item));
  }

  async #relatedPage(
    guid: string,
    options: RelatedOptions,
    startingAtEnd: 1 | 2,
    signal: AbortSignal,
  ): Promise<readonly RelatedElement[]> {
    const { relationshipTypeName } = options;
    const path =
      relationshipTypeName === undefined
        ? this.paths.relatedElements(guid, 'any-type')
        : this.paths.relatedElements(guid, 'type', this.names.relationshipType(relationshipTypeName).typeName);
    const { body } = await this.#get(path, { ...pageQuery(options), startingAtEnd }, signal);
    return asList(body.elementList, 'elementList').map((item, index) => {
      const told = this.#wire.related(item, `elementList[${index}]`, startingAtEnd === 2);
      const related = this.elementNames.related(told);
      this.onRelationship(related.relationship);
      return related;
    });
  }

  #get(path: string, query: NonNullable<StoreRequest['query']>, signal: AbortSignal) {
    return this.http.send({ method: 'GET', path, query, mode: 'repeated' }, signal);
  }
}

/**
 * One page of what fits, out of as many pages of the server as it takes.
 *
 * @throws STORE_PAGES_CHANGED when a page repeats what another began with
 */
async function walked<T extends MetadataElement | RelatedElement>(
  options: { readonly startFrom?: number; readonly pageSize?: number },
  fits: (item: T) => boolean,
  page: (options: { readonly startFrom: number; readonly pageSize: number }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const first = options.startFrom ?? 0;
  const wanted = first + (options.pageSize || mostWalked);
  const found: T[] = [];
  const begun = new Set<string>();
  for (let startFrom = 0; startFrom < mostWalked && found.length < wanted; ) {
    const items = await page({ startFrom, pageSize });
    const [head] = items;
    // A server may leave out of a page what it does not show, so a short one need not be the last.
    if (head === undefined) break;
    const guid = 'relationship' in head ? head.relationship.guid : head.guid;
    if (begun.has(guid)) throw new IsthmusError('STORE_PAGES_CHANGED', `two pages begin with ${guid}`);
    begun.add(guid);
    found.push(...items.filter(fits));
    startFrom += items.length;
  }
  return found.slice(first, wanted);
}

function otherEnd(end: 1 | 2): 1 | 2 {
  return end === 1 ? 2 : 1;
}

function refusePast(options: ReadOptions): void {
  if (options.asOfTime === undefined) return;
  throw new IsthmusError(
    'STORE_REFUSED',
    'a metadata server of release 4.3 does not tell how elements were in the past',
  );
}

import type { ElementLink, MetadataElement, Properties, PropertyValue, RelatedElement } from './elements.js';
import type { Batch, BatchResult, Grant } from './write-batch.js';

/** What may accompany any read. */
export interface ReadOptions {
  /** Show archived elements (classification Memento) too. Default false. */
  readonly forLineage?: boolean;
  readonly effectiveTime?: number;
  readonly asOfTime?: number;
}

export interface PageOptions {
  /** Default 0. */
  readonly startFrom?: number;
  /** Default and maximum are the server's (1000 on ours). */
  readonly pageSize?: number;
}

export type SequencingOrder =
  | 'GUID'
  | 'CREATION_DATE_RECENT'
  | 'CREATION_DATE_OLDEST'
  | 'LAST_UPDATE_RECENT'
  | 'LAST_UPDATE_OLDEST'
  | 'PROPERTY_ASCENDING'
  | 'PROPERTY_DESCENDING';

export interface QueryOptions extends ReadOptions, PageOptions {
  /** Elements of this type and its subtypes. Default: every type. */
  readonly typeName?: string;
  readonly sequencingOrder?: SequencingOrder;
  readonly sequencingProperty?: string;
}

export interface FindOptions extends QueryOptions {
  /** Only elements that have all of these. */
  readonly classifications?: readonly string[];
}

export interface SearchOptions extends QueryOptions {
  readonly startsWith?: boolean;
  readonly endsWith?: boolean;
  /** Default true. */
  readonly ignoreCase?: boolean;
}

export type ConditionOperator =
  | 'EQ'
  | 'NEQ'
  | 'LT'
  | 'LTE'
  | 'GT'
  | 'GTE'
  | 'IS_NULL'
  | 'NOT_NULL'
  | 'LIKE'
  | 'STARTS_WITH'
  | 'ENDS_WITH';

export interface PropertyCondition {
  readonly property: string;
  readonly operator: ConditionOperator;
  readonly value?: PropertyValue;
}

export interface Conditions {
  readonly matchCriteria: 'ALL' | 'ANY' | 'NONE';
  readonly conditions: readonly PropertyCondition[];
}

/** When something counts; absent = from ever, for ever. Epoch milliseconds. */
export interface Effectivity {
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
}

export interface NewElement extends Effectivity {
  readonly typeName: string;
  readonly properties: Properties;
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** GUID of the anchor; absent = the element is its own anchor. */
  readonly anchorGuid?: string;
  readonly parent?: {
    readonly guid: string;
    readonly relationshipTypeName: string /** Default true. */;
    readonly parentAtEnd1?: boolean;
    readonly properties?: Properties;
  };
  readonly externalSource?: ExternalSource;
}

/** An element made from a template, with copies of what is anchored to the template. */
export interface NewFromTemplate extends Omit<NewElement, 'classifications'> {
  readonly templateGuid: string;
  /** Name of a placeholder, `~{name}~` in texts of the template -> its value. */
  readonly placeholders?: Readonly<Record<string, string>>;
}

/** In whose name and under which right it is written. */
export interface Author {
  /** Default: the user of the connection. */
  readonly userId?: string;
  /** To whom belongs what is made; what belongs to it, nobody else can change. Default: to the server's own collection. */
  readonly externalSource?: ExternalSource;
  /** A server that knows fencing refuses writes under one that was given up. */
  readonly grant?: Grant;
}

/** What effectivity is set of. */
export type EffectivityTarget =
  | { readonly element: string; readonly classification?: string }
  | { readonly relationship: string };

export interface DeleteOptions {
  readonly method: DeleteMethod;
  readonly cascade?: boolean;
  readonly source?: ExternalSource;
  /** Of ARCHIVE: what is noted of it. */
  readonly archive?: {
    readonly date?: number;
    readonly process?: string;
    readonly properties?: Readonly<Record<string, string>>;
  };
}

export interface ExternalSource {
  readonly guid: string;
  readonly name: string;
}

export type DeleteMethod = 'LOOK_FOR_LINEAGE' | 'ARCHIVE' | 'SOFT_DELETE' | 'PURGE';

/** What a server can do beyond Egeria, as it says itself; nothing is guessed from a version. */
export interface StoreCapabilities {
  readonly writeBatch: boolean;
  readonly changeFeed: boolean;
  readonly fencing: boolean;
  readonly groupETag: boolean;
  /** Tells a version of each registration of a group, so that only those that changed are read. Absent = no. */
  readonly groupMembers?: boolean;
  /** Batches keep what others have set (`guards`, `trustsOwnWork`, `declassify`). Absent = no. */
  readonly guards?: boolean;
  /** So do links (`clear`, `guards`, `trustsOwnWork`, `keepsOthers`), and they can be tried. Absent = no. */
  readonly linkGuards?: boolean;
  /** A look tells what hangs on an element (`anchored`, `foreignLinks`). Absent = no. */
  readonly anchored?: boolean;
}

/** Who the store is, to notice that it was restored, wiped or exchanged. */
export interface StoreIdentity {
  readonly metadataCollectionId: string;
  /** Number of the last change; only servers with a change feed have one. */
  readonly changeSequence?: number;
  /** Set anew each time the database is made or restored; absent on a real Egeria. */
  readonly incarnation?: string;
}

/**
 * The metadata access server as the rest of the house sees it: the verbs of Egeria 6.1's open metadata store. Every
 * method may throw STORE_UNREACHABLE (retryable), STORE_REFUSED, STORE_NOT_AUTHORIZED, STORE_ANSWER_INVALID, and the
 * codes named. `signal` ends the wait, not what the server already does.
 */
export interface MetadataStore {
  capabilities(signal: AbortSignal): Promise<StoreCapabilities>;
  identity(signal: AbortSignal): Promise<StoreIdentity>;

  /** Undefined when there is none. */
  get(guid: string, options: ReadOptions, signal: AbortSignal): Promise<MetadataElement | undefined>;
  /** By `qualifiedName`, which is unique over live and archived elements. Undefined when there is none. */
  getByQualifiedName(
    qualifiedName: string,
    options: QueryOptions,
    signal: AbortSignal,
  ): Promise<MetadataElement | undefined>;
  /** One page, in a stable order. An empty search string finds everything. */
  findByString(search: string, options: SearchOptions, signal: AbortSignal): Promise<readonly MetadataElement[]>;
  find(
    conditions: Conditions | undefined,
    options: FindOptions,
    signal: AbortSignal,
  ): Promise<readonly MetadataElement[]>;
  related(
    guid: string,
    options: QueryOptions & {
      readonly relationshipTypeName?: string /** 1: the given element lies at end 1; 0: either. Default 0. */;
      readonly startingAtEnd?: 0 | 1 | 2;
    },
    signal: AbortSignal,
  ): Promise<readonly RelatedElement[]>;
  /** Relationships of one type from one element to another. */
  linksBetween(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    signal: AbortSignal,
  ): Promise<readonly ElementLink[]>;
  getRelationship(guid: string, options: ReadOptions, signal: AbortSignal): Promise<ElementLink | undefined>;
  /** Newest first. */
  history(guid: string, options: PageOptions, signal: AbortSignal): Promise<readonly MetadataElement[]>;

  /** The same store, asked and written to by somebody else, or under another right. */
  as(author: Author): MetadataStore;

  /** Returns the GUID. Throws ELEMENT_EXISTS when the qualified name is taken. */
  create(element: NewElement, signal: AbortSignal): Promise<string>;
  /** Returns the GUID. Throws ELEMENT_NOT_FOUND when there is no template, ELEMENT_EXISTS when the name is taken. */
  createFromTemplate(element: NewFromTemplate, signal: AbortSignal): Promise<string>;
  /** Returns whether anything changed. */
  update(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    source: ExternalSource | undefined,
    signal: AbortSignal,
  ): Promise<boolean>;
  classify(guid: string, name: string, properties: Properties, signal: AbortSignal): Promise<void>;
  declassify(guid: string, name: string, signal: AbortSignal): Promise<void>;
  /** Returns the GUID of the relationship; relating the same ends again returns the same. */
  relate(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    properties: Properties,
    signal: AbortSignal,
  ): Promise<string>;
  updateRelationship(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    signal: AbortSignal,
  ): Promise<void>;
  unrelate(guid: string, signal: AbortSignal): Promise<void>;
  setEffectivity(of: EffectivityTarget, effectivity: Effectivity, signal: AbortSignal): Promise<void>;
  /** Whether the element can be seen in the zones that the server publishes to. */
  setPublished(guid: string, isPublished: boolean, signal: AbortSignal): Promise<void>;
  delete(guid: string, options: DeleteOptions, signal: AbortSignal): Promise<void>;

  /** Applies many idempotent writes in one request and one transaction (see `Batch`). */
  writeBatch(batch: Batch, signal: AbortSignal): Promise<BatchResult>;
  /**
   * Waits up to `waitMs` for changes after `after`. Throws CHANGES_TOO_OLD.
   *
   * @param options.types - tells only of elements and relationships of these types and their subtypes; a server may
   *   tell of others too. Default: of all
   */
  changes(
    after: number,
    options: { readonly waitMs: number; readonly limit: number; readonly types?: readonly string[] },
    signal: AbortSignal,
  ): Promise<ChangePage>;
}

/** One change, told after its commit. Never act on its content: read the element again. */
export interface MetadataChange {
  readonly sequence: number;
  /** Egeria 6.1's OpenMetadataEventType. */
  readonly eventType: string;
  /** Epoch ms, if the server tells. */
  readonly time?: number;
  readonly guid: string;
  readonly typeName: string;
  readonly superTypeNames: readonly string[];
  /** Relationship changes only. */
  readonly end1Guid?: string;
  readonly end2Guid?: string;
}

export interface ChangePage {
  readonly changes: readonly MetadataChange[];
  /** Pass as `after` next time. */
  readonly next: number;
}

import type {
  Batch,
  BatchResult,
  Classification,
  DeleteMethod,
  ElementOrigin,
  ElementVersions,
  ExternalSource,
  Grant,
  MetadataElement,
  Properties,
  QueryOptions,
  ReadOptions,
  Relationship,
  StoreCapabilities,
  StoreIdentity,
} from '@isthmus/model';
import type {
  FindOptions,
  FindRelationshipOptions,
  HistoryOptions,
  RelatedOptions,
  StringSearchOptions,
} from './find-options.js';

export type {
  ClassificationConditions,
  ElementStatus,
  FindOptions,
  FindRelationshipOptions,
  HistoryOptions,
  Places,
  RelatedOptions,
  StoreCondition,
  StoreConditions,
  StoreOperator,
  StringSearchOptions,
  TextPattern,
} from './find-options.js';

/** Who writes, and for whom. */
export interface Writer {
  /** Recorded as creator, updater and maintainer. */
  readonly userId: string;
  /** Owner of what is created; an element of an external source is only changed by naming that source. */
  readonly externalSource?: ExternalSource;
  /** Recorded as `lastRequestId`. */
  readonly requestId?: string;
  /** A token lower than the highest seen for its slot: GRANT_SUPERSEDED. */
  readonly grant?: Grant;
}

export interface StoredVersions extends ElementVersions {
  /** Everybody who ever wrote it, in order of their first write; 20 at most. */
  readonly maintainedBy: readonly string[];
  readonly lastRequestId?: string;
}

/** Epoch milliseconds, UTC; absent = unbounded. */
export interface Effectivity {
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
}

export interface StoredClassification extends Classification, Effectivity {
  readonly origin: ElementOrigin;
  readonly versions: StoredVersions;
}

/**
 * An element with all header facts. Its anchor shows as the classification `Anchors` with `anchorTypeName`,
 * `anchorDomainName` and, unless it is its own anchor, `anchorGUID`.
 */
export interface StoredElement extends MetadataElement {
  readonly versions: StoredVersions;
  readonly classifications: readonly StoredClassification[];
}

export interface StoredRelationship extends Relationship, Effectivity {
  readonly status: 'ACTIVE' | 'DELETED';
  readonly origin: ElementOrigin;
  readonly versions: StoredVersions;
}

export interface StoredRelated {
  readonly relationship: StoredRelationship;
  readonly element: StoredElement;
  /** Whether `element` lies at end 1 of the relationship. */
  readonly elementAtEnd1: boolean;
}

export interface StoredLink {
  readonly relationship: StoredRelationship;
  readonly end1: StoredElement;
  readonly end2: StoredElement;
}

export interface NewStoredElement extends Effectivity {
  /** One that no element has, nor had. Default: a new one. */
  readonly guid?: string;
  readonly typeName: string;
  readonly properties: Properties;
  readonly classifications?: Readonly<Record<string, NewClassification>>;
  /** GUID of the anchor. */
  readonly anchorGuid?: string;
  /** Default true unless `anchorGuid` is given. With neither, the element has no Anchors classification. */
  readonly isOwnAnchor?: boolean;
  readonly anchorScopeGuids?: readonly string[];
  readonly parent?: {
    readonly guid: string;
    readonly relationshipTypeName: string;
    /** Default true. */
    readonly parentAtEnd1?: boolean;
    readonly properties?: Properties;
  } & Effectivity;
}

export interface NewClassification extends Effectivity {
  readonly properties: Properties;
}

/** An element of a graph by its place, or one that is there by its GUID. */
export type GraphEnd = number | string;

/** Elements that are created together with the links between them. */
export interface NewGraph {
  readonly elements: readonly (NewStoredElement & {
    /** Place of an earlier element that it is anchored to. */
    readonly anchorAt?: number;
    /** Whether a live element of that name is taken as it is instead. Default false. */
    readonly reuse?: boolean;
  })[];
  readonly links: readonly {
    readonly typeName: string;
    readonly end1: GraphEnd;
    readonly end2: GraphEnd;
    readonly properties?: Properties;
  }[];
}

export interface GraphOptions extends ReadOptions {
  /** How many relationships to elements beyond the graph are told at most. Default 0. */
  readonly outside?: number;
}

export interface AnchoredGraph {
  readonly element: StoredElement;
  readonly anchoredElements: readonly StoredElement[];
  /** Between these elements; with `outside` also those that leave them, after those between. */
  readonly relationships: readonly StoredLink[];
  /** False when more than the 10,000 elements shown are anchored. */
  readonly complete: boolean;
}

export interface DeleteOptions {
  /** Default LOOK_FOR_LINEAGE: ARCHIVE when lineage relationships hang on it, else SOFT_DELETE. */
  readonly method?: DeleteMethod;
  /** Accepted for Egeria's sake: what is anchored to the element always goes with it, as on a real server. */
  readonly cascade?: boolean;
  readonly archiveDate?: number;
  readonly archiveProcess?: string;
  readonly archiveProperties?: Readonly<Record<string, string>>;
  /** Needed to delete what is archived already. */
  readonly forLineage?: boolean;
}

/** One change of the log. `eventType` is Egeria 6.1's OpenMetadataEventType. Read the element again to act on it. */
export interface StoredChange {
  readonly sequence: number;
  readonly eventType: ChangeEventType;
  /** Of the element or relationship. */
  readonly guid: string;
  readonly typeName: string;
  readonly superTypeNames: readonly string[];
  readonly time: number;
  readonly userId: string;
  /** Classification changes only. */
  readonly classificationName?: string;
  /** Relationship changes only. */
  readonly end1Guid?: string;
  readonly end2Guid?: string;
}

export type ChangeEventType =
  | 'NEW_ELEMENT_CREATED'
  | 'ELEMENT_UPDATED'
  | 'ELEMENT_DELETED'
  | 'ELEMENT_CLASSIFIED'
  | 'ELEMENT_RECLASSIFIED'
  | 'ELEMENT_DECLASSIFIED'
  | 'ELEMENT_RESTORED'
  | 'ELEMENT_TYPE_CHANGED';

/**
 * The embedded store. Values are plain; wrapped ones exist in REST only. Reads see the last commit, writes are durable
 * when their promise resolves. Beside the codes named, every method may throw TYPE_UNKNOWN, TYPE_UNSUITABLE,
 * PARAMETER_INVALID (a page over the maximum, a negative start), STORAGE_FULL, and writes GRANT_SUPERSEDED.
 */
export interface ElementStore extends AsyncDisposable {
  capabilities(): StoreCapabilities;
  identity(): Promise<Required<StoreIdentity>>;

  /** @throws ELEMENT_NOT_FOUND, ELEMENT_ARCHIVED (without `forLineage`) */
  get(guid: string, options?: ReadOptions): Promise<StoredElement>;
  /** Undefined when there is none of this name (archived ones need `forLineage`) and type. */
  getByQualifiedName(qualifiedName: string, options?: QueryOptions): Promise<StoredElement | undefined>;
  /** Any string property contains (starts, ends with) the text. Empty text: everything. */
  findByString(search: string, options?: StringSearchOptions): Promise<readonly StoredElement[]>;
  find(options?: FindOptions): Promise<readonly StoredElement[]>;
  /** Ignores paging. */
  count(options?: FindOptions): Promise<number>;
  /** @throws ELEMENT_NOT_FOUND, ELEMENT_ARCHIVED for the starting element */
  related(
    guid: string,
    options?: RelatedOptions,
  ): Promise<{ readonly startingElement: StoredElement; readonly related: readonly StoredRelated[] }>;
  /** What relationships of these types lead to from each of the elements, oldest first. All of one state. */
  relatedFrom(
    guids: readonly string[],
    typeNames: readonly string[],
  ): Promise<ReadonlyMap<string, readonly StoredRelated[]>>;
  /** Relationships between two elements, whichever lies at end 1. */
  relationshipsBetween(guid1: string, guid2: string, options?: RelatedOptions): Promise<readonly StoredLink[]>;
  findRelationships(options?: FindRelationshipOptions): Promise<readonly StoredLink[]>;
  countRelationships(options?: FindRelationshipOptions): Promise<number>;
  /** @throws ELEMENT_NOT_FOUND */
  getRelationship(guid: string, options?: ReadOptions): Promise<StoredLink>;
  anchoredGraph(guid: string, options?: GraphOptions): Promise<AnchoredGraph>;
  /** Former versions and the current one. @throws ELEMENT_NOT_FOUND */
  history(guid: string, options?: HistoryOptions): Promise<readonly StoredElement[]>;
  classificationHistory(
    guid: string,
    classificationName: string,
    options?: HistoryOptions,
  ): Promise<readonly StoredClassification[]>;
  relationshipHistory(guid: string, options?: HistoryOptions): Promise<readonly StoredLink[]>;

  /**
   * Every write checks its grant in its transaction. This is for work that reads before it writes: a superseded writer
   * is told so first. @throws GRANT_SUPERSEDED
   */
  checkGrant(grant: Grant): Promise<void>;

  /**
   * Returns the GUID. The name of a soft-deleted element restores that element.
   *
   * @throws ELEMENT_EXISTS, PARAMETER_MISSING (`qualifiedName`), PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG, ELEMENT_NOT_FOUND
   * (anchor or parent; `details.parameter` says which)
   */
  create(writer: Writer, element: NewStoredElement): Promise<string>;
  /** Several in one transaction, all or none. Returns their GUIDs in the same order. @throws as `create` */
  createGraph(writer: Writer, graph: NewGraph): Promise<readonly string[]>;
  /**
   * Returns whether anything changed; if not, the version stays. `replace` keeps the qualified name when none is given.
   *
   * @throws ELEMENT_NOT_FOUND, ELEMENT_ARCHIVED, ELEMENT_EXISTS, ELEMENT_OWNED_ELSEWHERE, PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG
   */
  update(
    writer: Writer,
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    options?: ReadOptions,
  ): Promise<boolean>;
  updateEffectivity(writer: Writer, guid: string, effectivity: Effectivity, options?: ReadOptions): Promise<boolean>;
  /** `SOFT_DELETE` is undone by creating the name again, `ARCHIVE` = classification Memento. */
  delete(writer: Writer, guid: string, options?: DeleteOptions): Promise<void>;
  /** Same as delete with method ARCHIVE. */
  archive(writer: Writer, guid: string, options?: DeleteOptions): Promise<void>;
  /** Adds the zones to classification ZoneMembership (publish) or takes them away (withdraw). */
  setZones(writer: Writer, guid: string, zones: readonly string[]): Promise<boolean>;

  /** Attaches the classification, or replaces its properties. Returns whether anything changed. */
  classify(
    writer: Writer,
    guid: string,
    name: string,
    classification: NewClassification,
    options?: ReadOptions,
  ): Promise<boolean>;
  /** A classification that is not there: false. `replace` with no properties clears it. */
  updateClassification(
    writer: Writer,
    guid: string,
    name: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    options?: ReadOptions,
  ): Promise<boolean>;
  updateClassificationEffectivity(
    writer: Writer,
    guid: string,
    name: string,
    effectivity: Effectivity,
    options?: ReadOptions,
  ): Promise<boolean>;
  /** Returns whether it was there. */
  declassify(writer: Writer, guid: string, name: string, options?: ReadOptions): Promise<boolean>;

  /**
   * Returns the GUID. The same ends again return the same GUID, with the properties given, unless the type allows
   * several links. `makeAnchor` anchors end 2 to end 1.
   */
  relate(
    writer: Writer,
    relationship: {
      readonly typeName: string;
      readonly end1Guid: string;
      readonly end2Guid: string;
      readonly properties?: Properties;
      readonly makeAnchor?: boolean;
      readonly anchorScopeGuids?: readonly string[];
    } & Effectivity,
    options?: ReadOptions,
  ): Promise<string>;
  updateRelationship(writer: Writer, guid: string, properties: Properties, mode: 'merge' | 'replace'): Promise<boolean>;
  updateRelationshipEffectivity(writer: Writer, guid: string, effectivity: Effectivity): Promise<boolean>;
  /** @throws ELEMENT_NOT_FOUND */
  deleteRelationship(writer: Writer, guid: string): Promise<void>;

  /** See `Batch` in the model: one transaction, a result per item, the same id answers the same. */
  writeBatch(writer: Writer, batch: Batch): Promise<BatchResult>;
  /**
   * The same for a batch as it was sent, JSON in UTF-8, with a result as JSON: who answers requests builds neither.
   *
   * @throws REQUEST_INVALID, `details.field` names the place, e.g. `operations[17].typeName`
   */
  writeBatchText(writer: Writer, body: Uint8Array): Promise<string>;

  /**
   * Up to `limit` changes after the given one (0 = from the oldest kept), of them those of the types wanted (undefined =
   * all) and their subtypes; `next` is where to go on. @throws CHANGES_TOO_OLD
   */
  changes(
    after: number,
    limit: number,
    ofTypes?: ReadonlySet<string>,
  ): Promise<{ readonly changes: readonly StoredChange[]; readonly next: number }>;
  /** Resolves true when there is a change after `after`, false when `waitMs` passed first; rejects when aborted. */
  waitForChange(after: number, waitMs: number, signal: AbortSignal): Promise<boolean>;
  /**
   * Something that changes when anything changes that a daemon reads of this group: the group, its registrations,
   * connectors, connections, connector types, endpoints and the links between them. Undefined: no such group.
   */
  groupVersion(groupGuid: string): Promise<string | undefined>;
  /** That version, and one of each registration of its own: one that did not change need not be read again. */
  groupMembers(groupGuid: string): Promise<GroupMembers | undefined>;
}

export interface GroupMembers {
  readonly version: string;
  /** In the order of registering. */
  readonly members: readonly {
    readonly registrationGuid: string;
    readonly connectorGuid: string;
    readonly version: string;
  }[];
}

/**
 * Open metadata elements with plain values inside. Egeria's wrapped property values exist only in adapters and REST
 * faces. Names of verbs, types and properties are those of Egeria 6.1's open metadata store.
 */

/** A property value: string, number, boolean; dates are epoch milliseconds (UTC); enums their symbolic name; arrays; maps. */
export type PropertyValue =
  | string
  | number
  | boolean
  | readonly PropertyValue[]
  | { readonly [key: string]: PropertyValue };
export type Properties = Readonly<Record<string, PropertyValue>>;

export interface ElementOrigin {
  readonly originCategory:
    | 'LOCAL_COHORT'
    | 'EXTERNAL_SOURCE'
    | 'CONTENT_PACK'
    | 'CONFIGURATION'
    | 'UNKNOWN'
    | 'EXPORT_ARCHIVE'
    | 'DEREGISTERED_REPOSITORY';
  readonly homeMetadataCollectionId: string;
  readonly homeMetadataCollectionName: string;
}

export interface ElementVersions {
  readonly createdBy: string;
  readonly updatedBy?: string;
  /** Epoch milliseconds, UTC. */
  readonly createTime: number;
  readonly updateTime?: number;
  /** Starts at 1, grows by one per change. */
  readonly version: number;
}

export interface Classification {
  readonly classificationName: string;
  readonly properties: Properties;
  /** Epoch milliseconds; absent = from ever, for ever. */
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
  /** User who gave it, where the server tells. */
  readonly createdBy?: string;
}

export interface MetadataElement {
  /** Looks like `DataFile-<uuid>`; never parse it. */
  readonly guid: string;
  readonly typeName: string;
  /** Nearest first. */
  readonly superTypeNames: readonly string[];
  readonly status: 'ACTIVE' | 'INVALID' | 'DELETED' | 'UNKNOWN' | 'OTHER';
  readonly origin: ElementOrigin;
  readonly versions: ElementVersions;
  readonly classifications: readonly Classification[];
  readonly properties: Properties;
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
}

export interface Relationship {
  readonly guid: string;
  readonly typeName: string;
  readonly properties: Properties;
  readonly versions: ElementVersions;
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
}

/** An element at the other end of a relationship of the element asked about. */
export interface RelatedElement {
  readonly relationship: Relationship;
  readonly element: MetadataElement;
  /** Whether `element` lies at end 1 of the relationship. */
  readonly elementAtEnd1: boolean;
}

/** A relationship with both ends. */
export interface ElementLink {
  readonly relationship: Relationship;
  readonly end1: { readonly guid: string; readonly uniqueName?: string };
  readonly end2: { readonly guid: string; readonly uniqueName?: string };
}

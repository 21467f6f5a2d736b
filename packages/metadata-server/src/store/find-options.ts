import type { ConditionOperator, MetadataElement, PageOptions, PropertyValue, QueryOptions } from '@isthmus/model';

export type StoreOperator =
  | ConditionOperator
  | 'NOT_LIKE'
  | 'CASE_INSENSITIVE_LIKE'
  | 'CASE_INSENSITIVE_NOT_LIKE'
  | 'CASE_INSENSITIVE_STARTS_WITH'
  | 'CASE_INSENSITIVE_ENDS_WITH'
  | 'CASE_INSENSITIVE_EQ';

export interface StoreCondition {
  readonly property?: string;
  readonly operator?: StoreOperator;
  readonly value?: PropertyValue;
  /** Instead of `operator` and `value`. */
  readonly pattern?: TextPattern;
  /** Instead of all above. */
  readonly nested?: StoreConditions;
}

/** Letters one after the other, undefined where any may stand. */
export type Places = readonly (string | undefined)[];

/** What a whole text must be like. Plain, as options cross threads. */
export interface TextPattern {
  readonly ignoreCase: boolean;
  /** With anything between them: the first is at the start of the text, the last at its end. */
  readonly runs: readonly Places[];
}

/** LIKE is plain "contains", as on a real 6.1; a property that the element does not have is null. */
export interface StoreConditions {
  readonly matchCriteria: 'ALL' | 'ANY' | 'NONE';
  readonly conditions: readonly StoreCondition[];
}

export interface ClassificationConditions {
  readonly matchCriteria: 'ALL' | 'ANY' | 'NONE';
  readonly conditions: readonly { readonly name: string; readonly conditions?: StoreConditions }[];
}

export type ElementStatus = MetadataElement['status'];

/** Default order: LAST_UPDATE_RECENT. Every order ends in a tie-break, so pages never overlap while nothing changes. */
export interface FindOptions extends QueryOptions {
  /** Narrows `typeName` to these subtypes (and theirs). */
  readonly subtypeNames?: readonly string[];
  /** Default ACTIVE. DELETED shows soft-deleted elements too. */
  readonly statuses?: readonly ElementStatus[];
  readonly conditions?: StoreConditions;
  /** Some string property is like this. */
  readonly pattern?: TextPattern;
  readonly classifications?: ClassificationConditions;
  readonly skipClassifiedElements?: readonly string[];
  readonly includeOnlyClassifiedElements?: readonly string[];
  /** Elements anchored to this one, and itself. */
  readonly anchorGuid?: string;
  /** Elements whose anchor belongs to this domain, e.g. `Asset`. */
  readonly anchorDomainName?: string;
  readonly anchorScopeGuid?: string;
}

export interface StringSearchOptions extends FindOptions {
  readonly startsWith?: boolean;
  readonly endsWith?: boolean;
  /** Default true. */
  readonly ignoreCase?: boolean;
}

export interface RelatedOptions extends FindOptions {
  /** This type and its subtypes. Default: every type. */
  readonly relationshipTypeName?: string;
  /** 1: the given element lies at end 1; 2: at end 2; anything else: either. Default 0. */
  readonly startingAtEnd?: number;
}

export interface FindRelationshipOptions extends QueryOptions {
  /** `typeName` is the relationship type here. */
  readonly end1Guids?: readonly string[];
  readonly end2Guids?: readonly string[];
  /** How `end1Guids` and `end2Guids` go together. Default BOTH. */
  readonly endMatch?: 'BOTH' | 'ANY' | 'NONE';
  readonly conditions?: StoreConditions;
}

export interface HistoryOptions extends PageOptions {
  readonly fromTime?: number;
  readonly toTime?: number;
  /** Default false: newest first. */
  readonly oldestFirst?: boolean;
}

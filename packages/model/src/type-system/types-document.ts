/** The document that a `TypeSystem` is made of: facts of one release of the open metadata types. Names are unique over all sections. */
export interface TypesDocument {
  readonly release: string;
  readonly primitives: readonly PrimitiveFacts[];
  readonly collections: readonly CollectionFacts[];
  readonly enums: readonly EnumFacts[];
  readonly entities: readonly TypeFacts[];
  readonly relationships: readonly RelationshipFacts[];
  readonly classifications: readonly ClassificationFacts[];
}

export interface PrimitiveFacts {
  readonly name: string;
  readonly guid: string;
  /** `OM_PRIMITIVE_TYPE_STRING` and so on. */
  readonly category: string;
}

export interface CollectionFacts {
  /** `map<string,int>`, `array<string>`. */
  readonly name: string;
  readonly guid: string;
  /** `OM_COLLECTION_MAP` or `OM_COLLECTION_ARRAY`. */
  readonly category: string;
  /** Categories of the primitives: key and value of a map, element of an array. */
  readonly arguments: readonly string[];
}

export interface EnumFacts {
  readonly name: string;
  readonly guid: string;
  readonly values: readonly { readonly ordinal: number; readonly name: string }[];
  readonly defaultValue?: string;
}

export interface AttributeFacts {
  readonly name: string;
  /** Name of a primitive, a collection or an enum. */
  readonly type: string;
  /** Default AT_MOST_ONE. */
  readonly cardinality?: string;
  /** Default false. */
  readonly unique?: boolean;
  readonly deprecated?: boolean;
}

export interface TypeFacts {
  readonly name: string;
  readonly guid: string;
  readonly superType?: string;
  readonly deprecated?: boolean;
  /** Own attributes; inherited ones come from the supertype. */
  readonly attributes: readonly AttributeFacts[];
}

export interface RelationshipEnd {
  readonly entityType: string;
  /** The role of the element at this end, e.g. `homeFolder`. */
  readonly attributeName: string;
  /** How many elements may lie at this end of one at the other; not enforced, as on a real server. */
  readonly cardinality: string;
}

export interface RelationshipFacts extends TypeFacts {
  readonly end1: RelationshipEnd;
  readonly end2: RelationshipEnd;
  /** Whether the same two elements may be linked more than once. Default false. */
  readonly multiLink?: boolean;
}

export interface ClassificationFacts extends TypeFacts {
  readonly validEntityTypes: readonly string[];
  readonly propagatable?: boolean;
}

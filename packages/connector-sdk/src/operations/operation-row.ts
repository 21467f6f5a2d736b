import type { Properties } from '@isthmus/model';

/** What an operation does; inputs and outputs follow from it (`operation-input.ts`). */
export type OperationVerb =
  | 'create'
  | 'createFromTemplate'
  | 'update'
  | 'delete'
  | 'archive'
  | 'get'
  | 'find'
  | 'findByName'
  | 'related'
  | 'history'
  | 'link'
  | 'updateLink'
  | 'unlink'
  | 'getLink'
  | 'classify'
  | 'declassify'
  | 'publish'
  | 'withdraw'
  | 'setEffectivity'
  | SpecialVerb;

/** What is more than one macro over the store. */
export type SpecialVerb =
  | 'createFolders'
  | 'addFile'
  | 'addExternalIdentifier'
  | 'removeExternalIdentifier'
  | 'confirmSynchronization'
  | 'findByExternalIdentifier'
  | 'setTranslation'
  | 'clearTranslation'
  | 'getTranslation'
  | 'getTranslations'
  | 'setMetadataValue'
  | 'clearMetadataValue'
  | 'validateMetadataValue'
  | 'getMetadataValues'
  | 'findMissing'
  | 'getChanges';

/** One operation of a context as data: an interpreter carries it out. Type names are those of 6.1. */
export interface OperationRow {
  /** Unique in its kind. */
  readonly name: string;
  readonly verb: OperationVerb;
  readonly direction: 'read' | 'write';
  /** Entity, relationship or classification that it is about; subtypes may be named in the input. Absent: the input names it. */
  readonly type?: string;
  /** Of `create`: how the element hangs on its parent. */
  readonly parent?: ParentRule;
  /** Of `create`: always attached. Of `find`: only elements that have them. */
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** Of `create`: inputs that name elements to be linked with the new one. */
  readonly links?: Readonly<Record<string, LinkRule>>;
  /** Of `create` and `update`: what is set besides what the input says. */
  readonly set?: Properties;
  /** Of `update`: a date property that becomes now. */
  readonly stamp?: string;
  /** Of `find`: one property -> the values of which it has one. Such an operation takes no conditions. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** Of `findByName`: properties that hold a name. */
  readonly names?: readonly string[];
  /** Of `related`: the relationship, and the end at which the given element lies. */
  readonly by?: { readonly relationship: string; readonly from: 1 | 2 };
  /** Of `related`: the root schema of this type is gone through where the given element is no schema itself. */
  readonly through?: string;
  /** Of `create` without a qualified name: properties by which the element is known among those of its parent. */
  readonly knownBy?: readonly string[];
}

export interface ParentRule {
  readonly relationship: string;
  /** End of the relationship at which the parent lies. */
  readonly at: 1 | 2;
  /** Whether a new element must name its parent. */
  readonly needed: boolean;
  /** Whether the element is anchored where its parent is, or to the parent itself, so that it goes with that alone. */
  readonly anchors: boolean | 'parent';
  readonly properties?: Properties;
  /** Parents that are no schema get a root schema of this type between (relationship Schema). */
  readonly through?: string;
  /** Without a parent in the input it is the integration connector itself. */
  readonly connector?: true;
}

export interface LinkRule {
  readonly relationship: string;
  /** End at which the named element lies. */
  readonly at: 1 | 2;
}

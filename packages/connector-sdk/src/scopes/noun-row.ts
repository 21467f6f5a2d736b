import type { Properties } from '@isthmus/model';

/** How an author gives an attribute: times as epoch milliseconds, an enum as one of its symbols. */
export type AttributeKind = 'text' | 'number' | 'flag' | 'time' | 'texts' | 'textMap' | 'numberMap' | readonly string[];
export type AttributeRows = Readonly<Record<string, AttributeKind>>;

/** A word of a kind (`table`, `topic`): how such a thing stands in open metadata. Types and ends as in 6.1. */
export interface NounRow {
  readonly type: string;
  /** The general type that its qualified name begins with. Default: `type`. */
  readonly root?: string;
  /** Types that an author may name instead of `type`; `any` = of any subtype of `root`. */
  readonly subtypes?: readonly string[] | 'any';
  readonly attributes?: AttributeRows;
  /** Attributes that stand in a classification. */
  readonly classified?: Readonly<Record<string, AttributeRows>>;
  /** Classifications that each has, with their properties. */
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** By noun. The first is meant when the author does not say. */
  readonly parents?: Readonly<Record<string, ParentRow>>;
  readonly parts?: Readonly<Record<string, PartRow>>;
  readonly links?: Readonly<Record<string, LinkRow>>;
  /** Set where parts would otherwise be called as those of another noun of the same path. */
  readonly mark?: string;
}

export interface ParentRow {
  readonly relationship: string;
  /** Root type of what holds the thing, at the parent's path: the parent itself or a part of it. */
  readonly holder: string;
  /** The parent's mark, when the holder is a part of it. */
  readonly mark?: string;
  /** Default true. */
  readonly parentAtEnd1?: boolean;
  readonly properties?: Properties;
  /** Root type of what the thing is anchored to, at the parent's path. Default: the thing is its own anchor. */
  readonly anchor?: string;
}

export interface PartRow {
  readonly type: string;
  /** From what holds the part (at end 1) to the part. */
  readonly relationship: string;
  /**
   * `list`: the author lists them, each with a name; `one`: the author describes it under this name; `always`: it is
   * there without being described, and what lies in it is described with what holds it; `flag`: as `always`, when the
   * author says `true` under this name.
   */
  readonly given: 'list' | 'one' | 'always' | 'flag';
  /** Property of the link that says which place the part has, from 0. */
  readonly placedBy?: string;
  readonly attributes?: AttributeRows;
  readonly classified?: Readonly<Record<string, AttributeRows>>;
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** Relationship by which parts of the same list lie in one of them, under the same name. */
  readonly nestedBy?: string;
  readonly parts?: Readonly<Record<string, PartRow>>;
  readonly links?: Readonly<Record<string, LinkRow>>;
}

/** A relationship to something that may be told later, in another scope or by another connector. */
export interface LinkRow {
  readonly relationship: string;
  /** Root type of the other end; absent: authors name the other by its qualified name. */
  readonly to?: string;
  /** Default true. */
  readonly selfAtEnd1?: boolean;
  readonly attributes?: AttributeRows;
}

export type NounRows = Readonly<Record<string, NounRow>>;

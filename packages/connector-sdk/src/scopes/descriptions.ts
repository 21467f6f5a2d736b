import type { Properties } from '@isthmus/model';
import type { ItemLink } from '../host-port.js';
import type { AttributeKind, AttributeRows, LinkRow, NounRow, PartRow } from './noun-row.js';

/** What authors say of anything. Texts that are empty are kept; what is undefined is not told. */
export interface DescribedFacts {
  /** For people. Default: the last name. */
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
  readonly versionIdentifier?: string | undefined;
  readonly url?: string | undefined;
  readonly category?: string | undefined;
  /** What the type has no attribute for. */
  readonly additionalProperties?: Readonly<Record<string, string>> | undefined;
  /** Attributes of the type that have no word here. */
  readonly properties?: Properties | undefined;
  readonly classifications?: Readonly<Record<string, Properties>> | undefined;
  /** Relationships that have no word here. */
  readonly linked?: readonly ItemLink[] | undefined;
}

export interface ThingFacts extends DescribedFacts {
  /**
   * The names that lead to the thing from its source, outermost first, e.g. database, schema and table. They make its
   * qualified name, and with the last one cut off they name its parent.
   */
  readonly names: readonly string[];
  /** Unique in the scope. Default: type and names. */
  readonly key?: string | undefined;
  /** What is compared by `keep`. Absent: the thing is always sent. */
  readonly sourceVersion?: string | undefined;
  /**
   * When the source says that it was changed last, epoch ms: decides under the field policy `newest`. Absent: the run that
   * finds a change takes it for as new as itself.
   */
  readonly changedAt?: number | undefined;
  /** Name of the scope that lists what lies in it: when the thing disappears, that goes with it. */
  readonly opens?: string | undefined;
}

/** Something else: by its names, when this source has it, or by its qualified name. */
export type Reference = readonly string[] | QualifiedReference;
export interface QualifiedReference {
  readonly qualifiedName: string;
}

type Value<A extends AttributeKind> = A extends 'text'
  ? string
  : A extends 'number' | 'time'
    ? number
    : A extends 'flag'
      ? boolean
      : A extends 'texts'
        ? readonly string[]
        : A extends 'textMap'
          ? Readonly<Record<string, string>>
          : A extends 'numberMap'
            ? Readonly<Record<string, number>>
            : A extends readonly (infer S)[]
              ? S
              : never;

type Attributes<R> = R extends AttributeRows ? { readonly [A in keyof R]?: Value<R[A]> | undefined } : unknown;
type Merged<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
type AllOf<R> = R extends Readonly<Record<string, unknown>> ? R[keyof R] : never;

type Referred<L> = L extends { readonly to: string } ? Reference : QualifiedReference;
type Linked<L extends LinkRow> = L extends { readonly attributes: infer A extends AttributeRows }
  ? Referred<L> | ({ readonly to: Referred<L> } & Attributes<A>)
  : Referred<L>;
type Links<R> = R extends { readonly links: infer L extends Readonly<Record<string, LinkRow>> }
  ? { readonly [N in keyof L]?: readonly Linked<L[N]>[] | undefined }
  : unknown;

/** What may be said of a row itself, beside its parts. */
type Own<R> = Attributes<R extends { readonly attributes: infer A } ? A : undefined> &
  (R extends { readonly classified: infer C } ? Merged<AllOf<{ [N in keyof C]: Attributes<C[N]> }>> : unknown) &
  Links<R>;

type Parts<R> = R extends { readonly parts: infer P extends Readonly<Record<string, PartRow>> }
  ? {
      readonly [N in keyof P as P[N]['given'] extends 'list' ? N : never]?: readonly ListedPart<P[N], N>[] | undefined;
    } & {
      readonly [N in keyof P as P[N]['given'] extends 'one' ? N : never]?: OnePart<P[N]> | undefined;
    } & { readonly [N in keyof P as P[N]['given'] extends 'flag' ? N : never]?: boolean | undefined } & Merged<
        AllOf<{ [N in keyof P as P[N]['given'] extends 'always' | 'flag' ? N : never]: Parts<P[N]> }>
      >
  : unknown;

/** A part of a list. Its name identifies it; it may be empty and may repeat. */
export type ListedPart<P extends PartRow, N extends PropertyKey> = { readonly name: string } & OnePart<P> &
  (P extends { readonly nestedBy: string } ? { readonly [L in N]?: readonly ListedPart<P, N>[] | undefined } : unknown);
type OnePart<P extends PartRow> = DescribedFacts & Own<P> & Parts<P>;

type ParentOf<R> = R extends { readonly parents: infer P }
  ? {
      /** Which noun lies above, by its names or its qualified name; `none`: nothing does. Default: by its own names. */
      readonly parent?: 'none' | { [N in keyof P]: { readonly [M in N]: Reference } }[keyof P] | undefined;
    }
  : unknown;
type TypeOf<R> = R extends { readonly subtypes: infer S }
  ? { readonly typeName?: (S extends readonly (infer T)[] ? T : string) | undefined }
  : unknown;

/** What an author says of a thing, from the row of its noun. */
export type Description<R extends NounRow> = ThingFacts & TypeOf<R> & ParentOf<R> & Own<R> & Parts<R>;

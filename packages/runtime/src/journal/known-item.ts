import type { ItemDigest } from '@isthmus/connector-host';
import type { SourceItem } from '@isthmus/connector-sdk';
import type { Properties, PropertyValue } from '@isthmus/model';
import type { RunMark } from './run-record.js';

/** Who owns the memory of a source: follows the connector when it moves between groups. */
export interface SyncOwner {
  readonly metadataCollectionId: string;
  readonly connectorGuid: string;
  /** Name of the target; empty for the connector's own root. */
  readonly target: string;
}

/** What the sync engine remembers of one item. */
export interface KnownItem {
  readonly scope: string;
  readonly key: string;
  /** Empty: the item is ours, but what the store holds of it is not known for certain, so it is compared again. */
  readonly hash: string;
  /**
   * Beside an empty hash: what it becomes once the parts that the item lost are gone, unless others touch it before. Only
   * where it becomes known.
   */
  readonly awaits?: string;
  readonly sourceVersion?: string;
  readonly opens?: string;
  /** Of the item's own element first, then of its parts. */
  readonly qualifiedNames: readonly string[];
  /**
   * Beside each qualified name: type and names of the properties that were written, maps by their keys
   * (`DataFile,additionalProperties.size,displayName`), so that vanished ones are cleared.
   */
  readonly shapes?: readonly string[];
  /**
   * `unconfirmed`: a certified run did not list it, but it was kept because too much was missing at once or another
   * medium was listed; people decide, or the source does when it shows such an item of the scope again.
   * `outside`: it fell out of the listing when root, filter or template of names changed; its absence means nothing.
   * `holding`: a certified run did not list it, but something that is to stay is anchored to it and would go with it.
   * `gone`: its source told among changes that it is gone; it goes when a run over changes is over.
   */
  readonly absence?: Absence;
  /** Relationships that it tells beside those to parents. Only where it becomes known with a hash; absent = as they were. */
  readonly links?: readonly ToldLink[];
  /**
   * Beside each shape: prints of the values that were written, six characters for each field in the order of the shape.
   * Empty: not known. Told by `knownItem` and `knownItems` alone.
   */
  readonly prints?: readonly string[];
  /** The store was restored or exchanged since: what it holds has nothing to do with the prints. */
  readonly isOfLostStore?: true;
  /**
   * Hash of a content of the source that people took back: it is not written until the source has another one. Empty: they
   * took back its removal, so its absence means nothing until the source lists it again.
   */
  readonly undone?: string;
  /** Number of the writing run that made all of it; of what undo brings back alone. */
  readonly madeIn?: number;
  /** Fields in which the metadata server differs from the source, as others set them and the policy lets them. */
  readonly held?: HeldFields;
}

/** What it takes of an item to tell whether it is as it was known. */
export interface KnownState {
  readonly key: string;
  readonly hash: string;
  readonly sourceVersion?: string | undefined;
  readonly opens?: string | undefined;
  readonly absence?: Absence | undefined;
  readonly undone?: string | undefined;
}

/** A scope whose items are all known as a listing told them. */
export interface ListedScope {
  /** The medium on which it was listed last, as far as it is known. */
  readonly place: string | undefined;
}

/** Items that are no longer listed and wait for people. */
export interface WithheldItems {
  readonly absence: Absence;
  readonly count: number;
  /** Qualified name of one of them. */
  readonly example: string;
}

/** An item that the metadata server refused, as its source told it. */
export interface RefusedItem {
  readonly scope: string;
  readonly digest: ItemDigest;
  readonly body: SourceItem;
}

/** A scope that a complete run has not opened although it has items, and that lies below no item. */
export interface LeftScope {
  readonly name: string;
  readonly itemCount: number;
  readonly exampleKey: string;
  /** A complete run before has told it. */
  readonly wasLeft: boolean;
}

/** A relationship between two elements, by qualified name. */
export interface KnownLink {
  readonly typeName: string;
  readonly end1: string;
  readonly end2: string;
  /** The end that is not the item's own. */
  readonly other: string;
  readonly properties?: Properties;
}

/** A relationship as an item tells it. */
export interface ToldLink extends KnownLink {
  /** When the source says that it changed last, epoch ms. */
  readonly changedAt?: number;
}

/** What is known of a relationship that is not, or perhaps not, as its item told it when it was written last. */
export interface LinkMemory {
  /** Nothing was ever written, as far as is known. */
  readonly isNew?: true;
  /** By property: prints of what may have been written, one after the other. Absent: what the item tells now. */
  readonly written?: Readonly<Record<string, string>>;
  /** Properties that stay as others have set them. */
  readonly held?: Readonly<Record<string, HeldField>>;
  /** See `ToldLink`. */
  readonly changedAt?: number;
}

/** A relationship that is not as it is wanted. */
export interface OpenLink extends KnownLink {
  readonly id: number;
  /** False: the item no longer tells it. */
  readonly isWanted: boolean;
  /** Absent: what the item tells was written. */
  readonly memory?: LinkMemory;
}

export interface SettledLink {
  readonly link: OpenLink;
  readonly isDone: boolean;
  /** The store made it, or took it away: it was not so before. */
  readonly isChanged: boolean;
  /** What is known of it from now on. Absent: it is as its item tells it. */
  readonly memory?: LinkMemory;
  /** It is to be written once more. */
  readonly isContested?: boolean;
  readonly conflicts?: readonly FieldConflict[];
}

/** What was written of an element: see `shapes` and `prints`. */
export interface WrittenFields {
  readonly shape: string;
  readonly prints: string;
}

/** By qualified name, then by field. */
export type HeldFields = Readonly<Record<string, Readonly<Record<string, HeldField>>>>;

export interface HeldField {
  /** Of the value in the metadata server. */
  readonly print: string;
  /** When it was set there, epoch ms. */
  readonly at: number;
  /** The source was asked to take it over, and did not. */
  readonly isOffered?: true;
  /** Of the value that the source had then; absent = not known. */
  readonly base?: string;
}

/** A field that both sides set. */
export interface FieldConflict {
  readonly qualifiedName: string;
  /** See `fieldsOf` of the model; of a relationship as `ForeignKey.label to <qualified name>`. */
  readonly field: string;
  /** It is a property of this relationship, which the element tells. */
  readonly link?: Pick<KnownLink, 'typeName' | 'end1' | 'end2'> & {
    readonly property: string;
    /** It is that to the parent, which is written with the element. */
    readonly isParent?: true;
  };
  /** `open`: the policy asks people. `overwritten`: the source's value went over the one told here. `kept`: it did not. */
  readonly state: 'open' | 'overwritten' | 'kept';
  readonly hubValue: PropertyValue;
  readonly sourceValue?: PropertyValue;
  /** Whose value went under; default that of the metadata server. */
  readonly lost?: 'source';
  /** Who set it in the metadata server, as far as that is known. */
  readonly by?: string;
  readonly at: number;
}

export type Absence = 'unconfirmed' | 'outside' | 'holding' | 'gone';
export type ItemKey = Pick<KnownItem, 'scope' | 'key'>;

/** An item as a key of sets. */
export function itemText({ scope, key }: ItemKey): string {
  return JSON.stringify([scope, key]);
}

/** Who has an element beside the item that is asked about. */
export interface ClaimedBy {
  /** Another item of the same owner. */
  readonly isOwn: boolean;
  /** Another owner. */
  readonly isOther: boolean;
}

/** An item that holds an element. */
/** A field that people set and the source took over. */
export interface PushedField {
  readonly qualifiedName: string;
  readonly field: string;
  /** Of the value, as `printOf` makes it. */
  readonly print: string;
  /** Epoch ms. */
  readonly at: number;
}

export interface HoldingItem {
  readonly owner: SyncOwner;
  readonly item: KnownItem;
  /** Absent: it was not made by a run that is known. */
  readonly madeBy?: RunMark;
  readonly wroteBy?: RunMark;
  /** Of the element asked about: what the source took over. */
  readonly pushed: readonly PushedField[];
}

import type { Properties, PropertyValue } from './elements.js';
import type { DeleteMethod, MetadataChange } from './metadata-store.js';

/** Right to write for a slot. The token only grows; a server that knows fencing refuses lower ones. */
export interface Grant {
  /** See `slotName`. */
  readonly slot: string;
  readonly token: number;
}

/**
 * Idempotent writes that are applied in one transaction, in order. Each operation has its own result: one that is
 * refused is set aside, the others are applied. Operations refer to elements by qualified name, so that an element
 * and what hangs on it travel together. Sending a batch of the same id again repeats the first answer, whatever operations
 * come with it: without any it only asks whether the batch was applied.
 */
export interface Batch {
  readonly id: string;
  /** Who writes; recorded as the elements' maintainer. */
  readonly grant?: Grant;
  /** In whose name the server is asked. Default: the user of the connection. */
  readonly userId?: string;
  /** The answer holds what each changed element was before and its version after: what it takes to undo the batch. */
  readonly tellFormer?: boolean;
  readonly operations: readonly BatchOperation[];
}

export type BatchOperation =
  | {
      /** Makes the element, restores it if it was deleted or archived, or brings it to this state. */
      readonly op: 'upsert';
      readonly typeName: string;
      readonly qualifiedName: string;
      /**
       * What the writer knows. Properties of the element that are not named here stay as they are: a steward may have
       * set them. Values that are maps are merged key by key for the same reason; a key's value is replaced.
       */
      readonly properties: Properties;
      /**
       * What to remove before `properties` are laid over: a property, or one key of a map as
       * `additionalProperties.<key>` (the first dot separates, property names have none), or a property of a
       * classification as `@<classification>.<property>`. A map goes with its last key.
       * Names of what the element does not have, or its type does not know, are passed over.
       */
      readonly clear?: readonly string[];
      /**
       * Makes the writing of each field depend on what is there: by the name of the field (see `fieldsOf`), the print of
       * the value that the writer believes to be there (see `printOf`), or several one after the other. A field of `properties`, `clear` or
       * `classifications` whose present value is neither that one nor the one to be written stays as it is and is told in
       * `kept`; so does a value whose field is not named here. A field without a value is always written. Absent:
       * everything is written, whatever is there.
       */
      readonly guards?: Readonly<Record<string, string>>;
      /** The writer knows nothing of the element: `guards` do not hold when nobody but this user ever wrote it. */
      readonly trustsOwnWork?: true;
      /** Refused with ELEMENT_EXISTS when there is such an element, archived ones too. */
      readonly onlyIfNew?: true;
      readonly classifications?: Readonly<Record<string, Properties>>;
      /**
       * Names of classifications to take away before those are given. One that another user gave stays; so does, with
       * `guards`, one in which a property is not as they say, and that property is told in `kept`.
       */
      readonly declassify?: readonly string[];
      /** Qualified name of the element that this one is anchored to; absent = its own anchor. */
      readonly anchor?: string;
      /** What is there, or comes back, stays anchored as it is; asked only of servers that tell `isOwnRemoval`. */
      readonly keepsAnchor?: true;
      /**
       * Link to a parent. Another parent at the same relationship type is unlinked. Where the type lets an element have
       * several, only what this user linked is: others put it into collections of their own.
       */
      readonly parent?: {
        readonly relationshipTypeName: string;
        readonly qualifiedName: string /** Default true. */;
        readonly parentAtEnd1?: boolean;
        /**
         * With `guards` one that another user than the writer set last, by the server's own record, stays and is told in
         * `kept` as `^<relationship>.<property>`, unless `guards` have the print of its value under that name.
         */
        readonly properties?: Properties;
        /** Where the type lets it have several: names of those that are no former parents, and stay linked. */
        readonly beside?: readonly string[];
      };
      readonly expects?: ExpectedVersion;
    }
  | {
      readonly op: 'link' | 'unlink';
      readonly typeName: string;
      readonly end1: string;
      readonly end2: string;
      readonly properties?: Properties;
      /** Of a `link` that is there: names of properties to take away. */
      readonly clear?: readonly string[];
      /** Of a `link` that is there: as those of an upsert, by the names of its properties; a map is one value. */
      readonly guards?: Readonly<Record<string, string>>;
      /** See `upsert`. */
      readonly trustsOwnWork?: true;
      /** Of a `link`: changes nothing, and the result is what it would be. */
      readonly isTrial?: true;
      /** Of an `unlink`: what another user than the one who asks made stays, `unchanged`. */
      readonly keepsOthers?: true;
      /** Of an `unlink`: version of the relationship, else ELEMENT_CHANGED. None there: `unchanged`. */
      readonly expects?: ExpectedVersion;
    }
  | {
      /** Deletes the element with what is anchored to it. No such element, or none any more: `unchanged`, whatever is expected. */
      readonly op: 'delete';
      readonly qualifiedName: string;
      /** Default SOFT_DELETE. */
      readonly method?: DeleteMethod;
      readonly expects?: ExpectedVersion;
    }
  | {
      /** Changes nothing: the result's `former` is the element as it is, absent when there is none. */
      readonly op: 'look';
      readonly qualifiedName: string;
      /** Parents of this kind are told too. */
      readonly parent?: { readonly relationshipTypeName: string /** Default true. */; readonly parentAtEnd1?: boolean };
      /** At most so many names of what is anchored to it are told too. An older server of ours tells none. */
      readonly anchored?: number;
      /** Relationships that another user than the one who asks made or changed are told too, some of them. */
      readonly foreignLinks?: true;
    };

/**
 * Version of the element as the writer read it, 0: there was none of this name. Another one is refused with
 * ELEMENT_CHANGED, judged in the transaction that writes (on a real Egeria right before the write).
 */
export type ExpectedVersion = number;

/** An element as it was found. */
export interface FoundElement {
  readonly state: 'live' | 'archived' | 'deleted';
  readonly typeName: string;
  readonly version: number;
  readonly properties: Properties;
  /** Of a write those that it names, of a look all; never Anchors. */
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** Those of them that another user than the one who asks gave. */
  readonly foreignClassifications?: readonly string[];
  /** Its parents by the relationship type that the operation names. */
  readonly parents?: readonly FoundParent[];
  /**
   * Of a look that asks: qualified names of what is there and would go with it. What has none is told by its GUID, where
   * another user than the one who asks had a hand in it.
   */
  readonly anchored?: readonly string[];
  /** Of a look that asks. */
  readonly foreignLinks?: readonly ForeignLink[];
  /** Nobody but the user who asks ever wrote it (see `guards`). */
  readonly isOwnWork?: true;
  /** Of a deleted one: the user who asks removed it, by its name or with what it was anchored to. */
  readonly isOwnRemoval?: true;
  /** Of a look: the user who made it, where that is another one than who asks. */
  readonly madeByOther?: string;
}

export interface FoundParent {
  readonly qualifiedName: string;
  readonly properties: Properties;
  /** Names of properties that another user than the one who asks set last. */
  readonly foreignProperties?: readonly string[];
  /** Another user than the one who asks linked it, and the type lets an element have several: an upsert leaves it. */
  readonly stays?: true;
}

/** A relationship to which another user than the one who asks had a hand. */
export interface ForeignLink {
  readonly typeName: string;
  /** Qualified name of the other end, else its GUID. */
  readonly other: string;
  readonly by: string;
  /** Of its last change, epoch ms. */
  readonly at: number;
}

export interface BatchResult {
  readonly items: readonly BatchItemResult[];
  /** Number of the last change after the batch. */
  readonly changeSequence: number;
  /**
   * Number of the last change before the batch, read in its transaction: (sequenceBefore, changeSequence] are the
   * batch's own changes, so that a writer tells its own from everybody else's. A server that cannot say leaves it
   * out; the writer then takes all changes for somebody else's and compares again.
   */
  readonly sequenceBefore?: number;
  /**
   * The change of the number `changeSequence` as the change feed tells it, where it is the batch's own: a writer that
   * remembers it need not ask for it.
   */
  readonly lastChange?: Pick<MetadataChange, 'sequence' | 'guid' | 'eventType' | 'time'>;
  /** GUIDs of what went along with what was deleted, of a server that has no changes to tell it by. */
  readonly fallen?: readonly string[];
}

/** The change that gave a field its value. */
export interface KeptFrom {
  /** Epoch ms. */
  readonly at: number;
  readonly by: string;
}

export interface BatchItemResult {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'restored' | 'deleted' | 'refused';
  /** Absent for links and for refused items. */
  readonly guid?: string;
  /** Where asked for, of what was changed: the element before. Of a look: as it is. */
  readonly former?: FoundElement;
  /** Where asked for, of what was changed and is there: its version now. */
  readonly version?: number;
  /** Fields that an upsert or a link left as they are, as others had set them, with the value that is there. */
  readonly kept?: Readonly<Record<string, PropertyValue>>;
  /** Beside `kept`: when the element, or the link, was changed last before this operation (epoch ms), and by whom. */
  readonly keptFrom?: KeptFrom;
  /** Of those fields whose value is not from that change: from which it is, as far as the server remembers. */
  readonly keptBy?: Readonly<Record<string, KeptFrom>>;
  /** Refused items only: code of the catalogue and message. */
  readonly error?: { readonly code: string; readonly message: string };
}

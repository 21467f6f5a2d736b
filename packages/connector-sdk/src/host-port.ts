import type { Properties } from '@isthmus/model';

/**
 * Everything that crosses from a connector to its host, as plain messages, so that one contract serves a connector in
 * this process, in a child, a worker or an agent. Authors never see this; contexts and scopes are written on it.
 */
export interface HostPort {
  call<M extends HostMessage>(message: M): Promise<HostAnswer<M>>;
}

export type HostMessage =
  /** "Still there at these versions." Answers the positions of those that are not known at theirs, ascending: send them. */
  | {
      readonly type: 'scope.keep';
      readonly run: string;
      readonly scope: string;
      /** At most `mostKeptAtOnce`. */
      readonly items: readonly KeptItem[];
    }
  /**
   * What is known of the scope from earlier runs and was not told in this one so far. Answers keys from a position on,
   * at most `mostKeptAtOnce`; none where nothing would follow from their absence.
   */
  | { readonly type: 'scope.missing'; readonly run: string; readonly scope: string; readonly from: number }
  /** Resolves when the engine is ready for more. */
  | { readonly type: 'scope.put'; readonly run: string; readonly scope: string; readonly item: SourceItem }
  /** With `key`: that item is set aside for this run, neither written nor removed. */
  | {
      readonly type: 'scope.finding';
      readonly run: string;
      readonly scope: string | undefined;
      readonly finding: Finding;
    }
  /**
   * The certificate: the scope was listed completely. Resolves when its writes and deletes are done. `place` names the
   * medium that was listed (e.g. the device number, at most 200 characters): nothing that was known of the scope on
   * another medium is removed when less than half of it is left.
   */
  | ({
      readonly type: 'scope.complete';
      readonly run: string;
      readonly scope: string;
      readonly place?: string;
    } & ListingProof)
  /** The source says that the item is gone. Carried out with the scope's certificate, or before the next cursor is kept. */
  | { readonly type: 'scope.gone'; readonly run: string; readonly scope: string; readonly key: string }
  /**
   * Which source answers, e.g. the number that a server keeps with its data (1 to 200 characters); told before the first
   * scope. Answers whether the cursor still holds: of another source than before everything is listed.
   */
  | { readonly type: 'run.source'; readonly run: string; readonly identity: string }
  /** Resolves when all that was told before is written and the cursor is kept. */
  | { readonly type: 'run.cursor'; readonly run: string; readonly value: JsonValue }
  /** The source no longer takes the cursor: the run lists everything from here on. */
  | { readonly type: 'run.cursorRefused'; readonly run: string }
  | { readonly type: 'run.progress'; readonly run: string; readonly text: string }
  /**
   * One operation of the connector's context. Answers what the operation says; refused are operations of another kind
   * (OPERATION_UNKNOWN), writes that the direction forbids (WRITE_NOT_PERMITTED) and inputs that do not fit.
   */
  | {
      readonly type: 'metadata.call';
      readonly operation: string;
      /** Plain values; at most 1 MiB. */
      readonly input: object;
    }
  /** Something changed in the third party: please refresh these scopes (undefined = everything) soon. */
  | {
      readonly type: 'changed';
      readonly scopes: readonly string[] | undefined;
      /** Name of a catalog target. */
      readonly target?: string;
    }
  | { readonly type: 'lineage.publish'; readonly event: { readonly [name: string]: JsonValue } }
  | {
      readonly type: 'folders.watch';
      readonly folders: readonly { readonly path: string; readonly tree: boolean }[];
    }
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields?: Readonly<Record<string, unknown>>;
    };

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Size of a cursor as JSON text, bytes; hosts refuse larger ones. */
export const largestCursor = 64 * 1024;

/** What a source says of its own listing, so that a listing that lacks something certifies nothing. */
export interface ListingProof {
  /** How many items the source itself counts in the scope: another number than was listed is no certificate. */
  readonly count?: number;
  /**
   * What the listing's user may see, as the source names it (roles, grants; at most 1000 of 200 characters). While one of
   * those of the last listing is missing nothing is certified, as what is hidden looks like what is gone.
   */
  readonly rights?: readonly string[];
  /** That user may see everything of the scope now: no right that it lacks hides anything. Default false. */
  readonly seesAll?: boolean;
}

export type HostAnswer<M extends HostMessage> = M extends { readonly type: 'scope.keep' }
  ? readonly number[]
  : M extends { readonly type: 'scope.missing' }
    ? readonly string[]
    : M extends { readonly type: 'run.source' }
      ? boolean
      : M extends { readonly type: 'metadata.call' }
        ? unknown
        : undefined;

/** Items in one `scope.keep`; hosts refuse more. */
export const mostKeptAtOnce = 1_000;

/** An item that is there at this version, told without its content. */
export type KeptItem = Required<Pick<SourceItem, 'key' | 'sourceVersion'>>;

/** One thing of the source with all that hangs on it, ready to be written. */
export interface SourceItem {
  /** Stable and unique in its scope, e.g. the file's name. */
  readonly key: string;
  /** What `keep` compares later, e.g. size and times. Absent: the item is always sent. */
  readonly sourceVersion?: string;
  /** Name of the scope that lies below this item. */
  readonly opens?: string;
  /** When the source says that it was changed last, epoch ms: decides under the field policy `newest`. */
  readonly changedAt?: number;
  /** The item's own element first, then its parts (schema, columns), each after what it refers to. */
  readonly elements: readonly [ItemElement, ...ItemElement[]];
}

export interface ItemElement {
  readonly typeName: string;
  readonly qualifiedName: string;
  readonly properties: Properties;
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** Qualified name of what it is anchored to. Default: the item's own element, which is its own anchor. */
  readonly anchor?: string;
  /** By qualified name; may lie in a scope that was listed before. */
  readonly parent?: {
    readonly relationshipTypeName: string;
    readonly qualifiedName: string;
    /** Default true. */
    readonly parentAtEnd1?: boolean;
    readonly properties?: Properties;
  };
  readonly links?: readonly ItemLink[];
}

/** A relationship to an element that may be told later, by this connector or another: it is made once both ends exist. */
export interface ItemLink {
  readonly relationshipTypeName: string;
  /** Of the other end. */
  readonly qualifiedName: string;
  /** Default true. */
  readonly selfAtEnd1?: boolean;
  readonly properties?: Properties;
}

/** Something about the source that people should know; not the end of the run. */
export interface Finding {
  readonly severity: 'info' | 'warning' | 'error';
  /** Short and stable, e.g. `FILE_UNREADABLE`. */
  readonly code: string;
  readonly message: string;
  /** Key of the item it is about. */
  readonly key?: string;
}

import type { ServerDocument } from '../server-kind.js';

/** What goes into the audit trail with a change, and what it depends on. */
export interface DocumentChange {
  /** Who asked for it. */
  readonly by: string;
  /** Where the request came from: an address, or a word such as `configuration` for what the process does by itself. */
  readonly from: string;
  /** One line of the audit trail, or several when one call changes several things. */
  readonly what: string | readonly string[];
  /** Value of the header: entity tags, or `*` for any stored document. Absent = whatever is stored. */
  readonly ifMatch?: string | undefined;
  /** `*`: only when nothing is stored yet. */
  readonly ifNoneMatch?: string | undefined;
}

export interface StoredDocument {
  readonly name: string;
  /** Counts the changes of this server's document from 1; never used twice, not after a removal either. */
  readonly revision: number;
  /** Quoted, as in the header `ETag`. */
  readonly etag: string;
  /** Epoch milliseconds of the change that made this revision. */
  readonly at: number;
  readonly document: ServerDocument;
}

export interface DocumentRevision {
  readonly revision: number;
  readonly etag: string;
  readonly at: number;
  readonly by: string;
  readonly from: string;
  readonly what: readonly string[];
  /** The change removed the document. */
  readonly removed: boolean;
}

export interface AuditLine {
  /** Counts the lines of this server from 1. */
  readonly number: number;
  readonly at: number;
  readonly by: string;
  readonly from: string;
  readonly what: string;
  /** Revision that stood after the change: an older one when it left the document as it was. */
  readonly revision: number;
}

/** What a document shows as its `auditTrail`, oldest first. */
export interface AuditTrail {
  /** Ready-made lines that a whole document brought with it, from another platform perhaps. */
  readonly brought: readonly string[];
  /** Changes since the document was made or replaced as a whole. */
  readonly lines: readonly Pick<AuditLine, 'at' | 'by' | 'what'>[];
}

/**
 * The stored configuration documents of named servers: each change is one transaction of document, revision and audit
 * lines, and is answered when it is on disk. What is stored is always valid (`checkDocument`).
 *
 * Every change may throw DOCUMENT_INVALID, DOCUMENT_TOO_LARGE, DOCUMENTS_TOO_MANY, DOCUMENT_CHANGED (a condition of
 * the change does not hold) and what the disk says; then nothing has changed.
 */
export interface ServerDocuments {
  /** Servers that have a document, in the order of their names. */
  names(): readonly string[];
  get(name: string): StoredDocument | undefined;
  /** Stores a whole document; an `auditTrail` in it is kept as what it brought. */
  put(name: string, document: ServerDocument, change: DocumentChange): Promise<StoredDocument>;
  /**
   * Changes what is stored, with no other change in between.
   *
   * @param edit - gets the stored document (undefined = none) and returns the new one; what it throws ends the change.
   *   Returning the very object that it got changes nothing and leaves no line; one that is equal leaves a line only
   * @returns what is stored now
   */
  update(
    name: string,
    edit: (document: ServerDocument | undefined) => ServerDocument | undefined,
    change: DocumentChange,
  ): Promise<StoredDocument | undefined>;
  /** @returns false when there was none */
  delete(name: string, change: Omit<DocumentChange, 'ifNoneMatch'>): Promise<boolean>;
  /** Newest first; as many as are kept. Also of a server whose document was removed. */
  revisions(name: string): readonly DocumentRevision[];
  /** @throws DOCUMENT_REVISION_NOT_FOUND; also for one that is a removal */
  revision(name: string, revision: number): StoredDocument;
  /** Makes an earlier revision the newest. @throws DOCUMENT_REVISION_NOT_FOUND */
  restore(name: string, revision: number, change: DocumentChange): Promise<StoredDocument>;
  /** All lines that are kept, newest first; removals of the document included. Those of the platform: name ''. */
  audit(name: string, limit?: number): readonly AuditLine[];
  trail(name: string): AuditTrail;
  /** What stands for `~{name}~` in documents when servers are started; the platform's, not one server's. */
  variables(): ReadonlyMap<string, string>;
  /** Replaces all of them. Servers that run keep the values that they were started with. */
  setVariables(variables: ReadonlyMap<string, string>, change: DocumentChange): Promise<void>;
  /**
   * Calls `listener` with the name of each server whose document has changed or gone, after the change is on disk.
   *
   * @returns ends it
   */
  onChange(listener: (name: string) => void): () => void;
}

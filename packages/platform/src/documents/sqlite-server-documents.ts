import { join } from 'node:path';
import { type Clock, IsthmusError, type Logger, systemClock, toErrorReport } from '@isthmus/kernel';
import { type Database, openDatabase } from '@isthmus/sqlite';
import type { ServerDocument } from '../server-kind.js';
import { checkDocument, isRecord } from './document-check.js';
import { DocumentRows } from './document-rows.js';
import type {
  AuditLine,
  AuditTrail,
  DocumentChange,
  DocumentRevision,
  ServerDocuments,
  StoredDocument,
} from './server-documents.js';

export interface DocumentLimits {
  /** Revisions kept of each server. Default 100. */
  readonly keptRevisions?: number;
  /** Lines of the audit trail kept of each server. Default 10,000. */
  readonly keptAuditLines?: number;
  /** Largest document, without its audit trail: it is read and written in one go. Default 512 KiB, some 2,500 groups. */
  readonly largestDocumentBytes?: number;
  /** Servers with a document. Default 1,000. Of as many whose document was removed the revisions are kept. */
  readonly largestDocumentCount?: number;
}

/** Lines that a document shows as its audit trail; `audit` tells older ones. */
const longestTrail = 2_000;
const longestLine = 1_000;
const longestCaller = 256;

const defaults: Required<DocumentLimits> = {
  keptRevisions: 100,
  keptAuditLines: 10_000,
  largestDocumentBytes: 524_288,
  largestDocumentCount: 1_000,
};

export interface DocumentsOptions {
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly limits?: DocumentLimits;
  readonly clock?: Clock;
}

/** Documents in `platform.db` of the data directory. */
export class SqliteServerDocuments implements ServerDocuments, Disposable {
  readonly #database: Database;
  readonly #rows: DocumentRows;
  readonly #limits: Required<DocumentLimits>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listeners = new Set<(name: string) => void>();

  /** @throws what `openDatabase` throws */
  constructor({ dataDirectory, logger, limits = {}, clock = systemClock }: DocumentsOptions) {
    this.#limits = { ...defaults, ...limits };
    this.#database = openDatabase(join(dataDirectory, 'platform.db'), DocumentRows.migrations);
    this.#rows = new DocumentRows(this.#database);
    this.#clock = clock;
    this.#logger = logger;
  }

  names(): readonly string[] {
    return this.#rows.names();
  }

  get(name: string): StoredDocument | undefined {
    return this.#rows.current(name);
  }

  async put(name: string, document: ServerDocument, change: DocumentChange): Promise<StoredDocument> {
    const { auditTrail, ...rest } = document;
    const brought = Array.isArray(auditTrail) ? auditTrail.filter((line) => typeof line === 'string') : [];
    const kept = brought.slice(-longestTrail).map((line) => line.slice(0, longestLine));
    return present(name, await this.#change(name, () => rest, change, kept));
  }

  update(
    name: string,
    edit: (document: ServerDocument | undefined) => ServerDocument | undefined,
    change: DocumentChange,
  ): Promise<StoredDocument | undefined> {
    return this.#change(name, edit, change);
  }

  async delete(name: string, change: DocumentChange): Promise<boolean> {
    const at = this.#clock.now();
    const removed = await this.#database.commit(() => {
      const current = this.#rows.current(name);
      checkConditions(name, current, change);
      if (current === undefined) return false;
      this.#rows.remove(name, linesOf(change), at);
      this.#prune(name);
      return true;
    });
    if (removed) this.#announce(name);
    return removed;
  }

  revisions(name: string): readonly DocumentRevision[] {
    return this.#rows.revisions(name);
  }

  revision(name: string, revision: number): StoredDocument {
    const found = this.#rows.revision(name, revision);
    if (found === undefined)
      throw new IsthmusError(
        'DOCUMENT_REVISION_NOT_FOUND',
        `no revision ${revision} of the document of ${name} is kept`,
        { details: { server: name, revision } },
      );
    return found;
  }

  async restore(name: string, revision: number, change: DocumentChange): Promise<StoredDocument> {
    return present(name, await this.#change(name, () => this.revision(name, revision).document, change));
  }

  audit(name: string, limit = this.#limits.keptAuditLines): readonly AuditLine[] {
    return this.#rows.audit(name, limit);
  }

  trail(name: string): AuditTrail {
    return this.#rows.trail(name, longestTrail);
  }

  variables(): ReadonlyMap<string, string> {
    return this.#rows.variables();
  }

  async setVariables(variables: ReadonlyMap<string, string>, change: DocumentChange): Promise<void> {
    const size = [...variables].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const largest = this.#limits.largestDocumentBytes;
    if (size > largest)
      throw new IsthmusError('DOCUMENT_TOO_LARGE', `the variables have ${size} letters, more than ${largest}`);
    await this.#database.commit(() => {
      this.#rows.setVariables(variables, { ...linesOf(change), at: this.#clock.now() });
      this.#rows.pruneLines('', this.#limits.keptAuditLines);
    });
  }

  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#database[Symbol.dispose]();
  }

  async #change(
    name: string,
    edit: (document: ServerDocument | undefined) => ServerDocument | undefined,
    change: DocumentChange,
    brought?: readonly string[],
  ): Promise<StoredDocument | undefined> {
    const { before, stored } = this.#database.transaction(() => {
      const current = this.#rows.current(name);
      checkConditions(name, current, change);
      const document = edit(current?.document);
      if (document === undefined || document === current?.document) return { before: current, stored: current };
      const text = this.#checkedText(name, document);
      if (current === undefined) this.#checkCount();
      const written = this.#rows.write(name, text, { ...linesOf(change), at: this.#clock.now(), brought });
      this.#prune(name);
      return { before: current, stored: { name, document, ...written } };
    });
    await this.#database.flushed();
    if (stored?.revision !== before?.revision) this.#announce(name);
    return stored;
  }

  #checkedText(name: string, document: ServerDocument): string {
    if (!isRecord(document)) throw new IsthmusError('DOCUMENT_INVALID', 'the document is not an object');
    checkDocument(name, document);
    const text = JSON.stringify(document);
    const bytes = Buffer.byteLength(text);
    const largest = this.#limits.largestDocumentBytes;
    if (bytes <= largest) return text;
    throw new IsthmusError(
      'DOCUMENT_TOO_LARGE',
      `the document of ${name} has ${bytes} bytes, more than the ${largest} allowed`,
      { details: { server: name, bytes, largest } },
    );
  }

  #checkCount(): void {
    const largest = this.#limits.largestDocumentCount;
    if (this.#rows.count() < largest) return;
    throw new IsthmusError('DOCUMENTS_TOO_MANY', `${largest} servers have a document; no more are allowed`, {
      details: { largest },
    });
  }

  #prune(name: string): void {
    this.#rows.prune(name, this.#limits.keptRevisions, this.#limits.keptAuditLines);
    this.#rows.forgetRemoved(this.#limits.largestDocumentCount);
  }

  #announce(name: string): void {
    for (const listener of this.#listeners)
      try {
        listener(name);
      } catch (error) {
        // the change stands: whoever listens answers for itself
        this.#logger.error('a change of a document was not taken over', { server: name, error: toErrorReport(error) });
      }
  }
}

function present(name: string, stored: StoredDocument | undefined): StoredDocument {
  if (stored === undefined) throw new IsthmusError('INTERNAL', `the document of ${name} was not stored`);
  return stored;
}

function linesOf({ by, from, what }: DocumentChange) {
  const lines = typeof what === 'string' ? [what] : what;
  return {
    by: by.slice(0, longestCaller),
    from: from.slice(0, longestCaller),
    what: lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}...` : line)),
  };
}

/** @throws DOCUMENT_CHANGED */
function checkConditions(name: string, current: StoredDocument | undefined, change: DocumentChange): void {
  const { ifMatch, ifNoneMatch } = change;
  const matches = (header: string) =>
    current !== undefined &&
    (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === current.etag));
  const stale = (ifMatch !== undefined && !matches(ifMatch)) || (ifNoneMatch !== undefined && matches(ifNoneMatch));
  if (!stale) return;
  const now = current === undefined ? 'has none now' : `is at revision ${current.revision} now`;
  throw new IsthmusError('DOCUMENT_CHANGED', `the document of ${name} was changed by somebody else: it ${now}`, {
    details: { server: name, revision: current?.revision, etag: current?.etag },
  });
}

import type { Database, Migration } from '@isthmus/sqlite';
import { isRecord } from './document-check.js';
import { documentMigrations } from './document-schema.js';
import type { AuditLine, AuditTrail, DocumentRevision, StoredDocument } from './server-documents.js';

export interface WrittenLines {
  readonly by: string;
  readonly from: string;
  readonly what: readonly string[];
}

interface ServerRow {
  readonly revision: number;
  readonly stored: number;
  readonly line: number;
  readonly trail_from: number;
}

interface RevisionRow {
  readonly number: number;
  readonly at: number;
  readonly by: string;
  readonly origin: string;
  readonly what: string;
  readonly document: string | null;
}

/** The statements on platform.db. Those that write are called within a transaction. */
export class DocumentRows {
  static readonly migrations: readonly Migration[] = documentMigrations;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  names(): readonly string[] {
    return this.#database
      .all<{ name: string }>('SELECT name FROM server WHERE stored = 1 ORDER BY name')
      .map(({ name }) => name);
  }

  count(): number {
    return this.#database.get<{ count: number }>('SELECT count(*) AS count FROM server WHERE stored = 1')?.count ?? 0;
  }

  current(name: string): StoredDocument | undefined {
    const server = this.#server(name);
    return server?.stored === 1 ? this.revision(name, server.revision) : undefined;
  }

  revision(name: string, number: number): StoredDocument | undefined {
    const row = this.#revisionRow(name, number);
    if (row === undefined || row.document === null) return undefined;
    const document: unknown = JSON.parse(row.document);
    if (!isRecord(document)) return undefined;
    return { name, revision: number, etag: etagOf(row), at: row.at, document };
  }

  revisions(name: string): readonly DocumentRevision[] {
    const rows = this.#database.all<RevisionRow>(
      `SELECT number, at, by, origin, what, iif(document IS NULL, NULL, '') AS document
       FROM revision WHERE server = ? ORDER BY number DESC`,
      name,
    );
    return rows.map((row) => ({
      revision: row.number,
      etag: etagOf(row),
      at: row.at,
      by: row.by,
      from: row.origin,
      what: JSON.parse(row.what),
      removed: row.document === null,
    }));
  }

  audit(name: string, limit: number): readonly AuditLine[] {
    return this.#database.all<AuditLine>(
      `SELECT number, at, by, origin AS "from", what, revision
       FROM audit WHERE server = ? ORDER BY number DESC LIMIT ?`,
      name,
      limit,
    );
  }

  /** @param longest - lines at most, the newest */
  trail(name: string, longest: number): AuditTrail {
    const server = this.#database.get<{ trail_from: number; brought: string }>(
      'SELECT trail_from, brought FROM server WHERE name = ? AND stored = 1',
      name,
    );
    if (server === undefined) return { brought: [], lines: [] };
    const lines = this.#database.all<AuditTrail['lines'][number]>(
      'SELECT at, by, what FROM audit WHERE server = ? AND number >= ? ORDER BY number DESC LIMIT ?',
      name,
      server.trail_from,
      longest,
    );
    const brought: string[] = JSON.parse(server.brought);
    return { brought: brought.slice(Math.max(0, brought.length - longest + lines.length)), lines: lines.reverse() };
  }

  /**
   * @param brought - present when the document is replaced as a whole: its trail begins anew with these lines
   * @returns the revision that stands now
   */
  write(
    name: string,
    text: string,
    change: WrittenLines & { readonly at: number; readonly brought: readonly string[] | undefined },
  ): Pick<StoredDocument, 'revision' | 'etag' | 'at'> {
    const before = this.#server(name);
    const last = before?.stored === 1 ? this.#revisionRow(name, before.revision) : undefined;
    const same = last?.document === text;
    const revision = (before?.revision ?? 0) + (same ? 0 : 1);
    if (!same) this.#addRevision(name, revision, text, change);
    const line = this.#addLines(name, before?.line ?? 0, revision, change);
    const begins = change.brought !== undefined || before?.stored !== 1;
    this.#database.run(
      `INSERT INTO server (name, revision, stored, changed_at, line, trail_from, brought)
       VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)
       ON CONFLICT (name) DO UPDATE SET revision = ?2, stored = 1, changed_at = ?3, line = ?4,
         trail_from = iif(?7, ?5, trail_from), brought = iif(?7, ?6, brought)`,
      name,
      revision,
      change.at,
      line,
      (before?.line ?? 0) + 1,
      JSON.stringify(change.brought ?? []),
      begins ? 1 : 0,
    );
    const at = same ? last.at : change.at;
    return { revision, at, etag: etagOf({ number: revision, at }) };
  }

  remove(name: string, change: WrittenLines, at: number): void {
    const before = this.#server(name);
    if (before === undefined) return;
    const revision = before.revision + 1;
    this.#addRevision(name, revision, null, { ...change, at });
    const line = this.#addLines(name, before.line, revision, { ...change, at });
    this.#database.run(
      `UPDATE server SET revision = ?, stored = 0, changed_at = ?, line = ?, brought = '[]' WHERE name = ?`,
      revision,
      at,
      line,
      name,
    );
  }

  prune(name: string, keptRevisions: number, keptLines: number): void {
    const server = this.#server(name);
    if (server === undefined) return;
    const { revision, line } = server;
    this.#database.run('DELETE FROM revision WHERE server = ? AND number <= ?', name, revision - keptRevisions);
    this.#database.run('DELETE FROM audit WHERE server = ? AND number <= ?', name, line - keptLines);
  }

  pruneLines(name: string, kept: number): void {
    this.#database.run(
      'DELETE FROM audit WHERE server = ?1 AND number <= (SELECT max(number) FROM audit WHERE server = ?1) - ?2',
      name,
      kept,
    );
  }

  /** Forgets everything of the servers whose document was removed longest ago. */
  forgetRemoved(kept: number): void {
    const rows = this.#database.all<{ name: string }>(
      'SELECT name FROM server WHERE stored = 0 ORDER BY changed_at DESC LIMIT -1 OFFSET ?',
      kept,
    );
    for (const { name } of rows) {
      this.#database.run('DELETE FROM revision WHERE server = ?', name);
      this.#database.run('DELETE FROM audit WHERE server = ?', name);
      this.#database.run('DELETE FROM server WHERE name = ?', name);
    }
  }

  variables(): ReadonlyMap<string, string> {
    const rows = this.#database.all<{ name: string; value: string }>('SELECT name, value FROM variable ORDER BY name');
    return new Map(rows.map(({ name, value }) => [name, value]));
  }

  /** The platform's own lines stand under no name. */
  setVariables(variables: ReadonlyMap<string, string>, change: WrittenLines & { readonly at: number }): void {
    const last = this.#database.get<{ last: number | null }>("SELECT max(number) AS last FROM audit WHERE server = ''");
    this.#addLines('', last?.last ?? 0, 0, change);
    this.#database.run('DELETE FROM variable');
    for (const [name, value] of variables)
      this.#database.run('INSERT INTO variable (name, value) VALUES (?, ?)', name, value);
  }

  #server(name: string): ServerRow | undefined {
    return this.#database.get<ServerRow>('SELECT revision, stored, line, trail_from FROM server WHERE name = ?', name);
  }

  #revisionRow(name: string, number: number): RevisionRow | undefined {
    return this.#database.get<RevisionRow>('SELECT * FROM revision WHERE server = ? AND number = ?', name, number);
  }

  #addRevision(
    name: string,
    revision: number,
    text: string | null,
    { at, by, from, what }: WrittenLines & { readonly at: number },
  ): void {
    this.#database.run(
      'INSERT INTO revision (server, number, at, by, origin, what, document) VALUES (?, ?, ?, ?, ?, ?, ?)',
      name,
      revision,
      at,
      by,
      from,
      JSON.stringify(what),
      text,
    );
  }

  /** @returns the number of the last line */
  #addLines(
    name: string,
    last: number,
    revision: number,
    { at, by, from, what }: WrittenLines & { readonly at: number },
  ): number {
    let number = last;
    for (const line of what) {
      number += 1;
      this.#database.run(
        'INSERT INTO audit (server, number, at, by, origin, what, revision) VALUES (?, ?, ?, ?, ?, ?, ?)',
        name,
        number,
        at,
        by,
        from,
        line,
        revision,
      );
    }
    return number;
  }
}

/** With the time in it: a server that was forgotten and made again counts from 1 anew. */
function etagOf({ number, at }: { readonly number: number; readonly at: number }): string {
  return `"${number}-${at.toString(36)}"`;
}

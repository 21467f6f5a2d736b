import { type Clock, IsthmusError } from '@isthmus/kernel';
import type { BatchResult, Grant, TypeSystem } from '@isthmus/model';
import type { Database, SqlValue } from '@isthmus/sqlite';
import type { ChangeEventType, Writer } from './element-store.js';
import type { GroupChange } from './group-versions.js';
import { PendingCounts } from './pending-counts.js';
import { PendingLines } from './pending-lines.js';
import { PendingTexts } from './pending-texts.js';
import type { ElementRow, HeaderRow } from './rows.js';
import { maintainersOf } from './rows.js';
import { mergeTexts } from './text-merging.js';
import type { TypeCodes } from './type-codes.js';
import { spoilsTransaction, type WriteSteps } from './write-queue.js';

export const historySubject = { element: 0, relationship: 1 } as const;

/** What may be asked of the database while a transaction is open; all that writes goes through the transaction. */
export type Reads = Pick<Database, 'get' | 'all'>;

/** What it takes to link or anchor to an element. */
export type EndRow = Pick<ElementRow, 'id' | 'guid' | 'type' | 'visible'>;

const mostMaintainers = 20;
const mostEnds = 500;
const uuidLength = 36;

/** Everything that one open transaction knows beside the database: what is counted, numbered and told when it commits. */
export class WriteTransaction {
  readonly now: number;
  /** What changed that a daemon may read of a group. */
  readonly groupChanges: GroupChange[] = [];
  readonly database: Reads;
  readonly #writes: Pick<Database, 'run'>;
  readonly #guidTime: string;
  #written = 0;
  #sequence: number;
  #lastTold: { readonly sequence: number; readonly guid: string; readonly eventType: ChangeEventType } | undefined;
  #elementId: number | undefined;
  readonly #ends = new Map<string, EndRow>();
  readonly #counts = new PendingCounts();
  readonly #texts = new PendingTexts();
  readonly #lines: PendingLines;

  constructor(
    database: Database,
    readonly types: TypeSystem,
    readonly codes: TypeCodes,
    private readonly newUuid: () => string,
    clock: Clock,
    private readonly limits: { readonly retainedVersions: number },
    lastSequence: number,
  ) {
    this.database = database;
    this.#writes = database;
    this.now = clock.now();
    this.#lines = new PendingLines(this.now, (sql, values) => database.run(sql, ...values));
    const time = this.now.toString(16).padStart(12, '0');
    this.#guidTime = `${time.slice(0, 8)}-${time.slice(8)}`;
    this.#sequence = lastSequence;
  }

  /** Statements that wrote so far. While it stays the same there is nothing to take back. */
  get written(): number {
    return this.#written;
  }

  /** Runs a statement that writes. */
  run(sql: string, ...parameters: SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number } {
    this.#written += 1;
    return this.#writes.run(sql, ...parameters);
  }

  /**
   * Work of which nothing is left when it throws, but that numbers it was given stay unused. Each page that it is the
   * first to write is copied, so this is for much work, not for every element.
   */
  *undoable<T>(work: () => WriteSteps<T>): WriteSteps<T> {
    const mark = this.mark();
    this.#writes.run('SAVEPOINT part');
    try {
      const value = yield* work();
      this.#writes.run('RELEASE part');
      return value;
    } catch (error) {
      if (spoilsTransaction(error)) throw error;
      this.#writes.run('ROLLBACK TO part');
      this.#writes.run('RELEASE part');
      this.rollbackTo(mark);
      throw error;
    }
  }

  get lastSequence(): number {
    return this.#sequence;
  }

  /** The change of that number as the feed tells it; undefined: nothing was written, or that number stays unused. */
  get lastChange(): BatchResult['lastChange'] {
    return this.#lastTold?.sequence === this.#sequence ? { ...this.#lastTold, time: this.now } : undefined;
  }

  /**
   * A point to go back to when one item of several is refused, to be taken before a savepoint is opened. Numbers that
   * were given out stay unused.
   */
  mark(): TransactionMark {
    this.#lines.write();
    return { counts: this.#counts.length, texts: this.#texts.length };
  }

  rollbackTo(mark: TransactionMark): void {
    this.#counts.keep(mark.counts);
    this.#texts.keep(mark.texts);
    this.#lines.clear();
    this.#ends.clear();
    this.#lastTold = undefined;
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /**
   * What a link or an anchor needs to know of the element of this name, deleted ones too. Remembered, as whole batches
   * name the same parent.
   */
  end(qualifiedName: string): EndRow | undefined {
    const known = this.#ends.get(qualifiedName);
    if (known !== undefined) return known;
    const found = this.database.get<EndRow>(endSql, qualifiedName);
    if (found === undefined) return undefined;
    if (this.#ends.size >= mostEnds) this.#ends.clear();
    this.#ends.set(qualifiedName, found);
    return found;
  }

  /** To be called by whoever changes or takes away an element that was there. */
  forgetEnds(): void {
    this.#ends.clear();
  }

  /** Id of a new element. Like SQLite's own: one above the largest. */
  nextElementId(): number {
    this.#elementId ??= this.database.get<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM element')?.id ?? 0;
    this.#elementId += 1;
    return this.#elementId;
  }

  /**
   * GUID of something new. Its UUID begins with the time (version 7), so that what is written together lies together
   * in the index and a batch touches few pages of it.
   */
  newGuid(typeName: string): string {
    const uuid = this.newUuid();
    if (uuid.length !== uuidLength) return `${typeName}-${uuid}`;
    return `${typeName}-${this.#guidTime}-7${uuid.slice(15)}`;
  }

  /** Notes a line of the change log. */
  tell(
    sequence: number,
    event: ChangeEventType,
    writer: Writer,
    what: {
      readonly guid: string;
      readonly type: number;
      readonly classification?: number;
      readonly end1?: string;
      readonly end2?: string;
    },
  ): void {
    if (groupTypes.has(this.codes.name(what.type)))
      this.groupChanges.push({ guid: what.guid, ...(what.end1 !== undefined && { end1: what.end1 }) });
    this.#written += 1;
    this.#lastTold = { sequence, guid: what.guid, eventType: event };
    this.#lines.add({
      sequence,
      event,
      guid: what.guid,
      type: what.type,
      classification: what.classification,
      end1: what.end1,
      end2: what.end2,
      user: writer.userId,
    });
  }

  /** Counts an element in (1) or out (-1) of the buckets. */
  count(row: { type: number; visible: number; id: number; sequence: number }, delta: 1 | -1): void {
    this.#counts.add(row, delta);
  }

  /**
   * Notes what the text index has to learn of an element (undefined = not in it). It is written before the commit in
   * one go: each savepoint makes the index write out all that it gathered.
   */
  index(id: number, before: string | undefined, after: string | undefined): void {
    this.#texts.add(id, before, after);
  }

  /** Keeps a version that is about to be overwritten. */
  keepVersion(subject: number, owner: number, classification: number, row: HeaderRow): void {
    this.run(
      'INSERT OR REPLACE INTO history (subject, owner, classification, sequence, valid_from, valid_to, body) VALUES (?,?,?,?,?,?,?)',
      subject,
      owner,
      classification,
      row.sequence,
      row.update_time,
      this.now,
      JSON.stringify(row),
    );
    if (row.version < this.limits.retainedVersions) return;
    this.run(
      `DELETE FROM history WHERE subject = ? AND owner = ? AND classification = ? AND sequence <= (
         SELECT sequence FROM history WHERE subject = ? AND owner = ? AND classification = ?
         ORDER BY sequence DESC LIMIT 1 OFFSET ?)`,
      subject,
      owner,
      classification,
      subject,
      owner,
      classification,
      this.limits.retainedVersions,
    );
  }

  /**
   * Refuses a token lower than the highest seen for its slot, remembers a higher one.
   *
   * @throws GRANT_SUPERSEDED
   */
  checkGrant(grant: Grant | undefined): void {
    if (grant === undefined) return;
    const known = refuseSuperseded(this.database, grant);
    if (known === undefined || grant.token > known)
      this.run('INSERT OR REPLACE INTO slot_grant (slot, token) VALUES (?, ?)', grant.slot, grant.token);
  }

  /** Header of something new. */
  created(writer: Writer, type: number, properties: string, effectivity: EffectivityColumns): HeaderRow {
    return {
      type,
      sequence: this.nextSequence(),
      version: 1,
      created_by: writer.userId,
      create_time: this.now,
      updated_by: writer.userId,
      update_time: this.now,
      maintained_by: null,
      request_id: writer.requestId ?? null,
      source_guid: writer.externalSource?.guid ?? null,
      source_name: writer.externalSource?.name ?? null,
      effective_from: effectivity.effective_from,
      effective_to: effectivity.effective_to,
      properties,
    };
  }

  /** Header of the next version. */
  updated(writer: Writer, row: HeaderRow, changes: HeaderChanges): HeaderRow {
    const maintainers = maintainersOf(row);
    const maintained_by =
      maintainers.includes(writer.userId) || maintainers.length >= mostMaintainers
        ? row.maintained_by
        : JSON.stringify([...maintainers, writer.userId]);
    const {
      type = row.type,
      source_guid = row.source_guid,
      source_name = row.source_name,
      effective_from = row.effective_from,
      effective_to = row.effective_to,
      properties = row.properties,
    } = changes;
    return {
      type,
      sequence: this.nextSequence(),
      version: row.version + 1,
      created_by: row.created_by,
      create_time: row.create_time,
      updated_by: writer.userId,
      update_time: this.now,
      maintained_by,
      request_id: writer.requestId ?? row.request_id,
      source_guid,
      source_name,
      effective_from,
      effective_to,
      properties,
    };
  }

  /** Writes what was only remembered so far. The last thing before the commit. */
  *flush(retainedChanges: number): WriteSteps<undefined> {
    this.#lines.write();
    yield* this.#texts.write(this);
    if (this.#texts.length > 0) yield* mergeTexts(this);
    yield* this.#counts.write(this);
    this.run("INSERT OR REPLACE INTO meta (name, value) VALUES ('changeSequence', ?)", this.#sequence);
    const { changes } = this.run('DELETE FROM change WHERE sequence <= ?', this.#sequence - retainedChanges);
    if (changes > 0) this.run("INSERT OR IGNORE INTO meta (name, value) VALUES ('changesForgotten', 1)");
    return undefined;
  }
}

/** No run is out for so long that was not given up. */
const farAheadMs = 24 * 60 * 60 * 1_000;
/** Of what a date can be made. */
const latestTime = 8.64e15;

/** The highest token known for the slot. @throws GRANT_SUPERSEDED when the grant has a lower one */
export function refuseSuperseded(database: Reads, grant: Grant): number | undefined {
  const known = database.get<{ token: number }>('SELECT token FROM slot_grant WHERE slot = ?', grant.slot)?.token;
  if (known === undefined || grant.token >= known) return known;
  throw new IsthmusError('GRANT_SUPERSEDED', `slot ${grant.slot} has been granted anew${farAhead(grant, known)}`, {
    details: { slot: grant.slot, token: grant.token, highest: known },
  });
}

/** Tokens are as high as the clock was, so that a journal that was lost can go on: but not after one that was ahead. */
function farAhead({ token }: Grant, known: number): string {
  if (known - token < farAheadMs || known > latestTime) return '';
  return `: its token was ${known} and this one is ${token}; if no other daemon of this name runs it, the clock was ahead and the journal was lost since, and writes are taken again from ${new Date(known).toISOString()} on`;
}

const endSql = 'SELECT id, guid, type, visible FROM element WHERE qualified_name = ?';

export interface TransactionMark {
  readonly counts: number;
  readonly texts: number;
}

/** What a new version may bring; the rest of the header follows. */
export type HeaderChanges = Partial<
  Pick<HeaderRow, 'type' | 'source_guid' | 'source_name' | 'effective_from' | 'effective_to' | 'properties'>
>;

export interface EffectivityColumns {
  readonly effective_from: number | null;
  readonly effective_to: number | null;
}

/** A change of one of these may change what a daemon reads of a group. */
const groupTypes: ReadonlySet<string> = new Set([
  'IntegrationGroup',
  'IntegrationConnector',
  'Connection',
  'VirtualConnection',
  'ConnectorType',
  'Endpoint',
  'RegisteredIntegrationConnector',
  'AssetConnection',
  'ConnectionConnectorType',
  'ConnectToEndpoint',
  'EmbeddedConnection',
]);

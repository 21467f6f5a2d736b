import type { Clock, Scheduled } from '@isthmus/kernel';
import { IsthmusError } from '@isthmus/kernel';
import type { TypeSystem } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import type { ChangeEventType, StoredChange } from './element-store.js';
import type { TypeCodes } from './type-codes.js';

interface ChangeRow {
  readonly sequence: number;
  readonly event: ChangeEventType;
  readonly guid: string;
  readonly type: number;
  readonly classification: number | null;
  readonly end1: string | null;
  readonly end2: string | null;
  readonly time: number;
  readonly user: string;
}

/** Waits for one change are held in memory: more than these are refused, so that clients cannot pile them up. */
const mostWaiters = 10_000;

/** Reads the log of changes and tells those who wait for the next one. */
export class ChangeLog {
  readonly #waiters = new Set<(changed: boolean) => void>();
  #last: number;
  #committed: number;

  constructor(
    private readonly types: TypeSystem,
    private readonly codes: TypeCodes,
    private readonly clock: Clock,
    last: number,
  ) {
    this.#last = last;
    this.#committed = last;
  }

  /** Number of the last change that is on disk. */
  get last(): number {
    return this.#last;
  }

  /** Number of the last change: the next one counts on from it. */
  get committed(): number {
    return this.#committed;
  }

  /**
   * @param limit - of changes that are read
   * @param ofTypes - tells only of these and their subtypes; what else was read is passed over. Undefined: of all
   * @throws CHANGES_TOO_OLD
   */
  read(
    database: Database,
    after: number,
    limit: number,
    ofTypes?: ReadonlySet<string>,
  ): { readonly changes: readonly StoredChange[]; readonly next: number } {
    const oldest = database.get<{ sequence: number | null }>('SELECT min(sequence) AS sequence FROM change')?.sequence;
    const reaches = oldest === null || oldest === undefined ? this.#last : oldest - 1;
    if (after > this.#last || (after < reaches && after !== 0) || (after === 0 && this.#hasForgotten(database))) {
      throw new IsthmusError(
        'CHANGES_TOO_OLD',
        `the change feed reaches from ${reaches} to ${this.#last}, not to ${after}`,
        {
          details: { after, oldest: reaches, last: this.#last },
        },
      );
    }
    const rows = database.all<ChangeRow>(
      'SELECT * FROM change WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?',
      after,
      this.#last,
      limit,
    );
    const next = rows.length < limit ? this.#last : (rows.at(-1)?.sequence ?? this.#last);
    const wanted = ofTypes === undefined ? rows : rows.filter(({ type }) => this.#isOf(type, ofTypes));
    return { changes: wanted.map((row) => this.#change(row)), next };
  }

  /** Called after each commit. Nobody is told yet. */
  commit(last: number): void {
    this.#committed = last;
  }

  /** Called when a commit is on disk. */
  flushed(last: number): void {
    if (last === this.#last) return;
    this.#last = last;
    for (const tell of [...this.#waiters]) tell(true);
  }

  /** True when there is a change after `after`, false when the time is up; rejects when aborted. */
  wait(after: number, waitMs: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#last > after || waitMs <= 0) return Promise.resolve(this.#last > after);
    if (this.#waiters.size >= mostWaiters)
      return Promise.reject(new IsthmusError('STORE_UNREACHABLE', 'too many callers wait for changes'));
    return new Promise((resolve, reject) => {
      let timer: Scheduled | undefined;
      const end = (finish: () => void) => {
        timer?.cancel();
        this.#waiters.delete(tell);
        signal.removeEventListener('abort', abort);
        finish();
      };
      const tell = (changed: boolean) => end(() => resolve(changed));
      const abort = () => end(() => reject(signal.reason));
      this.#waiters.add(tell);
      signal.addEventListener('abort', abort, { once: true });
      timer = this.clock.schedule(waitMs, () => tell(false));
    });
  }

  /** Lets everybody who waits go. */
  close(): void {
    for (const tell of [...this.#waiters]) tell(false);
  }

  /** Whether changes were dropped: then the beginning cannot be told any more. */
  #hasForgotten(database: Database): boolean {
    return database.get("SELECT 1 FROM meta WHERE name = 'changesForgotten'") !== undefined;
  }

  #isOf(type: number, wanted: ReadonlySet<string>): boolean {
    const typeName = this.codes.name(type);
    return wanted.has(typeName) || this.types.superTypes(typeName).some((superType) => wanted.has(superType));
  }

  #change(row: ChangeRow): StoredChange {
    const typeName = this.codes.name(row.type);
    return {
      sequence: row.sequence,
      eventType: row.event,
      guid: row.guid,
      typeName,
      superTypeNames: this.types.superTypes(typeName),
      time: row.time,
      userId: row.user,
      ...(row.classification === null ? {} : { classificationName: this.codes.name(row.classification) }),
      ...(row.end1 === null ? {} : { end1Guid: row.end1 }),
      ...(row.end2 === null ? {} : { end2Guid: row.end2 }),
    };
  }
}

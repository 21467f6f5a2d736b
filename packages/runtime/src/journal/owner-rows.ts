import { IsthmusError } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';
import type { SlotName } from '../slot/slot.js';
import { decode } from './decode.js';
import { isJsonValue, isStoreMark } from './guards.js';
import type { CursorState, RunKind, StoreMark, SyncOwner } from './journal.js';

const fullRunIsDue = 1_000_000_000;
const mostFound = 64;

export interface OwnerRow {
  readonly id: number;
  readonly collection: string;
  /** Items of an older epoch have lost their hash. */
  readonly epoch: number;
  /** What items of an older epoch say of fields is of a store that is lost. */
  readonly printsFrom: number;
  readonly openedAt: number;
}

/** Rows of owners, their marks, and the tokens of slots. Synchronous: callers open transactions. */
export class OwnerRows {
  /** Those of the runs of the moment, by their three names. What changes them here takes them away. */
  readonly #found = new Map<string, OwnerRow>();
  #rollbackCount = 0;

  constructor(private readonly database: Database) {}

  /** Whatever is read or written of an owner begins with this. */
  find(owner: SyncOwner): OwnerRow | undefined {
    const { rollbackCount } = this.database;
    if (this.#rollbackCount !== rollbackCount || this.#found.size >= mostFound) this.#found.clear();
    this.#rollbackCount = rollbackCount;
    const { connectorGuid, metadataCollectionId, target } = owner;
    // names of a target are the server's and may hold whatever parts them here
    const key = `${connectorGuid.length} ${metadataCollectionId.length} ${connectorGuid}${metadataCollectionId}${target}`;
    const found = this.#found.get(key);
    if (found !== undefined) return found;
    const row = this.#read(owner);
    if (row !== undefined) this.#found.set(key, row);
    return row;
  }

  #read(owner: SyncOwner): OwnerRow | undefined {
    const row = this.database.get(
      'SELECT id, epoch, prints_from, opened_at FROM owner WHERE collection = ? AND connector = ? AND target = ?',
      owner.metadataCollectionId,
      owner.connectorGuid,
      owner.target,
    );
    if (row === undefined) return undefined;
    return {
      id: Number(row.id),
      collection: owner.metadataCollectionId,
      epoch: Number(row.epoch),
      printsFrom: Number(row.prints_from),
      openedAt: Number(row.opened_at),
    };
  }

  #forget(id: number): void {
    for (const [key, row] of this.#found) if (row.id === id) this.#found.delete(key);
  }

  itemCount(id: number): number {
    return Number(this.database.get('SELECT item_count FROM owner WHERE id = ?', id)?.item_count ?? 0);
  }

  of(id: number): SyncOwner | undefined {
    const row = this.database.get<{ collection: string; connector: string; target: string }>(
      'SELECT collection, connector, target FROM owner WHERE id = ?',
      id,
    );
    if (row === undefined) return undefined;
    return { metadataCollectionId: row.collection, connectorGuid: row.connector, target: row.target };
  }

  ensure(owner: SyncOwner): OwnerRow {
    const found = this.find(owner);
    if (found !== undefined) return found;
    this.database.run(
      'INSERT INTO owner (collection, connector, target) VALUES (?, ?, ?)',
      owner.metadataCollectionId,
      owner.connectorGuid,
      owner.target,
    );
    const made = this.find(owner);
    if (made === undefined) throw new IsthmusError('DATABASE_UNREADABLE', 'table owner lost a row just written');
    return made;
  }

  opened(id: number, at: number): void {
    this.#forget(id);
    this.database.run('UPDATE owner SET opened_at = ? WHERE id = ?', at, id);
  }

  nextEpoch(id: number, isLost: boolean): void {
    this.#forget(id);
    this.database.run('UPDATE owner SET epoch = epoch + 1 WHERE id = ?', id);
    if (isLost) this.database.run('UPDATE owner SET prints_from = epoch WHERE id = ?', id);
  }

  remove(id: number): void {
    this.#forget(id);
    this.database.run('DELETE FROM owner WHERE id = ?', id);
  }

  mark(owner: SyncOwner): StoreMark | undefined {
    const row = this.database.get(
      'SELECT mark, sequence FROM owner WHERE collection = ? AND connector = ? AND target = ?',
      owner.metadataCollectionId,
      owner.connectorGuid,
      owner.target,
    );
    if (row === undefined || row.mark === null) return undefined;
    const mark = decode(this.database, { table: 'owner', name: owner.connectorGuid }, row.mark, isStoreMark);
    const { changeSequence: _, ...rest } = mark;
    return row.sequence === null ? rest : { ...rest, changeSequence: Number(row.sequence) };
  }

  /** Whether saving this would change nothing: most runs find all as it was. */
  isNoted({ metadataCollectionId, connectorGuid, target }: SyncOwner, mark: StoreMark, run?: RunKind): boolean {
    const row = this.database.get(
      'SELECT mark, sequence, runs_since_full FROM owner WHERE collection = ? AND connector = ? AND target = ?',
      metadataCollectionId,
      connectorGuid,
      target,
    );
    if (row === undefined || row.sequence !== (mark.changeSequence ?? null) || row.mark !== JSON.stringify(mark))
      return false;
    return run === undefined || (run === 'full' && row.runs_since_full === 0);
  }

  saveMark(id: number, mark: StoreMark): void {
    this.database.run(
      'UPDATE owner SET mark = ?, sequence = ? WHERE id = ?',
      JSON.stringify(mark),
      mark.changeSequence ?? null,
      id,
    );
  }

  cursor(owner: SyncOwner): CursorState | undefined {
    const row = this.database.get(
      `SELECT cursor, min(runs_since_full, ${fullRunIsDue}) AS runs_since_full FROM owner WHERE collection = ? AND connector = ? AND target = ?`,
      owner.metadataCollectionId,
      owner.connectorGuid,
      owner.target,
    );
    if (row === undefined || row.cursor === null) return undefined;
    const value = decode(this.database, { table: 'owner', name: owner.connectorGuid }, row.cursor, isJsonValue);
    return { value, runsSinceFull: Number(row.runs_since_full) };
  }

  saveCursor(id: number, text: string | undefined): void {
    this.database.run('UPDATE owner SET cursor = ? WHERE id = ?', text ?? null, id);
  }

  noteRun(id: number, kind: RunKind): void {
    // Well below what a number can hold: runs that are not full go on counting from there.
    const count = { full: '0', other: 'runs_since_full + 1', 'full-due': fullRunIsDue }[kind];
    this.database.run(`UPDATE owner SET runs_since_full = ${count} WHERE id = ?`, id);
  }

  /** Moves the sequence of a mark that has one. */
  saveSequence(id: number, sequence: number): void {
    this.database.run('UPDATE owner SET sequence = ? WHERE id = ? AND sequence IS NOT NULL', sequence, id);
  }

  /**
   * A token above the highest known is taken over: another grantor may have raised it.
   *
   * @throws GRANT_SUPERSEDED
   */
  checkToken(slot: SlotName, token: number): void {
    const highest = Number(this.database.get('SELECT token FROM slot WHERE name = ?', slot)?.token ?? 0);
    if (token < highest) {
      throw new IsthmusError('GRANT_SUPERSEDED', `the grant ${token} of ${slot} was followed by ${highest}`, {
        details: { slot, token, highest },
      });
    }
    if (token > highest) {
      this.database.run(
        'INSERT INTO slot (name, token) VALUES (?, ?) ON CONFLICT DO UPDATE SET token = excluded.token',
        slot,
        token,
      );
    }
  }
}

export function isSameOwner(one: SyncOwner, other: SyncOwner): boolean {
  return (
    one.connectorGuid === other.connectorGuid &&
    one.target === other.target &&
    one.metadataCollectionId === other.metadataCollectionId
  );
}

import type { Database } from '@isthmus/sqlite';
import { knownHash } from './awaiting-hash.js';
import { decode } from './decode.js';
import type { Absence, KnownState } from './journal.js';
import type { OwnerRow } from './owner-rows.js';

/** Some items of a scope, all whose keys follow those of the page before. */
export interface StatePage {
  readonly states: readonly KnownState[];
  /** The highest of their keys. */
  readonly lastKey: string | undefined;
}

type StateRow = readonly [
  key: string,
  hash: string,
  version: string | null,
  opens: string | null,
  absence: string | null,
  undone: string | null,
];
type TextRow = readonly [text: string | null, count: number, lastKey: string | null];

/** Stands between the columns of a page that is told as one text. */
const separator = '\u001f';
const columnCount = 4;

const page = `SELECT key, iif(epoch = ?, hash, '') AS hash, version, opens, absence, undone FROM item
  WHERE scope = ? AND key`;
/** What few items have is told as JSON. */
const columns = `key, hash, coalesce(version, ''),
  iif(coalesce(opens, absence, undone) IS NULL AND version IS NOT '', '', json_array(version, opens, absence, undone))`;

/** What comparing takes of the items of a scope. */
export class StateRows {
  constructor(private readonly database: Database) {}

  /**
   * One page of a scope, after `afterKey` (undefined = from the begin). It comes as one text, which costs half of what rows
   * with a value for each column do: a run in which nothing changed reads little else.
   */
  page(owner: OwnerRow, scope: number, afterKey: string | undefined, limit: number): StatePage {
    const after = afterKey === undefined ? '>=' : '>';
    const [[text, count, lastKey] = [null, 0, null]] = this.database.rows<TextRow>(
      `SELECT group_concat(concat_ws(char(31), ${columns}), char(31)), count(*), max(key)
       FROM (${page} ${after} ? ORDER BY key LIMIT ?)`,
      owner.epoch,
      scope,
      afterKey ?? '',
      limit,
    );
    if (text === null || lastKey === null) return { states: [], lastKey: undefined };
    const pieces = text.split(separator);
    const isTold = pieces.length === count * columnCount;
    return { states: isTold ? this.#statesOf(pieces) : this.#rows(owner, scope, afterKey, limit), lastKey };
  }

  /** A key may hold the separator. */
  #rows(owner: OwnerRow, scope: number, afterKey: string | undefined, limit: number): readonly KnownState[] {
    const sql = `${page} ${afterKey === undefined ? '>=' : '>'} ? ORDER BY key LIMIT ?`;
    return this.database.rows<StateRow>(sql, owner.epoch, scope, afterKey ?? '', limit).map(stateOf);
  }

  #statesOf(pieces: readonly string[]): readonly KnownState[] {
    const states: KnownState[] = [];
    for (let at = 0; at < pieces.length; at += columnCount) {
      const [key, hash, version, rest] = [pieces[at] ?? '', pieces[at + 1] ?? '', pieces[at + 2], pieces[at + 3] ?? ''];
      states.push(rest === '' ? plainState(key, hash, version) : this.#withRest(key, hash, rest));
    }
    return states;
  }

  #withRest(key: string, hash: string, rest: string): KnownState {
    const [version, opens, absence, undone] = decode(this.database, { table: 'item', name: key }, rest, isRest);
    return stateOf([key, hash, version, opens, absence, undone]);
  }
}

type Rest = readonly [version: string | null, opens: string | null, absence: string | null, undone: string | null];

function isRest(value: unknown): value is Rest {
  return Array.isArray(value) && value.length === 4 && value.every((each) => each === null || typeof each === 'string');
}

export function isAbsence(text: string | null): text is Absence {
  return text === 'unconfirmed' || text === 'outside' || text === 'holding' || text === 'gone';
}

/** A run reads them all: each has the same members, which is what objects are quickest with. */
function plainState(key: string, hash: string, version: string | undefined): KnownState {
  return {
    key,
    hash: knownHash(hash),
    sourceVersion: version === '' ? undefined : version,
    opens: undefined,
    absence: undefined,
    undone: undefined,
  };
}

function stateOf([key, hash, version, opens, absence, undone]: StateRow): KnownState {
  return {
    key,
    hash: knownHash(hash),
    sourceVersion: version ?? undefined,
    opens: opens ?? undefined,
    absence: isAbsence(absence) ? absence : undefined,
    undone: undone ?? undefined,
  };
}

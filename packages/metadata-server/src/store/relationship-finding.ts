import type { TypeSystem } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import { conditionsPredicate } from './conditions.js';
import { pageOf, visibleSet } from './element-plan.js';
import type { FindRelationshipOptions, RelatedOptions } from './element-store.js';
import { isEffective, parseProperties, type RelationshipRow, selectRelationship } from './rows.js';
import type { Snapshot } from './snapshot-pool.js';
import type { TypeCodes } from './type-codes.js';

type End = 'end1' | 'end2';

/** One run of an index, newest first. */
interface Stream {
  readonly column: End | 'type';
  readonly key: number;
  readonly visible: number;
  /** Undefined: every type. */
  readonly type: number | undefined;
}

export interface RelationshipQuery {
  readonly streams: readonly Stream[];
  readonly test: ((row: RelationshipRow) => boolean) | undefined;
  readonly startFrom: number;
  readonly pageSize: number;
  readonly oldestFirst: boolean;
}

/** Relationship pages may be larger than element pages, as on a real server; this bounds them all the same. */
export const largestRelationshipPage = 10_000;
const chunkSize = 256;

/** Relationships of one element, newest first. */
export function planRelated(
  types: TypeSystem,
  codes: TypeCodes,
  element: number,
  options: RelatedOptions,
): RelationshipQuery {
  const ends: readonly End[] =
    options.startingAtEnd === 1 ? ['end1'] : options.startingAtEnd === 2 ? ['end2'] : ['end1', 'end2'];
  const wanted = relationshipCodes(types, codes, options.relationshipTypeName);
  return {
    streams: ends.flatMap((column) => eachStream({ column, key: element }, visibleSet(options), wanted)),
    test: relationshipTest(options),
    ...pageOf(options, largestRelationshipPage),
    oldestFirst: isOldestFirst(options),
  };
}

/** Relationships by type, ends and conditions. `end1` and `end2` are ids; undefined = any. */
export function planRelationships(
  types: TypeSystem,
  codes: TypeCodes,
  options: FindRelationshipOptions,
  end1: ReadonlySet<number> | undefined,
  end2: ReadonlySet<number> | undefined,
): RelationshipQuery {
  const wanted = relationshipCodes(types, codes, options.typeName);
  const visible = visibleSet(options);
  const match = options.endMatch ?? 'BOTH';
  const basic = relationshipTest(options);
  const endTest = endsTest(match, end1, end2);
  const byEnds = (column: End, ids: ReadonlySet<number> | undefined) =>
    [...(ids ?? [])].flatMap((key) => eachStream({ column, key }, visible, wanted));
  const allTypes = wanted ?? types.list('RELATIONSHIP_DEF').map((type) => codes.code(type.name));
  const byType = () => allTypes.flatMap((type) => eachStream({ column: 'type', key: type }, visible, undefined));
  let streams: Stream[];
  if (match === 'BOTH' && end1 !== undefined) streams = byEnds('end1', end1);
  else if (match === 'BOTH' && end2 !== undefined) streams = byEnds('end2', end2);
  else if (match === 'ANY' && end1 !== undefined && end2 !== undefined)
    streams = [...byEnds('end1', end1), ...byEnds('end2', end2)];
  else streams = byType();
  return {
    streams,
    test:
      basic === undefined && endTest === undefined
        ? undefined
        : (row) => (endTest?.(row) ?? true) && (basic?.(row) ?? true),
    ...pageOf(options, largestRelationshipPage),
    oldestFirst: isOldestFirst(options),
  };
}

/** Rows of one page. `keep` may drop rows by what lies at their ends; then rows are looked at one by one. */
export async function findRelationshipRows(
  snapshot: Snapshot,
  query: RelationshipQuery,
  keep: ((rows: readonly RelationshipRow[]) => readonly RelationshipRow[]) | undefined,
): Promise<readonly RelationshipRow[]> {
  const streams = query.streams.flatMap((stream) => expand(snapshot.database, stream));
  const [only] = streams;
  if (streams.length === 1 && only !== undefined && query.test === undefined && keep === undefined)
    return streamRows(snapshot.database, only, query.oldestFirst, undefined, query.pageSize, query.startFrom);
  const taken: RelationshipRow[] = [];
  let skip = query.startFrom;
  for await (const rows of walkRelationships(snapshot, query)) {
    const kept = keep === undefined ? rows : keep(rows);
    const from = Math.min(skip, kept.length);
    skip -= from;
    taken.push(...kept.slice(from, from + query.pageSize - taken.length));
    if (taken.length >= query.pageSize) break;
    await snapshot.slice.pause();
  }
  return taken;
}

/** All rows of the query in order, some at a time; each once, also when both its ends lead to it. */
export async function* walkRelationships(
  { database, slice }: Snapshot,
  query: RelationshipQuery,
): AsyncGenerator<readonly RelationshipRow[]> {
  const heads = query.streams
    .flatMap((stream) => expand(database, stream))
    .map((stream) => new StreamHead(database, stream, query.oldestFirst));
  let last = 0;
  let merged: RelationshipRow[] = [];
  for (;;) {
    let next: StreamHead | undefined;
    for (const head of heads) if (head.isBefore(next)) next = head;
    const row = next?.shift();
    if (row === undefined) break;
    if (row.id === last) continue;
    last = row.id;
    if (query.test?.(row) ?? true) merged.push(row);
    if (merged.length < chunkSize) continue;
    yield merged;
    merged = [];
    await slice.pause();
  }
  yield merged;
}

/** A stream per type that occurs: only those lie in the order of an index. */
function expand(database: Database, stream: Stream): Stream[] {
  if (stream.type !== undefined || stream.column === 'type') return [stream];
  const found: Stream[] = [];
  let type = 0;
  for (;;) {
    const next = database.get<{ type: number }>(
      `SELECT type FROM relationship INDEXED BY relationship_${stream.column} WHERE ${stream.column} = ? AND visible = ? AND type > ? ORDER BY type LIMIT 1`,
      stream.key,
      stream.visible,
      type,
    );
    if (next === undefined) return found;
    type = next.type;
    found.push({ ...stream, type });
  }
}

/** The front of one stream; reads on by key, some rows at a time. */
class StreamHead {
  #rows: RelationshipRow[] = [];
  #last: number | undefined;
  #ended = false;

  constructor(
    private readonly database: Database,
    private readonly stream: Stream,
    private readonly oldestFirst: boolean,
  ) {}

  isBefore(other: StreamHead | undefined): boolean {
    const mine = this.#peek();
    if (mine === undefined) return false;
    const theirs = other === undefined ? undefined : other.#peek();
    if (theirs === undefined) return true;
    return this.oldestFirst ? mine.sequence < theirs.sequence : mine.sequence > theirs.sequence;
  }

  shift(): RelationshipRow | undefined {
    this.#peek();
    return this.#rows.shift();
  }

  #peek(): RelationshipRow | undefined {
    if (this.#rows.length === 0 && !this.#ended) {
      this.#rows = streamRows(this.database, this.stream, this.oldestFirst, this.#last, chunkSize, 0);
      this.#last = this.#rows.at(-1)?.sequence ?? this.#last;
      this.#ended = this.#rows.length < chunkSize;
    }
    return this.#rows[0];
  }
}

function streamRows(
  database: Database,
  { column, key, visible, type }: Stream,
  oldestFirst: boolean,
  after: number | undefined,
  limit: number,
  offset: number,
): RelationshipRow[] {
  const beyond = oldestFirst ? '>' : '<';
  const start = after ?? (oldestFirst ? 0 : Number.MAX_SAFE_INTEGER);
  const direction = oldestFirst ? 'ASC' : 'DESC';
  const page = `ORDER BY sequence ${direction} LIMIT ? OFFSET ?`;
  // the planner knows nothing of hubs, so the index is named
  const source = `${selectRelationship} INDEXED BY relationship_${column}`;
  if (type === undefined) {
    return database.all<RelationshipRow>(
      `${source} WHERE ${column} = ? AND visible = ? AND sequence ${beyond} ? ${page}`,
      key,
      visible,
      start,
      limit,
      offset,
    );
  }
  return database.all<RelationshipRow>(
    `${source} WHERE ${column} = ? AND visible = ? AND type = ? AND sequence ${beyond} ? ${page}`,
    key,
    visible,
    type,
    start,
    limit,
    offset,
  );
}

function eachStream(
  at: Pick<Stream, 'column' | 'key'>,
  visible: ReadonlySet<number>,
  types: readonly number[] | undefined,
): Stream[] {
  const wanted: readonly (number | undefined)[] = types ?? [undefined];
  return [...visible].flatMap((each) => wanted.map((type) => ({ ...at, visible: each, type })));
}

/** Undefined: every type. */
export function relationshipCodes(
  types: TypeSystem,
  codes: TypeCodes,
  name: string | undefined,
): readonly number[] | undefined {
  if (name === undefined) return undefined;
  types.relationship(name);
  return [name, ...types.subtypes(name)].map((each) => codes.code(each));
}

function relationshipTest(
  options: Pick<FindRelationshipOptions, 'conditions' | 'effectiveTime' | 'asOfTime'>,
): ((row: RelationshipRow) => boolean) | undefined {
  const { conditions, effectiveTime, asOfTime } = options;
  if (conditions === undefined && effectiveTime === undefined && asOfTime === undefined) return undefined;
  const holds = conditions === undefined ? () => true : conditionsPredicate(conditions);
  return (row) =>
    isEffective(row, effectiveTime) &&
    (asOfTime === undefined || row.create_time <= asOfTime) &&
    holds(parseProperties(row.properties));
}

function endsTest(
  match: 'BOTH' | 'ANY' | 'NONE',
  end1: ReadonlySet<number> | undefined,
  end2: ReadonlySet<number> | undefined,
): ((row: RelationshipRow) => boolean) | undefined {
  if (end1 === undefined && end2 === undefined) return undefined;
  switch (match) {
    case 'BOTH':
      return (row) => (end1?.has(row.end1) ?? true) && (end2?.has(row.end2) ?? true);
    case 'ANY':
      return (row) => (end1?.has(row.end1) ?? false) || (end2?.has(row.end2) ?? false);
    case 'NONE':
      return (row) => !(end1?.has(row.end1) ?? false) && !(end2?.has(row.end2) ?? false);
  }
}

function isOldestFirst({ sequencingOrder }: Pick<RelatedOptions, 'sequencingOrder'>): boolean {
  return sequencingOrder === 'LAST_UPDATE_OLDEST' || sequencingOrder === 'CREATION_DATE_OLDEST';
}

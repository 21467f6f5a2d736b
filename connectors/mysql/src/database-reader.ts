import { createHash, hash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  checksQuery,
  columnsQuery,
  countersQuery,
  databasesIn,
  fingerprintQuery,
  foreignKeysQuery,
  grantsQuery,
  indexesQuery,
  keyRulesQuery,
  namesQuery,
  ofTables,
  partialRevokesQuery,
  partitionsQuery,
  tablesQuery,
  viewsQuery,
} from './catalog-queries.js';
import { nothingSeen, type Visibility, visibilityOf } from './grants.js';
import type {
  CheckRow,
  ColumnRow,
  ForeignKeyRow,
  IndexRow,
  KeyRuleRow,
  PartitionRow,
  Relation,
  TableRow,
  ViewRow,
} from './rows.js';
import type { Session } from './session.js';

/** What is asked of a session here. */
export type Asked = Pick<Session, 'rows' | 'abilities'>;

/** Some tables and views, each as it was at one moment. */
export interface Piece {
  /** In the order of their names. */
  readonly relations: readonly Relation[];
  readonly visibility: Visibility;
}

export interface Reading {
  /** All that the user sees at the end was told, and under the same rights from the beginning. */
  readonly isCertain: boolean;
  /** Nothing went that was told. */
  readonly isStill: boolean;
  /** At the end. */
  readonly visibility: Visibility;
}

export interface ReadingOptions {
  readonly statistics: boolean;
  /** At most; default 1,000. Each piece is in memory as a whole, and costs some looks through the list of all tables. */
  readonly tablesAtOnce?: number;
}

const mostReadings = 3;
const mostRounds = 3;
const columnsAtOnce = 10_000;
const relationsAtOnce = 100;

/**
 * Reads a database in pieces. These servers have no snapshot of their catalogs. So a piece is read again when something was
 * changed meanwhile, until two readings agree; and the names are asked for again at the end: what came is read too, and
 * nothing is concluded unless all that is there at last was told.
 *
 * @param tell - gets one piece after the other, each table at most once
 */
export async function readDatabase(
  session: Asked,
  database: string,
  { statistics, tablesAtOnce = 1_000 }: ReadingOptions,
  tell: (piece: Piece) => Promise<void>,
): Promise<Reading> {
  const told = new Set<string>();
  let isCertain = true;
  let now = await moment(session);
  const atFirst = now.rights;
  // how wide the tables are is known once some were read
  const pieces = { size: Math.min(200, tablesAtOnce), most: tablesAtOnce };
  for (let round = 1; ; round += 1) {
    const before = now;
    const names = await namesOf(session, database);
    now = await moment(session);
    isCertain &&= before.rights === atFirst && now.rights === atFirst;
    const fresh = names.filter((name) => !told.has(name));
    if (fresh.length === 0 || round > mostRounds)
      return {
        isCertain: isCertain && fresh.length === 0,
        isStill: told.size === names.length - fresh.length,
        visibility: visibilityBetween(before, now),
      };
    for await (const piece of piecesOf(session, database, fresh, pieces, statistics)) {
      isCertain &&= piece.isCertain;
      for (const { name } of piece.relations) told.add(name);
      await tell(piece);
    }
    now = await moment(session);
  }
}

type PieceRead = Piece & Pick<Reading, 'isCertain'>;

/** The server reads the next piece while the last one is told. */
async function* piecesOf(
  session: Asked,
  database: string,
  names: readonly string[],
  pieces: { size: number; readonly most: number },
  statistics: boolean,
): AsyncGenerator<PieceRead> {
  let from = 0;
  const readNext = (): Promise<PieceRead> | undefined => {
    const some = names.slice(from, from + pieces.size);
    from += some.length;
    const next = some.length === 0 ? undefined : readPiece(session, database, some, statistics);
    // it is waited for later, or not at all when what came before cannot be told
    next?.catch(() => undefined);
    return next;
  };
  let next = readNext();
  while (next !== undefined) {
    const piece = await next;
    pieces.size = Math.min(pieces.most, sizeAfter(piece.relations));
    next = readNext();
    yield piece;
  }
}

/** So many tables as wide as these have as many columns as are read at once. */
function sizeAfter(relations: readonly Relation[]): number {
  const columns = relations.reduce((sum, relation) => sum + relation.columns.length, 1);
  return Math.max(1, Math.floor((columnsAtOnce * relations.length) / columns));
}

async function readPiece(
  session: Asked,
  database: string,
  names: readonly string[],
  statistics: boolean,
): Promise<PieceRead> {
  let lastDigest: string | undefined;
  let before = await moment(session);
  for (let reading = 1; ; reading += 1) {
    const relations = await readRelations(session, database, names, statistics);
    const after = await moment(session);
    const piece = { relations, visibility: visibilityBetween(before, after) };
    if (before.text === after.text) return { ...piece, isCertain: true };
    const digest = await digestOf(relations);
    if (digest === lastDigest) return { ...piece, isCertain: true };
    if (reading === mostReadings) return { ...piece, isCertain: false };
    lastDigest = digest;
    before = after;
  }
}

/** Where rights were given or taken in between it is not known which of them something was read by. */
export function visibilityBetween(before: Moment, after: Moment): Visibility {
  return before.rights === after.rights ? visibilityOf(after.grants, after) : nothingSeen;
}

export interface Moment {
  /** Another one whenever statements that change schemas or rights were begun in between. */
  readonly text: string;
  /** Another one whenever the user's own rights were changed. */
  readonly rights: string;
  readonly grants: readonly string[];
  readonly hasPatterns: boolean;
}

export async function moment(session: Asked): Promise<Moment> {
  const counters = await session.rows<Readonly<Record<string, string>>>(countersQuery);
  const grants = (await session.rows<Readonly<Record<string, string>>>(grantsQuery)).flatMap((row) =>
    Object.values(row).slice(0, 1),
  );
  const hasPatterns = await grantsArePatterns(session);
  const rights = hash('sha1', JSON.stringify([grants, hasPatterns]), 'base64');
  const text = JSON.stringify([counters.map((row) => Object.values(row)).sort(), rights]);
  return { text: hash('sha1', text, 'base64'), rights, grants, hasPatterns };
}

/** With partial revokes MySQL takes the names of databases in grants by the letter, also in those that were given before. */
async function grantsArePatterns(session: Asked): Promise<boolean> {
  if (!session.abilities.partialRevokes) return true;
  const [said] = await session.rows<{ readonly isOn: number }>(partialRevokesQuery);
  return Number(said?.isOn) === 0;
}

/** Another text whenever anything of the database was changed that is catalogued. */
export async function fingerprintOf(session: Asked, database: string): Promise<string> {
  const question = fingerprintQuery(session.abilities);
  const values = Array.from({ length: databasesIn(question) }, () => database);
  const rows = await session.rows<{ readonly place: number; readonly count: number; readonly sum: unknown }>(
    question,
    values,
  );
  return rows
    .map(({ place, count, sum }) => `${place}:${count}:${sum}`)
    .sort()
    .join(' ');
}

async function namesOf(session: Asked, database: string): Promise<readonly string[]> {
  const rows = await session.rows<{ readonly name: string }>(namesQuery, [database, database]);
  return rows.map(({ name }) => name).sort();
}

async function readRelations(
  session: Asked,
  database: string,
  names: readonly string[],
  statistics: boolean,
): Promise<readonly Relation[]> {
  const { abilities } = session;
  const ask = <T>(question: string): Promise<readonly T[]> =>
    session.rows<T>(question + ofTables, [database, database, names, names]);
  const tables = await ask<TableRow>(tablesQuery(statistics));
  const columns = byTable(await ask<ColumnRow>(columnsQuery(abilities)), ({ position }) => position);
  const indexes = byTable(await ask<IndexRow>(indexesQuery(abilities)), ({ place }) => place);
  const foreignKeys = byTable(await ask<ForeignKeyRow>(foreignKeysQuery), ({ place }) => place);
  const rules = byTable(foreignKeys.size === 0 ? [] : await ask<KeyRuleRow>(keyRulesQuery));
  const checksQuestion = checksQuery(abilities);
  const checks = byTable(checksQuestion === undefined ? [] : await ask<CheckRow>(checksQuestion));
  const hasParts = tables.some(({ options }) => /partitioned/i.test(options ?? ''));
  const partitions = byTable(hasParts ? await ask<PartitionRow>(partitionsQuery) : [], ({ place }) => place);
  const hasViews = tables.some(({ type }) => type === 'VIEW');
  const views = byTable(hasViews ? await ask<ViewRow>(viewsQuery) : []);
  return tables
    .map((table) => ({
      ...table,
      columns: columns.get(table.name) ?? [],
      indexes: indexes.get(table.name) ?? [],
      foreignKeys: foreignKeys.get(table.name) ?? [],
      rules: rules.get(table.name) ?? [],
      checks: checks.get(table.name) ?? [],
      partitions: partitions.get(table.name) ?? [],
      view: views.get(table.name)?.[0],
    }))
    .sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

/** Parts of one table in the order of their names, those of one name in the order of their places. */
function byTable<T extends { readonly table: string; readonly name?: string }>(
  rows: readonly T[],
  placeOf?: (row: T) => number | string,
): ReadonlyMap<string, readonly T[]> {
  const tables = new Map<string, T[]>();
  for (const row of rows) {
    const known = tables.get(row.table);
    if (known === undefined) tables.set(row.table, [row]);
    else known.push(row);
  }
  const isColumn = (row: T): boolean => 'position' in row;
  for (const parts of tables.values())
    parts.sort((one, other) => {
      const places = placeOf === undefined ? 0 : Number(placeOf(one)) - Number(placeOf(other));
      if (isColumn(one)) return places;
      const [first = '', second = ''] = [one.name, other.name];
      return first < second ? -1 : first > second ? 1 : places;
    });
  return tables;
}

/** Estimates do not count. */
async function digestOf(relations: readonly Relation[]): Promise<string> {
  const digest = createHash('sha1');
  for (const [place, { rows, bytes, ...relation }] of relations.entries()) {
    digest.update(JSON.stringify(relation));
    // others have their turn
    if (place % relationsAtOnce === 0) await setImmediate();
  }
  return digest.digest('base64');
}

import { createHash } from 'node:crypto';
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

export interface DatabaseContent {
  /** In the order of their names. */
  readonly relations: readonly Relation[];
  /** Nothing was changed while it was read: it is all that the user sees, as it was at one moment. */
  readonly isCertain: boolean;
  readonly visibility: Visibility;
}

const mostReadings = 3;
const relationsAtOnce = 500;

/**
 * Reads a database. These servers have no snapshot of their catalogs: it is read again when something was changed
 * meanwhile, until two readings agree.
 */
export async function readDatabase(session: Asked, database: string, statistics: boolean): Promise<DatabaseContent> {
  let lastDigest: string | undefined;
  for (let reading = 1; ; reading += 1) {
    const before = await moment(session);
    const relations = await readRelations(session, database, statistics);
    const names = await session.rows<{ readonly name: string }>(namesQuery, [database, database]);
    const after = await moment(session);
    // where rights were given or taken meanwhile it is not known which of them it was read by
    const isSameRights = JSON.stringify(before.grants) === JSON.stringify(after.grants);
    const visibility = isSameRights ? visibilityOf(after.grants) : nothingSeen;
    const isSameList = hasSameNames(relations, names);
    if (isSameList && before.text === after.text) return { relations, isCertain: true, visibility };
    const digest = await digestOf(relations);
    if (isSameList && digest === lastDigest) return { relations, isCertain: true, visibility };
    if (reading === mostReadings) return { relations, isCertain: false, visibility };
    lastDigest = digest;
  }
}

/** Another text whenever statements that change schemas or rights were begun in between. */
export async function moment(session: Asked): Promise<{ readonly text: string; readonly grants: readonly string[] }> {
  const counters = await session.rows<Readonly<Record<string, string>>>(countersQuery);
  const grants = (await session.rows<Readonly<Record<string, string>>>(grantsQuery)).flatMap((row) =>
    Object.values(row).slice(0, 1),
  );
  const text = JSON.stringify([counters.map((row) => Object.values(row)).sort(), grants]);
  return { text: createHash('sha1').update(text).digest('base64'), grants };
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

async function readRelations(session: Asked, database: string, statistics: boolean): Promise<readonly Relation[]> {
  const { abilities } = session;
  const ask = <T>(question: string): Promise<readonly T[]> => session.rows<T>(question, [database, database]);
  const tables = await ask<TableRow>(tablesQuery(statistics));
  const columns = byTable(await ask<ColumnRow>(columnsQuery), ({ position }) => position);
  const indexes = byTable(await ask<IndexRow>(indexesQuery(abilities)), ({ place }) => place);
  const foreignKeys = byTable(await ask<ForeignKeyRow>(foreignKeysQuery), ({ place }) => place);
  const rules = byTable(await ask<KeyRuleRow>(keyRulesQuery));
  const checksQuestion = checksQuery(abilities);
  const checks = byTable(checksQuestion === undefined ? [] : await ask<CheckRow>(checksQuestion));
  const partitions = byTable(await ask<PartitionRow>(partitionsQuery), ({ place }) => place);
  const views = byTable(await ask<ViewRow>(viewsQuery));
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

function hasSameNames(relations: readonly Relation[], names: readonly { readonly name: string }[]): boolean {
  const known = new Set(relations.map(({ name }) => name));
  return known.size === names.length && names.every(({ name }) => known.has(name));
}

async function digestOf(relations: readonly Relation[]): Promise<string> {
  const digest = createHash('sha1');
  for (const [place, { rows, bytes, ...relation }] of relations.entries()) {
    digest.update(JSON.stringify(relation));
    // others have their turn
    if (place % relationsAtOnce === 0) await setImmediate();
  }
  return digest.digest('base64');
}

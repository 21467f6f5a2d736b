import { setImmediate } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ColumnSchema, DatabaseSchema, ForeignKeySchema, IndexSchema, RelationSchema } from './schema-rows.js';
import { SchemaTwin } from './schema-twin.js';

interface TableEntry {
  readonly name: string;
  readonly type: string;
  readonly wr: number;
  readonly strict: number;
  readonly text: string | null;
}

const relationsAtOnce = 50;
/** SQLITE_ERROR, the lowest byte of the extended codes. */
const sqliteError = 1;

/** Reads the whole schema, a part at a time; inside of one transaction. */
export async function readSchema(database: DatabaseSyncInstance, signal: AbortSignal): Promise<DatabaseSchema> {
  const all = questions(database);
  const entries = byName(
    all<TableEntry>(
      { name: 'l.name', type: 'l.type', wr: 'l.wr', strict: 'l.strict', text: 'CAST(s.sql AS TEXT)' },
      `pragma_table_list l JOIN sqlite_schema s ON s.name = l.name AND s.type IN ('table', 'view')
       WHERE l.schema = 'main' AND l.type IN ('table', 'view', 'virtual') AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    ),
  );
  const triggers = all<{ readonly name: string; readonly table: string; readonly text: string }>(
    { name: 'name', table: 'tbl_name', text: 'CAST(sql AS TEXT)' },
    `sqlite_schema WHERE type = 'trigger'`,
  );
  const triggersOf = groupedBy(byName(triggers), ({ table }) => table.toLowerCase());
  const indexTexts = new Map(
    all<{ readonly name: string; readonly text: string | null }>(
      { name: 'name', text: 'CAST(sql AS TEXT)' },
      `sqlite_schema WHERE type = 'index'`,
    ).map(({ name, text }) => [name, text]),
  );
  const names = new Set(entries.map(({ name }) => name.toLowerCase()));
  const isRelation = (name: string): boolean => names.has(name.toLowerCase());
  const counts = rowCounts(all);
  const relations: RelationSchema[] = [];
  using parts = new PartsReader(database, all, entries, isRelation);
  for (const [place, entry] of entries.entries()) {
    signal.throwIfAborted();
    const { columns, sources, fault } = parts.of(entry);
    const isTable = entry.type === 'table';
    relations.push({
      name: entry.name,
      kind: kindOf(entry.type),
      text: entry.text ?? '',
      isStrict: entry.strict === 1,
      isWithoutRowid: entry.wr === 1,
      columns,
      fault,
      foreignKeys: isTable ? foreignKeysOf(all, entry.name) : [],
      indexes: isTable ? indexesOf(all, entry.name, indexTexts) : [],
      triggers: triggersOf.get(entry.name.toLowerCase()) ?? [],
      sources,
      rows: counts.get(entry.name),
    });
    // others have their turn
    if (place % relationsAtOnce === relationsAtOnce - 1) await setImmediate();
  }
  return { relations };
}

type Ask = <T>(columns: Readonly<Record<string, string>>, from: string) => readonly T[];

/**
 * Questions whose answer comes through a function, in no order. The statements that the binding prepares itself end with
 * the next collection of garbage, and until then the file stays open and locked although it was closed.
 */
function questions(database: DatabaseSyncInstance): Ask {
  let answer: unknown;
  database.function('isthmus_told', (json: unknown) => {
    answer = JSON.parse(String(json));
    return 0;
  });
  return <T>(columns: Readonly<Record<string, string>>, from: string) => {
    const parts = Object.entries(columns).map(([name, expression]) => `'${name}', ${expression}`);
    answer = undefined;
    database.exec(`SELECT isthmus_told(json_group_array(json_object(${parts.join(', ')}))) FROM ${from}`);
    return isRows<T>(answer) ? answer : [];
  };
}

function isRows<T>(value: unknown): value is readonly T[] {
  return Array.isArray(value);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function byName<T extends { readonly name: string }>(rows: readonly T[]): readonly T[] {
  return rows.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

function kindOf(type: string): RelationSchema['kind'] {
  return type === 'view' || type === 'virtual' ? type : 'table';
}

type Parts = Pick<RelationSchema, 'columns' | 'sources' | 'fault'>;

/**
 * A view over what is not there, or a virtual table of an unknown module, keeps nothing else from being read. One with a
 * collation of its program's own is read from a twin of the database that has none.
 */
class PartsReader implements Disposable {
  #twin: { readonly made: SchemaTwin; readonly all: Ask } | undefined;

  constructor(
    private readonly database: DatabaseSyncInstance,
    private readonly all: Ask,
    private readonly entries: readonly TableEntry[],
    private readonly isRelation: (name: string) => boolean,
  ) {}

  of(entry: TableEntry): Parts {
    const parts = readPart(() => partsOf(this.database, this.all, entry, this.isRelation));
    if (entry.type !== 'view' || parts.fault?.startsWith('no such collation sequence') !== true) return parts;
    if (this.#twin === undefined) {
      const made = new SchemaTwin(this.entries);
      this.#twin = { made, all: questions(made.database) };
    }
    const { made, all: ask } = this.#twin;
    const without = readPart(() => partsOf(made.database, ask, entry, this.isRelation));
    return without.fault === undefined ? without : parts;
  }

  [Symbol.dispose](): void {
    this.#twin?.made[Symbol.dispose]();
  }
}

function readPart(read: () => Parts): Parts {
  try {
    return read();
  } catch (error) {
    const fault = faultOfStatement(error);
    if (fault === undefined) throw error;
    return { columns: [], sources: [], fault };
  }
}

/** Undefined = it is about the file itself: of a statement alone SQLite says this, whatever names stand in it. */
function faultOfStatement(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error) || !('message' in error)) return undefined;
  return (Number(error.errcode) & 0xff) === sqliteError ? String(error.message) : undefined;
}

function partsOf(
  database: DatabaseSyncInstance,
  all: Ask,
  entry: TableEntry,
  isRelation: (name: string) => boolean,
): Parts {
  const columns = all<ColumnSchema>(
    {
      ...{ name: 'name', type: 'type', notnull: '"notnull"', default: 'CAST(dflt_value AS TEXT)' },
      ...{ pk: 'pk', hidden: 'hidden', place: 'cid' },
    },
    `pragma_table_xinfo(${literal(entry.name)})`,
  ).toSorted((one, other) => one.place - other.place);
  if (columns.length === 0) return { columns, sources: [], fault: 'it has no columns' };
  return { columns, sources: entry.type === 'view' ? sourcesOf(database, entry, isRelation) : [], fault: undefined };
}

interface ForeignKeyPart {
  readonly id: number;
  readonly place: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
  readonly onUpdate: string;
  readonly onDelete: string;
}

function foreignKeysOf(all: Ask, table: string): readonly ForeignKeySchema[] {
  const rows = all<ForeignKeyPart>(
    {
      ...{ id: 'id', place: 'seq', table: '"table"', from: '"from"', to: '"to"' },
      ...{ onUpdate: 'on_update', onDelete: 'on_delete' },
    },
    `pragma_foreign_key_list(${literal(table)})`,
  ).toSorted((one, other) => one.id - other.id || one.place - other.place);
  return [...groupedBy(rows, ({ id }) => id).values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const { id, table: other, onUpdate, onDelete } = first;
    return [
      {
        id,
        table: other,
        onUpdate,
        onDelete,
        columns: parts.map(({ from }) => from),
        others: parts.map(({ to }) => to),
      },
    ];
  });
}

function indexesOf(all: Ask, table: string, texts: ReadonlyMap<string, string | null>): readonly IndexSchema[] {
  const indexes = all<Pick<IndexSchema, 'name' | 'unique' | 'origin'>>(
    { name: 'name', unique: '"unique"', origin: 'origin' },
    `pragma_index_list(${literal(table)})`,
  );
  return byName(indexes).map((index) => ({
    ...index,
    text: texts.get(index.name) ?? null,
    columns: all<{ readonly place: number; readonly name: string | null }>(
      { place: 'seqno', name: 'name' },
      `pragma_index_xinfo(${literal(index.name)}) WHERE key = 1`,
    )
      .toSorted((one, other) => one.place - other.place)
      .map(({ name }) => name),
  }));
}

const readAction = 20;
const allowed = 0;

/**
 * Compiling a view asks for the right to each column that it reads, and says who reads: the view, a view that it reads, or
 * a query inside of one of them, by its own name.
 */
function sourcesOf(
  database: DatabaseSyncInstance,
  view: TableEntry,
  isRelation: (name: string) => boolean,
): readonly string[] {
  const text = (view.text ?? '').toLowerCase();
  const sources = new Set<string>();
  database.setAuthorizer((action, table, _column, _database, reader) => {
    if (action !== readAction || table === null || reader === null || !isRelation(table)) return allowed;
    const isOwn = reader.toLowerCase() === view.name.toLowerCase();
    if (isOwn || (!isRelation(reader) && text.includes(table.toLowerCase()))) sources.add(table);
    return allowed;
  });
  try {
    // compiled, not run
    database.exec(`EXPLAIN SELECT * FROM main."${view.name.replaceAll('"', '""')}"`);
  } finally {
    database.setAuthorizer(null);
  }
  return [...sources].sort();
}

/** What ANALYZE has written down, where it was ever asked to: the first number of any index is that of the rows. */
function rowCounts(all: Ask): ReadonlyMap<string, number> {
  const [kept] = all({ name: 'name' }, `sqlite_schema WHERE name = 'sqlite_stat1'`);
  if (kept === undefined) return new Map();
  const rows = all<{ readonly name: string; readonly stat: string | null }>(
    { name: 'CAST(tbl AS TEXT)', stat: 'CAST(stat AS TEXT)' },
    'sqlite_stat1',
  );
  return new Map(
    rows.flatMap(({ name, stat }) => {
      const count = Number(/^\d+/.exec(String(stat))?.[0]);
      return Number.isFinite(count) ? [[name, count] as const] : [];
    }),
  );
}

function groupedBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

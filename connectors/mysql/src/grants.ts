/** What a user sees by its grants: in these servers what may not be seen looks as if it were not there. */
export interface Visibility {
  /** Every table of every database, but for those whose rights were taken away again one by one. */
  readonly everything: boolean;
  /** Databases of which every table is seen, as patterns of grants. */
  readonly databases: readonly string[];
  /** Databases that `everything` does not reach. */
  readonly hidden: readonly string[];
  /** Tables of which all or some columns are seen, with the columns. */
  readonly tables: readonly TableGrant[];
}

export interface TableGrant {
  readonly database: string;
  readonly table: string;
  /** Empty = all. */
  readonly columns: readonly string[];
}

/** The privileges by which the columns of a table are seen. */
const seeing = /^(ALL PRIVILEGES|SELECT|INSERT|UPDATE|REFERENCES)\b/i;
const name = '`(?:[^`]|``)*`';
const privilegeWithColumns = new RegExp(`[A-Z][A-Z ]*(?:\\((?:${name}|[^)\`])*\\))?`, 'gi');
const grant = new RegExp(`^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(\\*|${name})\\.(\\*|${name}) (?:TO|FROM) `, 'is');

/** @param lines - of SHOW GRANTS. They may hold the print of a password: nothing of them but names is passed on */
export function visibilityOf(lines: readonly string[]): Visibility {
  const seen = { everything: false, databases: new Set<string>(), hidden: new Set<string>() };
  const tables: TableGrant[] = [];
  for (const line of lines) {
    const [, verb = '', privileges = '', database = '', table = ''] = grant.exec(line) ?? [];
    const columns = columnsSeen(privileges);
    if (columns === undefined) continue;
    if (verb.toUpperCase() === 'REVOKE') {
      if (table === '*' && database !== '*') seen.hidden.add(unquoted(database));
    } else if (database === '*') seen.everything = true;
    else if (table === '*') seen.databases.add(unquoted(database));
    else tables.push({ database: unquoted(database), table: unquoted(table), columns });
  }
  return { everything: seen.everything, databases: [...seen.databases], hidden: [...seen.hidden], tables };
}

/** The columns that privileges let see, none = all of them; undefined = they let see nothing. */
function columnsSeen(privileges: string): readonly string[] | undefined {
  const columns = new Set<string>();
  let isAny = false;
  for (const privilege of privileges.match(privilegeWithColumns) ?? []) {
    if (!seeing.test(privilege.trim())) continue;
    const list = /\((.*)\)$/s.exec(privilege)?.[1];
    if (list === undefined) return [];
    isAny = true;
    for (const column of list.match(new RegExp(`${name}|[^\`,\\s]+`, 'g')) ?? []) columns.add(unquoted(column));
  }
  return isAny ? [...columns] : undefined;
}

function unquoted(text: string): string {
  return text.startsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text;
}

/** The rights to a database in words that stay the same while they do; empty = nothing is known to be seen. */
export function rightsTo(visibility: Visibility, database: string): readonly string[] {
  const reaches = visibility.everything && !visibility.hidden.some((pattern) => fits(pattern, database));
  if (reaches || visibility.databases.some((pattern) => fits(pattern, database))) return ['every table'];
  return visibility.tables
    .filter((one) => one.database === database)
    .flatMap(({ table, columns }) =>
      columns.length === 0 ? [`table ${table}`] : columns.map((column) => `column ${table}.${column}`),
    )
    .sort();
}

/** The rights by which databases are found. */
export function rightsToServer({ everything, databases, tables }: Visibility): readonly string[] {
  const named = new Set([...databases, ...tables.map(({ database }) => database)]);
  return [...(everything ? ['every database'] : []), ...[...named].sort().map((one) => `database ${one}`)];
}

/** In grants `_` and `%` stand for any sign and any text, unless a backslash is before them. */
function fits(pattern: string, database: string): boolean {
  const source = pattern.replace(/\\([_%\\])|([_%])|[.*+?^${}()|[\]\\]/g, (sign, literal?: string, wild?: string) =>
    literal !== undefined ? literal.replace('\\', '\\\\') : wild === '_' ? '.' : wild === '%' ? '.*' : `\\${sign}`,
  );
  return new RegExp(`^${source}$`, 'su').test(database);
}

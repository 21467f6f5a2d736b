/** What a user sees by its grants: in these servers what may not be seen looks as if it were not there. */
export interface Visibility {
  /** Every table of every database, but for those whose rights were taken away again one by one. */
  readonly everything: boolean;
  /** Grants on databases, also those that let see nothing: they stand before others that do. */
  readonly databases: readonly DatabaseGrant[];
  /** Databases that `everything` does not reach. */
  readonly hidden: readonly string[];
  /** Tables of which all or some columns are seen, with the columns. */
  readonly tables: readonly TableGrant[];
}

export interface DatabaseGrant {
  /** A user, or a role that it has taken: each has its own grants. */
  readonly grantee: string;
  readonly pattern: string;
  /** Every table is seen. */
  readonly sees: boolean;
}

export interface TableGrant {
  readonly database: string;
  readonly table: string;
  /** Empty = all. */
  readonly columns: readonly string[];
}

/** What is seen where nobody knows by which grants. */
export const nothingSeen: Visibility = { everything: false, databases: [], hidden: [], tables: [] };

/** The privileges by which the columns of a table are seen. */
const seeing = /^(ALL PRIVILEGES|SELECT|INSERT|UPDATE|REFERENCES)\b/i;
const name = '`(?:[^`]|``)*`';
const privilege = `[A-Z][A-Z_ ]*(?:\\((?:${name}|[^)\`])*\\))?`;
const someone = `(?:${name}|'(?:[^']|'')*'|PUBLIC)`;
const grant = new RegExp(
  `^(GRANT|REVOKE) (${privilege}(?:, ?${privilege})*) ON (?:TABLE )?(\\*|${name})\\.(\\*|${name}) (?:TO|FROM) (${someone}(?:@${someone})?)`,
  'is',
);

/** Lines that let see no columns: of roles that are not taken, of routines, of log-ins in the name of others. */
const blind = new RegExp(
  `^(GRANT ${someone}(?:@${someone})?(?:, ?${someone}(?:@${someone})?)* TO |GRANT PROXY ON |SET DEFAULT ROLE |(GRANT|REVOKE) ${privilege}(?:, ?${privilege})* ON (PROCEDURE|FUNCTION|PACKAGE|PACKAGE BODY) )`,
  'is',
);

/**
 * With a line that is not understood nobody knows what is seen.
 *
 * @param lines - of SHOW GRANTS. They may hold the print of a password: nothing of them but names is passed on
 * @param hasPatterns - `_` and `%` in names of databases stand for other signs
 */
export function visibilityOf(lines: readonly string[], { hasPatterns }: { readonly hasPatterns: boolean }): Visibility {
  const patternOf = (written: string): string => (hasPatterns ? unquoted(written) : literally(unquoted(written)));
  const seen = { everything: false, hidden: new Set<string>() };
  const databases: DatabaseGrant[] = [];
  const tables: TableGrant[] = [];
  for (const line of lines) {
    const [, verb = '', privileges = '', database = '', table = '', grantee = ''] = grant.exec(line) ?? [];
    if (verb === '' && !blind.test(line)) return nothingSeen;
    if (verb === '') continue;
    const columns = columnsSeen(privileges);
    // only single tables have grants on columns
    if (table === '*' && privileges.includes('(')) continue;
    if (verb.toUpperCase() === 'REVOKE') {
      if (columns !== undefined && table === '*' && database !== '*') seen.hidden.add(patternOf(database));
    } else if (database === '*') seen.everything ||= columns !== undefined;
    else if (table === '*') databases.push({ grantee, pattern: patternOf(database), sees: columns !== undefined });
    else if (columns !== undefined) tables.push({ database: unquoted(database), table: unquoted(table), columns });
  }
  return { everything: seen.everything, databases, hidden: [...seen.hidden], tables };
}

/** The columns that privileges let see, none = all of them; undefined = they let see nothing. */
function columnsSeen(privileges: string): readonly string[] | undefined {
  const columns = new Set<string>();
  let isAny = false;
  for (const one of privileges.match(new RegExp(privilege, 'gi')) ?? []) {
    if (!seeing.test(one.trim())) continue;
    const list = /\((.*)\)$/s.exec(one)?.[1];
    if (list === undefined) return [];
    isAny = true;
    for (const column of list.match(new RegExp(`${name}|[^\`,\\s]+`, 'g')) ?? []) columns.add(unquoted(column));
  }
  return isAny ? [...columns] : undefined;
}

function unquoted(text: string): string {
  return text.startsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text;
}

/** The pattern that fits this name alone. */
function literally(name: string): string {
  return name.replace(/\\[_%\\]|[_%]/g, (sign) => (sign.length === 1 ? `\\${sign}` : sign));
}

/** What `rightsTo` says of one who sees all of a database. */
export const everyTable = 'every table';
/** What `rightsToServer` says of one who sees all databases. */
export const everyDatabase = 'every database';

/** The rights to a database in words that stay the same while they do; empty = nothing is known to be seen. */
export function rightsTo(visibility: Visibility, database: string): readonly string[] {
  if (seesEveryTable(visibility, database)) return [everyTable];
  return visibility.tables
    .filter((one) => one.database === database)
    .flatMap(({ table, columns }) =>
      columns.length === 0 ? [`table ${table}`] : columns.map((column) => `column ${table}.${column}`),
    )
    .sort();
}

export function seesEveryTable({ everything, hidden, databases }: Visibility, database: string): boolean {
  if (everything && !hidden.some((pattern) => fits(pattern, database))) return true;
  const fitting = databases.filter(({ pattern }) => fits(pattern, database));
  return [...new Set(fitting.map(({ grantee }) => grantee))].some((grantee) => {
    const own = fitting.filter((one) => one.grantee === grantee);
    const most = Math.max(...own.map(({ pattern }) => literalLength(pattern)));
    // which of two that are alike the server takes is not known
    return own.every(({ pattern, sees }) => sees || literalLength(pattern) < most);
  });
}

/** Of the grants of one user on databases the server takes that alone whose pattern has its first wildcard latest, or none. */
function literalLength(pattern: string): number {
  const literal = /^(?:\\[_%\\]|[^_%])*/.exec(pattern)?.[0] ?? '';
  return literal.length === pattern.length ? Number.POSITIVE_INFINITY : literal.length;
}

/** The rights by which databases are found. */
export function rightsToServer({ everything, hidden, databases, tables }: Visibility): readonly string[] {
  const seen = databases.flatMap(({ pattern, sees }) => (sees ? [pattern] : []));
  const named = new Set([...seen, ...tables.map(({ database }) => database)]);
  const without = hidden.length === 0 ? '' : ` without ${[...hidden].sort().join(', ')}`;
  return [...(everything ? [`${everyDatabase}${without}`] : []), ...[...named].sort().map((one) => `database ${one}`)];
}

/** In grants `_` and `%` stand for any sign and any text, unless a backslash is before them. */
function fits(pattern: string, database: string): boolean {
  const source = pattern.replace(/\\([_%\\])|([_%])|[.*+?^${}()|[\]\\]/g, (sign, literal?: string, wild?: string) =>
    literal !== undefined ? literal.replace('\\', '\\\\') : wild === '_' ? '.' : wild === '%' ? '.*' : `\\${sign}`,
  );
  return new RegExp(`^${source}$`, 'su').test(database);
}

import { DatabaseSync } from '@photostructure/sqlite';

interface Definition {
  readonly words: readonly string[];
}

/**
 * What a database holds, as lines that can be compared: read off the statements that made it, a way that the connector
 * does not go. Virtual tables are left out, as their columns stand in no statement.
 */
export function linesOfDatabase(path: string, database: string): readonly string[] {
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    const rows: unknown[] = source
      .prepare("SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view')")
      .all();
    const entries = rows.filter(isEntry).filter(({ name }) => !name.startsWith('sqlite_'));
    const tables = new Map(
      entries
        .filter(({ type, sql }) => type === 'table' && !/^CREATE VIRTUAL/i.test(sql))
        .map(({ name, sql }) => [name.toLowerCase(), { name, ...tableIn(sql) }]),
    );
    const virtual = entries.filter(({ sql }) => /^CREATE VIRTUAL/i.test(sql)).map(({ name }) => name);
    const isShadow = (name: string): boolean => virtual.some((one) => name.startsWith(`${one}_`));
    const lines: string[] = [];
    for (const table of tables.values())
      if (!isShadow(table.name)) lines.push(...linesOfTable(database, table, tables));
    for (const { name } of entries.filter(({ type }) => type === 'view')) {
      try {
        const columns = source.prepare(`SELECT * FROM "${name}"`).columns();
        lines.push(JSON.stringify(['table', database, name]));
        for (const [place, column] of columns.entries())
          lines.push(JSON.stringify(['column', database, name, column.name, place, column.type ?? '', true]));
      } catch {
        // a view over what is not there
      }
    }
    return lines.sort();
  } finally {
    source.close();
  }
}

interface ReadTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isNeeded: boolean }[];
  readonly key: readonly string[];
  readonly foreign: readonly {
    readonly own: readonly string[];
    readonly table: string;
    readonly other: readonly string[];
  }[];
}

function linesOfTable(database: string, table: ReadTable, tables: ReadonlyMap<string, ReadTable>): readonly string[] {
  const { name, columns, key, foreign } = table;
  const spelling = (of: ReadTable | undefined, column: string) =>
    of?.columns.find((one) => one.name.toLowerCase() === column.toLowerCase())?.name;
  return [
    JSON.stringify(['table', database, name]),
    ...columns.map((column, place) =>
      JSON.stringify(['column', database, name, column.name, place, column.type, !column.isNeeded]),
    ),
    ...key.map((column) => JSON.stringify(['primary', database, name, column])),
    ...foreign.flatMap(({ own, table: to, other }) => {
      const target = tables.get(to.toLowerCase());
      const others = (other.length === 0 ? (target?.key ?? []) : other).map((column) => spelling(target, column));
      if (target === undefined || others.length !== own.length || others.includes(undefined)) return [];
      return own.map((column, place) =>
        JSON.stringify(['foreign', database, name, spelling(table, column), database, target.name, others[place]]),
      );
    }),
  ];
}

function tableIn(sql: string): Omit<ReadTable, 'name'> {
  const { definitions, after } = definitionsIn(sql);
  const columns: { name: string; type: string; isNeeded: boolean }[] = [];
  const foreign: { own: readonly string[]; table: string; other: readonly string[] }[] = [];
  const key: string[] = [];
  for (const { words } of definitions) {
    const upper = words.map((word) => word.toUpperCase());
    const begin = upper[0] === 'CONSTRAINT' ? 2 : 0;
    const isTableRule = ['PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN'].includes(upper[begin] ?? '');
    const refers = upper.indexOf('REFERENCES');
    const target =
      refers < 0 ? undefined : { table: plain(words[refers + 1] ?? ''), other: listAfter(words, refers + 2) };
    if (isTableRule) {
      if (upper[begin] === 'PRIMARY') key.push(...listAfter(words, begin + 2));
      if (target !== undefined) foreign.push({ own: listAfter(words, begin + 2), ...target });
      continue;
    }
    const name = plain(words[0] ?? '');
    const end = upper.findIndex((word, place) => place > 0 && rules.has(word));
    const type = words
      .slice(1, end < 0 ? undefined : end)
      .map(plain)
      .join(' ');
    if (upper.includes('PRIMARY')) key.push(name);
    if (target !== undefined) foreign.push({ own: [name], ...target });
    const isNeeded = upper.some((word, place) => word === 'NOT' && upper[place + 1] === 'NULL');
    columns.push({ name, type, isNeeded });
  }
  const isStrictKey = /STRICT|WITHOUT ROWID/i.test(after);
  return {
    key,
    foreign,
    columns: columns.map((column) => {
      const isRowid = key.length === 1 && key[0] === column.name && column.type.toUpperCase() === 'INTEGER';
      return { ...column, isNeeded: column.isNeeded || (key.includes(column.name) && (isRowid || isStrictKey)) };
    }),
  };
}

const rules = new Set('CONSTRAINT PRIMARY NOT NULL UNIQUE CHECK DEFAULT COLLATE REFERENCES GENERATED AS'.split(' '));

/** Words of each definition; what stands in brackets is one word. */
function definitionsIn(sql: string): { readonly definitions: readonly Definition[]; readonly after: string } {
  const text = sql.replace(/--[^\n]*|\/\*.*?\*\//gs, ' ');
  const words: string[][] = [[]];
  let place = text.search(/\(/);
  const opening = /^(?:[^"'`[(]|"(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\])*/s.exec(text)?.[0].length;
  if (opening !== undefined) place = opening;
  place += 1;
  const word = /\s*(?:("(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\])|([^\s"'`[(),]+)|([(),]))/sy;
  word.lastIndex = place;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    const [, quoted, plainWord, sign] = match;
    if (sign === ')') return { definitions: words.map((one) => ({ words: one })), after: text.slice(word.lastIndex) };
    if (sign === ',') words.push([]);
    else if (sign === '(') {
      const end = closing(text, word.lastIndex);
      words.at(-1)?.push(`(${text.slice(word.lastIndex, end)})`);
      word.lastIndex = end + 1;
    } else words.at(-1)?.push(quoted ?? plainWord ?? '');
  }
  return { definitions: [], after: '' };
}

function closing(text: string, from: number): number {
  let depth = 1;
  const sign = /"(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\]|[()]/gs;
  sign.lastIndex = from;
  for (let match = sign.exec(text); match !== null; match = sign.exec(text)) {
    if (match[0] === '(') depth += 1;
    if (match[0] === ')') depth -= 1;
    if (depth === 0) return match.index;
  }
  return text.length;
}

function listAfter(words: readonly string[], place: number): readonly string[] {
  const list = words[place] ?? '';
  if (!list.startsWith('(')) return [];
  return (list.slice(1, -1).match(/"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|[^\s,]+/g) ?? []).map(plain);
}

function plain(word: string): string {
  const quote = word[0] ?? '';
  if (quote === '[') return word.slice(1, -1);
  return ['"', "'", '`'].includes(quote) ? word.slice(1, -1).replaceAll(quote + quote, quote) : word;
}

function isEntry(row: unknown): row is { readonly type: string; readonly name: string; readonly sql: string } {
  return typeof row === 'object' && row !== null && 'sql' in row && typeof row.sql === 'string';
}

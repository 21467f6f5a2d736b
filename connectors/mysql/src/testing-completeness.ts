import type { TestServer } from './testing-server.js';

/** What a database holds, as lines that can be compared: by `SHOW CREATE TABLE`, a way that the connector does not go. */
export async function linesOfServer(server: TestServer, database: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const tables = await server.query<Readonly<Record<string, string>>>(`SHOW FULL TABLES FROM ${quoted(database)}`);
  for (const row of tables) {
    const [table = '', type = ''] = Object.values(row);
    const place = `${quoted(database)}.${quoted(table)}`;
    if (type === 'SEQUENCE') continue;
    if (type === 'VIEW') lines.push(...(await linesOfView(server, database, table, place)));
    else {
      const [made] = await server.query<Readonly<Record<string, string>>>(`SHOW CREATE TABLE ${place}`);
      lines.push(line('table', database, table), ...linesOfTable(database, table, made?.['Create Table'] ?? ''));
    }
  }
  return lines.sort();
}

async function linesOfView(
  server: TestServer,
  database: string,
  view: string,
  place: string,
): Promise<readonly string[]> {
  const columns = await server
    .query<{ readonly Field: string; readonly Type: string; readonly Null: string }>(`SHOW COLUMNS FROM ${place}`)
    .catch(() => undefined);
  // a view over what is not there any more
  if (columns === undefined) return [];
  return [
    line('table', database, view),
    ...columns.map(({ Field, Type, Null }, position) =>
      line('column', database, view, Field, position, Type, Null === 'YES'),
    ),
  ];
}

const name = '`((?:[^`]|``)+)`';
const names = /`(?:[^`]|``)+`/g;

function linesOfTable(database: string, table: string, statement: string): readonly string[] {
  const lines: string[] = [];
  let position = 0;
  for (const part of statement.split('\n').map((one) => one.replace(/,$/, ''))) {
    const [, column, rest = ''] = new RegExp(`^  ${name} (.*)$`).exec(part) ?? [];
    if (column !== undefined) {
      const words = rest.replace(/'(?:[^'\\]|''|\\.)*'/g, "''");
      lines.push(line('column', database, table, plain(column), position, typeIn(rest), !/ NOT NULL/.test(words)));
      position += 1;
    }
    const primary = /^ {2}PRIMARY KEY \((.*)\)/.exec(part)?.[1];
    for (const own of primary?.match(names) ?? [])
      lines.push(line('primary', database, table, plain(own.slice(1, -1))));
    const foreign = new RegExp(
      `^  CONSTRAINT ${name} FOREIGN KEY \\((.*)\\) REFERENCES (?:${name}\\.)?${name} \\((.*?)\\)( ON|$)`,
    ).exec(part);
    if (foreign === null) continue;
    const [, , own = '', otherDatabase, otherTable = '', other = ''] = foreign;
    const others = other.match(names) ?? [];
    for (const [place, one] of (own.match(names) ?? []).entries())
      lines.push(
        line(
          ...(['foreign', database, table, plain(one.slice(1, -1))] as const),
          ...([
            plain(otherDatabase ?? quotedPlain(database)),
            plain(otherTable),
            plain(others[place]?.slice(1, -1) ?? ''),
          ] as const),
        ),
      );
  }
  return lines;
}

/** The type that a column's definition begins with: up to what is no part of it. */
function typeIn(definition: string): string {
  return (
    /^\w+(?:\((?:'(?:[^'\\]|''|\\.)*'|[^()'])*\))?(?: unsigned)?(?: zerofill)?/.exec(definition)?.[0] ?? definition
  );
}

function line(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

function plain(text: string): string {
  return text.replaceAll('``', '`');
}

function quotedPlain(text: string): string {
  return text.replaceAll('`', '``');
}

export function quoted(text: string): string {
  return `\`${text.replaceAll('`', '``')}\``;
}

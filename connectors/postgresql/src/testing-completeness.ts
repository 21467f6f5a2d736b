import type { ItemElement } from '@isthmus/connector-sdk';
import type { TestServer } from './testing-server.js';

/** What a database holds, as lines that can be compared: by `information_schema`, a way that the connector does not go. */
export async function linesOfServer(server: TestServer, database: string): Promise<readonly string[]> {
  const own = `NOT IN ('pg_catalog', 'information_schema')`;
  const part = (text: string) => server.query<{ readonly line: string }>(database, text);
  const rows = [
    ...(await part(`SELECT format('table %s %s', to_json(table_schema::text), to_json(table_name::text)) AS line
      FROM information_schema.tables WHERE table_schema ${own}
      UNION ALL SELECT format('table %s %s', to_json(schemaname::text), to_json(matviewname::text)) FROM pg_matviews`)),
    ...(await part(`SELECT format('column %s %s %s %s %s', to_json(table_schema::text), to_json(table_name::text), to_json(column_name::text),
        row_number() OVER (PARTITION BY table_schema, table_name ORDER BY ordinal_position) - 1,
        CASE WHEN is_nullable = 'YES' THEN 'null' ELSE 'not null' END) AS line
      FROM information_schema.columns WHERE table_schema ${own}`)),
    // information_schema knows no materialised views
    ...(await part(`SELECT format('column %s %s %s %s null', to_json(m.schemaname::text), to_json(m.matviewname::text), to_json(a.attname::text), a.attnum - 1) AS line
      FROM pg_matviews m JOIN pg_attribute a ON a.attrelid = format('%I.%I', m.schemaname, m.matviewname)::regclass AND a.attnum > 0`)),
    ...(await part(`SELECT format('primary %s %s %s', to_json(k.table_schema::text), to_json(k.table_name::text), to_json(u.column_name::text)) AS line
      FROM information_schema.table_constraints k JOIN information_schema.key_column_usage u USING (constraint_schema, constraint_name, table_name)
      WHERE k.constraint_type = 'PRIMARY KEY' AND k.table_schema ${own}`)),
    ...(await part(`SELECT format('foreign %s %s %s -> %s %s %s', to_json(u.table_schema::text), to_json(u.table_name::text), to_json(u.column_name::text),
        to_json(o.table_schema::text), to_json(o.table_name::text), to_json(o.column_name::text)) AS line
      FROM information_schema.referential_constraints r
      JOIN information_schema.key_column_usage u ON u.constraint_schema = r.constraint_schema AND u.constraint_name = r.constraint_name
      JOIN information_schema.key_column_usage o ON o.constraint_schema = r.unique_constraint_schema
        AND o.constraint_name = r.unique_constraint_name AND o.ordinal_position = u.position_in_unique_constraint`)),
  ];
  return rows.map(({ line }) => line).sort();
}

/** The same of what was catalogued. */
export function linesOfCatalogue(elements: ReadonlyMap<string, ItemElement>, database: string): readonly string[] {
  const lines: string[] = [];
  for (const { typeName, qualifiedName, properties, parent, classifications, links } of elements.values()) {
    if (typeName !== 'RelationalTable' && typeName !== 'RelationalColumn') continue;
    const names = namesOf(qualifiedName);
    if (names[0] !== database) continue;
    if (typeName === 'RelationalTable') lines.push(`table ${quoted(names.slice(1))}`);
    if (typeName !== 'RelationalColumn') continue;
    const own = quoted([...names.slice(1, 3), String(properties.displayName)]);
    lines.push(`column ${own} ${parent?.properties?.position} ${properties.isNullable === true ? 'null' : 'not null'}`);
    if (classifications?.PrimaryKey !== undefined) lines.push(`primary ${own}`);
    for (const link of links ?? []) {
      if (link.relationshipTypeName !== 'ForeignKey') continue;
      const isOwner = link.selfAtEnd1 === false;
      const other = quoted(namesOf(link.qualifiedName).slice(1));
      lines.push(isOwner ? `foreign ${own} -> ${other}` : `foreign ${other} -> ${own}`);
    }
  }
  return lines.sort();
}

function namesOf(qualifiedName: string): readonly string[] {
  const path = qualifiedName.slice(qualifiedName.indexOf(':', qualifiedName.indexOf('::') + 2) + 1);
  return path.split('/').map((name) => name.replace(/%(25|2F|3A)/g, (escaped) => decodeURIComponent(escaped)));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(' ');
}

/** What was catalogued, as `linesOfDump` tells it of the database. */
export function dumpLinesOfCatalogue(elements: ReadonlyMap<string, ItemElement>, database: string): readonly string[] {
  const lines: string[] = [];
  for (const element of elements.values()) {
    const names = namesOf(element.qualifiedName);
    if (names[0] !== database) continue;
    const path = names.slice(1);
    if (element.typeName === 'RelationalTable') lines.push(...linesOfTable(element, path));
    else if (element.typeName === 'RelationalColumn')
      lines.push(...linesOfColumn(element, path, isOfView(elements, element)));
    else if (element.typeName === 'ValidValueDefinition' && path.length === 2)
      lines.push(...linesOfValues(elements, element, path));
  }
  return lines.sort();
}

function linesOfTable({ properties }: ItemElement, path: readonly string[]): readonly string[] {
  const facts = Object.entries(textsOf(properties.additionalProperties));
  const of = (prefix: string): readonly (readonly [name: string, text: string])[] =>
    facts.filter(([key]) => key.startsWith(prefix)).map(([key, text]) => [key.slice(prefix.length), text]);
  return [
    lineOf('relation', ...path),
    ...commentOf('relation', properties.description, path),
    ...of('constraint ').map(([name, text]) => lineOf('check', ...path, name, text)),
    ...of('unique ').map(([name, text]) => lineOf('unique', ...path, name, text)),
    ...of('index ').map(([name, text]) => lineOf('index', ...path, name, text.replace(/ \(.*$/s, ''))),
  ];
}

/** Of views the dump tells the text alone. */
function linesOfColumn(element: ItemElement, path: readonly string[], isView: boolean): readonly string[] {
  const { properties, parent, classifications, links } = element;
  const [schema = '', table = ''] = path;
  const name = String(properties.displayName);
  const own = [schema, table, name];
  if (isView) return [];
  const { dataType, defaultValue } = { ...properties, ...classifications?.TypeEmbeddedAttribute };
  const { isNullable } = properties;
  const key = classifications?.PrimaryKey;
  const { identity, collation } = textsOf(properties.additionalProperties);
  const formula = classifications?.CalculatedValue?.formula;
  return [
    lineOf(
      'column',
      ...own,
      String(parent?.properties?.position),
      String(dataType),
      isNullable === true ? 'null' : 'not null',
    ),
    ...(defaultValue === undefined ? [] : [lineOf('default', ...own, String(defaultValue))]),
    ...(formula === undefined ? [] : [lineOf('formula', ...own, String(formula))]),
    ...(collation === undefined ? [] : [lineOf('collation', ...own, collation)]),
    ...(identity === undefined ? [] : [lineOf('identity', ...own, identity)]),
    ...commentOf('column', properties.description, own),
    ...(key === undefined ? [] : [lineOf('primary', ...own, String(key.displayName))]),
    ...(links ?? [])
      .filter(({ relationshipTypeName }) => relationshipTypeName === 'ForeignKey')
      .flatMap(({ qualifiedName, properties: link }) =>
        String(link?.displayName)
          .split(', ')
          .map((constraint) => lineOf('foreign', ...own, constraint, ...namesOf(qualifiedName).slice(1))),
      ),
  ];
}

function isOfView(elements: ReadonlyMap<string, ItemElement>, column: ItemElement): boolean {
  const table = elements.get(column.parent?.qualifiedName ?? '');
  return ['view', 'materialised view'].includes(textsOf(table?.properties.additionalProperties).kind ?? '');
}

function linesOfValues(
  elements: ReadonlyMap<string, ItemElement>,
  { qualifiedName, properties }: ItemElement,
  path: readonly string[],
): readonly string[] {
  const labels = [...elements.values()]
    .filter(({ parent }) => parent?.qualifiedName === qualifiedName)
    .map((value) => String(value.properties.preferredValue));
  return [
    lineOf('values', ...path, String(properties.dataType), JSON.stringify(labels)),
    ...commentOf('type', properties.description, path),
  ];
}

function commentOf(kind: string, text: unknown, path: readonly string[]): readonly string[] {
  return text === undefined ? [] : [lineOf('comment', kind, ...path, String(text))];
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(entries.map(([key, text]) => [key, String(text)]));
}

function lineOf(...words: readonly string[]): string {
  return JSON.stringify(words);
}

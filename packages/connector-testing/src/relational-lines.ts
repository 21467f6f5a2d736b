import type { ItemElement } from '@isthmus/connector-sdk';

/**
 * What was catalogued of relational databases, as sorted lines that can be compared with what the source says by another
 * way. Each is JSON: `["table", ...names]`, `["column", ...names, column, place, type, isNullable]`,
 * `["primary", ...names, column]` and `["foreign", ...names, column, ...names of the other table, its column]`, with names
 * from the database on.
 *
 * @param database - whose tables are meant
 */
export function relationalLines(elements: ReadonlyMap<string, ItemElement>, database: string): readonly string[] {
  const lines: string[] = [];
  for (const element of elements.values()) {
    const names = namesOf(element.qualifiedName);
    if (names[0] !== database) continue;
    if (element.typeName === 'RelationalTable') lines.push(JSON.stringify(['table', ...names]));
    if (element.typeName === 'RelationalColumn') lines.push(...linesOfColumn(element, names));
  }
  return lines.sort();
}

function linesOfColumn(element: ItemElement, names: readonly string[]): readonly string[] {
  const { properties, parent, classifications, links = [] } = element;
  const own = [...names.slice(0, -1), String(properties.displayName)];
  const type = classifications?.TypeEmbeddedAttribute?.dataType;
  const lines = [
    JSON.stringify(['column', ...own, parent?.properties?.position, type, properties.isNullable === true]),
  ];
  if (classifications?.PrimaryKey !== undefined) lines.push(JSON.stringify(['primary', ...own]));
  for (const { relationshipTypeName, selfAtEnd1, qualifiedName } of links) {
    // the column that refers is at end 2
    if (relationshipTypeName === 'ForeignKey' && selfAtEnd1 === false)
      lines.push(JSON.stringify(['foreign', ...own, ...namesOf(qualifiedName)]));
  }
  return lines;
}

/** The names in a qualified name, after the type and the source. */
export function namesOf(qualifiedName: string): readonly string[] {
  const path = qualifiedName.slice(qualifiedName.indexOf(':', qualifiedName.indexOf('::') + 2) + 1);
  return path
    .split('/')
    .map((name) => name.replace(/%([0-9A-F]{2,6})/g, (_sign, code) => String.fromCodePoint(Number.parseInt(code, 16))));
}

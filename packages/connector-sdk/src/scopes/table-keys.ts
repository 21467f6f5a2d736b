import { IsthmusError } from '@isthmus/kernel';
import type { Properties } from '@isthmus/model';
import type { ItemElement, ItemLink, SourceItem } from '../host-port.js';
import type { Reference } from './descriptions.js';
import { isFields, isReference, isTexts, type Thing } from './loose.js';
import { partIdentities, qualifiedName } from './names.js';
import type { Naming } from './naming.js';
import { nearest } from './nearest.js';
import type { keyPatterns } from './nouns/symbols.js';
import type { Finish } from './typed-scope.js';

/** Keys of a table, beside what its row says. Columns are named as in `columns`. */
export interface TableKeys {
  readonly primaryKey?:
    | {
        readonly name?: string | undefined;
        readonly columns: readonly string[];
        readonly keyPattern?: (typeof keyPatterns)[number] | undefined;
      }
    | undefined;
  /** Their targets may lie in scopes that are listed later, or never: such a link waits until the other column is there. */
  readonly foreignKeys?: readonly ForeignKey[] | undefined;
  readonly uniqueKeys?: readonly { readonly name: string; readonly columns: readonly string[] }[] | undefined;
  /** Open metadata has no type for them: told in `additionalProperties` as `index <name>`. */
  readonly indexes?: readonly TableIndex[] | undefined;
}

export interface ForeignKey {
  readonly name: string;
  readonly description?: string | undefined;
  readonly columns: readonly string[];
  /** Names of database, schema and table, or the table's qualified name; one column for each of `columns`. */
  readonly references: { readonly table: Reference; readonly columns: readonly string[] };
}

export interface TableIndex {
  readonly name: string;
  /** Columns or expressions, as the source tells them. */
  readonly columns: readonly string[];
  readonly isUnique?: boolean | undefined;
  /** E.g. `btree`. */
  readonly method?: string | undefined;
}

const columnType = 'RelationalColumn';
const tableType = 'RelationalTable';

export const tableKeys: Finish = {
  words: ['primaryKey', 'foreignKeys', 'uniqueKeys', 'indexes'],
  finish: withKeys,
};

/** Lays keys over the columns of a table. */
function withKeys(naming: Naming, thing: Thing, item: SourceItem): SourceItem {
  const columns = new ColumnNames(naming, thing);
  const changes = new Map<string, ElementAddition>();
  const change = (name: string): ElementAddition => {
    const known = changes.get(name);
    if (known !== undefined) return known;
    const made: ElementAddition = { links: [] };
    changes.set(name, made);
    return made;
  };
  const { primaryKey } = thing;
  if (isFields(primaryKey)) {
    const properties: Properties = {
      ...(typeof primaryKey.name === 'string' ? { displayName: primaryKey.name } : {}),
      ...(typeof primaryKey.keyPattern === 'string' ? { keyPattern: primaryKey.keyPattern } : {}),
    };
    for (const name of textsOf(primaryKey.columns, 'primaryKey.columns'))
      change(columns.own(name, 'primaryKey')).primaryKey = properties;
  }
  for (const key of listOf(thing.foreignKeys, 'foreignKeys')) {
    for (const [own, link] of foreignKeyLinks(naming, key))
      change(columns.own(own, keyName('foreignKeys', key))).links.push(link);
  }
  const [table, ...parts] = item.elements;
  return {
    ...item,
    elements: [withIndexes(table, thing), ...parts.map((part) => added(part, changes.get(part.qualifiedName)))],
  };
}

interface ElementAddition {
  primaryKey?: Properties;
  readonly links: ItemLink[];
}

function added(element: ItemElement, addition: ElementAddition | undefined): ItemElement {
  if (addition === undefined) return element;
  const { primaryKey } = addition;
  const links = merged([...(element.links ?? []), ...addition.links]);
  return {
    ...element,
    ...(primaryKey === undefined ? {} : { classifications: { ...element.classifications, PrimaryKey: primaryKey } }),
    ...(links.length > 0 ? { links } : {}),
  };
}

/** Two keys over the same pair of columns are one link with both names: a pair is linked once. */
function merged(links: readonly ItemLink[]): readonly ItemLink[] {
  const byPair = new Map<string, ItemLink>();
  for (const link of links) {
    const pair = JSON.stringify([link.relationshipTypeName, link.qualifiedName, link.selfAtEnd1]);
    const known = byPair.get(pair);
    const names = [known?.properties?.displayName, link.properties?.displayName].filter((name) => name !== undefined);
    byPair.set(
      pair,
      known === undefined || names.length < 2
        ? link
        : { ...link, properties: { ...known.properties, ...link.properties, displayName: names.join(', ') } },
    );
  }
  return [...byPair.values()];
}

/** The column that is referred to is at end 1. */
function* foreignKeyLinks(naming: Naming, key: unknown): Generator<readonly [own: string, link: ItemLink]> {
  if (!isFields(key) || !isFields(key.references))
    throw misfit('foreignKeys', 'a list of keys with what they refer to');
  const { table, columns: others } = key.references;
  if (!isReference(table))
    throw misfit('foreignKeys', 'a list of keys that refer to tables by names or qualified name');
  const target = isTexts(table) ? naming.place(tableType, table, 'table') : placeOfTable(table.qualifiedName);
  const own = textsOf(key.columns, 'foreignKeys.columns');
  const referred = textsOf(others, 'foreignKeys.references.columns');
  if (own.length !== referred.length)
    throw misfit('foreignKeys', 'a list of keys with as many columns as they refer to');
  for (const [position, column] of own.entries()) {
    const other = partIdentities([referred[position] ?? ''])[0] ?? '';
    yield [
      column,
      {
        relationshipTypeName: 'ForeignKey',
        qualifiedName: qualifiedName(columnType, `${target}/${other}`),
        selfAtEnd1: false,
        properties: {
          ...(typeof key.name === 'string' ? { displayName: key.name } : {}),
          ...(typeof key.description === 'string' ? { description: key.description } : {}),
        },
      },
    ];
  }
}

/** Source and path of a table: those of its columns begin alike. */
function placeOfTable(name: string): string {
  const prefix = `${tableType}::`;
  if (!name.startsWith(prefix))
    throw misfit('foreignKeys', `a list of keys that refer to qualified names of a ${tableType}`);
  return name.slice(prefix.length);
}

function withIndexes(table: ItemElement, thing: Thing): ItemElement {
  const told: Record<string, string> = {};
  for (const key of listOf(thing.uniqueKeys, 'uniqueKeys')) {
    if (isFields(key)) told[`unique ${String(key.name)}`] = textsOf(key.columns, 'uniqueKeys.columns').join(', ');
  }
  for (const index of listOf(thing.indexes, 'indexes')) {
    if (!isFields(index)) continue;
    const columns = textsOf(index.columns, 'indexes.columns').join(', ');
    const words = [index.isUnique === true ? 'unique' : '', typeof index.method === 'string' ? index.method : ''];
    told[`index ${String(index.name)}`] = [...words.filter((word) => word !== ''), `(${columns})`].join(' ');
  }
  if (Object.keys(told).length === 0) return table;
  const additionalProperties = { ...told, ...thing.additionalProperties };
  return { ...table, properties: { ...table.properties, additionalProperties } };
}

/** Qualified names of a table's columns, as they are told. */
class ColumnNames {
  readonly #byName = new Map<string, string>();
  readonly #table: string;

  constructor(naming: Naming, thing: Thing) {
    const columns = listOf(thing.columns, 'columns').map((column) =>
      isFields(column) && typeof column.name === 'string' ? column.name : '',
    );
    const place = naming.place(tableType, thing.names, 'table');
    this.#table = thing.names.join('/');
    for (const [position, identity] of partIdentities(columns).entries()) {
      const name = columns[position] ?? '';
      if (!this.#byName.has(name)) this.#byName.set(name, qualifiedName(columnType, `${place}/${identity}`));
    }
  }

  /** @param key - what names the column */
  own(column: string, key: string): string {
    const name = this.#byName.get(column);
    if (name !== undefined) return name;
    const near = nearest(column, [...this.#byName.keys()]);
    throw new IsthmusError(
      'CONNECTOR_FAILED',
      `${key} of the table ${JSON.stringify(this.#table)} names the column ${JSON.stringify(column)}, which the table does not have${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
    );
  }
}

function keyName(word: string, key: unknown): string {
  return isFields(key) && typeof key.name === 'string' ? `${word} ${JSON.stringify(key.name)}` : word;
}

function listOf(value: unknown, word: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw misfit(word, 'a list');
  return value;
}

function textsOf(value: unknown, word: string): readonly string[] {
  if (!isTexts(value)) throw misfit(word, 'a list of names of columns');
  return value;
}

function misfit(word: string, wanted: string): IsthmusError {
  return new IsthmusError('CONNECTOR_FAILED', `its \`${word}\` is not ${wanted}`);
}

import { kindNouns } from '@isthmus/connector-sdk';

interface Row {
  readonly type: string;
  readonly root?: string;
  readonly subtypes?: readonly string[] | 'any';
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly classified?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly parents?: Readonly<Record<string, { readonly relationship: string }>>;
  readonly parts?: Readonly<Record<string, Part>>;
  readonly links?: Readonly<Record<string, { readonly relationship: string }>>;
}

interface Part extends Row {
  readonly given: string;
  readonly nestedBy?: string;
}

const everyWord = [
  '## What every word takes',
  '',
  '| Member | Meaning |',
  '|---|---|',
  "| `names` | the names that lead to the thing from its source, outermost first, e.g. `['shop', 'public', 'orders']` for a table. They make its qualified name; without the last they name its parent |",
  '| `key` | what the thing is known by in its scope. Default: the type that its qualified name begins with and its names: `RelationalTable:shop/public/orders`. `scope.finding({ key })`, `scope.keep(key, ...)` and `scope.gone(key)` take it; whoever gives a `key` of their own gives the same each time |',
  '| `sourceVersion` | what tells a change cheaply. What is known at this version is kept by `keepThings` |',
  '| `changedAt` | when the source says that the thing was changed last, epoch ms. Decides under the field policy `newest`; without it a change counts as made when a run finds it. `folder` and `file` take it from `updateTime` |',
  '| `opens` | name of the scope that lists what lies in the thing: when it goes, that goes with it |',
  '| `parent` | what the thing lies in, where that is not what its names say: see below |',
  '| `typeName` | one of the types in the column *Type*, where there are several. Default: the first |',
  '| `displayName` | for people. Default: the last name |',
  '| `description`, `versionIdentifier`, `url`, `category` | as they are called in open metadata |',
  '| `additionalProperties` | texts that the type has no attribute for |',
  '| `properties`, `classifications`, `linked` | attributes, classifications and relationships that have no word here |',
  '',
  'Tables and views take `primaryKey`, `foreignKeys`, `uniqueKeys` and `indexes` besides. A part (a column, a field) takes `name`,',
  'what is said of it in the tables below, and what describes a thing, from `displayName` on. A word that is none of these sets the',
  'item aside: an `error` finding (`ITEM_INVALID`) names it, with a guess. The compiler finds such a word where an object is written',
  'down in place; give functions that make things a return type, e.g. `TableDescription`, so that it finds those too.',
  '',
  '### What a thing lies in',
  '',
  'The column *Lies in* names what can hold the thing and the relationship by which it does. Without `parent` the **first** of them is',
  'meant, under the names without the last; a thing with a single name then lies in nothing. So a table `[database, schema, table]`',
  'lies in the schema `[database, schema]`. Otherwise say it:',
  '',
  '| `parent` | Meaning |',
  '|---|---|',
  "| `{ database: ['shop'] }` | the noun that holds it, by its names in this source |",
  "| `{ schema: { qualifiedName: 'RelationalDBSchemaType::other:shop/public' } }` | what another connector told, by the qualified name of the very element at the other end: for a table that is the schema *type* |",
  "| `'none'` | it lies in nothing |",
  '',
  'Databases without schemas: tell the database with `hasTables: true` and its tables with `parent: { database: [...] }`. With',
  '`hasTables` the database gets the element that tables hang on; schemas have one always. What a thing lies in may be told in',
  'another scope or run, but before the thing itself: what finds no parent is set aside until it is there.',
  '',
  '### References',
  '',
  'The words in the column *Refers to* take a list. Each entry is one of',
  '',
  "- names: a thing of this source, of the type that the column names, `['shop', 'public', 'orders']`;",
  "- `{ qualifiedName }`: anything in the catalogue. `scope.nameOf('table', names)` makes the qualified name of a thing of this source;",
  "- `{ to: <either of these>, ... }`: the same with attributes of the relationship, e.g. `{ to: ['a'], label: 'nightly' }`.",
  '',
  'Columns of `foreignKeys` are named as in `columns`, those that they refer to by `references: { table: <names or qualified name>, columns }`.',
  'What is referred to may be told later, or never: the relationship is made when both ends are there.',
  '',
  '### What is known already',
  '',
  '`scope.keepThings(noun, things)` says "still there, unchanged" of all things that are known at their `sourceVersion`, and answers',
  "the others, in the order given: send just those, `for (const table of await scope.keepThings('table', tables)) await scope.table(table)`.",
  'Things are known by `key`, else by noun and names. `keepThing(noun, thing)` asks of one: `false` means send it.',
] as const;

/** What scopes of each kind have words for, from the rows that they are made of. */
export function scopesPage(): string {
  const kinds: readonly (readonly [string, Readonly<Record<string, Row>>])[] = Object.entries(kindNouns);
  return [
    '# Scopes by kind',
    '',
    'Generated by `npm run docs`. In a run, `run.scope(name)` has one method for each word of the kind, e.g. `scope.table(...)`.',
    'What there is no word for goes through `scope.element(...)`. Kind `files` has words of its own: `folder` and `file`.',
    '[Concepts](../concepts.md) tells how names are made.',
    '',
    ...everyWord,
    ...kinds.flatMap(([kind, rows]) => ['', `## ${kind}`, '', ...table(rows)]),
    '',
  ].join('\n');
}

function table(rows: Readonly<Record<string, Row>>): readonly string[] {
  return [
    '| Word | Type | Lies in | Takes besides | Parts | Refers to |',
    '|---|---|---|---|---|---|',
    ...Object.entries(rows).map(
      ([word, row]) =>
        `| \`${word}\` | ${typeOf(row)} | ${links(row.parents)} | ${words(attributesOf(row))} | ${parts(row.parts)} | ${links(row.links)} |`,
    ),
  ];
}

function typeOf({ type, root = type, subtypes }: Row): string {
  const others =
    subtypes === 'any'
      ? `, or any ${root}`
      : (subtypes ?? [])
          .filter((other) => other !== type)
          .map((other) => `, ${other}`)
          .join('');
  return `${type}${others}`;
}

function attributesOf({ attributes = {}, classified = {} }: Row): readonly string[] {
  return [...Object.keys(attributes), ...Object.values(classified).flatMap((own) => Object.keys(own))];
}

function parts(rows: Readonly<Record<string, Part>> = {}): string {
  return Object.entries(rows)
    .map(([role, part]) => {
      const own = [words(attributesOf(part)), parts(part.parts), links(part.links)].filter((text) => text !== '');
      const shown = part.given === 'always' ? part.type : `\`${role}\`: ${part.type}`;
      const nested = part.nestedBy === undefined ? '' : `, \`${role}\` in each`;
      return `${shown}${own.length === 0 ? '' : ` (${own.join('; ')})`}${nested}`;
    })
    .join('; ');
}

function links(rows: Readonly<Record<string, { readonly relationship: string; readonly to?: string }>> = {}): string {
  return Object.entries(rows)
    .map(([word, { relationship, to }]) => `\`${word}\`${to === undefined ? '' : `: ${to}`} by ${relationship}`)
    .join(', ');
}

function words(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/**
 * What `pg_dump --schema-only` says of a database, as lines that can be compared: the statements that would make it again,
 * read by a parser of their own. What views are made of is not told there.
 */
export function linesOfDump(dump: string): readonly string[] {
  const schema = new DumpedSchema();
  for (const statement of statementsOf(dump)) schema.take(statement);
  return schema.lines();
}

interface DumpedColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | undefined;
  readonly collation: string | undefined;
  readonly formula: string | undefined;
  identity: string | undefined;
}

interface DumpedTable {
  readonly names: readonly string[];
  readonly own: readonly DumpedColumn[];
  readonly parents: readonly string[];
  readonly checks: ReadonlyMap<string, string>;
}

class DumpedSchema {
  readonly #tables = new Map<string, DumpedTable>();
  readonly #requiredDomains = new Set<string>();
  /** Those that are told apart from their columns. */
  readonly #defaults = new Map<string, string>();
  readonly #lines: string[] = [];

  take(statement: string): void {
    const rest = (pattern: RegExp): Reader | undefined => {
      const found = pattern.exec(statement);
      return found === null ? undefined : new Reader(statement.slice(found[0].length));
    };
    const table = rest(/^CREATE (UNLOGGED |FOREIGN )?TABLE /);
    const view = rest(/^CREATE (MATERIALIZED )?VIEW /);
    const altered = rest(/^ALTER (FOREIGN )?TABLE (ONLY )?/);
    const index = /^CREATE (UNIQUE )?INDEX /.exec(statement);
    const comment = /^COMMENT ON (TABLE|COLUMN|TYPE|VIEW|DOMAIN) /.exec(statement);
    const type = rest(/^CREATE TYPE /);
    const domain = rest(/^CREATE DOMAIN /);
    if (table !== undefined) this.#table(table);
    else if (view !== undefined) this.#tell('relation', ...view.names());
    else if (altered !== undefined) this.#altered(altered);
    else if (index !== null) this.#index(new Reader(statement.slice(index[0].length)), index[1] !== undefined);
    else if (comment !== null) this.#comment(comment[1] ?? '', new Reader(statement.slice(comment[0].length)));
    else if (type !== undefined) this.#type(type);
    else if (domain !== undefined) this.#domain(domain);
  }

  lines(): readonly string[] {
    const lines = [...this.#lines];
    for (const { names } of this.#tables.values()) {
      lines.push(lineOf('relation', ...names));
      const seen = this.#whole(keyOf(names));
      for (const [place, column] of seen.columns.entries()) {
        const { name, type, collation, formula, identity } = column;
        const notNull = column.notNull || this.#requiredDomains.has(type);
        lines.push(lineOf('column', ...names, name, String(place), type, notNull ? 'not null' : 'null'));
        const given = this.#defaults.get(keyOf([...names, name])) ?? column.default;
        if (given !== undefined) lines.push(lineOf('default', ...names, name, given));
        if (collation !== undefined) lines.push(lineOf('collation', ...names, name, collation));
        if (formula !== undefined) lines.push(lineOf('formula', ...names, name, formula));
        if (identity !== undefined) lines.push(lineOf('identity', ...names, name, identity));
      }
      for (const [name, text] of seen.checks) lines.push(lineOf('check', ...names, name, text));
    }
    return lines.sort();
  }

  /** With what it inherits. */
  #whole(key: string): Pick<DumpedTable, 'checks'> & { readonly columns: readonly DumpedColumn[] } {
    const table = this.#tables.get(key);
    if (table === undefined) throw new Error(`the dump tells nothing of the table ${key}`);
    const parents = table.parents.map((parent) => this.#whole(parent));
    // an identity is not inherited, that it must not be null is
    const inherited = parents.flatMap(({ columns }) => columns).map((column) => ({ ...column, identity: undefined }));
    const altered = new Map(table.own.map((column) => [column.name, column]));
    return {
      columns: [
        ...inherited.map((column) => altered.get(column.name) ?? column),
        ...table.own.filter(({ name }) => !inherited.some((column) => column.name === name)),
      ],
      checks: new Map([...parents.flatMap(({ checks }) => [...checks]), ...table.checks]),
    };
  }

  #table(reader: Reader): void {
    const names = reader.names();
    const parts = reader.list();
    const parents = reader.skip('INHERITS ') ? reader.list().map((text) => keyOf(new Reader(text).names())) : [];
    const isCheck = (part: string): boolean => part.startsWith('CONSTRAINT ');
    const checks = parts.filter(isCheck).map((part) => {
      const check = new Reader(part.slice('CONSTRAINT '.length));
      return [check.name(), check.rest()] as const;
    });
    const own = parts.filter((part) => !isCheck(part)).map(columnOf);
    this.#tables.set(keyOf(names), { names, own, parents, checks: new Map(checks) });
  }

  #altered(reader: Reader): void {
    const names = reader.names();
    if (reader.skip('ADD CONSTRAINT ')) {
      const name = reader.name();
      if (reader.skip('PRIMARY KEY ')) this.#key('primary', names, name, reader.list());
      else if (reader.skip('UNIQUE ')) this.#key('unique', names, name, reader.list());
      else if (reader.skip('FOREIGN KEY ')) this.#foreignKey(names, name, reader);
    } else if (reader.skip('ALTER COLUMN ')) {
      const name = reader.name();
      const column = this.#tables.get(keyOf(names))?.own.find((each) => each.name === name);
      // also of inherited columns, and before what they inherit
      if (reader.skip('SET DEFAULT ')) this.#defaults.set(keyOf([...names, name]), reader.rest());
      else if (column === undefined) throw new Error(`there is no column ${name} in ${keyOf(names)}`);
      else if (reader.skip('ADD GENERATED ALWAYS')) column.identity = 'always';
      else if (reader.skip('ADD GENERATED BY DEFAULT')) column.identity = 'by default';
    }
  }

  #key(kind: string, names: readonly string[], name: string, list: readonly string[]): void {
    const columns = list.map((text) => new Reader(text).name());
    if (kind === 'primary') for (const column of columns) this.#tell(kind, ...names, column, name);
    else this.#tell(kind, ...names, name, columns.join(', '));
    this.#tell('index', ...names, name, 'unique btree');
  }

  #foreignKey(names: readonly string[], name: string, reader: Reader): void {
    const own = reader.list().map((text) => new Reader(text).name());
    if (!reader.skip('REFERENCES ')) throw new Error(`the key ${name} refers to nothing`);
    const target = reader.names();
    const others = reader.list().map((text) => new Reader(text).name());
    for (const [place, column] of own.entries())
      this.#tell('foreign', ...names, column, name, ...target, others[place] ?? '');
  }

  #index(reader: Reader, isUnique: boolean): void {
    const name = reader.name();
    reader.skip('ON ');
    reader.skip('ONLY ');
    const names = reader.names();
    const method = /^USING (\w+)/.exec(reader.rest())?.[1] ?? '';
    this.#tell('index', ...names, name, `${isUnique ? 'unique ' : ''}${method}`);
  }

  #comment(kind: string, reader: Reader): void {
    const names = reader.names();
    if (!reader.skip('IS ')) throw new Error(`a comment on ${keyOf(names)} says nothing`);
    this.#tell(
      'comment',
      kind === 'COLUMN' ? 'column' : kind === 'TYPE' || kind === 'DOMAIN' ? 'type' : 'relation',
      ...names,
      textOf(reader.rest()),
    );
  }

  #type(reader: Reader): void {
    const names = reader.names();
    if (!reader.skip('AS ENUM ')) return;
    const labels = reader.list().map(textOf);
    this.#tell('values', ...names, 'enum', JSON.stringify(labels));
  }

  #domain(reader: Reader): void {
    const names = reader.names();
    reader.skip('AS ');
    const text = reader.rest();
    if (/ NOT NULL\b/.test(text)) this.#requiredDomains.add(names.map(written).join('.'));
    const base = /^(.*?)( COLLATE | DEFAULT | NOT NULL|\n|$)/s.exec(text)?.[1] ?? '';
    this.#tell('values', ...names, base, '[]');
  }

  #tell(...words: readonly string[]): void {
    this.#lines.push(lineOf(...words));
  }
}

/** Reads names and lists from the front of a statement. */
class Reader {
  constructor(private text: string) {}

  rest(): string {
    return this.text;
  }

  skip(words: string): boolean {
    if (!this.text.startsWith(words)) return false;
    this.text = this.text.slice(words.length);
    return true;
  }

  name(): string {
    const found = /^(?:"((?:[^"]|"")*)"|([^\s(),."';]+))\s*/.exec(this.text);
    if (found === null) throw new Error(`a name is missing before ${this.text.slice(0, 80)}`);
    this.text = this.text.slice(found[0].length);
    return found[1]?.replaceAll('""', '"') ?? found[2] ?? '';
  }

  /** With dots between them. */
  names(): readonly string[] {
    const names = [this.name()];
    while (this.skip('.')) names.push(this.name());
    return names;
  }

  /** In parentheses, with commas between them. */
  list(): readonly string[] {
    if (!this.text.startsWith('(')) throw new Error(`a list is missing before ${this.text.slice(0, 80)}`);
    const end = endOf(this.text, 1, ')');
    const inside = this.text.slice(1, end);
    this.text = this.text.slice(end + 1).trimStart();
    const parts: string[] = [];
    for (let from = 0; from < inside.length; ) {
      const comma = endOf(inside, from, ',');
      parts.push(inside.slice(from, comma).trim());
      from = comma + 1;
    }
    return parts.filter((part) => part !== '');
  }
}

/** Where the sign stands next, outside of quotes and parentheses; the length of the text if nowhere. */
function endOf(text: string, from: number, sign: string): number {
  let depth = 0;
  for (let place = from; place < text.length; place += 1) {
    const at = text[place] ?? '';
    if (at === "'" || at === '"') place = closingQuote(text, place);
    else if (depth === 0 && at === sign) return place;
    else if ('(['.includes(at)) depth += 1;
    else if (')]'.includes(at)) depth -= 1;
  }
  return text.length;
}

function closingQuote(text: string, open: number): number {
  const quote = text[open];
  const isEscaped = quote === "'" && /(^|[^\w])E$/.test(text.slice(Math.max(0, open - 2), open));
  for (let place = open + 1; place < text.length; place += 1) {
    if (isEscaped && text[place] === '\\') place += 1;
    else if (text[place] === quote) {
      if (text[place + 1] !== quote) return place;
      place += 1;
    }
  }
  throw new Error(`a quote does not end: ${text.slice(open, open + 80)}`);
}

function* statementsOf(dump: string): Generator<string> {
  const plain = dump.replace(/^(--.*|\\(un)?restrict .*)$/gm, '');
  for (let from = 0; from < plain.length; ) {
    const end = endOf(plain, from, ';');
    const statement = plain.slice(from, end).trim();
    if (statement !== '') yield statement;
    from = end + 1;
  }
}

function columnOf(part: string): DumpedColumn {
  const reader = new Reader(part);
  const name = reader.name();
  const isRequired = / NOT NULL$/.test(reader.rest());
  const whole = reader.rest().replace(/ NOT NULL$/, '');
  const collation = / COLLATE ((?:"(?:[^"]|"")+"|\w+)\.(?:"(?:[^"]|"")+"|\w+))$/.exec(whole);
  const text = collation === null ? whole : whole.slice(0, collation.index);
  const generated = /^(.*?) GENERATED ALWAYS AS \((.*)\) STORED$/s.exec(text);
  const given = /^(.*?) DEFAULT (.*)$/s.exec(text);
  return {
    name,
    type: generated?.[1] ?? given?.[1] ?? text,
    collation: collation?.[1],
    notNull: isRequired,
    default: generated === null ? given?.[2] : undefined,
    formula: generated?.[2],
    identity: undefined,
  };
}

function textOf(literal: string): string {
  const isEscaped = literal.startsWith('E');
  const inside = literal.replace(/^E?'|'$/g, '').replaceAll("''", "'");
  return isEscaped ? inside.replaceAll('\\\\', '\\') : inside;
}

/** As PostgreSQL writes a name. */
function written(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function keyOf(names: readonly string[]): string {
  return JSON.stringify(names);
}

function lineOf(...words: readonly string[]): string {
  return JSON.stringify(words);
}

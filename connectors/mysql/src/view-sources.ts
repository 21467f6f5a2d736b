export type TableName = readonly [database: string, table: string];

/** Words after which tables are named, and words that end such a list, in the text of a view as the server writes it. */
const opening = new Set(['from', 'join', 'straight_join']);
const closing = new Set([
  'where',
  'group',
  'having',
  'order',
  'limit',
  'window',
  'union',
  'intersect',
  'except',
  'on',
  'using',
  'select',
  'procedure',
  'for',
]);

/**
 * The tables and views that a view reads, in the order of their names. The server writes its text with every table named
 * as `database`.`table`, each in the FROM of a SELECT.
 *
 * @param database - where the view lies: tables named without one lie there too
 */
export function sourcesOf(definition: string, database: string): readonly TableName[] {
  const found = new Map<string, TableName>();
  const add = (names: readonly string[]): void => {
    const [first = '', second] = names;
    const source: TableName = second === undefined ? [database, first] : [first, second];
    found.set(JSON.stringify(source), source);
  };
  const levels: Level[] = [{ isSelect: false, expectsTable: false, isFrom: false }];
  const tokens = [...tokensOf(definition)];
  const common = new Set<string>();
  for (let place = 0; place < tokens.length; place += 1) {
    const token = tokens[place] ?? noToken;
    const level = levels.at(-1) ?? noLevel;
    if (token.kind === 'names') {
      // a name before `as (` is that of a common table expression
      if (isCommonTable(tokens, place)) common.add(token.names[0] ?? '');
      if (level.expectsTable && !(token.names.length === 1 && common.has(token.names[0] ?? ''))) add(token.names);
      level.expectsTable = false;
    } else if (token.kind === 'sign') levelsAfter(levels, token.text);
    else {
      if (isCommonTable(tokens, place)) common.add(token.text);
      if (isTableFunction(tokens, place)) level.expectsTable = false;
      levelAfter(level, token.text.toLowerCase());
    }
  }
  return [...found.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, source]) => source);
}

/** What is known of the text inside of one pair of brackets. */
interface Level {
  isSelect: boolean;
  isFrom: boolean;
  /** A table comes next. */
  expectsTable: boolean;
}
const noLevel: Level = { isSelect: false, isFrom: false, expectsTable: false };

function levelsAfter(levels: Level[], sign: string): void {
  const level = levels.at(-1) ?? noLevel;
  // brackets around joins belong to the list that they stand in
  if (sign === '(')
    levels.push({ isSelect: level.expectsTable, isFrom: level.expectsTable, expectsTable: level.expectsTable });
  else if (sign === ')' && levels.length > 1) {
    levels.pop();
    const outer = levels.at(-1);
    if (outer !== undefined) outer.expectsTable = false;
  } else if (sign === ',') level.expectsTable = level.isFrom;
}

function levelAfter(level: Level, word: string): void {
  if (word === 'select') Object.assign(level, { isSelect: true, isFrom: false, expectsTable: false });
  // `extract(year from ...)` and the like are no SELECT
  else if (opening.has(word) && level.isSelect) Object.assign(level, { isFrom: true, expectsTable: true });
  else if (closing.has(word)) Object.assign(level, { isFrom: false, expectsTable: false });
}

function isCommonTable(tokens: readonly Token[], place: number): boolean {
  const [as, bracket] = [tokens[place + 1], tokens[place + 2]];
  const isAs = as?.kind === 'word' && as.text.toLowerCase() === 'as';
  return isAs && bracket?.kind === 'sign' && bracket.text === '(';
}

/** `json_table(...)` and the like: what is named in its brackets are columns. */
function isTableFunction(tokens: readonly Token[], place: number): boolean {
  const [word, bracket] = [tokens[place], tokens[place + 1]];
  if (word?.kind !== 'word' || bracket?.kind !== 'sign' || bracket.text !== '(') return false;
  const text = word.text.toLowerCase();
  return text !== 'lateral' && text !== 'select' && !opening.has(text);
}

type Token =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'word' | 'sign'; readonly text: string };
const noToken: Token = { kind: 'sign', text: '' };

const pattern =
  /'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|((?:`(?:[^`]|``)*`)(?:\.`(?:[^`]|``)*`)*)|([A-Za-z_][\w$]*)|([(),])/gs;

function* tokensOf(text: string): Generator<Token> {
  for (const [, names, word, sign] of text.matchAll(pattern)) {
    if (names !== undefined)
      yield {
        kind: 'names',
        names: (names.match(/`(?:[^`]|``)*`/g) ?? []).map((one) => one.slice(1, -1).replaceAll('``', '`')),
      };
    else if (word !== undefined) yield { kind: 'word', text: word };
    else if (sign !== undefined) yield { kind: 'sign', text: sign };
  }
}

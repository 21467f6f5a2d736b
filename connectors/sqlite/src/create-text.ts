/** What only the text of a CREATE TABLE tells: SQLite keeps it as it was written. */
export interface TextFacts {
  /** Expressions of generated columns, by name of the column in small letters. */
  readonly formulas: ReadonlyMap<string, string>;
  /** Conditions of CHECK constraints, in their order. */
  readonly checks: readonly string[];
}

export function factsOfTable(statement: string): TextFacts {
  const formulas = new Map<string, string>();
  const checks: string[] = [];
  for (const tokens of listIn(statement)) {
    const [first] = tokens;
    if (first === undefined) continue;
    for (const [place, token] of tokens.entries()) {
      const next = tokens[place + 1];
      if (next?.text !== '(' || token.isQuoted) continue;
      const word = token.text.toUpperCase();
      if (word === 'CHECK') checks.push(insideOf(statement, tokens, place + 1));
      // the first word of a column is its name, whatever it looks like
      if (word === 'AS' && place > 0) formulas.set(nameOf(first).toLowerCase(), insideOf(statement, tokens, place + 1));
    }
  }
  return { formulas, checks };
}

/** What an index is made of, each as it was written, and the condition of a partial one. */
export function factsOfIndex(statement: string): {
  readonly parts: readonly string[];
  readonly condition: string | undefined;
} {
  const tokens = [...tokensOf(statement)];
  const parts = listIn(statement).map((list) => textOf(statement, list));
  let depth = 0;
  for (const { text, isQuoted, start } of tokens) {
    if (text === '(') depth += 1;
    if (text === ')') depth -= 1;
    if (depth === 0 && !isQuoted && text.toUpperCase() === 'WHERE')
      return { parts, condition: statement.slice(start + text.length).trim() };
  }
  return { parts, condition: undefined };
}

/** The module that makes a virtual table, e.g. `fts5`. */
export function moduleOf(statement: string): string | undefined {
  const tokens = [...tokensOf(statement)];
  const place = tokens.findIndex(({ text, isQuoted }) => !isQuoted && text.toUpperCase() === 'USING');
  const name = place < 0 ? undefined : tokens[place + 1];
  return name === undefined ? undefined : nameOf(name);
}

const ownCollations = ['binary', 'nocase', 'rtrim'];

/** The statement with SQLite's own order in place of those that a program brings along: what it makes has the same columns. */
export function withOwnCollations(statement: string): string {
  const tokens = [...tokensOf(statement)];
  let text = '';
  let from = 0;
  for (const [place, token] of tokens.entries()) {
    const before = tokens[place - 1];
    if (before?.isQuoted !== false || before.text.toUpperCase() !== 'COLLATE') continue;
    // signs may follow at once: `a COLLATE german||b`
    const written = token.isQuoted ? token.text : (/^[\w$\u0080-\uFFFF]*/.exec(token.text)?.[0] ?? '');
    if (ownCollations.includes(nameOf({ ...token, text: written }).toLowerCase())) continue;
    text += `${statement.slice(from, token.start)}binary`;
    from = token.start + written.length;
  }
  return text + statement.slice(from);
}

interface Token {
  /** As written. */
  readonly text: string;
  readonly isQuoted: boolean;
  readonly start: number;
}

const pattern =
  /--[^\n]*|\/\*.*?(?:\*\/|$)|('(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|([^\s'"`[(),]+?)(?=--|\/\*|[\s'"`[(),]|$)|([(),])/gs;

function* tokensOf(statement: string): Generator<Token> {
  for (const match of statement.matchAll(pattern)) {
    const [, quoted, word, sign] = match;
    const text = quoted ?? word ?? sign;
    if (text !== undefined) yield { text, isQuoted: quoted !== undefined, start: match.index };
  }
}

/** The parts of the first list in brackets: columns and constraints of a table, parts of an index. */
function listIn(statement: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokensOf(statement)) {
    if (token.text === ')') depth -= 1;
    if (depth === 0 && token.text === ')') return parts;
    if (depth === 1 && token.text === ',') parts.push([]);
    else if (depth > 0) parts.at(-1)?.push(token);
    if (token.text === '(') depth += 1;
  }
  return [];
}

/** What stands between the bracket at this place and the one that closes it. */
function insideOf(statement: string, tokens: readonly Token[], opening: number): string {
  let depth = 0;
  for (const token of tokens.slice(opening)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0) return statement.slice((tokens[opening]?.start ?? 0) + 1, token.start).trim();
  }
  return '';
}

function textOf(statement: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first === undefined || last === undefined ? '' : statement.slice(first.start, last.start + last.text.length);
}

function nameOf({ text, isQuoted }: Token): string {
  if (!isQuoted) return text;
  const quote = text.at(-1) ?? '';
  return quote === ']' ? text.slice(1, -1) : text.slice(1, -1).replaceAll(quote + quote, quote);
}

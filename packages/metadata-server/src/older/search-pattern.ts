import { IsthmusError } from '@isthmus/kernel';
import type { TextPattern } from '../store/element-store.js';

const longestPattern = 1_000;

/** One place of a pattern: a letter, or undefined for any. */
type Places = readonly (string | undefined)[];

/**
 * A search of 4.3: a regular expression that the whole text must match. Literal text, `.`, `.*`, `.+`, `\Q..\E`, escapes
 * and a leading `(?i)` are understood, which is what its clients make of people's input; matching takes no longer than
 * text times pattern, whatever is asked.
 *
 * @throws PARAMETER_INVALID for everything else
 */
export function searchPattern(expression: string, parameter: string): TextPattern {
  if (expression.length > longestPattern) throw invalid(parameter, `is longer than ${longestPattern} letters`);
  const ignoreCase = expression.startsWith('(?i)');
  const runs = parse(ignoreCase ? expression.slice(4) : expression, parameter);
  const folded = ignoreCase ? runs.map((run) => run.map((letter) => letter?.toLowerCase())) : runs;
  const plain = folded.every((run) => !run.includes(undefined)) ? folded.map((run) => run.join('')) : undefined;
  const test = plain === undefined ? (text: string) => matchRuns(folded, [...text]) : matchTexts(plain);
  return {
    literals: runs.flatMap(literalsOf),
    matches: (text) => test(ignoreCase ? text.toLowerCase() : text),
  };
}

/** The runs between `.*`: the first is at the start of the text, the last at its end. */
function parse(expression: string, parameter: string): readonly Places[] {
  const runs: (string | undefined)[][] = [[]];
  const add = (letter: string | undefined) => runs.at(-1)?.push(letter);
  for (let index = 0; index < expression.length; index += 1) {
    const letter = expression.charAt(index);
    const next = expression.charAt(index + 1);
    if (letter === '\\' && next === 'Q') {
      const end = expression.indexOf('\\E', index + 2);
      const to = end < 0 ? expression.length : end;
      for (const literal of expression.slice(index + 2, to)) add(literal);
      index = to + 1;
    } else if (letter === '\\') {
      if (next === '' || /[A-Za-z0-9]/.test(next)) throw invalid(parameter, `has \\${next}, which is not understood`);
      add(next);
      index += 1;
    } else if (letter === '.') {
      if (next === '+') add(undefined);
      if (next === '*' || next === '+') {
        runs.push([]);
        index += 1;
      } else add(undefined);
    } else if ((letter === '^' && index === 0) || (letter === '$' && next === '')) {
    } else if (/[[\](){}*+?|^$]/.test(letter)) {
      throw invalid(parameter, `has ${letter}, which is not understood: put it between \\Q and \\E`);
    } else add(letter);
  }
  return runs;
}

function literalsOf(run: Places): string[] {
  const literals: string[] = [];
  let current = '';
  for (const letter of [...run, undefined]) {
    if (letter !== undefined) current += letter;
    else if (current !== '') {
      literals.push(current);
      current = '';
    }
  }
  return literals;
}

/** The same for runs without places for any letter, which is most of what is asked. */
function matchTexts(texts: readonly string[]): (text: string) => boolean {
  const [first = ''] = texts;
  const last = texts.at(-1) ?? '';
  if (texts.length === 1) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let from = first.length;
    for (const each of texts.slice(1, -1)) {
      const at = text.indexOf(each, from);
      if (at < 0) return false;
      from = at + each.length;
    }
    return text.length - last.length >= from && text.endsWith(last);
  };
}

/**
 * Whether the runs stand in the text one after the other, the first and the last at its ends. Each of the others is taken
 * where it is found first: if the rest fits behind a later place, it fits behind that one too.
 */
function matchRuns(runs: readonly Places[], letters: readonly string[]): boolean {
  const [first = []] = runs;
  if (runs.length === 1) return first.length === letters.length && fits(first, letters, 0);
  if (!fits(first, letters, 0)) return false;
  let from = first.length;
  for (const run of runs.slice(1, -1)) {
    while (from + run.length <= letters.length && !fits(run, letters, from)) from += 1;
    if (from + run.length > letters.length) return false;
    from += run.length;
  }
  const last = runs.at(-1) ?? [];
  return letters.length - last.length >= from && fits(last, letters, letters.length - last.length);
}

function fits(run: Places, letters: readonly string[], from: number): boolean {
  return run.every((letter, index) => {
    const there = letters[from + index];
    return there !== undefined && (letter === undefined || letter === there);
  });
}

function invalid(parameter: string, fault: string): IsthmusError {
  return new IsthmusError('PARAMETER_INVALID', `${parameter} ${fault}`, { details: { parameter } });
}

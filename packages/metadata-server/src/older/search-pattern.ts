import { IsthmusError } from '@isthmus/kernel';
import type { Places, TextPattern } from '../store/element-store.js';

const longestPattern = 1_000;

/**
 * A search of 4.3: a regular expression that the whole text must match. Literal text, `.`, `.*`, `.+`, `\Q..\E`, escapes
 * and a leading `(?i)` are understood, which is what its clients make of people's input.
 *
 * @throws PARAMETER_INVALID for everything else
 */
export function searchPattern(expression: string, parameter: string): TextPattern {
  if (expression.length > longestPattern) throw invalid(parameter, `is longer than ${longestPattern} letters`);
  const ignoreCase = expression.startsWith('(?i)');
  return { ignoreCase, runs: parse(ignoreCase ? expression.slice(4) : expression, parameter) };
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

function invalid(parameter: string, fault: string): IsthmusError {
  return new IsthmusError('PARAMETER_INVALID', `${parameter} ${fault}`, { details: { parameter } });
}

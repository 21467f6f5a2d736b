import type { Places, TextPattern } from './find-options.js';

/** Tells which texts are like the pattern, in no longer than text times pattern, whatever is asked. */
export function textMatcher({ ignoreCase, runs }: TextPattern): (text: string) => boolean {
  const folded = ignoreCase ? runs.map((run) => run.map((letter) => letter?.toLowerCase())) : runs;
  const plain = folded.every((run) => !run.includes(undefined)) ? folded.map((run) => run.join('')) : undefined;
  const test = plain === undefined ? (text: string) => matchRuns(folded, [...text]) : matchTexts(plain);
  return (text) => test(ignoreCase ? text.toLowerCase() : text);
}

/** What occurs in every text that matches; for the index. */
export function literalsOf({ runs }: TextPattern): string[] {
  return runs.flatMap(literalsOfRun);
}

function literalsOfRun(run: Places): string[] {
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

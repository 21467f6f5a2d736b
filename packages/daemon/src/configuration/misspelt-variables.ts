import { nearest } from '@isthmus/connector-host';
import type { ConfigurationProblem } from './validate-configuration.js';

const prefix = 'ISTHMUS_';
/** Read by the command line, which may run in the same environment. */
const ofTheCommandLine = ['ISTHMUS_URL', 'ISTHMUS_TOKEN', 'ISTHMUS_TOKEN_FILE', 'ISTHMUS_CA_FILE', 'ISTHMUS_SERVER'];
const shortestBeginning = 6;

/**
 * Variables that were meant to be a key and are none, e.g. `ISTHMUS_LISTN_PORT`: without a word they would change
 * nothing. Others with the prefix are left alone; somebody may keep secrets in them.
 *
 * @param known - the variables of all keys
 * @param document - what it refers to with `${env:NAME}` is used
 */
export function misspeltVariables(
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
  document: unknown,
): ConfigurationProblem[] {
  const used = new Set([...known, ...ofTheCommandLine, ...references(document)]);
  return Object.keys(environment)
    .filter((variable) => variable.startsWith(prefix) && environment[variable] !== '' && !used.has(variable))
    .sort()
    .flatMap((variable): ConfigurationProblem[] => {
      const meant = keyMeant(variable.slice(prefix.length), known);
      if (meant === undefined) return [];
      return [
        {
          code: 'CONFIG_UNKNOWN_KEY',
          field: variable,
          origin: { kind: 'environment', variable },
          fault: 'is not a key that Isthmus knows',
          next: `did you mean ${meant}? Known here: ${known.join(', ')}`,
        },
      ];
    });
}

/** The prefix is the same for all, so it must not make words look close. */
function keyMeant(word: string, known: readonly string[]): string | undefined {
  const words = known.map((variable) => variable.slice(prefix.length));
  const meant =
    nearest(word, words) ??
    (word.length >= shortestBeginning ? words.find((candidate) => candidate.startsWith(word)) : undefined);
  return meant === undefined ? undefined : `${prefix}${meant}`;
}

function references(document: unknown): string[] {
  const text = JSON.stringify(document) ?? '';
  return [...text.matchAll(/\$\{env:([^}]+)\}/g)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

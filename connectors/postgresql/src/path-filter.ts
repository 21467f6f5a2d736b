import picomatch from 'picomatch';
import type { PostgresqlConfiguration } from './postgresql-config.js';

export interface PathFilter {
  /** Nothing is left out. */
  readonly isOpen: boolean;
  holds(database: string, schema: string, name: string): boolean;
  /** Whether a database or schema may hold something that is wanted. */
  mayHold(...path: readonly string[]): boolean;
}

/** Names may hold anything; in a path a `/` of a name stands as `%2F` and a `%` as `%25`, so that patterns see three parts. */
export function pathFilter({ include, exclude }: Pick<PostgresqlConfiguration, 'include' | 'exclude'>): PathFilter {
  const options = { dot: true, nobrace: true, noextglob: true };
  const isIncluded = picomatch([...include], options);
  const isExcluded = picomatch([...exclude], options);
  const prefixes = include.map((pattern) => pattern.split('/'));
  return {
    isOpen: exclude.length === 0 && include.length === 1 && include[0] === '**',
    holds: (...names) => {
      const path = pathOf(names);
      return isIncluded(path) && !isExcluded(path);
    },
    mayHold: (...names) =>
      prefixes.some((parts) => couldMatch(parts, names.map(escaped), options)) &&
      !isExcluded(pathOf(names)) &&
      !isExcluded(`${pathOf(names)}/**`),
  };
}

function couldMatch(parts: readonly string[], names: readonly string[], options: picomatch.PicomatchOptions): boolean {
  for (const [place, name] of names.entries()) {
    const part = parts[place];
    if (part === undefined) return false;
    if (part.includes('**')) return true;
    if (!picomatch.isMatch(name, part, options)) return false;
  }
  return parts.length > names.length || parts.at(-1)?.includes('**') === true;
}

function pathOf(names: readonly string[]): string {
  return names.map(escaped).join('/');
}

/** A name of dots alone would be taken for a folder above. */
function escaped(name: string): string {
  const plain = name.replaceAll('%', '%25').replaceAll('/', '%2F');
  return /^\.+$/.test(plain) ? plain.replaceAll('.', '%2E') : plain;
}

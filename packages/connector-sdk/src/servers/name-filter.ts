import picomatch from 'picomatch';

/** Which things of a source belong to the catalogue, by patterns of the names that lead to them. */
export interface NameFilter {
  /** Nothing is left out. */
  readonly isOpen: boolean;
  /** @param names - of a thing, outermost first: database, schema, table */
  holds(...names: readonly string[]): boolean;
  /** Whether what holds other things (a database, a schema) may hold one that is wanted. */
  mayHold(...names: readonly string[]): boolean;
}

/**
 * Patterns see `a/b/c`. Names may hold anything: in a path a `/` of a name stands as `%2F` and a `%` as `%25`, so that
 * patterns see as many parts as there are names.
 *
 * @param patterns - `*` stands for any name, `**` for any path, `?` and `[a-z]` for one sign. `exclude` wins
 */
export function nameFilter(patterns: {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}): NameFilter {
  const { include, exclude } = patterns;
  const options = { dot: true, nobrace: true, noextglob: true, flags: 's' };
  const isIncluded = picomatch([...include], options);
  const isExcluded = exclude.length === 0 ? () => false : picomatch([...exclude], options);
  const prefixes = include.map((pattern) =>
    pattern.split('/').map((part) => ({ isDeep: part.includes('**'), fits: picomatch(part, options) })),
  );
  const isOpen = exclude.length === 0 && include.includes('**');
  return {
    isOpen,
    holds: (...names) => {
      if (isOpen) return true;
      const path = pathOf(names);
      return isIncluded(path) && !isExcluded(path);
    },
    mayHold: (...names) =>
      isOpen ||
      (prefixes.some((parts) => couldMatch(parts, names.map(escaped))) &&
        !isExcluded(pathOf(names)) &&
        !isExcluded(`${pathOf(names)}/**`)),
  };
}

interface Part {
  readonly isDeep: boolean;
  fits(name: string): boolean;
}

function couldMatch(parts: readonly Part[], names: readonly string[]): boolean {
  for (const [place, name] of names.entries()) {
    const part = parts[place];
    if (part === undefined) return false;
    if (part.isDeep) return true;
    if (!part.fits(name)) return false;
  }
  return parts.length > names.length || parts.at(-1)?.isDeep === true;
}

function pathOf(names: readonly string[]): string {
  return names.map(escaped).join('/');
}

/** A name of dots alone would be taken for a folder above. */
function escaped(name: string): string {
  const plain = name.replaceAll('%', '%25').replaceAll('/', '%2F');
  return /^\.+$/.test(plain) ? plain.replaceAll('.', '%2E') : plain;
}

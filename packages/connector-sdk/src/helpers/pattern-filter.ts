import picomatch from 'picomatch';

/** Which things of a source belong to the catalogue, by patterns of their paths. */
export interface PatternFilter {
  /** Things and all below them. */
  excludes(path: string): boolean;
  /** Things themselves: what holds others is catalogued wherever it leads. */
  includes(path: string): boolean;
}

/**
 * @param patterns - as of shells: `*`, `**`, `?`, `[a-z]`, `{a,b}`; one without `/` is about last names. A `/` at the
 *   begin of paths and patterns says nothing. No `include` = everything
 */
export function patternFilter(patterns: {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}): PatternFilter {
  const { include, exclude } = patterns;
  const everything = include.length === 0 || include.includes('**');
  return {
    excludes: exclude.length === 0 ? () => false : matching(exclude),
    includes: everything ? () => true : matching(include),
  };
}

function matching(patterns: readonly string[]): (path: string) => boolean {
  // `s`: names may hold line breaks.
  const options = { dot: true, flags: 's' } as const;
  const [ofPaths, ofNames] = [patterns.map(withoutSlash).filter(hasSlash), patterns.map(withoutSlash).filter(hasNone)];
  // The option for last names holds for all patterns that are given with it, those with `/` too: they would never fit.
  const fitsPath = ofPaths.length === 0 ? () => false : picomatch(ofPaths, options);
  const fitsName = ofNames.length === 0 ? () => false : picomatch(ofNames, { ...options, basename: true });
  return (path) => {
    const plain = path.startsWith('/') ? path.slice(1) : path;
    return fitsName(plain) || fitsPath(plain);
  };
}

/** Whether any pattern is about paths, not about last names alone. */
export function hasPathPattern(patterns: readonly string[]): boolean {
  return patterns.map(withoutSlash).some(hasSlash);
}

function hasSlash(pattern: string): boolean {
  return pattern.includes('/');
}

function hasNone(pattern: string): boolean {
  return !hasSlash(pattern);
}

/** People write `/archive/` and mean the folder below the root. */
function withoutSlash(pattern: string): string {
  return pattern.replace(/^\//, '').replace(/(.)\/$/, '$1');
}

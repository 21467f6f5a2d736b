import picomatch from 'picomatch';
import type { FilesConfiguration } from './files-config.js';

/** Which entries belong to the catalogue. Paths start with `/`, patterns do not. */
export interface PathFilter {
  /** Files, folders and all below them. */
  excludes(path: string): boolean;
  /** Files alone: folders are catalogued wherever they lead. */
  includes(path: string): boolean;
}

export function pathFilter(configuration: Pick<FilesConfiguration, 'include' | 'exclude'>): PathFilter {
  const everything = configuration.include.length === 0 || configuration.include.includes('**');
  const included = everything ? () => true : matching(configuration.include);
  const excluded = configuration.exclude.length === 0 ? () => false : matching(configuration.exclude);
  return { excludes: excluded, includes: included };
}

function matching(patterns: readonly string[]): (path: string) => boolean {
  // `s`: names may hold line breaks.
  const matches = picomatch(patterns.map(withoutSlash), { dot: true, basename: true, flags: 's' });
  return (path) => matches(path.slice(1));
}

/** People write `/archive/` and mean the folder below the root. */
function withoutSlash(pattern: string): string {
  return pattern.replace(/^\//, '').replace(/(.)\/$/, '$1');
}

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
  // `s`: names may hold line breaks.
  const options = { dot: true, basename: true, flags: 's' };
  const everything = configuration.include.length === 0 || configuration.include.includes('**');
  const included = everything ? () => true : picomatch(configuration.include.map(withoutSlash), options);
  const excluded =
    configuration.exclude.length === 0 ? () => false : picomatch(configuration.exclude.map(withoutSlash), options);
  return {
    excludes: (path) => excluded(path.slice(1)),
    includes: (path) => included(path.slice(1)),
  };
}

/** People write `/archive/` and mean the folder below the root. */
function withoutSlash(pattern: string): string {
  return pattern.replace(/^\//, '').replace(/(.)\/$/, '$1');
}

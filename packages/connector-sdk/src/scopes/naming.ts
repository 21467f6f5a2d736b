import { encodedName, pathOf } from './names.js';

/** How people want the things of one connector to be called, as plain data: what stands before each name. */
export interface NameShape {
  /** Before the source. */
  readonly start: string;
  /** What precedes the name of each level, outermost first; the first follows the source. Deeper names follow a `/`. */
  readonly levels: readonly string[];
  /** What precedes the name of a thing that lies in no level, by its root types. */
  readonly aside?: { readonly types: readonly string[]; readonly before: string };
  /** Signs that separate here, and so stand escaped in names. */
  readonly separators: string;
  /** Another one for another shape: what was told under it is told anew. */
  readonly mark: string;
}

/** Where the things of one source stand: what follows `<Root type>::` in their qualified names. */
export interface Naming {
  /** @param type - root type of what is called so: a thing, or a part of it at its path */
  place(type: string, names: readonly string[], what: string): string;
  /** Tells what was told under this shape from what was told under another one. Undefined: the usual names. */
  readonly mark: string | undefined;
}

/** @param shape - undefined: `<source>:<path>` */
export function namingOf(source: string, shape: NameShape | undefined): Naming {
  if (shape === undefined)
    return {
      place: (_type, names, what) => `${source}:${pathOf(names, what)}`,
      mark: undefined,
    };
  const { start, levels, aside, separators, mark } = shape;
  return {
    place(type, names, what) {
      pathOf(names, what);
      const before = aside?.types.includes(type) === true ? [aside.before] : levels;
      const path = names.map((name, level) => `${before[level] ?? '/'}${encodedName(name, separators)}`);
      return `${start}${source}${path.join('')}`;
    },
    mark,
  };
}

import type { Place } from './references.js';

/**
 * Gives every schema that is used a name: those of the document's own list keep theirs, others are called after the way
 * to them. Names are handed out in the order in which they are asked for, so the list grows while it is worked through.
 */
export class SchemaNames {
  readonly #places = new Map<string, Place>();

  constructor(private readonly root: string) {}

  of(place: Place): string {
    const name = this.#nameOf(place);
    if (!this.#places.has(name)) this.#places.set(name, place);
    return name;
  }

  /** Also those that are asked for meanwhile. */
  all(): Iterable<readonly [name: string, place: Place]> {
    return this.#places;
  }

  #nameOf({ uri, pointer }: Place): string {
    const own = ownName(pointer);
    if (uri === this.root && own !== undefined) return own;
    return `${uri === this.root ? '' : relative(this.root, uri)}#${pointer}`;
  }
}

/** Of a schema in the list that the specification has for them. */
export function ownName(pointer: string): string | undefined {
  const [, name] = /^\/(?:components\/schemas|definitions)\/([^/]+)$/.exec(pointer) ?? [];
  return name?.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The last word of the way to a schema, for people. */
export function shortName({ uri, pointer }: Place): string {
  const last = pointer.split('/').at(-1) ?? '';
  const plain = last.replaceAll('~1', '/').replaceAll('~0', '~');
  return plain === '' ? (new URL(uri).pathname.split('/').at(-1) ?? uri).replace(/\.(json|ya?ml)$/i, '') : plain;
}

/** As short as it can be written below the folder of the first; no part of a name depends on where that folder lies. */
function relative(from: string, to: string): string {
  const [one, other] = [new URL(from), new URL(to)];
  if (one.origin !== other.origin || one.protocol !== other.protocol) return `${other.origin}${other.pathname}`;
  const [base, way] = [one.pathname.split('/').slice(0, -1), other.pathname.split('/')];
  let common = 0;
  while (common < base.length && base[common] === way[common]) common += 1;
  return [...base.slice(common).map(() => '..'), ...way.slice(common)].join('/');
}

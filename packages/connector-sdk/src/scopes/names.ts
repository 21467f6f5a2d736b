import { IsthmusError } from '@isthmus/kernel';

/** Separators, what no name may hold unseen, and halves of characters, which would be lost on their way. */
const unsafe = /[%/:]|\p{Cc}|\p{Surrogate}/gu;

/**
 * The last part of a qualified name: the names that lead to a thing, outermost first, joined by `/`. In a name `%`, `/`,
 * `:`, control characters and lone surrogates stand as `%` and their number in hexadecimal, an empty one as `%`, so that
 * no two lists of names share a path.
 *
 * @throws CONNECTOR_FAILED when there is no name
 */
export function pathOf(names: readonly string[], what: string): string {
  if (names.length === 0) {
    throw new IsthmusError('CONNECTOR_FAILED', `the connector told of a ${what} without names, so nothing can name it`);
  }
  return names.map((name) => encodedName(name)).join('/');
}

/**
 * design.md 8.4: the general type, never the detected subtype; never the machine's name.
 *
 * @param place - source and path
 */
export function qualifiedName(rootType: string, place: string): string {
  return `${rootType}::${place}`;
}

/** @param separators - ASCII signs, no letters or digits, that stand escaped too */
export function encodedName(name: string, separators = ''): string {
  if (name === '') return '%';
  const encoded = name.replace(unsafe, escaped);
  if (separators === '') return encoded;
  return [...encoded].map((sign) => (sign !== '%' && separators.includes(sign) ? escaped(sign) : sign)).join('');
}

/** What `encodedName` made of a name, whatever its separators were. */
export function decodedName(encoded: string): string {
  if (encoded === '%') return '';
  return encoded.replace(/%(D[89A-F][0-9A-F]{2}|[0-9A-F]{2})/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function escaped(sign: string): string {
  return `%${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/**
 * Identities of parts in their list: each by its name and not by its place, so that one inserted before it leaves it
 * what it is. The second of one name is `id%#2`, one without a name `%@<position>`.
 */
export function partIdentities(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return names.map((name, position) => {
    if (name === '') return `%@${position}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? encodedName(name) : `${encodedName(name)}%#${count}`;
  });
}

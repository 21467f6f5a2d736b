import { isFields, type Loose } from './loose.js';
import { nearest } from './nearest.js';
import type { LinkRow, NounRow, PartRow } from './noun-row.js';

/** What may be said of a thing or a part: its own words, and the rows of what it describes besides. */
interface Words {
  readonly own: ReadonlySet<string>;
  readonly parts: ReadonlyMap<string, PartRow>;
  readonly links: ReadonlyMap<string, LinkRow>;
}
type Row = Pick<NounRow, 'attributes' | 'classified' | 'parts' | 'links'>;

const describedWords = [
  'displayName',
  'description',
  'versionIdentifier',
  'url',
  'category',
  'additionalProperties',
  'properties',
  'classifications',
  'linked',
];
const thingWords = ['names', 'key', 'sourceVersion', 'changedAt', 'opens', 'parent', 'typeName'];
const wordsOfThings = new WeakMap<Row, Words>();
const wordsOfParts = new WeakMap<Row, Words>();

/**
 * The first word that nothing is made of, and where it was said. The compiler finds it in what is written down in place,
 * but not in what was made before, and never in JavaScript: what was meant would be missing without anybody being told.
 *
 * @param more - words that the row does not know
 */
export function unknownWord(row: NounRow, thing: Loose, more: readonly string[] = []): string | undefined {
  let words = wordsOfThings.get(row);
  if (words === undefined) {
    words = wordsOf(row, [...thingWords, ...more]);
    wordsOfThings.set(row, words);
  }
  return unknownIn(words, thing, '');
}

function unknownIn(words: Words, described: Loose, place: string): string | undefined {
  for (const word of Object.keys(described)) {
    const value = described[word];
    if (value === undefined || words.own.has(word)) continue;
    const part = words.parts.get(word);
    const inner = part === undefined ? undefined : unknownInPart(part, word, value, `${place}${word}`);
    if (inner !== undefined) return inner;
    const link = words.links.get(word);
    const detail = link === undefined ? undefined : unknownInLinks(link, value, `${place}${word}`);
    if (detail !== undefined) return detail;
    if (part === undefined && link === undefined) return fault(`${place}${word}`, word, words);
  }
  return undefined;
}

function unknownInPart(row: PartRow, role: string, value: unknown, place: string): string | undefined {
  if (row.given === 'always' || row.given === 'flag') return undefined;
  let words = wordsOfParts.get(row);
  if (words === undefined) {
    words = wordsOf(row, row.given === 'list' ? ['name'] : []);
    if (row.nestedBy !== undefined) words = { ...words, parts: new Map([...words.parts, [role, row]]) };
    wordsOfParts.set(row, words);
  }
  if (!Array.isArray(value)) return isFields(value) ? unknownIn(words, value, `${place}.`) : undefined;
  for (const [position, part] of value.entries()) {
    const found = isFields(part) ? unknownIn(words, part, `${place}[${position}].`) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function unknownInLinks(row: LinkRow, value: unknown, place: string): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const own = new Set(['to', ...Object.keys(row.attributes ?? {})]);
  const words: Words = { own, parts: new Map(), links: new Map() };
  for (const [position, entry] of value.entries()) {
    if (!isFields(entry) || !Object.hasOwn(entry, 'to')) continue;
    const found = unknownIn(words, entry, `${place}[${position}].`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function wordsOf(row: Row, more: readonly string[]): Words {
  const attributes = [row.attributes ?? {}, ...Object.values(row.classified ?? {})].flatMap((own) => Object.keys(own));
  return {
    own: new Set([...describedWords, ...more, ...attributes]),
    parts: new Map(partsOf(row)),
    links: new Map(Object.entries(row.links ?? {})),
  };
}

/** What lies in a part that says nothing of itself is described with what holds it. */
function partsOf({ parts = {} }: Pick<NounRow, 'parts'>): readonly (readonly [string, PartRow])[] {
  return Object.entries(parts).flatMap(([role, row]): readonly (readonly [string, PartRow])[] => {
    if (row.given === 'always') return partsOf(row);
    return row.given === 'flag' ? [[role, row], ...partsOf(row)] : [[role, row]];
  });
}

function fault(place: string, word: string, { own, parts, links }: Words): string {
  const near = nearest(word, [...own, ...parts.keys(), ...links.keys()]);
  const guess = near === undefined ? '' : `; did you mean \`${near}\`?`;
  return `\`${place.slice(0, 200)}\` is no word that is known there${guess}`;
}

import { createHash, hash } from 'node:crypto';
import type { TimeSlicer } from '@isthmus/kernel';

const deepest = 64;
const mostMembers = 20_000;
const chunkLength = 16 * 1024;
/** Characters that are worked through in one go: a fraction of a millisecond. */
const shortText = 32 * 1024;

/** An item that cannot be written as it is: the fault of the item, not of the run. */
export class UnfitContent extends Error {
  constructor(
    readonly code: 'ITEM_TOO_LARGE' | 'ITEM_INVALID',
    message: string,
  ) {
    super(message);
  }
}

/**
 * The canonical form in pieces: JSON with sorted keys and without undefined members; -0 is 0.
 *
 * @throws UnfitContent for what JSON cannot say (functions, NaN, cycles, more than 64 levels)
 */
export function* canonicalPieces(value: unknown, longestText: number, depth = 0): Generator<string, void, undefined> {
  if (value === null || typeof value === 'boolean') {
    yield String(value);
  } else if (typeof value === 'string') {
    if (value.length > longestText) throw tooLarge(longestText);
    yield JSON.stringify(value);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new UnfitContent('ITEM_INVALID', `${value} is not a number that can be kept`);
    yield JSON.stringify(value === 0 ? 0 : value);
  } else if (typeof value !== 'object') {
    throw new UnfitContent('ITEM_INVALID', `a value of type ${typeof value} cannot be kept`);
  } else if (depth >= deepest) {
    throw new UnfitContent('ITEM_INVALID', `values are nested in more than ${deepest} levels`);
  } else if (Array.isArray(value)) {
    yield '[';
    for (let index = 0; index < value.length; index++) {
      if (index > 0) yield ',';
      yield* canonicalPieces(value[index], longestText, depth + 1);
    }
    yield ']';
  } else if (!isPlain(value)) {
    throw new UnfitContent('ITEM_INVALID', 'an object that is neither a plain object nor an array cannot be kept');
  } else {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    if (members.length > mostMembers) {
      throw new UnfitContent('ITEM_TOO_LARGE', `an object has more than ${mostMembers} members`);
    }
    members.sort(byKey);
    let separator = '{';
    if (members.length === 0) yield '{';
    for (const [key, member] of members) {
      yield `${separator}${JSON.stringify(key)}:`;
      yield* canonicalPieces(member, longestText, depth + 1);
      separator = ',';
    }
    yield '}';
  }
}

/**
 * The canonical form in one piece, several times as fast. Undefined when it is long or out of the ordinary in any way:
 * then `canonicalPieces` is asked.
 */
function canonicalText(value: unknown): string | undefined {
  const budget: Budget = { left: shortText };
  const text = textOf(value, budget, 0);
  return budget.left < 0 ? undefined : text;
}

/** Characters that there may still be; below 0 the value is not written in one piece. */
interface Budget {
  left: number;
}

/** Empty where the budget is used up, or the value is none that JSON can say. */
function textOf(value: unknown, budget: Budget, depth: number): string {
  budget.left -= 1;
  if (typeof value === 'string') {
    budget.left -= value.length;
    return quoted(value);
  }
  if (value === null) return 'null';
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  if (typeof value === 'object' && budget.left >= 0 && depth < deepest) {
    if (Array.isArray(value)) return listText(value, budget, depth + 1);
    if (isPlain(value)) return membersText(value, budget, depth + 1);
  }
  budget.left = Number.NEGATIVE_INFINITY;
  return '';
}

function listText(list: readonly unknown[], budget: Budget, depth: number): string {
  let text = '[';
  for (let index = 0; index < list.length && budget.left >= 0; index += 1) {
    text += index === 0 ? textOf(list[index], budget, depth) : `,${textOf(list[index], budget, depth)}`;
  }
  return `${text}]`;
}

function membersText(value: Readonly<Record<string, unknown>>, budget: Budget, depth: number): string {
  let text = '';
  const told = Object.keys(value);
  if (told.length > budget.left) {
    budget.left = Number.NEGATIVE_INFINITY;
    return text;
  }
  const { keys, names } = namesInOrder(told);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] ?? '';
    const member = value[key];
    if (member === undefined) continue;
    budget.left -= key.length;
    if (budget.left < 0) return '';
    text += `${text === '' ? '{' : ','}${names[index]}${textOf(member, budget, depth)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** Names of an object's members in order, and as they stand before their values. */
interface MemberNames {
  readonly told: readonly string[];
  readonly keys: readonly string[];
  readonly names: readonly string[];
}

/** Of objects that were seen last: there are few kinds, and the same for each item. */
const seenNames: (MemberNames | undefined)[] = [];
const mostSeenNames = 64;
/** Of objects that are larger nothing is kept. */
const mostNamesKept = 40;
const longestNameKept = 100;

function namesInOrder(told: readonly string[]): MemberNames {
  const place = (told.length * 7 + (told[0]?.length ?? 0) * 3 + (told.at(-1)?.length ?? 0)) % mostSeenNames;
  const seen = seenNames[place];
  if (seen !== undefined && isSameList(seen.told, told)) return seen;
  const keys = [...told].sort();
  const made = { told, keys, names: keys.map((key) => `${quoted(key)}:`) };
  if (told.length <= mostNamesKept && keys.every(({ length }) => length <= longestNameKept)) seenNames[place] = made;
  return made;
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) if (some[index] !== others[index]) return false;
  return true;
}

/** Without what JSON escapes: quotes, backslashes, control characters, and surrogates, of which halves are. */
const isPlainText = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function quoted(text: string): string {
  return isPlainText.test(text) ? `"${text}"` : JSON.stringify(text);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value in its canonical form. */
export interface Canonical {
  readonly text: string;
  /** SHA-256 over it, base64url. */
  readonly hash: string;
  readonly bytes: number;
}

/**
 * The canonical form with its hash and its size. Long values are worked through in slices.
 *
 * @throws UnfitContent also when the form is larger than `largestBytes`
 */
export async function canonicalHash(value: unknown, largestBytes: number, slicer: TimeSlicer): Promise<Canonical> {
  const text = canonicalText(value);
  if (text !== undefined) {
    const bytes = Buffer.byteLength(text);
    if (bytes > largestBytes) throw tooLarge(largestBytes);
    return { text, hash: hash('sha256', text, 'base64url'), bytes };
  }
  return hashOfPieces(value, largestBytes, slicer);
}

async function hashOfPieces(value: unknown, largestBytes: number, slicer: TimeSlicer): Promise<Canonical> {
  const hash = createHash('sha256');
  const chunks: string[] = [];
  let bytes = 0;
  let chunk = '';
  const take = () => {
    bytes += Buffer.byteLength(chunk);
    if (bytes > largestBytes) throw tooLarge(largestBytes);
    hash.update(chunk);
    chunks.push(chunk);
    chunk = '';
  };
  for (const piece of canonicalPieces(value, largestBytes)) {
    chunk += piece;
    if (chunk.length < chunkLength) continue;
    take();
    await slicer.turn();
  }
  take();
  return { text: chunks.join(''), hash: hash.digest('base64url'), bytes };
}

function tooLarge(largestBytes: number): UnfitContent {
  return new UnfitContent('ITEM_TOO_LARGE', `the item is larger than ${largestBytes} bytes`);
}

/** Without comparing with this realm's Object: a plugin may live in another one. */
function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

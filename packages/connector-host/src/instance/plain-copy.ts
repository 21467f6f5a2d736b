import type { SourceItem } from '@isthmus/connector-sdk';
import { canonicalPieces, UnfitContent } from './canonical.js';

/**
 * What arrives of an object that crosses as JSON.
 *
 * @throws UnfitContent for anything but an object of plain values of at most `longest` characters
 */
export function plainCopy(value: unknown, longest: number): Readonly<Record<string, unknown>> {
  const pieces: string[] = [];
  let length = 0;
  for (const piece of canonicalPieces(value, longest)) {
    length += piece.length;
    if (length > longest) throw new UnfitContent('ITEM_TOO_LARGE', `it has more than ${longest} characters`);
    pieces.push(piece);
  }
  const copy: unknown = JSON.parse(pieces.join(''));
  if (!isRecord(copy)) throw new UnfitContent('ITEM_INVALID', 'it is no object');
  return copy;
}

/**
 * An item as it was when it was looked at: what its connector does with its objects afterwards changes nothing.
 *
 * @param elements - its elements as JSON
 */
export function itemAsTold(item: Omit<SourceItem, 'elements'>, elements: string): SourceItem {
  const { key, sourceVersion, opens, changedAt } = item;
  return {
    key,
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    ...(opens === undefined ? {} : { opens }),
    ...(changedAt === undefined ? {} : { changedAt }),
    elements: JSON.parse(elements),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

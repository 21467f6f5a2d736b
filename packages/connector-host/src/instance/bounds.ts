import type { Finding, ItemElement, SourceItem } from '@isthmus/connector-sdk';
import { qualifiedNameFault } from '@isthmus/model';
import { canonicalPieces, UnfitContent } from './canonical.js';

/** What one item may be. Characters of JavaScript strings; bytes of the canonical form. */
export const bounds = {
  itemBytes: 1024 * 1024,
  keyLength: 4_096,
  scopeLength: 32_768,
  qualifiedNameLength: 32_768,
  typeNameLength: 256,
  sourceVersionLength: 1_024,
  placeLength: 200,
  rights: 1_000,
  rightLength: 200,
  targetLength: 1_000,
  findingLength: 2_000,
  findingCodeLength: 64,
  progressLength: 200,
} as const;

export function isFitKey(key: unknown): key is string {
  return isText(key, bounds.keyLength);
}

/** @throws UnfitContent names the first fault of an item's frame; its content is checked when it is hashed */
export function checkFrame(item: SourceItem): void {
  if (item.sourceVersion !== undefined && !isText(item.sourceVersion, bounds.sourceVersionLength)) {
    throw new UnfitContent(
      'ITEM_INVALID',
      `its source version is no text of 1 to ${bounds.sourceVersionLength} characters without a NUL`,
    );
  }
  if (item.opens !== undefined && !isText(item.opens, bounds.scopeLength)) {
    throw new UnfitContent(
      'ITEM_INVALID',
      `the scope that it opens has no name of 1 to ${bounds.scopeLength} characters without a NUL`,
    );
  }
  if (item.changedAt !== undefined && !Number.isFinite(item.changedAt))
    throw new UnfitContent('ITEM_INVALID', 'its `changedAt` is no number: write it as milliseconds since 1970');
  if (!Array.isArray(item.elements) || item.elements.length === 0) {
    throw new UnfitContent('ITEM_INVALID', 'it has no element');
  }
  // One string is taken whole by the hash, so a huge one is refused before; parts are bounded by the item's size.
  if (item.elements.length > bounds.itemBytes / 32) {
    throw new UnfitContent('ITEM_TOO_LARGE', `it has ${item.elements.length} elements`);
  }
  for (const element of item.elements) {
    const { typeName, qualifiedName } = element;
    if (!isText(typeName, bounds.typeNameLength)) {
      throw new UnfitContent(
        'ITEM_INVALID',
        `an element has no type name of 1 to ${bounds.typeNameLength} characters without a NUL`,
      );
    }
    if (!isBounded(qualifiedName, bounds.qualifiedNameLength)) {
      throw new UnfitContent(
        'ITEM_INVALID',
        `an element has no qualified name of 1 to ${bounds.qualifiedNameLength} characters`,
      );
    }
    const fault = qualifiedNameFault(qualifiedName);
    if (fault !== undefined)
      throw new UnfitContent(
        'ITEM_INVALID',
        `the qualified name ${JSON.stringify(qualifiedName.slice(0, 200))} of an element ${fault}`,
      );
    checkReferences(element);
  }
}

/** Why an item cannot be taken, at once: for test kits, where items are few. Undefined = it can. */
export function unfitItem(item: SourceItem): Pick<Finding, 'code' | 'message'> | undefined {
  try {
    checkFrame(item);
    let bytes = 0;
    for (const piece of canonicalPieces(item.elements, bounds.itemBytes)) {
      bytes += Buffer.byteLength(piece);
      if (bytes > bounds.itemBytes)
        throw new UnfitContent('ITEM_TOO_LARGE', `it has more than ${bounds.itemBytes} bytes`);
    }
    return undefined;
  } catch (error) {
    if (error instanceof UnfitContent) return { code: error.code, message: error.message };
    throw error;
  }
}

/** What the element refers to; how many links there are is bounded by the item's size. */
function checkReferences({ qualifiedName, anchor, links }: ItemElement): void {
  if (anchor !== undefined && !isText(anchor, bounds.qualifiedNameLength)) {
    throw new UnfitContent('ITEM_INVALID', `the anchor of ${qualifiedName.slice(0, 200)} has no qualified name`);
  }
  if (links === undefined) return;
  const fits =
    Array.isArray(links) &&
    links.every(
      (link) =>
        isText(link?.relationshipTypeName, bounds.typeNameLength) &&
        isText(link.qualifiedName, bounds.qualifiedNameLength),
    );
  if (!fits) {
    throw new UnfitContent(
      'ITEM_INVALID',
      `a link of ${qualifiedName.slice(0, 200)} lacks the type of its relationship or the qualified name of its other end`,
    );
  }
}

const severities = ['info', 'warning', 'error'] as const;

/** A finding that fits, whatever the connector said, without secrets. */
export function fitFinding(finding: Finding, clean: (text: string, longest: number) => string): Finding {
  const known = severities.find((severity) => severity === finding.severity);
  // What an author took for worse than it can be told must not end up as less: nothing is removed over an error.
  const remark =
    known === undefined
      ? ` (told with the severity ${JSON.stringify(String(finding.severity).slice(0, 50))}, which there is not: use ${severities.join(', ')})`
      : '';
  const told = clean(String(finding.message), bounds.findingLength - remark.length);
  return {
    severity: known ?? 'error',
    code: clean(String(finding.code), bounds.findingCodeLength),
    message: `${told}${clean(remark, bounds.findingLength)}`,
    ...(isFitKey(finding.key) ? { key: finding.key } : {}),
  };
}

/** Whatever tells things apart: SQLite ends texts at a NUL in places, where two would become one. */
export function isText(value: unknown, longest: number): value is string {
  return isBounded(value, longest) && !value.includes('\0');
}

function isBounded(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longest;
}

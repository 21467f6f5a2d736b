import type { ItemElement } from '@isthmus/connector-sdk';
import type { KnownLink } from '../journal/journal.js';

/** What an element is related to as it is to its parent, by links that items tell: none of these was its parent before. */
export function besideParent({ qualifiedName, parent }: ItemElement, links: readonly KnownLink[]): readonly string[] {
  if (parent === undefined || links.length === 0) return [];
  const isAtEnd1 = parent.parentAtEnd1 === false;
  const names = new Set<string>();
  for (const { typeName, end1, end2 } of links) {
    if (typeName !== parent.relationshipTypeName || (isAtEnd1 ? end1 : end2) !== qualifiedName) continue;
    const other = isAtEnd1 ? end2 : end1;
    if (other !== parent.qualifiedName) names.add(other);
  }
  return [...names];
}

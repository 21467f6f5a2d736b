import type { KnownLink } from '../journal/journal.js';

/** Names a property of a relationship among the fields of the element that tells it: `ForeignKey.label to Table::b`. */
export function linkField(
  { typeName, end2, other }: Pick<KnownLink, 'typeName' | 'end2' | 'other'>,
  property: string,
): string {
  return `${typeName}.${property} ${end2 === other ? 'to' : 'from'} ${other}`;
}

import type { KnownLink } from '../journal/journal.js';
import type { ElementChange, FieldChange } from './field-changes.js';

/** What becomes of the relationships of an item, by the element that tells them. */
export function linkChanges(
  before: readonly KnownLink[],
  after: readonly KnownLink[],
): ReadonlyMap<string, readonly FieldChange[]> {
  const found = new Map<string, FieldChange[]>();
  const note = (link: KnownLink, change: Pick<FieldChange, 'from' | 'to'>): void => {
    const own = link.end1 === link.other ? link.end2 : link.end1;
    found.set(own, [...(found.get(own) ?? []), { kind: 'link', field: link.typeName, ...change }]);
  };
  const identity = ({ typeName, end1, end2 }: KnownLink): string => JSON.stringify([typeName, end1, end2]);
  const known = new Map(before.map((link) => [identity(link), link]));
  for (const link of after) {
    const there = known.get(identity(link));
    known.delete(identity(link));
    if (there === undefined) note(link, { to: link.other });
    else if (JSON.stringify(there.properties) !== JSON.stringify(link.properties))
      note(link, { from: link.other, to: link.other });
  }
  for (const link of known.values()) note(link, { from: link.other });
  return found;
}

/** The changes of an item with those of its relationships. */
export function withLinks(
  changes: readonly ElementChange[],
  links: ReadonlyMap<string, readonly FieldChange[]>,
): readonly ElementChange[] {
  if (links.size === 0) return changes;
  return changes.map((change) => {
    const fields = links.get(change.qualifiedName);
    if (fields === undefined) return change;
    const action = change.action === 'unchanged' ? 'update' : change.action;
    return { ...change, action, fields: [...change.fields, ...fields] };
  });
}

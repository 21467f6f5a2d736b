import type { BatchItemResult, PropertyValue } from '@isthmus/model';
import type { OpenLink, ToldLink } from '../journal/journal.js';
import { memoryOnceTold } from '../journal/link-memory.js';
import { linkOperation, mergeLink } from '../sync/link-merge.js';
import { linkKey } from '../sync/plan-item.js';
import type { SyncSettings } from '../sync/sync-settings.js';
import type { ElementChange, FieldChange } from './field-changes.js';

/** The relationships of an item, before and after what is planned of it. */
export interface PlannedLinks {
  readonly before: readonly OpenLink[];
  readonly after: readonly OpenLink[];
}

/** What becomes of the relationships that one element tells. */
export interface LinkChanges {
  readonly fields: readonly FieldChange[];
  /** See `ElementChange`. */
  readonly kept: Readonly<Record<string, PropertyValue>>;
}

/** @param told - what the item tells of its relationships from now on */
export function plannedLinks(before: readonly OpenLink[], told: readonly ToldLink[]): PlannedLinks {
  const known = new Map(before.map((link) => [linkKey(link), link]));
  const after = told.map(({ changedAt, ...link }) => {
    const memory = memoryOnceTold(known.get(linkKey(link)), {
      ...link,
      ...(changedAt === undefined ? {} : { changedAt }),
    });
    return { ...link, id: 0, isWanted: true, ...(memory === undefined ? {} : { memory }) };
  });
  return { before, after };
}

/** Asks what the writing of a relationship would do. */
export function trialOf(link: OpenLink) {
  return { ...linkOperation(link), isTrial: true } as const;
}

/**
 * What becomes of the relationships of an item, by the element that tells them.
 *
 * @param trials - what the store says of them, by `linkKey`
 */
export function linkChanges(
  { before, after }: PlannedLinks,
  trials: ReadonlyMap<string, BatchItemResult>,
  judging: { readonly settings: Pick<SyncSettings, 'fieldPolicy'>; readonly now: number },
): ReadonlyMap<string, LinkChanges> {
  const found = new Map<string, LinkChanges>();
  const note = (link: OpenLink, change: Partial<LinkChanges>): void => {
    const own = link.end1 === link.other ? link.end2 : link.end1;
    const { fields = [], kept = {} } = found.get(own) ?? {};
    found.set(own, { fields: [...fields, ...(change.fields ?? [])], kept: { ...kept, ...change.kept } });
  };
  const whole = ({ typeName: field }: OpenLink, change: Pick<FieldChange, 'from' | 'to'>) => ({
    fields: [{ kind: 'link', field, ...change } as const],
  });
  const known = new Map(before.map((link) => [linkKey(link), link]));
  for (const link of after) {
    const { other } = link;
    const there = known.get(linkKey(link));
    known.delete(linkKey(link));
    const trial = trials.get(linkKey(link));
    if (trial === undefined || trial.outcome === 'refused') {
      // An end is not there yet.
      if (there === undefined) note(link, whole(link, { to: other }));
      else if (JSON.stringify(there.properties) !== JSON.stringify(link.properties))
        note(link, whole(link, { from: other, to: other }));
      continue;
    }
    if (trial.outcome === 'created') note(link, whole(link, { to: other }));
    if (trial.outcome === 'updated') note(link, whole(link, { from: other, to: other }));
    const { conflicts = [], kept = {} } = mergeLink(link, trial, judging) ?? {};
    if (Object.keys(kept).length > 0) note(link, { kept });
    for (const { field, state, hubValue: from, sourceValue } of conflicts)
      if (state === 'overwritten')
        note(link, { fields: [{ kind: 'link', field, from, ...(sourceValue !== undefined && { to: sourceValue }) }] });
  }
  for (const link of known.values()) note(link, whole(link, { from: link.other }));
  return found;
}

/** The changes of an item with those of its relationships. */
export function withLinks(
  changes: readonly ElementChange[],
  links: ReadonlyMap<string, LinkChanges>,
): readonly ElementChange[] {
  if (links.size === 0) return changes;
  return changes.map((change) => {
    const own = links.get(change.qualifiedName);
    if (own === undefined) return change;
    const isChanged = change.action === 'unchanged' && own.fields.length > 0;
    const kept = { ...change.kept, ...own.kept };
    return {
      ...change,
      action: isChanged ? 'update' : change.action,
      fields: [...change.fields, ...own.fields],
      ...(Object.keys(kept).length > 0 && { kept }),
    };
  });
}

import type { BatchItemResult, BatchOperation, PropertyValue } from '@isthmus/model';
import type { FieldConflict, LinkMemory, OpenLink } from '../journal/journal.js';
import { linkPrints, longestPrints } from '../journal/link-memory.js';
import { mergeElement } from './field-merge.js';
import { linkField } from './link-field.js';
import { policyFor, type SyncSettings } from './sync-settings.js';

type Link = Extract<BatchOperation, { op: 'link' | 'unlink' }>;

/** What becomes of the properties of a relationship that a link left as others had set them. */
export interface MergedLink {
  readonly memory: LinkMemory;
  /** Some are the source's after all: it is to be written once more. */
  readonly isContested: boolean;
  readonly conflicts: readonly FieldConflict[];
  /** What stays as others have set it, by `linkField`. */
  readonly kept: Readonly<Record<string, PropertyValue>>;
}

/** The operation that brings a relationship to what its item tells, over what nobody else has changed. */
export function linkOperation({ typeName, end1, end2, properties, memory = {} }: OpenLink): Link {
  const { isNew, held = {}, written = isNew === true ? {} : linkPrints(properties) } = memory;
  // What it was told before, and is no longer.
  const clear = [...new Set([...Object.keys(written), ...Object.keys(held)])].filter(
    (name) => !Object.hasOwn(properties ?? {}, name),
  );
  const operation = { op: 'link', typeName, end1, end2, ...(clear.length > 0 && { clear }) } as const;
  if (properties === undefined && clear.length === 0) return operation;
  if (Object.keys(properties ?? {}).length + clear.length === 0)
    return { ...operation, ...(properties && { properties }) };
  const guards = new Map(Object.entries(written));
  for (const [name, { base }] of Object.entries(held)) {
    // Whoever set it as the source had it gave it back.
    if (base === undefined) guards.delete(name);
    else guards.set(name, base);
  }
  return {
    ...operation,
    ...(properties && { properties }),
    guards: Object.fromEntries(guards),
    ...(isNew === true && { trustsOwnWork: true }),
  };
}

/** @returns undefined when the link left nothing as it was */
export function mergeLink(
  link: OpenLink,
  result: BatchItemResult,
  { settings, now }: { readonly settings: Pick<SyncSettings, 'fieldPolicy'>; readonly now: number },
): MergedLink | undefined {
  const { typeName, end1, end2, other, properties = {}, memory = {} } = link;
  const { guards = {} } = linkOperation(link);
  const qualifiedName = end1 === other ? end2 : end1;
  const names = Object.keys(result.kept ?? {});
  const merged = mergeElement({ op: 'upsert', typeName, qualifiedName, properties, guards }, result, {
    settings: { fieldPolicy: Object.fromEntries(names.map((name) => [name, policyOf(settings, link, name)])) },
    body: memory.changedAt === undefined ? {} : { changedAt: memory.changedAt },
    now,
    heldBefore: memory.held ?? {},
    isTwoWay: false,
    shape: '',
    prints: '',
  });
  if (merged === undefined) return undefined;
  const held = Object.entries(merged.held);
  const isSources = (name: string) =>
    merged.conflicts.some(({ field, state }) => field === name && state === 'overwritten');
  const contested = held.filter(([name]) => isSources(name));
  const given = contested.map(
    ([name, { base = '', print }]) => [name, (print + base).slice(0, longestPrints)] as const,
  );
  const kept = Object.entries(result.kept ?? {}).filter(([name]) => !isSources(name));
  const memoryOf = { held: Object.fromEntries(held.filter(([name]) => !isSources(name))) };
  return {
    memory: merged.isContested
      ? { ...memoryOf, written: { ...linkPrints(properties), ...Object.fromEntries(given) } }
      : memoryOf,
    isContested: merged.isContested,
    kept: Object.fromEntries(kept.map(([name, value]) => [linkField(link, name), value])),
    conflicts: merged.conflicts.map((conflict) => ({
      ...conflict,
      field: linkField(link, conflict.field),
      link: { typeName, end1, end2, property: conflict.field },
    })),
  };
}

function policyOf(settings: Pick<SyncSettings, 'fieldPolicy'>, { typeName }: OpenLink, property: string) {
  return policyFor(settings, `${typeName}.${property}`);
}

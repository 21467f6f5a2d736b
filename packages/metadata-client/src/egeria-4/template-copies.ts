import {
  fillProperties,
  type MetadataElement,
  type MetadataStore,
  type Placeholders,
  type Properties,
} from '@isthmus/model';
import { isEqual } from '../is-equal.js';

const pageSize = 500;
/** Parts of one copy. */
const mostParts = 20_000;
/** Links of a copy that say nothing of what it was made for. */
const sourceLink = 'SourcedFrom';

/**
 * Fills the placeholders in a copy of a template and in what is anchored to it: texts, classifications, links. The
 * properties of the copy itself were given to it filled: a value that looks like a placeholder stays.
 */
export async function fillCopy(
  store: MetadataStore,
  guid: string,
  placeholders: Placeholders,
  signal: AbortSignal,
): Promise<void> {
  const root = await store.get(guid, { forLineage: true }, signal);
  const waiting = root === undefined ? [] : [root];
  const seen = new Set([guid]);
  const links = new Set<string>();
  for (let element = waiting.pop(); element !== undefined; element = waiting.pop()) {
    for (let startFrom = 0; ; ) {
      const related = await store.related(element.guid, { startFrom, pageSize, forLineage: true }, signal);
      if (related.length === 0) break;
      startFrom += related.length;
      for (const { relationship, element: other } of related) {
        if (relationship.typeName === sourceLink) continue;
        const changed = changedBy(relationship.properties, placeholders);
        if (changed !== undefined && !links.has(relationship.guid))
          await store.updateRelationship(relationship.guid, changed, 'merge', signal);
        links.add(relationship.guid);
        if (seen.has(other.guid) || anchorOf(other) !== guid || seen.size > mostParts) continue;
        seen.add(other.guid);
        waiting.push(other);
      }
    }
    if (element !== root) await fillTexts(store, element, placeholders, signal);
    await fillClassifications(store, element, placeholders, signal);
  }
}

async function fillTexts(
  store: MetadataStore,
  { guid, properties }: MetadataElement,
  placeholders: Placeholders,
  signal: AbortSignal,
): Promise<void> {
  const changed = changedBy(properties, placeholders);
  if (changed !== undefined) await store.update(guid, changed, 'merge', undefined, signal);
}

async function fillClassifications(
  store: MetadataStore,
  { guid, classifications }: MetadataElement,
  placeholders: Placeholders,
  signal: AbortSignal,
): Promise<void> {
  for (const { classificationName, properties } of classifications)
    if (changedBy(properties, placeholders) !== undefined)
      await store.classify(guid, classificationName, fillProperties(properties, placeholders), signal);
}

/** Those of the properties that are others with the placeholders filled. */
function changedBy(properties: Properties, placeholders: Placeholders): Properties | undefined {
  const filled = Object.entries(fillProperties(properties, placeholders));
  const changed = filled.filter(([name, value]) => !isEqual({ value: properties[name] ?? '' }, { value }));
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
}

function anchorOf({ classifications }: MetadataElement): unknown {
  return classifications.find(({ classificationName }) => classificationName === 'Anchors')?.properties.anchorGUID;
}

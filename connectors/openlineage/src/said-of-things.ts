import { facetOf, listIn, textIn } from './facet-values.js';
import type { Registers } from './register.js';

const longestText = 100_000;

/** Texts that people wrote have no bound of their own. */
export function clipped(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
}

export function ownersOf(facets: Registers): string | undefined {
  const owners = listIn(facetOf(facets, 'ownership'), 'owners').flatMap((owner) => {
    const [name, type] = [textIn(owner, 'name'), textIn(owner, 'type')];
    if (name === undefined) return [];
    return [type === undefined ? name : `${name} (${type})`];
  });
  return owners.length === 0 ? undefined : clipped(owners.join(', '));
}

/** The first owner is the one that open metadata has a place for. */
export function ownershipOf(facets: Registers): Readonly<Record<string, { readonly owner: string }>> | undefined {
  const [first] = listIn(facetOf(facets, 'ownership'), 'owners');
  const owner = first === undefined ? undefined : textIn(first, 'name');
  return owner === undefined ? undefined : { Ownership: { owner } };
}

export function tagsOf(facets: Registers): string | undefined {
  const tags = listIn(facetOf(facets, 'tags'), 'tags').flatMap((tag) => {
    const key = textIn(tag, 'key');
    return key === undefined ? [] : [`${key}=${textIn(tag, 'value') ?? ''}`];
  });
  return tags.length === 0 ? undefined : clipped(tags.join(', '));
}

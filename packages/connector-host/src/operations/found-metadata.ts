import type { Relationship } from '@isthmus/model';
import { classificationsOf } from './effect-parts.js';
import type { FoundBefore, FoundLink } from './operation-effect.js';
import { isPreviewed } from './previewed-metadata.js';
import type { LinkPlace } from './seen-metadata.js';
import type { WatchedParts } from './watched-store.js';

type Found = { readonly found?: FoundBefore };

/** An element with more of them is not judged by them. */
const mostLinks = 1_000;

/** What the server holds of what a preview would change: it is carried out only while that is so. Elsewhere nothing. */
export class FoundMetadata {
  constructor(private readonly parts: Pick<WatchedParts, 'store' | 'seen' | 'preview'>) {}

  classification(guid: string, name: string): Found {
    const element = this.parts.preview?.found(guid);
    if (element === undefined) return {};
    const properties = classificationsOf(element)[name];
    return { found: { classifications: properties === undefined ? {} : { [name]: properties } } };
  }

  /** Asks only when the call has not. */
  async links(place: LinkPlace, signal: AbortSignal): Promise<Found> {
    const { preview, seen, store } = this.parts;
    const [, end1, end2] = place;
    if (preview === undefined || isPreviewed(end1) || isPreviewed(end2)) return {};
    const links = await seen.linksBetween(store, place, signal);
    return { found: { links: links.map(({ relationship }) => foundLink(relationship, end1, end2)) } };
  }

  /** Of an element that would go. */
  async everything(guid: string, signal: AbortSignal): Promise<Found> {
    const element = this.parts.preview?.found(guid);
    if (element === undefined) return {};
    const classifications = classificationsOf(element);
    const related = await this.parts.store.related(guid, { forLineage: true, pageSize: mostLinks }, signal);
    if (related.length >= mostLinks) return { found: { classifications } };
    const links = related.map(({ relationship, element: other, elementAtEnd1 }) =>
      elementAtEnd1 ? foundLink(relationship, other.guid, guid) : foundLink(relationship, guid, other.guid),
    );
    return { found: { classifications, links } };
  }
}

function foundLink({ guid, typeName, versions }: Relationship, end1: string, end2: string): FoundLink {
  return { guid, typeName, version: versions.version, end1, end2 };
}

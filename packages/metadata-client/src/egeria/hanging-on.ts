import type { ForeignLink, FoundElement, MetadataElement, MetadataStore, RelatedElement } from '@isthmus/model';
import type { Look } from './found-elements.js';

const pageSize = 1_000;
const mostForeignLinks = 10;

/**
 * What hangs on an element, by its relationships: Egeria has no question for it in every release. What is anchored to an
 * element is related to it, or to something that is anchored to it too.
 *
 * @param anchoredTo - GUIDs of what is anchored to an element, of a server that can tell: some may have no relationships
 */
export async function hangingOn(
  store: Pick<MetadataStore, 'related' | 'get'>,
  holder: MetadataElement,
  { anchored: most = 0, foreignLinks: isAsked }: Pick<Look, 'anchored' | 'foreignLinks'>,
  userId: string | undefined,
  signal: AbortSignal,
  anchoredTo?: (guid: string, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<Pick<FoundElement, 'anchored' | 'foreignLinks'>> {
  if (most === 0 && isAsked !== true) return {};
  const anchors = new Set([holder.guid]);
  const names: string[] = [];
  const links: ForeignLink[] = [];
  for (const guid of anchors) {
    for await (const related of relatedTo(store, guid, signal)) {
      const { element } = related;
      const link = guid === holder.guid && isAsked === true ? foreignLink(related, userId) : undefined;
      if (link !== undefined && links.length < mostForeignLinks) links.push(link);
      if (names.length === most || anchors.has(element.guid) || !anchors.has(anchorOf(element))) continue;
      anchors.add(element.guid);
      names.push(nameOf(element));
    }
    if (names.length === most) break;
  }
  const told = most === 0 ? [] : ((await anchoredTo?.(holder.guid, signal)) ?? []);
  for (const guid of told.filter((each) => !anchors.has(each)).slice(0, most - names.length)) {
    const element = await store.get(guid, {}, signal);
    if (element !== undefined && anchors.has(anchorOf(element))) names.push(nameOf(element));
  }
  return { ...(names.length > 0 && { anchored: names }), ...(links.length > 0 && { foreignLinks: links }) };
}

async function* relatedTo(
  store: Pick<MetadataStore, 'related'>,
  guid: string,
  signal: AbortSignal,
): AsyncGenerator<RelatedElement> {
  for (let startFrom = 0; ; startFrom += pageSize) {
    const page = await store.related(guid, { startFrom, pageSize }, signal);
    yield* page;
    if (page.length < pageSize) return;
  }
}

function foreignLink(
  { relationship: { typeName, versions }, element }: RelatedElement,
  userId: string | undefined,
): ForeignLink | undefined {
  const { createdBy, updatedBy = createdBy, createTime, updateTime = createTime } = versions;
  if (createdBy === userId && updatedBy === userId) return undefined;
  const by = updatedBy === userId ? createdBy : updatedBy;
  return { typeName, other: nameOf(element), by, at: updateTime };
}

function anchorOf({ classifications }: MetadataElement): string {
  const anchors = classifications.find(({ classificationName }) => classificationName === 'Anchors');
  return String(anchors?.properties.anchorGUID ?? '');
}

function nameOf({ guid, properties: { qualifiedName } }: MetadataElement): string {
  return typeof qualifiedName === 'string' ? qualifiedName : guid;
}

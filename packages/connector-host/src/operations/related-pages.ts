import type { RelatedElement } from '@isthmus/model';
import type { OperationSession } from './operation-session.js';

const pageSize = 1_000;

/** The first element at the other end of a relationship of the given one that fits, however many there are. */
export async function firstRelated(
  session: OperationSession,
  guid: string,
  by: { readonly relationshipTypeName: string; readonly startingAtEnd: 1 | 2 },
  fits: (element: RelatedElement['element']) => boolean,
): Promise<RelatedElement | undefined> {
  for (let startFrom = 0; ; startFrom += pageSize) {
    const page = await session.store.related(guid, { ...by, startFrom, pageSize }, session.signal);
    const found = page.find(({ element }) => fits(element));
    if (found !== undefined || page.length < pageSize) return found;
  }
}

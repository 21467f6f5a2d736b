import { processSlicer } from '@isthmus/kernel';
import type { Json } from './element-view.js';

/**
 * JSON text of an answer whose member `name` holds the items, assembled in slices: the JSON of a page of a thousand
 * elements takes longer than the event loop may be held up.
 *
 * @param around - the other members; `name` is left out when there are no items and `keepEmpty` is not set
 */
export async function renderList<T>(
  className: string,
  requestId: string | undefined,
  name: string,
  items: readonly T[],
  view: (item: T) => Json,
): Promise<string> {
  const head = JSON.stringify({ class: className, requestId, relatedHTTPCode: 200 });
  if (items.length === 0) return head;
  return `${head.slice(0, -1)},${JSON.stringify(name)}:${await renderItems(items, view)}}`;
}

/** JSON text of a list, assembled in slices. */
export async function renderItems<T>(items: readonly T[], view: (item: T) => Json): Promise<string> {
  const parts: string[] = [];
  for (const item of items) {
    parts.push(JSON.stringify(view(item)));
    await processSlicer.turn('answer');
  }
  return `[${parts.join(',')}]`;
}

import { IsthmusError, processSlicer } from '@isthmus/kernel';

/** Position in a list: the sort key of the last item that was seen. Stays right when items come and go. */
export type SortKey = readonly string[];

export function compareKeys(left: SortKey, right: SortKey): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined || part > other) return 1;
    if (part < other) return -1;
  }
  return left.length - right.length;
}

export function encodeCursor(key: SortKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws REQUEST_INVALID */
export function decodeCursor(cursor: string, length: number): SortKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(key) && key.length === length && key.every((part) => typeof part === 'string')) return key;
  } catch {
    // falls through: not JSON is as wrong as the wrong JSON
  }
  throw new IsthmusError('REQUEST_INVALID', '"cursor" in the query is not a cursor of this call', {
    details: { in: 'query', field: 'cursor', fault: 'is not a cursor of this call' },
    next: 'leave `cursor` out to begin with the first page',
  });
}

/**
 * The first `count` items after `after`, sorted, and where to go on. One pass, in slices, that keeps only what is asked
 * for: sorting tens of thousands of connectors for each page would hold up the event loop.
 */
export async function page<T>(
  items: readonly T[],
  keyOf: (item: T) => SortKey,
  after: SortKey | undefined,
  count: number,
): Promise<{ readonly items: readonly T[]; readonly nextCursor?: string }> {
  const kept: { readonly key: SortKey; readonly item: T }[] = [];
  let more = false;
  for (const item of items) {
    if (processSlicer.isUsedUp) await processSlicer.turn('answer');
    const key = keyOf(item);
    if (after !== undefined && compareKeys(key, after) <= 0) continue;
    const last = kept.at(-1);
    if (kept.length === count && last !== undefined && compareKeys(key, last.key) >= 0) {
      more = true;
      continue;
    }
    kept.splice(insertionIndex(kept, key), 0, { key, item });
    if (kept.length > count) {
      kept.pop();
      more = true;
    }
  }
  const last = kept.at(-1);
  return {
    items: kept.map(({ item }) => item),
    ...(more && last !== undefined ? { nextCursor: encodeCursor(last.key) } : {}),
  };
}

function insertionIndex(kept: readonly { readonly key: SortKey }[], key: SortKey): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const candidate = kept[middle];
    if (candidate !== undefined && compareKeys(candidate.key, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

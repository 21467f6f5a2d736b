import type { Database, SqlValue } from '@isthmus/sqlite';

/** Rows of one statement: each size is a statement of its own that stays prepared. */
const sizes = [32, 8, 1] as const;

/**
 * Inserts rows many to a statement, in their order. Within a transaction.
 *
 * @param into - table and columns, e.g. `claim (name, item)`
 * @param after - what follows the values, e.g. a conflict clause
 * @returns the rowid of each, where the table gives them itself: one higher each time, as nobody else writes
 */
export function insertRows(
  database: Database,
  { into, after = '' }: { readonly into: string; readonly after?: string },
  rows: readonly (readonly SqlValue[])[],
): readonly number[] {
  const ids: number[] = [];
  for (let from = 0; from < rows.length; ) {
    const left = rows.length - from;
    const size = sizes.find((each) => each <= left) ?? 1;
    const block = rows.slice(from, from + size);
    const [{ length: width } = []] = block;
    const { lastInsertRowid } = database.run(sqlOf(into, after, width, size), ...block.flat());
    for (let each = size - 1; each >= 0; each -= 1) ids.push(lastInsertRowid - each);
    from += size;
  }
  return ids;
}

/** By what they are made of: few, and asked for again and again. */
const texts = new Map<string, string>();

function sqlOf(into: string, after: string, width: number, size: number): string {
  const key = `${size} ${width} ${into} ${after}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const row = `(${Array.from({ length: width }, () => '?').join(', ')})`;
  const text = `INSERT INTO ${into} VALUES ${Array.from({ length: size }, () => row).join(', ')} ${after}`;
  texts.set(key, text);
  return text;
}

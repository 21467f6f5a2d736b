import type { Writer } from './element-store.js';
import { type ElementChanges, nextVersion } from './element-versions.js';
import type { ElementRow } from './rows.js';
import { visibility } from './store-schema.js';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Relationships handled per step: a hub may have a hundred thousand. */
const stepSize = 200;

/** Shows, archives or hides an element, and with it its relationships. Tells nobody. Returns the row as it is now. */
export function* changeVisibility(
  tx: WriteTransaction,
  writer: Writer,
  row: ElementRow,
  visible: number,
  changes: ElementChanges = {},
): WriteSteps<ElementRow> {
  const next = nextVersion(tx, writer, row, { ...changes, visible });
  for (const end of ['end1', 'end2'] as const) {
    for (const from of Object.values(visibility)) yield* moveRelationships(tx, row.id, end, from);
  }
  return next;
}

/** Gives the relationships at one end that show as `from` what their ends make of them. */
function* moveRelationships(
  tx: WriteTransaction,
  element: number,
  end: 'end1' | 'end2',
  from: number,
): WriteSteps<undefined> {
  let [type, sequence] = [0, 0];
  for (;;) {
    const rows = tx.database.all<{ id: number; type: number; sequence: number; one: number; other: number }>(
      `SELECT r.id, r.type, r.sequence, a.visible AS one, b.visible AS other
       FROM relationship r INDEXED BY relationship_${end} CROSS JOIN element a ON a.id = r.end1 CROSS JOIN element b ON b.id = r.end2
       WHERE r.${end} = ? AND r.visible = ? AND (r.type, r.sequence) > (?, ?)
       ORDER BY r.type, r.sequence LIMIT ${stepSize}`,
      element,
      from,
      type,
      sequence,
    );
    for (const row of rows) {
      const to = leastVisible(row.one, row.other);
      if (to !== from) tx.run('UPDATE relationship SET visible = ? WHERE id = ?', to, row.id);
      [type, sequence] = [row.type, row.sequence];
    }
    if (rows.length < stepSize) return undefined;
    yield;
  }
}

function leastVisible(one: number, other: number): number {
  if (one === visibility.deleted || other === visibility.deleted) return visibility.deleted;
  return one === visibility.archived || other === visibility.archived ? visibility.archived : visibility.live;
}

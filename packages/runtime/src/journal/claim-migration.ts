import type { Database } from '@isthmus/sqlite';
import { claimKey } from './claim-key.js';
import { isStringArray } from './guards.js';
import { nameNumber } from './name-number.js';

type Row = readonly [id: number, names: string, collection: string];

const itemsAtOnce = 500;

/** Claims had the bare hash of their name. What cannot be read of an item is left to who reads the item: it is told then. */
export function giveClaimsTheirPlace(database: Database): void {
  database.exec(`
    CREATE TABLE placed_claim (
      name TEXT NOT NULL, item INTEGER NOT NULL, guid INTEGER,
      PRIMARY KEY (name, item)
    ) STRICT, WITHOUT ROWID`);
  for (let last: number | undefined = 0; last !== undefined; ) last = moveSome(database, last);
  database.exec(`
    DROP TABLE claim;
    ALTER TABLE placed_claim RENAME TO claim;
    CREATE INDEX claim_guid ON claim (guid) WHERE guid IS NOT NULL`);
}

/** @returns id of the last item; undefined when there are no more */
function moveSome(database: Database, after: number): number | undefined {
  const rows = database.rows<Row>(
    `SELECT item.id, item.names, owner.collection FROM item JOIN scope ON scope.id = item.scope
     JOIN owner ON owner.id = scope.owner WHERE item.id > ? ORDER BY item.id LIMIT ${itemsAtOnce}`,
    after,
  );
  const move = `INSERT OR IGNORE INTO placed_claim (name, item, guid) SELECT ?, item, guid FROM claim WHERE name = ? AND item = ?`;
  for (const [id, text, collection] of rows)
    for (const name of namesOf(text)) database.run(move, claimKey(collection, name), nameNumber(collection, name), id);
  return rows[rows.length - 1]?.[0];
}

function namesOf(text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(text);
    return isStringArray(names) ? names : [];
  } catch {
    return [];
  }
}

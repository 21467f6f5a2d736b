// The peer of `writeBatch`: a plain program on SQLite that inserts the rows which batches left behind in the database of
// the store, into the same tables with the same indexes, one transaction a batch, as durable.
import { createHash } from 'node:crypto';
import { DatabaseSync } from '@photostructure/sqlite';
import { bucketBits, bucketLevel } from '../../../metadata-server/dist/store/pending-counts.js';
import { searchableText } from '../../../metadata-server/dist/store/property-changes.js';
import { storeMigrations } from '../../../metadata-server/dist/store/store-schema.js';

/** Tables whose rows carry the number of the change that wrote them. */
const numbered = ['element', 'classification', 'relationship', 'history', 'change'];
const cacheKilobytes = 64 * 1024;

/**
 * The rows that are there because of these batches, batch by batch: `{ table, columns, rows }[][]`.
 *
 * @param {string} path of the database of the store, which nobody writes meanwhile
 * @param {readonly { slot?: string, id: string, sequenceBefore: number, changeSequence: number }[]} batches in their order
 */
export function rowsOfBatches(path, batches) {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const seen = new Set();
    return batches.map((batch, index) => {
      const range = [batch.sequenceBefore + 1, batch.changeSequence];
      const parts = numbered.map((table) =>
        part(database, table, `SELECT * FROM ${table} WHERE sequence BETWEEN ? AND ? ORDER BY sequence`, ...range),
      );
      const elements = parts[0].records;
      parts.push(textPart(elements));
      parts.push(bucketPart(database, elements, seen));
      parts.push(pairPart(database, elements, seen));
      parts.push(part(database, 'batch_answer', 'SELECT * FROM batch_answer WHERE id = ?', batch.id));
      if (index === batches.length - 1)
        parts.push(part(database, 'meta', "SELECT * FROM meta WHERE name = 'changeSequence'"));
      return parts.filter(({ records }) => records.length > 0).map(({ table, records }) => asRows(table, records));
    });
  } finally {
    database.close();
  }
}

/** Opens a database like the store does: same schema, same settings. */
export function openBare(path) {
  const database = new DatabaseSync(path);
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -${cacheKilobytes}`,
  );
  const version = database.prepare('PRAGMA user_version').get().user_version;
  for (const step of storeMigrations.slice(version)) {
    if (typeof step === 'string') database.exec(step);
    else step(stepDatabase(database));
  }
  database.exec(`PRAGMA user_version = ${storeMigrations.length}`);
  // the store merges its text index itself, in steps; here SQLite does it in the commits, as it does by default
  database.exec("INSERT INTO element_text (element_text, rank) VALUES ('automerge', 4)");
  return database;
}

/** Inserts one batch in one transaction; statements are prepared once, rows are ready. */
export function insertBatch(database, statements, parts) {
  database.exec('BEGIN IMMEDIATE');
  for (const { table, columns, rows } of parts) {
    let statement = statements.get(table);
    if (statement === undefined) {
      // a count or the last number may be there from what was written before
      const verb = ['bucket', 'letter_pair', 'meta'].includes(table) ? 'INSERT OR REPLACE' : 'INSERT';
      statement = database.prepare(
        `${verb} INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      );
      statements.set(table, statement);
    }
    for (const row of rows) statement.run(...row);
  }
  database.exec('COMMIT');
}

/** A digest of all that these batches left in a database, to show that two hold the same. */
export function digestOfBatches(path, batches) {
  const digest = createHash('sha256');
  for (const parts of rowsOfBatches(path, batches)) digest.update(JSON.stringify(parts));
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const { first, last } = database
      .prepare('SELECT min(id) AS first, max(id) AS last FROM element WHERE sequence BETWEEN ? AND ?')
      .get(batches[0].sequenceBefore + 1, batches.at(-1).changeSequence);
    const indexed = database
      .prepare('SELECT count(*) AS count FROM element_text_docsize WHERE id BETWEEN ? AND ?')
      .get(first, last).count;
    digest.update(`texts ${indexed}`);
  } finally {
    database.close();
  }
  return digest.digest('hex');
}

function part(database, table, sql, ...parameters) {
  return { table, records: database.prepare(sql).all(...parameters) };
}

/** The text index gives no text back: its text follows from the element. */
function textPart(elements) {
  const records = elements.map(({ id, properties }) => ({ rowid: id, text: searchableText(JSON.parse(properties)) }));
  return { table: 'element_text', records };
}

/** Counts that these elements went into and no earlier batch did: each row of the table once. */
function bucketPart(database, elements, seen) {
  const read = database.prepare('SELECT * FROM bucket WHERE ordering = ? AND level = ? AND kind = ? AND bucket = ?');
  const records = [];
  for (const { id, sequence, type, visible } of elements) {
    for (const [ordering, place] of [sequence, id].entries()) {
      for (const name of ['fine', 'middle', 'coarse']) {
        const key = [ordering, bucketLevel[name], type * 4 + visible, Math.floor(place / 2 ** bucketBits[name])];
        if (seen.has(key.join(' '))) continue;
        seen.add(key.join(' '));
        records.push(read.get(...key));
      }
    }
  }
  return { table: 'bucket', records };
}

/** Pairs of letters of the ranges of ids that these elements are the first in. */
function pairPart(database, elements, seen) {
  const read = database.prepare('SELECT * FROM letter_pair WHERE bucket = ?');
  const records = [];
  for (const bucket of new Set(elements.map(({ id }) => Math.floor(id / 2 ** bucketBits.fine)))) {
    if (seen.has(`pairs ${bucket}`)) continue;
    seen.add(`pairs ${bucket}`);
    records.push(read.get(bucket));
  }
  return { table: 'letter_pair', records };
}

function asRows(table, records) {
  const columns = Object.keys(records[0]);
  return { table, columns, rows: records.map((record) => columns.map((column) => record[column])) };
}

/** What a step of the schema that is code may use. */
function stepDatabase(database) {
  return {
    exec: (sql) => database.exec(sql),
    run: (sql, ...parameters) => database.prepare(sql).run(...parameters),
    get: (sql, ...parameters) => database.prepare(sql).get(...parameters),
    all: (sql, ...parameters) => database.prepare(sql).all(...parameters),
  };
}

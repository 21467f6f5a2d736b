import type { Database } from '@isthmus/sqlite';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Takes up to four milliseconds. */
const pagesPerStep = 16;
/** So that no commit waits long; what is left over is done with the next. */
const mostSteps = 20;

/**
 * Of how many segments one is made: of SQLite's own 4 each text would be written anew half as often again; of more,
 * searches look into more. While large ones are merged the small ones wait: before there are so many that SQLite merges
 * them in one go (its own measure is 16), that is over.
 */
const segments = { usermerge: 8, crisismerge: 64 } as const;

/** Sets how the segments of the search index of a database are merged; it is remembered there. */
export function tuneMerging(database: Database): void {
  for (const [name, value] of Object.entries(segments)) {
    const known = database.get<{ v: number }>('SELECT v FROM element_text_config WHERE k = ?', name)?.v;
    if (known !== value) database.run('INSERT INTO element_text (element_text, rank) VALUES (?, ?)', name, value);
  }
}

/**
 * Brings the search index into order in small steps, within a transaction that has written texts. Left to itself SQLite
 * does this in the commit, which then holds the event loop for thirty milliseconds now and then.
 */
export function* mergeTexts(tx: WriteTransaction): WriteSteps<undefined> {
  // the index writes what it has gathered when a savepoint is opened; else it would do so in the commit
  tx.run('SAVEPOINT text');
  tx.run('RELEASE text');
  for (let step = 0; step < mostSteps; step += 1) {
    yield;
    const before = totalChanges(tx);
    tx.run("INSERT INTO element_text (element_text, rank) VALUES ('merge', ?)", pagesPerStep);
    // one change is the command itself
    if (totalChanges(tx) - before < 2) break;
  }
  return undefined;
}

function totalChanges({ database }: WriteTransaction): number {
  return database.get<{ count: number }>('SELECT total_changes() AS count')?.count ?? 0;
}

import { processSlicer } from '@isthmus/kernel';
import type { Database, SqlValue } from '@isthmus/sqlite';
import { contentHash } from './awaiting-hash.js';
import { decode } from './decode.js';
import { isKnownLink, isUndoBody } from './guards.js';
import type { ItemRows } from './item-rows.js';
import type { ItemKey, KnownItem, OpenLink, SyncOwner } from './journal.js';
import { identityOf, type LinkRows } from './link-rows.js';
import { insertRows } from './many-rows.js';
import type { OwnerRow, OwnerRows } from './owner-rows.js';
import { writeInSlices } from './slices.js';
import type {
  HeldBack,
  MadeItem,
  UndoJournal,
  UndoLimits,
  UndoLink,
  UndoStep,
  WritingRun,
  WrittenItem,
} from './undo-journal.js';

const windowRows = 500;
/** Runs whose names are known; explaining tells of them. */
const runsPerOwner = 1_000;

type RunRow = {
  readonly number: number;
  readonly id: string;
  readonly owner: number;
  readonly at: number;
  readonly kept: number;
  readonly undone: string | null;
};

/** What runs wrote. Each item says which run made it as a whole; all else has a row. */
export class UndoRows implements UndoJournal {
  constructor(
    private readonly database: Database,
    private readonly owners: OwnerRows,
    private readonly items: ItemRows,
    private readonly linkRows: LinkRows,
  ) {}

  /** Within a transaction. Returns the number of the run. */
  ensureRun(owner: OwnerRow, id: string, at: number): number {
    const known = this.database.get<{ number: number }>('SELECT number FROM writing_run WHERE id = ?', id);
    if (known !== undefined) return known.number;
    return this.database.run('INSERT INTO writing_run (id, owner, at, kept) VALUES (?, ?, ?, 1)', id, owner.id, at)
      .lastInsertRowid;
  }

  /**
   * Within a transaction, before what is gone is taken away. Saying it again changes nothing.
   *
   * @param isMarked - whether the item says already which run wrote it
   */
  note(
    owner: OwnerRow,
    { run, batch }: { readonly run: number; readonly batch: string },
    written: readonly WrittenItem[],
    isMarked: (item: ItemKey) => boolean,
  ): void {
    const rows: SqlValue[][] = [];
    for (const { item, position, hash, isMade, elements, isCounted } of written) {
      const isGone = elements.some(({ action }) => action === 'deleted' || action === 'absent');
      const id = isGone || !isMarked(item) ? this.items.id(owner, item) : undefined;
      if (isMade && id !== undefined) {
        this.database.run('UPDATE item SET born = ?, run = ? WHERE id = ?', run, run, id);
        continue;
      }
      const before = isGone ? this.#before(owner, item, id) : undefined;
      const body = JSON.stringify({ item, hash, elements, isCounted, ...(before === undefined ? {} : { before }) });
      rows.push([run, batch, position, body]);
      if (id !== undefined) this.database.run('UPDATE item SET run = ? WHERE id = ?', run, id);
    }
    insertRows(this.database, { into: 'undo (run, batch, position, body)', after: 'ON CONFLICT DO NOTHING' }, rows);
  }

  /** The item as it is known, with all that is to be known again should it be brought back. */
  #before(owner: OwnerRow, item: ItemKey, id: number | undefined): KnownItem | undefined {
    const known = this.items.one(owner, item);
    if (known === undefined || id === undefined) return known;
    return { ...known, links: this.linkRows.of(id), ...this.#madeIn(id) };
  }

  /** Within a transaction, before the link is settled. */
  noteLink(runId: string, open: OpenLink, at: number): void {
    const item = this.linkRows.itemOf(open);
    const owner = item === undefined ? undefined : this.#ownerOf(item);
    if (item === undefined || owner === undefined) return;
    const { id: _, isWanted, memory: __, ...link } = open;
    this.database.run(
      `INSERT INTO undo_link (run, item, identity, made, body, hash)
       VALUES (?, ?, ?, ?, ?, (SELECT ${contentHash} FROM item WHERE id = ?))`,
      this.ensureRun(owner, runId, at),
      item,
      identityOf(link),
      isWanted ? 1 : 0,
      JSON.stringify(link),
      item,
    );
  }

  async links(
    id: string,
    kind: 'made' | 'removed',
    before: number | undefined,
    limit: number,
  ): Promise<readonly UndoLink[]> {
    const run = this.#row(id)?.number;
    if (run === undefined) return [];
    return this.database
      .all<{ number: number; body: string }>(
        'SELECT number, body FROM undo_link WHERE run = ? AND made = ? AND number < ? ORDER BY number DESC LIMIT ?',
        run,
        kind === 'made' ? 1 : 0,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .map(({ number, body }) => ({
        number,
        link: decode(this.database, { table: 'undo_link', name: `${id} ${number}` }, body, isKnownLink),
      }));
  }

  async holdLinks(
    links: readonly UndoLink[],
    kind: 'made' | 'removed',
    undoingRunId: string,
    at: number,
  ): Promise<readonly UndoLink[]> {
    const held: UndoLink[] = [];
    await writeInSlices(this.database, links, (undo) => {
      const { number, link } = undo;
      const noted = this.database.get<{ item: number; hash: string | null }>(
        'SELECT item, hash FROM undo_link WHERE number = ?',
        number,
      );
      const owner = noted === undefined ? undefined : this.#ownerOf(noted.item);
      if (noted === undefined || owner === undefined) return;
      if (!this.linkRows.hold(owner, noted.item, link, kind === 'made')) return;
      held.push(undo);
      this.database.run(holdItem, noted.hash, this.ensureRun(owner, undoingRunId, at), noted.item);
    });
    this.database.flushSoon();
    return held;
  }

  async run(id: string): Promise<WritingRun | undefined> {
    const row = this.#row(id);
    if (row === undefined) return undefined;
    const owner = this.owners.of(row.owner);
    if (owner === undefined) return undefined;
    const undone: WritingRun['undone'] = row.undone === null ? undefined : JSON.parse(row.undone);
    return { id, owner, at: row.at, isKept: row.kept === 1, ...(undone === undefined ? {} : { undone }) };
  }

  async partsOf(id: string): Promise<readonly WritingRun[]> {
    // `/` follows `.`
    const ids = this.database.all<{ id: string }>(
      'SELECT id FROM writing_run WHERE id > ? AND id < ? ORDER BY number',
      `${id}.`,
      `${id}/`,
    );
    const runs = await Promise.all(ids.map((each) => this.run(each.id)));
    return runs.filter((run) => run !== undefined);
  }

  async steps(id: string, before: number | undefined, limit: number): Promise<readonly UndoStep[]> {
    const run = this.#row(id)?.number;
    if (run === undefined) return [];
    return this.database
      .all<{ number: number; body: string }>(
        'SELECT number, body FROM undo WHERE run = ? AND number < ? ORDER BY number DESC LIMIT ?',
        run,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .map(({ number, body }) => ({
        number,
        ...decode(this.database, { table: 'undo', name: `${id} ${number}` }, body, isUndoBody),
      }));
  }

  async made(id: string, before: number | undefined, limit: number): Promise<readonly MadeItem[]> {
    const run = this.#row(id);
    const owner = run === undefined ? undefined : this.owners.of(run.owner);
    const row = owner === undefined ? undefined : this.owners.find(owner);
    if (run === undefined || row === undefined) return [];
    return this.database
      .all<{ id: number; scope: string; key: string; run: number | null }>(
        `SELECT item.id, scope.name AS scope, item.key, item.run FROM item JOIN scope ON scope.id = item.scope
         WHERE item.born = ? AND item.id < ? AND scope.owner = ? ORDER BY item.id DESC LIMIT ?`,
        run.number,
        before ?? Number.MAX_SAFE_INTEGER,
        row.id,
        limit,
      )
      .flatMap(({ id: number, scope, key, run: last }) => {
        const item = this.items.one(row, { scope, key });
        return item === undefined ? [] : [{ number, item, isLastWrite: last === run.number }];
      });
  }

  async noteUndone(id: string, undone: NonNullable<WritingRun['undone']>): Promise<void> {
    await this.database.commit(() =>
      this.database.run('UPDATE writing_run SET undone = ? WHERE id = ?', JSON.stringify(undone), id),
    );
  }

  async release(id: string): Promise<number> {
    const row = this.#row(id);
    if (row === undefined) return 0;
    let released = 0;
    for (let more = true; more; ) {
      await processSlicer.turn();
      const { changes } = this.database.transaction(() => this.database.run(releaseSome, row.number));
      released += changes;
      more = changes > 0;
    }
    // A source that tells changes alone would not name them.
    this.database.commitSoon(() => this.owners.noteRun(row.owner, 'full-due'));
    return released;
  }

  async heldBack(connectorGuid: string): Promise<readonly HeldBack[]> {
    return this.database.all<{ runId: string; itemCount: number }>(
      `SELECT writing_run.id AS runId, count(*) AS itemCount FROM owner CROSS JOIN writing_run ON writing_run.owner = owner.id
       CROSS JOIN item ON item.run = writing_run.number
       WHERE owner.connector = ? AND item.undone IS NOT NULL GROUP BY writing_run.number LIMIT 100`,
      connectorGuid,
    );
  }

  async prune(owner: SyncOwner, now: number, { runs, ageMs }: UndoLimits): Promise<void> {
    const row = this.owners.find(owner);
    if (row === undefined) return;
    const old = this.database.all<{ number: number }>(
      `SELECT number FROM writing_run WHERE owner = ? AND kept = 1 AND (at < ? OR number <= (
         SELECT number FROM writing_run WHERE owner = ? AND kept = 1 ORDER BY number DESC LIMIT 1 OFFSET ?))`,
      row.id,
      now - ageMs,
      row.id,
      runs,
    );
    for (const { number } of old) {
      for (let more = true; more; ) {
        await processSlicer.turn();
        more = this.database.transaction(
          () => this.database.run(forgetSome, number).changes + this.database.run(forgetSomeLinks, number).changes > 0,
        );
      }
      this.database.commitSoon(() => this.database.run('UPDATE writing_run SET kept = 0 WHERE number = ?', number));
    }
    const beyond = this.database.get<{ number: number }>(
      `SELECT number FROM writing_run WHERE owner = ? ORDER BY number DESC LIMIT 1 OFFSET ${runsPerOwner}`,
      row.id,
    );
    if (beyond === undefined) return;
    this.database.commitSoon(() =>
      this.database.run('DELETE FROM writing_run WHERE owner = ? AND kept = 0 AND number <= ?', row.id, beyond.number),
    );
  }

  #madeIn(item: number): { readonly madeIn?: number } {
    const row = this.database.get<{ born: number | null }>('SELECT born FROM item WHERE id = ?', item);
    return row === undefined || row.born === null ? {} : { madeIn: row.born };
  }

  #ownerOf(item: number): OwnerRow | undefined {
    const row = this.database.get<{ owner: number }>(
      'SELECT scope.owner FROM item JOIN scope ON scope.id = item.scope WHERE item.id = ?',
      item,
    );
    const owner = row === undefined ? undefined : this.owners.of(row.owner);
    return owner === undefined ? undefined : this.owners.find(owner);
  }

  #row(id: string): RunRow | undefined {
    return this.database.get<RunRow>('SELECT number, id, owner, at, kept, undone FROM writing_run WHERE id = ?', id);
  }
}

const forgetSome = `DELETE FROM undo WHERE number IN (SELECT number FROM undo WHERE run = ? LIMIT ${windowRows})`;
const forgetSomeLinks = `DELETE FROM undo_link WHERE number IN (
  SELECT number FROM undo_link WHERE run = ? LIMIT ${windowRows})`;
/** Of an item that somebody touched since its content is known by what the relationship was written with. The latest undo holds it. */
const holdItem = `UPDATE item SET undone = known.hash, run = ?2
  FROM (SELECT id, coalesce(undone, ${contentHash}, ?1) AS hash FROM item WHERE id = ?3) AS known
  WHERE item.id = known.id AND known.hash IS NOT NULL`;
/** What was brought back and is no longer listed counts as missing from now on. */
const releaseSome = `UPDATE item SET absence = CASE WHEN undone = '' THEN NULL ELSE absence END, undone = NULL, hash = '' WHERE id IN (
  SELECT id FROM item WHERE run = ? AND undone IS NOT NULL LIMIT ${windowRows})`;

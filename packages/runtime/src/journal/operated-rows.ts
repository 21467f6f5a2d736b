import type { OperationEffect } from '@isthmus/connector-host';
import { IsthmusError, processSlicer } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isEffectBody, isTextMap } from './guards.js';
import type { RunMark, SyncOwner } from './journal.js';
import { nameNumber } from './name-number.js';
import { type KeptEffect, mostEffects, type OperatedElement, type OperationJournal } from './operation-journal.js';
import type { OwnerRows } from './owner-rows.js';
import type { UndoRows } from './undo-rows.js';
import { writtenPrints } from './written-prints.js';

const windowRows = 500;

interface EffectRow extends Record<string, number | string> {
  readonly number: number;
  readonly run: number;
  readonly owner: number;
  readonly done: number;
  readonly operation: string;
  readonly body: string;
}

interface MarkRow extends Record<string, number | string | null> {
  readonly owner: number;
  readonly made: number | null;
  readonly run: number;
  readonly operation: string;
  readonly guid: string;
  readonly prints: string;
}

/** What operations of contexts wrote, beside the items of runs and by the same numbers of runs. */
export class OperatedRows implements OperationJournal {
  constructor(
    private readonly database: Database,
    private readonly owners: OwnerRows,
    private readonly undos: UndoRows,
  ) {}

  async begin(
    owner: SyncOwner,
    runId: string,
    at: number,
    { operation, effect }: { readonly operation: string; readonly effect: OperationEffect },
  ): Promise<number | undefined> {
    return this.database.commitSoon(() => {
      const run = this.undos.ensureRun(this.owners.ensure(owner), runId, at);
      const kept = this.database.get<{ kept: number }>(
        'SELECT count(*) AS kept FROM (SELECT 1 FROM operation_effect WHERE run = ? LIMIT ?)',
        run,
        mostEffects,
      );
      if ((kept?.kept ?? 0) >= mostEffects) return undefined;
      return this.database.run(
        'INSERT INTO operation_effect (run, done, operation, body) VALUES (?, 0, ?, ?)',
        run,
        operation,
        JSON.stringify(effect),
      ).lastInsertRowid;
    });
  }

  async done(number: number, effect: OperationEffect): Promise<void> {
    this.database.commitSoon(() => {
      this.database.run(
        'UPDATE operation_effect SET done = 1, body = ? WHERE number = ?',
        JSON.stringify(effect),
        number,
      );
      this.#note(number, effect);
    });
  }

  async drop(number: number): Promise<void> {
    this.database.commitSoon(() => this.database.run('DELETE FROM operation_effect WHERE number = ?', number));
  }

  async effects(runId: string, before: number | undefined, limit: number): Promise<readonly KeptEffect[]> {
    return this.database
      .all<EffectRow>(
        `SELECT e.number, e.run, e.done, e.operation, e.body FROM operation_effect e
         JOIN writing_run w ON w.number = e.run WHERE w.id = ? AND e.number < ? ORDER BY e.number DESC LIMIT ?`,
        runId,
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .map(({ number, done, operation, body }) => ({
        number,
        operation,
        isDone: done === 1,
        effect: decode(this.database, { table: 'operation_effect', name: `${runId} ${number}` }, body, isEffectBody),
      }));
  }

  async operated(qualifiedName: string): Promise<readonly OperatedElement[]> {
    const collections = this.database.all<{ collection: string }>('SELECT DISTINCT collection FROM owner');
    return collections.flatMap(({ collection }) =>
      this.database
        .all<MarkRow>(
          'SELECT owner, made, run, operation, guid, prints FROM operation_mark WHERE name = ? LIMIT 100',
          nameNumber(collection, qualifiedName),
        )
        .flatMap((row) => this.#operated(collection, row)),
    );
  }

  async prune(owner: SyncOwner): Promise<void> {
    const row = this.owners.find(owner);
    if (row === undefined) return;
    // Mostly there is nothing, which to ask is cheaper than a transaction.
    for (let more = this.database.get(`${someForgotten} LIMIT 1`, row.id) !== undefined; more; ) {
      await processSlicer.turn();
      more = this.database.transaction(() => this.database.run(forgetSome, row.id).changes > 0);
    }
  }

  #operated(
    collection: string,
    { owner: id, made, run, operation, guid, prints }: MarkRow,
  ): readonly OperatedElement[] {
    const owner = this.owners.of(id);
    if (owner?.metadataCollectionId !== collection) return [];
    const [madeBy, wroteBy] = [made === null ? undefined : this.#mark(made), this.#mark(run)];
    return [
      {
        owner,
        guid,
        operation,
        ...(madeBy && { madeBy }),
        ...(wroteBy && { wroteBy }),
        prints: decode(this.database, { table: 'operation_mark', name: operation }, prints, isTextMap),
      },
    ];
  }

  #mark(number: number): RunMark | undefined {
    return this.database.get<RunMark & Record<string, number | string>>(
      'SELECT id AS runId, at FROM writing_run WHERE number = ?',
      number,
    );
  }

  /** Within a transaction. */
  #note(number: number, effect: OperationEffect): void {
    const element = effect.of === 'relationship' ? effect.end1 : effect.element;
    const { qualifiedName, guid } = element;
    if (qualifiedName === undefined) return;
    const row = this.database.get<EffectRow>(
      `SELECT e.run, w.owner, e.operation FROM operation_effect e JOIN writing_run w ON w.number = e.run WHERE e.number = ?`,
      number,
    );
    if (row === undefined) return;
    const collection = this.owners.of(row.owner)?.metadataCollectionId;
    if (collection === undefined) throw new IsthmusError('DATABASE_UNREADABLE', 'table owner lost a row');
    const name = nameNumber(collection, qualifiedName);
    if (effect.of === 'element' && effect.to === undefined) {
      this.database.run('DELETE FROM operation_mark WHERE name = ? AND owner = ?', name, row.owner);
      return;
    }
    const known = this.database.get<MarkRow>(
      'SELECT owner, made, run, operation, guid, prints FROM operation_mark WHERE name = ? AND owner = ?',
      name,
      row.owner,
    );
    const isMade = effect.of === 'element' && effect.from === undefined;
    const isSame = known !== undefined && known.guid === guid && !isMade;
    const before: Readonly<Record<string, string>> = isSame ? JSON.parse(known.prints) : {};
    this.database.run(
      `INSERT OR REPLACE INTO operation_mark (name, owner, made, run, operation, guid, prints)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      name,
      row.owner,
      isMade ? row.run : isSame ? known.made : null,
      row.run,
      row.operation,
      guid,
      JSON.stringify(writtenPrints(before, effect)),
    );
  }
}

const someForgotten = `SELECT e.number FROM writing_run w CROSS JOIN operation_effect e ON e.run = w.number
  WHERE w.owner = ? AND w.kept = 0`;
const forgetSome = `DELETE FROM operation_effect WHERE number IN (${someForgotten} LIMIT ${windowRows})`;

import type { Database } from '@isthmus/sqlite';
import { type BucketOrder, countKinds, rowsFrom, walkBuckets } from './bucket-walk.js';
import { trigramExpression } from './conditions.js';
import type { ElementPlan } from './element-plan.js';
import { possibleBuckets } from './letter-pairs.js';
import { Ranking } from './ranking.js';
import { type ClassificationRow, type ElementRow, selectClassification, selectElement } from './rows.js';
import type { Snapshot } from './snapshot-pool.js';

/** A row that was found, with its classifications as of the same moment. */
export interface FoundElement {
  readonly row: ElementRow;
  readonly classifications: readonly ClassificationRow[];
}

/** Candidates of the text index that are still worth looking at one by one. */
const mostCandidates = 5000;
const chunkSize = 250;
/** Fewest ids that the text index is asked for at once: each question takes a millisecond or two, whatever its range. */
const firstRange = 2 ** 17;

/** One page of what the plan asks for. */
export async function findElements(snapshot: Snapshot, plan: ElementPlan): Promise<readonly FoundElement[]> {
  const { database, slice } = snapshot;
  const order = bucketOrder(plan);
  const candidates = await candidateIds(snapshot, plan);
  if (candidates === undefined && order !== undefined && plan.test === undefined)
    return withClassifications(database, await rowsFrom(snapshot, plan, order));
  const page = new PageTaker(plan.startFrom, plan.pageSize);
  if (candidates === undefined && order !== undefined) {
    for await (const rows of walkCandidates(snapshot, plan, order)) {
      if (page.take(matching(database, plan, rows))) break;
      await slice.pause();
    }
    return page.taken;
  }
  if (candidates === undefined && plan.order === 'GUID') {
    const start = plan.test === undefined ? await skipGuids(snapshot, plan) : { after: '', left: plan.startFrom };
    const rest = new PageTaker(start.left, plan.pageSize);
    for await (const rows of walkGuids(snapshot, start.after)) if (rest.take(matching(database, plan, rows))) break;
    return rest.taken;
  }
  const ranking = new Ranking(plan, plan.startFrom + plan.pageSize, slice);
  const source = candidates === undefined ? walkCandidates(snapshot, plan, 'newest') : walkIds(snapshot, candidates);
  for await (const rows of source) {
    await ranking.add(matchingRows(database, plan, rows));
    await slice.pause();
  }
  return elementsInOrder(snapshot, (await ranking.first()).slice(plan.startFrom));
}

/** The elements with these ids, in their order. */
export async function elementsInOrder(snapshot: Snapshot, ids: readonly number[]): Promise<readonly FoundElement[]> {
  const found = new Map<number, FoundElement>();
  for await (const rows of walkIds(snapshot, ids))
    for (const each of withClassifications(snapshot.database, rows)) found.set(each.row.id, each);
  return ids.flatMap((id) => found.get(id) ?? []);
}

export async function countElements(snapshot: Snapshot, plan: ElementPlan): Promise<number> {
  if (plan.test === undefined) return countKinds(snapshot.database, plan);
  const candidates = await candidateIds(snapshot, plan);
  const source = candidates === undefined ? walkCandidates(snapshot, plan, 'newest') : walkIds(snapshot, candidates);
  let count = 0;
  for await (const rows of source) {
    count += matchingRows(snapshot.database, plan, rows).length;
    await snapshot.slice.pause();
  }
  return count;
}

/** Adds classifications to rows, one query for all. */
export function withClassifications(database: Database, rows: readonly ElementRow[]): FoundElement[] {
  const byElement = new Map<number, ClassificationRow[]>();
  if (rows.length > 0) {
    const ids = JSON.stringify(rows.map((row) => row.id));
    for (const classification of database.all<ClassificationRow>(
      `${selectClassification} WHERE element IN (SELECT value FROM json_each(?))`,
      ids,
    )) {
      const known = byElement.get(classification.element);
      if (known === undefined) byElement.set(classification.element, [classification]);
      else known.push(classification);
    }
  }
  return rows.map((row) => ({ row, classifications: byElement.get(row.id) ?? [] }));
}

function matching(database: Database, plan: ElementPlan, rows: readonly ElementRow[]): FoundElement[] {
  return withClassifications(database, matchingRows(database, plan, rows));
}

function matchingRows(database: Database, plan: ElementPlan, rows: readonly ElementRow[]): readonly ElementRow[] {
  const ofKind = rows.filter((row) => isOfKind(plan, row));
  const { test } = plan;
  if (test === undefined) return ofKind;
  if (!plan.testsClassifications) return ofKind.filter((row) => test(row, []));
  return withClassifications(database, ofKind)
    .filter((found) => test(found.row, found.classifications))
    .map(({ row }) => row);
}

function isOfKind(plan: ElementPlan, row: Pick<ElementRow, 'type' | 'visible'>): boolean {
  return plan.types.has(row.type) && plan.visible.has(row.visible);
}

/** What has to be looked at one by one when there is no list of ids. */
async function* walkCandidates(
  snapshot: Snapshot,
  plan: ElementPlan,
  order: BucketOrder,
): AsyncGenerator<ElementRow[]> {
  const within = plan.text === undefined ? undefined : await possibleBuckets(snapshot, plan.text);
  yield* walkBuckets(snapshot, plan, order, within);
}

/** Ids that hold everything that can match; undefined when there is no such list, or it would be too long. */
async function candidateIds(snapshot: Snapshot, plan: ElementPlan): Promise<readonly number[] | undefined> {
  const { database } = snapshot;
  if (plan.names !== undefined)
    return plan.names.flatMap((name) =>
      database.all<{ id: number }>('SELECT id FROM element WHERE qualified_name = ?', name).map(({ id }) => id),
    );
  if (plan.anchorGuid !== undefined) {
    return database
      .all<{ id: number }>(
        `SELECT id FROM element WHERE guid = ?1
         UNION ALL SELECT id FROM element WHERE anchor = (SELECT id FROM element WHERE guid = ?1) AND anchor <> id`,
        plan.anchorGuid,
      )
      .map(({ id }) => id);
  }
  const expression = plan.text === undefined ? undefined : trigramExpression(plan.text);
  if (expression === undefined) return undefined;
  return idsOfTexts(snapshot, expression);
}

/**
 * Asks the text index range by range: where all trigrams are common it reads long lists before it finds anything.
 * Ranges grow as long as they take little time.
 */
async function idsOfTexts({ database, slice }: Snapshot, expression: string): Promise<number[] | undefined> {
  const found: number[] = [];
  const last = database.get<{ id: number | null }>('SELECT max(id) AS id FROM element')?.id ?? 0;
  for (let first = 0, size = firstRange; first <= last; ) {
    const rows = database.all<{ rowid: number }>(
      'SELECT rowid FROM element_text WHERE element_text MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?',
      expression,
      first,
      first + size - 1,
      mostCandidates + 1 - found.length,
    );
    for (const { rowid } of rows) found.push(rowid);
    if (found.length > mostCandidates) return undefined;
    first += size;
    size = slice.isUsedUp ? Math.max(firstRange, size / 2) : size * 2;
    await slice.pause();
  }
  return found;
}

async function* walkIds({ database, slice }: Snapshot, ids: readonly number[]): AsyncGenerator<ElementRow[]> {
  for (let index = 0; index < ids.length; index += chunkSize) {
    const chunk = JSON.stringify(ids.slice(index, index + chunkSize));
    yield database.all<ElementRow>(`${selectElement} WHERE e.id IN (SELECT value FROM json_each(?))`, chunk);
    await slice.pause();
  }
}

async function* walkGuids({ database, slice }: Snapshot, start: string): AsyncGenerator<ElementRow[]> {
  for (let after = start; ; ) {
    const rows = database.all<ElementRow>(
      `${selectElement} WHERE e.guid > ? ORDER BY e.guid LIMIT ${chunkSize}`,
      after,
    );
    yield rows;
    after = rows.at(-1)?.guid ?? '';
    if (rows.length < chunkSize) return;
    await slice.pause();
  }
}

/** Passes over what comes before a page without reading whole rows. */
async function skipGuids(
  { database, slice }: Snapshot,
  plan: ElementPlan,
): Promise<{ readonly after: string; readonly left: number }> {
  let [after, left] = ['', plan.startFrom];
  while (left > 0) {
    const rows = database.all<Pick<ElementRow, 'guid' | 'type' | 'visible'>>(
      `SELECT guid, type, visible FROM element WHERE guid > ? ORDER BY guid LIMIT ${chunkSize}`,
      after,
    );
    for (const row of rows) {
      if (left === 0) break;
      after = row.guid;
      if (isOfKind(plan, row)) left -= 1;
    }
    if (rows.length < chunkSize) break;
    await slice.pause();
  }
  return { after, left };
}

function bucketOrder(plan: ElementPlan): BucketOrder | undefined {
  switch (plan.order) {
    case 'LAST_UPDATE_RECENT':
      return 'newest';
    case 'LAST_UPDATE_OLDEST':
      return 'oldest';
    case 'CREATION_DATE_RECENT':
      return 'last-created';
    case 'CREATION_DATE_OLDEST':
      return 'first-created';
    default:
      return undefined;
  }
}

/** Takes the rows of one page out of a longer list. */
class PageTaker {
  readonly taken: FoundElement[] = [];
  #left: number;

  constructor(
    startFrom: number,
    private readonly pageSize: number,
  ) {
    this.#left = startFrom;
  }

  /** Returns whether the page is full. */
  take(found: readonly FoundElement[]): boolean {
    const from = Math.min(this.#left, found.length);
    this.#left -= from;
    this.taken.push(...found.slice(from, from + this.pageSize - this.taken.length));
    return this.taken.length >= this.pageSize;
  }
}

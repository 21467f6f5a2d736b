import type { Database } from '@isthmus/sqlite';
import { type BucketOrder, countKinds, rowsFrom, walkBuckets } from './bucket-walk.js';
import { trigramExpression } from './conditions.js';
import type { ElementPlan } from './element-plan.js';
import { possibleBuckets } from './letter-pairs.js';
import {
  type ClassificationRow,
  type ElementRow,
  parseProperties,
  selectClassification,
  selectElement,
} from './rows.js';
import type { Snapshot } from './snapshot-pool.js';

/** A row that was found, with its classifications as of the same moment. */
export interface FoundElement {
  readonly row: ElementRow;
  readonly classifications: readonly ClassificationRow[];
}

/** Candidates of the text index that are still worth looking at one by one. */
const mostCandidates = 5000;
const chunkSize = 250;

/** One page of what the plan asks for. */
export async function findElements(snapshot: Snapshot, plan: ElementPlan): Promise<readonly FoundElement[]> {
  const { database, slice } = snapshot;
  const order = bucketOrder(plan);
  const candidates = candidateIds(database, plan);
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
    for await (const rows of walkGuids(snapshot, plan)) if (page.take(matching(database, plan, rows))) break;
    return page.taken;
  }
  const best = new BestOf(plan.startFrom + plan.pageSize, comparison(plan));
  const source = candidates === undefined ? walkCandidates(snapshot, plan, 'newest') : walkIds(snapshot, candidates);
  for await (const rows of source) {
    for (const found of matching(database, plan, rows)) best.add(found);
    await slice.pause();
  }
  page.take(best.sorted());
  return page.taken;
}

export async function countElements(snapshot: Snapshot, plan: ElementPlan): Promise<number> {
  if (plan.test === undefined) return countKinds(snapshot.database, plan);
  const candidates = candidateIds(snapshot.database, plan);
  const source = candidates === undefined ? walkCandidates(snapshot, plan, 'newest') : walkIds(snapshot, candidates);
  let count = 0;
  for await (const rows of source) {
    count += matching(snapshot.database, plan, rows).length;
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
  const ofKind = rows.filter((row) => plan.types.has(row.type) && plan.visible.has(row.visible));
  const { test } = plan;
  if (test === undefined) return withClassifications(database, ofKind);
  if (plan.testsClassifications)
    return withClassifications(database, ofKind).filter((found) => test(found.row, found.classifications));
  return withClassifications(
    database,
    ofKind.filter((row) => test(row, [])),
  );
}

/** What has to be looked at one by one when there is no list of ids. */
function walkCandidates(snapshot: Snapshot, plan: ElementPlan, order: BucketOrder): AsyncGenerator<ElementRow[]> {
  const within = plan.text === undefined ? undefined : possibleBuckets(snapshot.database, plan.text);
  return walkBuckets(snapshot, plan, order, within);
}

/** Ids that hold everything that can match; undefined when there is no such list, or it would be too long. */
function candidateIds(database: Database, plan: ElementPlan): readonly number[] | undefined {
  if (plan.name !== undefined)
    return database
      .all<{ id: number }>('SELECT id FROM element WHERE qualified_name = ?', plan.name)
      .map(({ id }) => id);
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
  const rows = database.all<{ rowid: number }>(
    `SELECT rowid FROM element_text WHERE element_text MATCH ? LIMIT ${mostCandidates + 1}`,
    expression,
  );
  return rows.length > mostCandidates ? undefined : rows.map(({ rowid }) => rowid);
}

async function* walkIds({ database, slice }: Snapshot, ids: readonly number[]): AsyncGenerator<ElementRow[]> {
  for (let index = 0; index < ids.length; index += chunkSize) {
    const chunk = JSON.stringify(ids.slice(index, index + chunkSize));
    yield database.all<ElementRow>(`${selectElement} WHERE e.id IN (SELECT value FROM json_each(?))`, chunk);
    await slice.pause();
  }
}

async function* walkGuids({ database, slice }: Snapshot, plan: ElementPlan): AsyncGenerator<ElementRow[]> {
  let after = '';
  for (;;) {
    const rows = database.all<ElementRow>(
      `${selectElement} WHERE e.guid > ? ORDER BY e.guid LIMIT ${chunkSize}`,
      after,
    );
    yield rows.filter((row) => plan.types.has(row.type));
    after = rows.at(-1)?.guid ?? '';
    if (rows.length < chunkSize) return;
    await slice.pause();
  }
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

type Comparison = (one: FoundElement, other: FoundElement) => number;

/** The order asked for, ending in the id, so that it is total. */
function comparison(plan: ElementPlan): Comparison {
  const descending = plan.order === 'PROPERTY_DESCENDING';
  switch (plan.order) {
    case 'GUID':
      return (one, other) => (one.row.guid < other.row.guid ? -1 : one.row.guid > other.row.guid ? 1 : 0);
    case 'CREATION_DATE_RECENT':
      return (one, other) => other.row.id - one.row.id;
    case 'CREATION_DATE_OLDEST':
      return (one, other) => one.row.id - other.row.id;
    case 'LAST_UPDATE_OLDEST':
      return (one, other) => one.row.sequence - other.row.sequence;
    case 'PROPERTY_ASCENDING':
    case 'PROPERTY_DESCENDING':
      return (one, other) => {
        const order = compareValues(sortKey(plan, one), sortKey(plan, other));
        return (descending ? -order : order) || one.row.id - other.row.id;
      };
    default:
      return (one, other) => other.row.sequence - one.row.sequence;
  }
}

const sortKeys = new WeakMap<ElementRow, unknown>();

function sortKey(plan: ElementPlan, { row }: FoundElement): unknown {
  if (plan.orderProperty === 'qualifiedName') return row.qualified_name ?? undefined;
  if (!sortKeys.has(row)) sortKeys.set(row, parseProperties(row.properties)[plan.orderProperty]);
  return sortKeys.get(row);
}

/** Numbers before strings before everything else; what is missing comes last. */
function compareValues(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  return rank(one) - rank(other);
}

function rank(value: unknown): number {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return 1;
  return value === undefined ? 3 : 2;
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

/** Keeps the first few of many by an order, without keeping the many. */
class BestOf {
  #kept: FoundElement[] = [];

  constructor(
    private readonly limit: number,
    private readonly compare: Comparison,
  ) {}

  add(found: FoundElement): void {
    this.#kept.push(found);
    if (this.#kept.length >= 2 * this.limit + chunkSize) this.#trim();
  }

  sorted(): readonly FoundElement[] {
    this.#trim();
    return this.#kept;
  }

  #trim(): void {
    this.#kept = this.#kept.sort(this.compare).slice(0, this.limit);
  }
}

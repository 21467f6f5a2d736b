import type { QueryOptions, ReadOptions, TypeSystem } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import { type ElementAssembly, rowsById } from './element-assembly.js';
import { countElements, elementsInOrder, findElements, withClassifications } from './element-finding.js';
import { elementByGuid, elementByName, notFound, visibleElement } from './element-lookup.js';
import { type ElementPlan, pageOf, planElements } from './element-plan.js';
import type {
  AnchoredGraph,
  FindRelationshipOptions,
  GraphOptions,
  HistoryOptions,
  RelatedOptions,
  StoredClassification,
  StoredElement,
  StoredLink,
  StoredRelated,
  StringSearchOptions,
} from './element-store.js';
import { graphLinks } from './graph-links.js';
import { versionAt, versionsOf } from './history-reading.js';
import {
  findRelationshipRows,
  planRelated,
  planRelationships,
  type RelationshipQuery,
  relationshipCodes,
  walkRelationships,
} from './relationship-finding.js';
import { relationshipByGuid } from './relationship-writing.js';
import {
  type ClassificationRow,
  isEffective,
  type RelationshipRow,
  type RowReader,
  selectClassification,
  selectRelationship,
} from './rows.js';
import type { Snapshot, SnapshotPool } from './snapshot-pool.js';
import type { SortedOrders } from './sorted-orders.js';
import { visibility } from './store-schema.js';
import type { TypeCodes } from './type-codes.js';
import { historySubject } from './write-transaction.js';

/** Elements that an anchored graph shows at most. */
const largestGraph = 10_000;
const chunkSize = 250;

const relatedFromSql = `SELECT a.guid AS start, r.* FROM element a
  CROSS JOIN relationship r INDEXED BY relationship_end1 ON r.end1 = a.id
  WHERE a.guid IN (SELECT value FROM json_each(?)) AND a.visible = ${visibility.live} AND r.visible = ${visibility.live}
    AND r.type IN (SELECT value FROM json_each(?)) ORDER BY r.sequence`;

/** All reads of the store. Those that return no promise are point reads. */
export class StoreReading {
  constructor(
    private readonly types: TypeSystem,
    private readonly codes: TypeCodes,
    private readonly rows: RowReader,
    private readonly assembly: ElementAssembly,
    private readonly reader: Database,
    private readonly snapshots: SnapshotPool,
    private readonly orders: SortedOrders,
    private readonly maxPageSize: number,
  ) {}

  get(guid: string, options: ReadOptions): StoredElement {
    const { asOfTime } = options;
    // what is deleted was there before
    const gone = asOfTime === undefined ? undefined : elementByGuid(this.reader, guid);
    const row =
      gone?.visible === visibility.deleted && gone.update_time > (asOfTime ?? 0)
        ? gone
        : visibleElement(this.reader, guid, options);
    const [found] = withClassifications(this.reader, [row]);
    const element = found === undefined ? undefined : this.assembly.asOf(this.reader, found, options);
    if (element === undefined || !isEffective(row, options.effectiveTime))
      throw notFound('element', guid, 'elementGUID');
    return element;
  }

  getByQualifiedName(qualifiedName: string, options: QueryOptions): StoredElement | undefined {
    const wanted = options.typeName === undefined ? undefined : this.types.entity(options.typeName).name;
    const row = elementByName(this.reader, qualifiedName);
    if (row === undefined || row.visible === visibility.deleted || !isEffective(row, options.effectiveTime))
      return undefined;
    if (row.visible === visibility.archived && options.forLineage !== true) return undefined;
    if (wanted !== undefined && !this.types.isSubtypeOf(this.codes.name(row.type), wanted)) return undefined;
    const [found] = withClassifications(this.reader, [row]);
    return found === undefined ? undefined : this.assembly.asOf(this.reader, found, options);
  }

  async find(search: string | undefined, options: StringSearchOptions): Promise<readonly StoredElement[]> {
    const plan = this.#plan(search, options);
    const sorted = await this.#findSorted(plan, options);
    if (sorted !== undefined) return sorted;
    return this.snapshots.run(async (snapshot) =>
      this.assembly.elements(snapshot, await findElements(snapshot, plan), { ...options, ...asOfOnly(plan) }),
    );
  }

  /** By way of a sorted list; undefined when the order has none. */
  async #findSorted(plan: ElementPlan, options: StringSearchOptions): Promise<readonly StoredElement[] | undefined> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const list = await this.orders.listFor(this.reader, plan);
      if (list === undefined) return undefined;
      const page = await this.snapshots.run(async (snapshot) => {
        const ids = await this.orders.page(snapshot, plan, list);
        if (ids === undefined) return undefined;
        return this.assembly.elements(snapshot, await elementsInOrder(snapshot, ids), options);
      });
      if (page !== undefined) return page;
    }
    return undefined;
  }

  async count(search: string | undefined, options: StringSearchOptions): Promise<number> {
    const { startFrom, pageSize, ...filter } = options;
    const plan = this.#plan(search, filter);
    return this.snapshots.run((snapshot) => countElements(snapshot, plan));
  }

  async related(
    guid: string,
    options: RelatedOptions,
  ): Promise<{ readonly startingElement: StoredElement; readonly related: readonly StoredRelated[] }> {
    const startingElement = this.get(guid, options);
    return this.snapshots.run(async (snapshot) => {
      const start = visibleElement(snapshot.database, guid, options);
      const query = planRelated(this.types, this.codes, start.id, this.#withoutIdleDates(options, 'relationship'));
      const others = (row: RelationshipRow) => (row.end1 === start.id ? row.end2 : row.end1);
      const keep = this.#keepByElement(snapshot, options, others);
      const rows = await findRelationshipRows(snapshot, query, keep);
      const elements = await this.assembly.elementsById(snapshot, rows.map(others), options);
      const related = rows.flatMap((row): StoredRelated[] => {
        const element = elements.get(others(row));
        if (element === undefined) return [];
        return [{ relationship: this.rows.relationship(row), element, elementAtEnd1: row.end1 !== start.id }];
      });
      return { startingElement, related };
    });
  }

  /** What relationships of these types lead to from each of the elements, oldest first. All of one state. */
  async relatedFrom(
    guids: readonly string[],
    typeNames: readonly string[],
  ): Promise<ReadonlyMap<string, readonly StoredRelated[]>> {
    const codes = typeNames.flatMap((name) => relationshipCodes(this.types, this.codes, name) ?? []);
    return this.snapshots.run(async (snapshot) => {
      const found = new Map<string, StoredRelated[]>(guids.map((guid) => [guid, []]));
      for (let from = 0; from < guids.length; from += chunkSize) {
        const rows = snapshot.database.all<RelationshipRow & { readonly start: string }>(
          relatedFromSql,
          JSON.stringify(guids.slice(from, from + chunkSize)),
          JSON.stringify(codes),
        );
        const ends = [...new Set(rows.map(({ end2 }) => end2))];
        const elements = await this.assembly.elementsById(snapshot, ends, {});
        for (const { start, ...row } of rows) {
          const element = elements.get(row.end2);
          if (element === undefined) continue;
          found.get(start)?.push({ relationship: this.rows.relationship(row), element, elementAtEnd1: false });
        }
        await snapshot.slice.pause();
      }
      return found;
    });
  }

  async relationshipsBetween(guid1: string, guid2: string, options: RelatedOptions): Promise<readonly StoredLink[]> {
    const wanted = relationshipCodes(this.types, this.codes, options.relationshipTypeName);
    const page = pageOf(options, this.maxPageSize);
    return this.snapshots.run(async (snapshot) => {
      const one = visibleElement(snapshot.database, guid1, options);
      const other = visibleElement(snapshot.database, guid2, options);
      const rows = [
        ...between(snapshot.database, one.id, other.id),
        ...(one.id === other.id ? [] : between(snapshot.database, other.id, one.id)),
      ]
        .filter((row) => row.visible !== visibility.deleted && (wanted?.includes(row.type) ?? true))
        .filter((row) => isEffective(row, options.effectiveTime))
        .sort((left, right) => right.sequence - left.sequence);
      return this.assembly.links(snapshot, rows.slice(page.startFrom, page.startFrom + page.pageSize), options);
    });
  }

  async findRelationships(options: FindRelationshipOptions): Promise<readonly StoredLink[]> {
    return this.snapshots.run(async (snapshot) => {
      const rows = await findRelationshipRows(snapshot, this.#relationshipQuery(snapshot, options), undefined);
      return this.assembly.links(snapshot, rows, options);
    });
  }

  async countRelationships(options: FindRelationshipOptions): Promise<number> {
    const { startFrom, pageSize, ...filter } = options;
    return this.snapshots.run(async (snapshot) => {
      let count = 0;
      for await (const rows of walkRelationships(snapshot, this.#relationshipQuery(snapshot, filter)))
        count += rows.length;
      return count;
    });
  }

  getRelationship(guid: string, options: ReadOptions): StoredLink {
    const current = relationshipByGuid(this.reader, guid);
    const { asOfTime } = options;
    const row =
      asOfTime === undefined
        ? current
        : versionAt(this.reader, historySubject.relationship, current.id, 0, current, asOfTime);
    const link = row === undefined || !isEffective(row, options.effectiveTime) ? undefined : this.assembly.link(row);
    if (link === undefined) throw notFound('relationship', guid, 'relationshipGUID');
    return link;
  }

  async anchoredGraph(guid: string, options: GraphOptions): Promise<AnchoredGraph> {
    const element = this.get(guid, options);
    return this.snapshots.run(async (snapshot) => {
      const root = visibleElement(snapshot.database, guid, options);
      const ids = await anchoredIds(snapshot, root.id, options);
      const complete = ids.length <= largestGraph;
      const shown = ids.slice(0, largestGraph);
      const elements = await this.assembly.elementsById(snapshot, shown, options);
      const rows = await graphLinks(snapshot, new Set([root.id, ...shown]), options);
      return {
        element,
        anchoredElements: [...elements.values()],
        relationships: await this.assembly.links(snapshot, rows, options),
        complete,
      };
    });
  }

  history(guid: string, options: HistoryOptions): readonly StoredElement[] {
    const row = visibleElement(this.reader, guid, { forLineage: true });
    const page = pageOf(options, this.maxPageSize);
    const versions = versionsOf(this.reader, historySubject.element, row.id, 0, row, options, page);
    return versions.map((version) =>
      this.rows.element(version, this.assembly.classificationsAt(this.reader, version, version.update_time)),
    );
  }

  classificationHistory(guid: string, name: string, options: HistoryOptions): readonly StoredClassification[] {
    this.types.classification(name);
    const row = visibleElement(this.reader, guid, { forLineage: true });
    const code = this.codes.code(name);
    const current = this.reader.get<ClassificationRow>(
      `${selectClassification} WHERE element = ? AND type = ?`,
      row.id,
      code,
    );
    const page = pageOf(options, this.maxPageSize);
    return versionsOf(this.reader, historySubject.element, row.id, code, current, options, page).map((version) =>
      this.rows.classification(version),
    );
  }

  relationshipHistory(guid: string, options: HistoryOptions): readonly StoredLink[] {
    const row = relationshipByGuid(this.reader, guid);
    const page = pageOf(options, this.maxPageSize);
    return versionsOf(this.reader, historySubject.relationship, row.id, 0, row, options, page).flatMap(
      (version) => this.assembly.link(version) ?? [],
    );
  }

  #plan(search: string | undefined, options: StringSearchOptions): ElementPlan {
    return planElements(this.types, this.codes, search, this.#withoutIdleDates(options, 'element'), this.maxPageSize);
  }

  /** Clients send a time with every read; where nothing is limited in time it need not slow the search down. */
  #withoutIdleDates<O extends ReadOptions>(options: O, table: 'element' | 'relationship'): O {
    if (options.effectiveTime === undefined) return options;
    const limited = this.reader.get(
      `SELECT 1 FROM ${table} WHERE effective_from IS NOT NULL OR effective_to IS NOT NULL LIMIT 1`,
    );
    if (limited !== undefined) return options;
    const { effectiveTime, ...rest } = options;
    return rest as O;
  }

  #relationshipQuery(snapshot: Snapshot, options: FindRelationshipOptions): RelationshipQuery {
    const ids = (guids: readonly string[] | undefined): ReadonlySet<number> | undefined => {
      if (guids === undefined || guids.length === 0) return undefined;
      return new Set(guids.flatMap((guid) => elementByGuid(snapshot.database, guid)?.id ?? []));
    };
    return planRelationships(
      this.types,
      this.codes,
      this.#withoutIdleDates(options, 'relationship'),
      ids(options.end1Guids),
      ids(options.end2Guids),
    );
  }

  /** Drops relationships whose other end does not match; undefined when every end does. */
  #keepByElement(
    snapshot: Snapshot,
    options: RelatedOptions,
    other: (row: RelationshipRow) => number,
  ): ((rows: readonly RelationshipRow[]) => readonly RelationshipRow[]) | undefined {
    const { startFrom, pageSize, sequencingOrder, sequencingProperty, conditions, ...filter } = options;
    const plan = this.#plan(undefined, filter);
    if (plan.test === undefined && options.typeName === undefined && !options.subtypeNames?.length) return undefined;
    return (rows) => {
      const matching = new Set<number>();
      for (const found of rowsById(snapshot.database, rows.map(other))) {
        if (plan.types.has(found.row.type) && (plan.test?.(found.row, found.classifications) ?? true))
          matching.add(found.row.id);
      }
      return rows.filter((row) => matching.has(other(row)));
    };
  }
}

function asOfOnly({ asOfTime }: ElementPlan): ReadOptions {
  return asOfTime === undefined ? {} : { asOfTime };
}

function between(database: Database, end1: number, end2: number): RelationshipRow[] {
  return database.all<RelationshipRow>(
    `${selectRelationship} INDEXED BY relationship_pair WHERE end1 = ? AND end2 = ?`,
    end1,
    end2,
  );
}

async function anchoredIds(snapshot: Snapshot, root: number, options: ReadOptions): Promise<number[]> {
  const visible = options.forLineage === true ? '1, 2' : '1';
  const found: number[] = [];
  const open = [root];
  while (open.length > 0 && found.length <= largestGraph) {
    const id = open.shift();
    if (id === undefined) break;
    const below = snapshot.database.all<{ id: number }>(
      `SELECT id FROM element WHERE anchor = ? AND anchor <> id AND visible IN (${visible}) LIMIT ${largestGraph + 1}`,
      id,
    );
    found.push(...below.map((row) => row.id));
    open.push(...below.map((row) => row.id));
    await snapshot.slice.pause();
  }
  return found;
}

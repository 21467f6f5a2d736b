import type { ReadOptions } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';
import { type FoundElement, withClassifications } from './element-finding.js';
import type { StoredElement, StoredLink } from './element-store.js';
import { formerClassifications, versionAt } from './history-reading.js';
import {
  type ClassificationRow,
  type ElementRow,
  isEffective,
  type RelationshipRow,
  type RowReader,
  selectClassification,
  selectElement,
} from './rows.js';
import type { Snapshot } from './snapshot-pool.js';
import { historySubject } from './write-transaction.js';

const chunkSize = 250;

/** Puts elements and links together from the rows that were found, as they are or as they were at a time. */
export class ElementAssembly {
  constructor(
    private readonly rows: RowReader,
    private readonly reader: Database,
  ) {}

  async elements(
    snapshot: Snapshot,
    found: readonly FoundElement[],
    options: ReadOptions,
  ): Promise<readonly StoredElement[]> {
    const elements: StoredElement[] = [];
    for (const each of found) {
      const element = this.asOf(snapshot.database, each, options);
      if (element !== undefined) elements.push(element);
      if (elements.length % chunkSize === 0) await snapshot.slice.pause();
    }
    return elements;
  }

  async elementsById(
    snapshot: Snapshot,
    ids: readonly number[],
    options: ReadOptions,
  ): Promise<ReadonlyMap<number, StoredElement>> {
    const elements = new Map<number, StoredElement>();
    const wanted = [...new Set(ids)];
    for (let index = 0; index < wanted.length; index += chunkSize) {
      for (const found of rowsById(snapshot.database, wanted.slice(index, index + chunkSize))) {
        const element = this.asOf(snapshot.database, found, options);
        if (element !== undefined) elements.set(found.row.id, element);
      }
      await snapshot.slice.pause();
    }
    return elements;
  }

  async links(
    snapshot: Snapshot,
    rows: readonly RelationshipRow[],
    options: ReadOptions,
  ): Promise<readonly StoredLink[]> {
    const ends = await this.elementsById(
      snapshot,
      rows.flatMap((row) => [row.end1, row.end2]),
      options,
    );
    return rows.flatMap((row) => {
      const end1 = ends.get(row.end1);
      const end2 = ends.get(row.end2);
      return end1 === undefined || end2 === undefined ? [] : [this.rows.link(row, end1, end2)];
    });
  }

  link(row: RelationshipRow): StoredLink | undefined {
    const found = new Map(rowsById(this.reader, [row.end1, row.end2]).map((each) => [each.row.id, each]));
    const end1 = found.get(row.end1);
    const end2 = found.get(row.end2);
    if (end1 === undefined || end2 === undefined) return undefined;
    return this.rows.link(
      row,
      this.rows.element(end1.row, end1.classifications),
      this.rows.element(end2.row, end2.classifications),
    );
  }

  /** The element as it was at the time asked for; undefined when there was none or it is no longer known. */
  asOf(database: Database, { row, classifications }: FoundElement, options: ReadOptions): StoredElement | undefined {
    const { asOfTime, effectiveTime } = options;
    if (asOfTime === undefined) {
      return this.rows.element(
        row,
        classifications.filter((each) => isEffective(each, effectiveTime)),
      );
    }
    const version = versionAt(database, historySubject.element, row.id, 0, row, asOfTime);
    return version === undefined
      ? undefined
      : this.rows.element(version, this.classificationsAt(database, row, asOfTime));
  }

  classificationsAt(database: Database, row: ElementRow, time: number): readonly ClassificationRow[] {
    const current = new Map(
      database
        .all<ClassificationRow>(`${selectClassification} WHERE element = ?`, row.id)
        .map((classification) => [classification.type, classification]),
    );
    const types = new Set([...current.keys(), ...formerClassifications(database, historySubject.element, row.id)]);
    return [...types].flatMap(
      (type) => versionAt(database, historySubject.element, row.id, type, current.get(type), time) ?? [],
    );
  }
}

export function rowsById(database: Database, ids: readonly number[]): FoundElement[] {
  const rows = database.all<ElementRow>(
    `${selectElement} WHERE e.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  return withClassifications(database, rows);
}

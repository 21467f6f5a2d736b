import { IsthmusError } from '@isthmus/kernel';
import type { ReadOptions } from '@isthmus/model';
import type { Writer } from './element-store.js';
import { type ElementRow, type HeaderRow, selectElement } from './rows.js';
import { visibility } from './store-schema.js';
import type { Reads } from './write-transaction.js';

// made once: statements are looked up by their text
const byGuid = `${selectElement} WHERE e.guid = ?`;
const byId = `${selectElement} WHERE e.id = ?`;
const byName = `${selectElement} WHERE e.qualified_name = ?`;

export function elementByGuid(database: Reads, guid: string): ElementRow | undefined {
  return database.get<ElementRow>(byGuid, guid);
}

export function elementById(database: Reads, id: number): ElementRow | undefined {
  return database.get<ElementRow>(byId, id);
}

/** Deleted ones too. */
export function elementByName(database: Reads, qualifiedName: string): ElementRow | undefined {
  return database.get<ElementRow>(byName, qualifiedName);
}

/**
 * The element as a caller may see it.
 *
 * @param parameter - what the caller calls this GUID; becomes `details.parameter` of the error
 * @throws ELEMENT_NOT_FOUND, ELEMENT_ARCHIVED
 */
export function visibleElement(
  database: Reads,
  guid: string,
  options: ReadOptions,
  parameter = 'elementGUID',
): ElementRow {
  const row = elementByGuid(database, guid);
  if (row === undefined || row.visible === visibility.deleted) throw notFound('element', guid, parameter);
  if (row.visible === visibility.archived && options.forLineage !== true) {
    throw new IsthmusError('ELEMENT_ARCHIVED', `element ${guid} is archived`, { details: { guid, parameter } });
  }
  return row;
}

export function notFound(what: 'element' | 'relationship', guid: string, parameter: string): IsthmusError {
  return new IsthmusError('ELEMENT_NOT_FOUND', `there is no ${what} ${guid}`, { details: { guid, parameter } });
}

/**
 * What an external source owns is changed only in its name.
 *
 * @throws ELEMENT_OWNED_ELSEWHERE
 */
export function checkOwner(writer: Writer, row: HeaderRow, guid: string): void {
  if (row.source_guid === null || row.source_guid === writer.externalSource?.guid) return;
  throw new IsthmusError('ELEMENT_OWNED_ELSEWHERE', `${guid} belongs to the metadata source ${row.source_name}`, {
    details: { guid, userId: writer.userId, ownerGuid: row.source_guid, ownerName: row.source_name ?? undefined },
    next: `write in the name of ${row.source_name}: send its GUID and name as external source`,
  });
}

import { type BatchItemResult, fieldValue, type KeptFrom, type PropertyValue } from '@isthmus/model';
import { classificationRow } from './classification-writing.js';
import { versionsOf } from './history-reading.js';
import { isSame } from './property-changes.js';
import { type ElementRow, type HeaderRow, parseProperties, type RelationshipRow } from './rows.js';
import { historySubject, type WriteTransaction } from './write-transaction.js';

type Reading = Pick<WriteTransaction, 'database' | 'codes'>;

const wholeHistory = { startFrom: 0, pageSize: Number.MAX_SAFE_INTEGER };

/**
 * Who set the fields of an element that an upsert leaves as they are, and when: others may have changed other fields since.
 * Call it before anything is changed, or with the row as it was.
 */
export function settersOf(
  tx: Reading,
  row: ElementRow,
  kept: Readonly<Record<string, PropertyValue>>,
): Pick<BatchItemResult, 'keptFrom' | 'keptBy'> {
  const keptFrom = changeOf(row);
  const setters = new Map<string, KeptFrom>();
  const versions = new Map<string, readonly HeaderRow[]>();
  for (const field of Object.keys(kept)) {
    const [classification] = field.startsWith('@') ? field.slice(1).split('.', 1) : [''];
    const known = versions.get(classification ?? '') ?? versionsNow(tx, row, classification ?? '');
    versions.set(classification ?? '', known);
    const setter = setterOf(known, classification ?? '', field);
    if (setter !== undefined && (setter.at !== keptFrom.at || setter.by !== keptFrom.by)) setters.set(field, setter);
  }
  return { keptFrom, ...(setters.size === 0 ? {} : { keptBy: Object.fromEntries(setters) }) };
}

/** `settersOf` of the properties of a relationship. */
export function settersOfLink(
  { database }: Pick<Reading, 'database'>,
  row: RelationshipRow,
  fields: readonly string[],
): Pick<BatchItemResult, 'keptFrom' | 'keptBy'> {
  const versions = versionsOf<HeaderRow>(database, historySubject.relationship, row.id, 0, row, {}, wholeHistory);
  const setters = fields.flatMap((field) => {
    const setter = setterOf(versions, '', field);
    return setter === undefined ? [] : [[field, setter] as const];
  });
  return { keptFrom: changeOf(row), keptBy: Object.fromEntries(setters) };
}

/** Newest first. */
function versionsNow(tx: Reading, row: ElementRow, classification: string): readonly HeaderRow[] {
  const now = classification === '' ? row : classificationRow(tx, row, classification);
  if (now === undefined) return [];
  const code = classification === '' ? 0 : now.type;
  return versionsOf<HeaderRow>(tx.database, historySubject.element, row.id, code, now, {}, wholeHistory);
}

function setterOf(versions: readonly HeaderRow[], classification: string, field: string): KeptFrom | undefined {
  const valueIn = (row: HeaderRow) => {
    const properties = parseProperties(row.properties);
    return classification === ''
      ? fieldValue({ properties, classifications: {} }, field)
      : fieldValue({ properties: {}, classifications: { [classification]: properties } }, field);
  };
  const [now] = versions;
  if (now === undefined) return undefined;
  const value = valueIn(now);
  let setter = now;
  for (const row of versions) {
    if (!isSame(valueIn(row), value)) break;
    setter = row;
  }
  return changeOf(setter);
}

function changeOf({ update_time: at, updated_by: by }: HeaderRow): KeptFrom {
  return { at, by };
}

import { IsthmusError } from '@isthmus/kernel';
import { type BatchItemResult, type BatchOperation, type Properties, permittedLink } from '@isthmus/model';
import type { Writer } from './element-store.js';
import { settersOfLink } from './field-setters.js';
import { isSame, merged } from './property-changes.js';
import { linkBetween, linkElements, removeRelationship, saveRelationship } from './relationship-writing.js';
import { maintainersOf, parseProperties } from './rows.js';
import { visibility } from './store-schema.js';
import type { EndRow, WriteTransaction } from './write-transaction.js';

type Link = Extract<BatchOperation, { op: 'link' | 'unlink' }>;
type LinkOutcome = Pick<BatchItemResult, 'outcome' | 'kept' | 'keptFrom' | 'keptBy'>;

/** A link named in a batch is a state: there is one, also where the type would allow several. */
export function linkOrUnlink(tx: WriteTransaction, writer: Writer, operation: Link): LinkOutcome {
  tx.types.relationship(operation.typeName);
  if (operation.op === 'link') return link(tx, writer, operation);
  const end1 = tx.end(operation.end1);
  const end2 = tx.end(operation.end2);
  const present =
    end1 === undefined || end2 === undefined ? undefined : linkBetween(tx, operation.typeName, end1, end2);
  const { expects, keepsOthers = false } = operation;
  if (present === undefined || (keepsOthers && present.created_by !== writer.userId)) return { outcome: 'unchanged' };
  if (expects !== undefined && present.version !== expects) throw changedLink(operation, expects, present.version);
  removeRelationship(tx, writer, present);
  return { outcome: 'deleted' };
}

function link(tx: WriteTransaction, writer: Writer, operation: Link): LinkOutcome {
  const { typeName, isTrial = false } = operation;
  const ends = [named(tx, operation.end1, 'end1'), named(tx, operation.end2, 'end2')] as const;
  const present = linkBetween(tx, typeName, ...ends);
  if (present === undefined)
    return isTrial
      ? { outcome: 'created' }
      : { outcome: linkElements(tx, writer, typeName, ...ends, operation.properties).outcome };
  const there = parseProperties(present.properties);
  const isOwnWork = maintainersOf(present).every((user) => user === writer.userId);
  const { properties, clear, kept } = permittedLink(there, operation, isOwnWork);
  const after = without(merged(there, properties), clear);
  const told = Object.keys(kept).length === 0 ? {} : { kept, ...settersOfLink(tx, present, Object.keys(kept)) };
  const isThere =
    isSame(there, after) || (!isTrial && saveRelationship(tx, writer, present, after, 'replace') === present);
  return { outcome: isThere ? 'unchanged' : 'updated', ...told };
}

function without(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));
}

function changedLink({ typeName, end1, end2 }: Link, expected: number, version: number): IsthmusError {
  return new IsthmusError(
    'ELEMENT_CHANGED',
    `${typeName} from ${end1} to ${end2} was expected in version ${expected} and has version ${version}`,
    { details: { expected, version } },
  );
}

/** @throws ELEMENT_NOT_FOUND */
export function named(tx: WriteTransaction, qualifiedName: string, parameter: string): EndRow {
  const row = tx.end(qualifiedName);
  if (row !== undefined && row.visible !== visibility.deleted) return row;
  throw new IsthmusError('ELEMENT_NOT_FOUND', `there is no element called ${qualifiedName}`, {
    details: { qualifiedName, parameter },
  });
}

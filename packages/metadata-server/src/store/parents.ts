import { type BatchOperation, type FoundParent, maySeveralHold, type Properties } from '@isthmus/model';
import { settersOfLink } from './field-setters.js';
import type { Reading } from './found-element.js';
import { maintainersOf, parseProperties, type RelationshipRow, selectRelationship } from './rows.js';

type Parent = NonNullable<Extract<BatchOperation, { op: 'upsert' }>['parent']>;
type Kind = Pick<Parent, 'relationshipTypeName' | 'parentAtEnd1'>;

/** A folder may have a hundred thousand of them, a part has one. */
const mostParents = 100;

export function parentsOf(
  { database, codes, types }: Reading,
  row: { readonly id: number },
  kind: Kind,
  userId: string | undefined,
): readonly FoundParent[] {
  const ofSeveral = maySeveralHold(types, kind);
  return database
    .all<RelationshipRow & { name: string | null }>(
      (kind.parentAtEnd1 ?? true) ? parentsAtEnd1 : parentsAtEnd2,
      row.id,
      codes.code(kind.relationshipTypeName),
    )
    .map(({ name, ...row }) => {
      const properties = parseProperties(row.properties);
      const foreign = userId === undefined ? [] : foreignProperties({ database }, row, properties, userId);
      return {
        qualifiedName: name ?? '',
        properties,
        ...(foreign.length > 0 && { foreignProperties: foreign }),
        ...(ofSeveral && row.created_by !== userId ? { stays: true as const } : {}),
      };
    });
}

/** Names of those of the properties that another user set last. */
export function foreignProperties(
  reading: Pick<Reading, 'database'>,
  row: RelationshipRow,
  properties: Properties = {},
  userId: string,
): readonly string[] {
  const names = Object.keys(properties);
  if (names.length === 0 || maintainersOf(row).every((user) => user === userId)) return [];
  const { keptBy = {} } = settersOfLink(reading, row, names);
  return names.filter((name) => keptBy[name] !== undefined && keptBy[name].by !== userId);
}

/** Relationships to other parents than this one that are to go: see `parent` of an upsert. */
export function formerParents(
  { database, codes, types }: Reading,
  row: { readonly id: number },
  parent: Parent,
  now: { readonly id: number },
  userId: string,
): readonly RelationshipRow[] {
  const others = database.all<RelationshipRow>(
    (parent.parentAtEnd1 ?? true) ? othersAtEnd1 : othersAtEnd2,
    row.id,
    codes.code(parent.relationshipTypeName),
    now.id,
  );
  if (others.length === 0 || !maySeveralHold(types, parent)) return others;
  const own = others.filter(({ created_by: by }) => by === userId);
  const { beside = [] } = parent;
  if (beside.length === 0) return own;
  const staying = new Set(
    database
      .all<{ id: number }>(
        'SELECT id FROM element WHERE qualified_name IN (SELECT value FROM json_each(?))',
        JSON.stringify(beside),
      )
      .map(({ id }) => id),
  );
  return own.filter(({ end1, end2 }) => !staying.has(end1 === row.id ? end2 : end1));
}

const parentsAtEnd1 = `SELECT p.qualified_name AS name, r.* FROM relationship r INDEXED BY relationship_end2
  CROSS JOIN element p ON p.id = r.end1 WHERE r.end2 = ? AND r.visible IN (1, 2) AND r.type = ? LIMIT ${mostParents}`;
const parentsAtEnd2 = `SELECT p.qualified_name AS name, r.* FROM relationship r INDEXED BY relationship_end1
  CROSS JOIN element p ON p.id = r.end2 WHERE r.end1 = ? AND r.visible IN (1, 2) AND r.type = ? LIMIT ${mostParents}`;
const othersAtEnd1 = `${selectRelationship} INDEXED BY relationship_end2
  WHERE end2 = ? AND visible IN (1, 2) AND type = ? AND end1 <> ?`;
const othersAtEnd2 = `${selectRelationship} INDEXED BY relationship_end1
  WHERE end1 = ? AND visible IN (1, 2) AND type = ? AND end2 <> ?`;

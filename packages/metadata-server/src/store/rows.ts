import type { ElementOrigin, Properties, TypeSystem } from '@isthmus/model';
import type {
  StoredClassification,
  StoredElement,
  StoredLink,
  StoredRelationship,
  StoredVersions,
} from './element-store.js';
import { visibility } from './store-schema.js';
import type { TypeCodes } from './type-codes.js';

/** What elements, classifications and relationships have in common. */
export interface HeaderRow {
  readonly type: number;
  readonly sequence: number;
  readonly version: number;
  readonly created_by: string;
  readonly create_time: number;
  readonly updated_by: string;
  readonly update_time: number;
  /** JSON array; null when only the creator ever wrote. */
  readonly maintained_by: string | null;
  readonly request_id: string | null;
  readonly source_guid: string | null;
  readonly source_name: string | null;
  readonly effective_from: number | null;
  readonly effective_to: number | null;
  /** JSON object of plain values. */
  readonly properties: string;
}

export interface ElementRow extends HeaderRow {
  readonly id: number;
  readonly guid: string;
  readonly qualified_name: string | null;
  readonly visible: number;
  readonly anchor: number | null;
  readonly anchor_scopes: string | null;
  readonly deletion: number | null;
  /** Of the anchor; null without one. */
  readonly anchor_guid: string | null;
  readonly anchor_type: number | null;
}

export interface ClassificationRow extends HeaderRow {
  readonly element: number;
}

export interface RelationshipRow extends HeaderRow {
  readonly id: number;
  readonly guid: string;
  readonly end1: number;
  readonly end2: number;
  readonly visible: number;
}

export const headerColumns = [
  'type',
  'sequence',
  'version',
  'created_by',
  'create_time',
  'updated_by',
  'update_time',
  'maintained_by',
  'request_id',
  'source_guid',
  'source_name',
  'effective_from',
  'effective_to',
  'properties',
] as const;

/** Element rows with their anchors; append a WHERE on `e`. */
export const selectElement = `SELECT e.id, e.guid, e.qualified_name, e.visible, e.anchor, e.anchor_scopes, e.deletion,
  a.guid AS anchor_guid, a.type AS anchor_type, ${headerColumns.map((name) => `e.${name}`).join(', ')}
  FROM element e LEFT JOIN element a ON a.id = e.anchor`;

export const selectClassification = `SELECT element, ${headerColumns.join(', ')} FROM classification`;

export const selectRelationship = `SELECT id, guid, end1, end2, visible, ${headerColumns.join(', ')} FROM relationship`;

/** Makes rows what callers see. */
export class RowReader {
  constructor(
    private readonly types: TypeSystem,
    private readonly codes: TypeCodes,
    private readonly home: { readonly metadataCollectionId: string; readonly name: string },
  ) {}

  element(row: ElementRow, classifications: readonly ClassificationRow[]): StoredElement {
    const typeName = this.codes.name(row.type);
    const anchors = this.#anchors(row);
    return {
      guid: row.guid,
      typeName,
      superTypeNames: this.types.superTypes(typeName),
      status: row.visible === visibility.deleted ? 'DELETED' : 'ACTIVE',
      origin: this.#origin(row),
      versions: versionsOf(row),
      classifications: [
        ...(anchors === undefined ? [] : [anchors]),
        ...classifications.map((classification) => this.classification(classification)),
      ],
      properties: parseProperties(row.properties),
      ...effectivityOf(row),
    };
  }

  classification(row: HeaderRow): StoredClassification {
    return {
      classificationName: this.codes.name(row.type),
      properties: parseProperties(row.properties),
      origin: this.#origin(row),
      versions: versionsOf(row),
      ...effectivityOf(row),
    };
  }

  relationship(row: RelationshipRow): StoredRelationship {
    return {
      guid: row.guid,
      typeName: this.codes.name(row.type),
      properties: parseProperties(row.properties),
      status: row.visible === visibility.deleted ? 'DELETED' : 'ACTIVE',
      origin: this.#origin(row),
      versions: versionsOf(row),
      ...effectivityOf(row),
    };
  }

  link(row: RelationshipRow, end1: StoredElement, end2: StoredElement): StoredLink {
    return { relationship: this.relationship(row), end1, end2 };
  }

  /** The classification Anchors is not stored: it follows from the element's anchor. */
  #anchors(row: ElementRow): StoredClassification | undefined {
    if (row.anchor === null || row.anchor_guid === null || row.anchor_type === null) return undefined;
    const anchorTypeName = this.codes.name(row.anchor_type);
    return {
      classificationName: 'Anchors',
      properties: {
        ...(row.anchor === row.id ? {} : { anchorGUID: row.anchor_guid }),
        anchorTypeName,
        anchorDomainName: this.types.domain(anchorTypeName),
        ...(row.anchor_scopes === null ? {} : { anchorScopeGUIDs: JSON.parse(row.anchor_scopes) }),
      },
      // Whoever owns the element: who is anchored where is this server's own knowledge.
      origin: this.#localOrigin(),
      versions: {
        createdBy: row.created_by,
        updatedBy: row.created_by,
        maintainedBy: [row.created_by],
        createTime: row.create_time,
        updateTime: row.create_time,
        version: 1,
        ...(row.request_id === null ? {} : { lastRequestId: row.request_id }),
      },
    };
  }

  #origin(row: HeaderRow): ElementOrigin {
    if (row.source_guid !== null) {
      return {
        originCategory: 'EXTERNAL_SOURCE',
        homeMetadataCollectionId: row.source_guid,
        homeMetadataCollectionName: row.source_name ?? '',
      };
    }
    return this.#localOrigin();
  }

  #localOrigin(): ElementOrigin {
    return {
      originCategory: 'LOCAL_COHORT',
      homeMetadataCollectionId: this.home.metadataCollectionId,
      homeMetadataCollectionName: this.home.name,
    };
  }
}

export function parseProperties(text: string): Properties {
  return JSON.parse(text);
}

export function maintainersOf(row: Pick<HeaderRow, 'created_by' | 'maintained_by'>): readonly string[] {
  return row.maintained_by === null ? [row.created_by] : JSON.parse(row.maintained_by);
}

export function effectivityOf(row: Pick<HeaderRow, 'effective_from' | 'effective_to'>): {
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
} {
  return {
    ...(row.effective_from === null ? {} : { effectiveFrom: row.effective_from }),
    ...(row.effective_to === null ? {} : { effectiveTo: row.effective_to }),
  };
}

/** Whether something counts at a time; no time asked for = always. */
export function isEffective(
  row: Pick<HeaderRow, 'effective_from' | 'effective_to'>,
  effectiveTime: number | undefined,
): boolean {
  if (effectiveTime === undefined) return true;
  return (
    (row.effective_from === null || row.effective_from <= effectiveTime) &&
    (row.effective_to === null || row.effective_to > effectiveTime)
  );
}

function versionsOf(row: HeaderRow): StoredVersions {
  return {
    createdBy: row.created_by,
    updatedBy: row.updated_by,
    maintainedBy: maintainersOf(row),
    createTime: row.create_time,
    updateTime: row.update_time,
    version: row.version,
    ...(row.request_id === null ? {} : { lastRequestId: row.request_id }),
  };
}

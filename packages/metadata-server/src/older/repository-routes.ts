import type { AttributeFacts, AttributeType, RelationshipEnd, TypeDefinition, TypeSystem } from '@isthmus/model';
import { EgeriaError, type FaceScope } from '@isthmus/platform';
import { addCall, needText, type StoreFaces } from '../routes/egeria-call.js';
import { type Json, someOrNone } from '../views/element-view.js';
import { attributeMembers } from '../views/type-view.js';
import { olderTypeVersions } from './release-facts.js';

const get = { method: 'GET', role: 'viewer', release: '4.3' } as const;
const typeClasses = {
  ENTITY_DEF: 'EntityDef',
  RELATIONSHIP_DEF: 'RelationshipDef',
  CLASSIFICATION_DEF: 'ClassificationDef',
} as const;
/** The archive of open metadata types that every Egeria server loads. */
const archiveGuid = 'bce3b0a0-662a-4f87-b8dc-844078a11a6e';
const head = { headerVersion: 1 } as const;
const made = { version: 1, versionName: '1.0' } as const;

/** What people and tools of 4.3 ask its repository services: types as 4.3 has them, and whose repository this is. */
export function addRepositoryCalls(scope: FaceScope, faces: StoreFaces): void {
  const typeDef = { ...get, path: '/types/typedef/name/:name', answer: 'TypeDefResponse' } as const;
  addCall(scope, faces, typeDef, async ({ path, face }) => {
    const name = needText(path, 'name');
    const found = face.older.names.older.find(name);
    if (found === undefined) throw typeUnknown(name);
    return { typeDef: typeView(face.older.names.older, found) };
  });
  const attributeType = {
    ...get,
    path: '/types/attribute-typedef/name/:name',
    answer: 'AttributeTypeDefResponse',
  } as const;
  addCall(scope, faces, attributeType, async ({ path, face }) => {
    const name = needText(path, 'name');
    const found = face.older.names.older.findAttributeType(name);
    if (found === undefined) throw typeUnknown(name);
    return { attributeTypeDef: attributeTypeView(found) };
  });
  const id = { ...get, path: '/metadata-collection-id', answer: 'MetadataCollectionIdResponse' } as const;
  addCall(scope, faces, id, async ({ store }) => ({
    metadataCollectionId: (await store.identity()).metadataCollectionId,
  }));
}

function typeView(types: TypeSystem, type: TypeDefinition): Json {
  return {
    class: typeClasses[type.category],
    ...head,
    guid: type.guid,
    name: type.name,
    status: type.deprecated === true ? 'DEPRECATED_TYPEDEF' : 'ACTIVE_TYPEDEF',
    version: olderTypeVersions[type.name] ?? 1,
    versionName: `${olderTypeVersions[type.name] ?? 1}.0`,
    category: type.category,
    superType: type.superType === undefined ? undefined : reference(types, type.superType),
    origin: archiveGuid,
    validInstanceStatusList: ['ACTIVE', 'DELETED'],
    initialStatus: 'ACTIVE',
    propertiesDefinition: someOrNone(type.attributes.map((attribute) => attributeView(types, attribute))),
    ...particulars(types, type),
  };
}

function particulars(types: TypeSystem, type: TypeDefinition): Json {
  switch (type.category) {
    case 'RELATIONSHIP_DEF':
      return {
        propagationRule: 'NONE',
        endDef1: endView(types, type.end1),
        endDef2: endView(types, type.end2),
        multiLink: type.multiLink ?? false,
      };
    case 'CLASSIFICATION_DEF':
      return {
        validEntityDefs: type.validEntityTypes.map((name) => reference(types, name)),
        propagatable: type.propagatable ?? false,
      };
    default:
      return {};
  }
}

function endView(types: TypeSystem, end: RelationshipEnd): Json {
  return {
    ...head,
    entityType: reference(types, end.entityType),
    attributeName: end.attributeName,
    attributeCardinality: end.cardinality,
  };
}

function reference(types: TypeSystem, name: string): Json {
  const { guid, deprecated } = types.get(name);
  return { ...head, guid, name, status: deprecated === true ? 'DEPRECATED_TYPEDEF' : 'ACTIVE_TYPEDEF' };
}

function attributeView(types: TypeSystem, attribute: AttributeFacts): Json {
  return { ...head, ...attributeMembers(attribute, attributeTypeView(types.attributeType(attribute.type))) };
}

function attributeTypeView(type: AttributeType): Json {
  const { guid, name } = type.facts;
  switch (type.kind) {
    case 'primitive':
      return {
        class: 'PrimitiveDef',
        ...head,
        ...made,
        category: 'PRIMITIVE',
        guid,
        name,
        primitiveDefCategory: type.facts.category,
      };
    case 'enum': {
      const elementDefs = type.facts.values.map((value) => ({ ...head, ordinal: value.ordinal, value: value.name }));
      return { class: 'EnumDef', ...head, ...made, category: 'ENUM_DEF', guid, name, elementDefs };
    }
    default:
      return {
        class: 'CollectionDef',
        ...head,
        ...made,
        category: 'COLLECTION',
        guid,
        name,
        collectionDefCategory: type.facts.category,
        argumentCount: type.facts.arguments.length,
        argumentTypes: type.facts.arguments,
      };
  }
}

function typeUnknown(name: string): EgeriaError {
  return new EgeriaError({
    code: 404,
    messageId: 'OMRS-REPOSITORY-404-009',
    message: `4.3 has no type ${name}`,
    exception: 'invalidParameter',
    members: { exceptionClassName: 'org.odpi.openmetadata.repositoryservices.ffdc.exception.TypeDefNotKnownException' },
    isthmusCode: 'TYPE_UNKNOWN',
  });
}

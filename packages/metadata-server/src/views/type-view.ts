import type { AttributeFacts, AttributeType, RelationshipEnd, TypeDefinition, TypeSystem } from '@isthmus/model';
import { type Json, someOrNone } from './element-view.js';

/** The archive of open metadata types that every Egeria server loads. */
const archiveGuid = 'bce3b0a0-662a-4f87-b8dc-844078a11a6e';
const typeClasses = {
  ENTITY_DEF: 'OpenMetadataEntityDef',
  RELATIONSHIP_DEF: 'OpenMetadataRelationshipDef',
  CLASSIFICATION_DEF: 'OpenMetadataClassificationDef',
} as const;

export interface TypeDetail {
  /** List inherited attributes too. */
  readonly inherited: boolean;
}

/** Type definitions in the JSON of Egeria 6.1. Descriptions and authorship of the types are not told. */
export class TypeViews {
  readonly #types: TypeSystem;

  constructor(types: TypeSystem) {
    this.#types = types;
  }

  type(definition: TypeDefinition, detail: TypeDetail = { inherited: false }): Json {
    const attributes = detail.inherited ? this.#allAttributes(definition) : definition.attributes;
    return {
      class: typeClasses[definition.category],
      guid: definition.guid,
      name: definition.name,
      status: definition.deprecated === true ? 'DEPRECATED_TYPEDEF' : 'ACTIVE_TYPEDEF',
      version: 1,
      versionName: this.#types.release,
      category: definition.category,
      superType: definition.superType === undefined ? undefined : this.#reference(definition.superType),
      origin: archiveGuid,
      validElementStatusList: ['ACTIVE', 'DELETED'],
      initialStatus: 'ACTIVE',
      attributeDefinitions: someOrNone(attributes.map((attribute) => this.#attribute(attribute))),
      ...this.#particulars(definition),
    };
  }

  attributeType(type: AttributeType): Json {
    const common = { version: 1, versionName: this.#types.release };
    const { guid, name } = type.facts;
    switch (type.kind) {
      case 'primitive':
        return {
          class: 'OpenMetadataPrimitiveDef',
          ...common,
          category: 'PRIMITIVE',
          guid,
          name,
          primitiveDefCategory: type.facts.category,
        };
      case 'enum': {
        const elements = type.facts.values.map((value) => ({ ordinal: value.ordinal, value: value.name }));
        // An enum without a default of its own has this nameless one on a real server.
        const defaultValue = elements.find(({ value }) => value === type.facts.defaultValue) ?? { ordinal: 99 };
        return {
          class: 'OpenMetadataEnumDef',
          ...common,
          category: 'ENUM',
          guid,
          name,
          elementDefs: elements,
          defaultValue,
        };
      }
      default:
        return {
          class: 'OpenMetadataCollectionDef',
          ...common,
          category: 'COLLECTION',
          guid,
          name,
          collectionDefCategory: type.facts.category,
          argumentCount: type.facts.arguments.length,
          argumentTypes: type.facts.arguments,
        };
    }
  }

  /** Own ones first, then those of each supertype, nearest first. */
  #allAttributes(definition: TypeDefinition): readonly AttributeFacts[] {
    const inherited = this.#types.superTypes(definition.name).flatMap((name) => this.#types.get(name).attributes);
    return [...definition.attributes, ...inherited];
  }

  #particulars(definition: TypeDefinition): Json {
    switch (definition.category) {
      case 'RELATIONSHIP_DEF':
        return {
          propagationRule: 'NONE',
          endDef1: this.#end(definition.end1),
          endDef2: this.#end(definition.end2),
          relationshipCategory: definition.multiLink === true ? 'MULTI_LINK' : 'UNI_LINK',
        };
      case 'CLASSIFICATION_DEF':
        return {
          validEntityDefs: definition.validEntityTypes.map((name) => this.#reference(name)),
          propagatable: definition.propagatable ?? false,
        };
      default:
        return {};
    }
  }

  #end(end: RelationshipEnd): Json {
    return {
      entityType: this.#reference(end.entityType),
      attributeName: end.attributeName,
      attributeCardinality: end.cardinality,
    };
  }

  #reference(name: string): Json {
    const { guid, deprecated } = this.#types.get(name);
    return { guid, name, status: deprecated === true ? 'DEPRECATED_TYPEDEF' : 'ACTIVE_TYPEDEF' };
  }

  #attribute(attribute: AttributeFacts): Json {
    return attributeMembers(attribute, this.attributeType(this.#types.attributeType(attribute.type)));
  }
}

/** An attribute as both releases tell it. @param attributeType its type in the words of the release */
export function attributeMembers(attribute: AttributeFacts, attributeType: Json): Json {
  const cardinality = attribute.cardinality ?? 'AT_MOST_ONE';
  return {
    attributeName: attribute.name,
    attributeType,
    attributeStatus: attribute.deprecated === true ? 'DEPRECATED_ATTRIBUTE' : 'ACTIVE_ATTRIBUTE',
    valuesMinCount: cardinality === 'ONE_ONLY' ? 1 : 0,
    valuesMaxCount: 1,
    indexable: true,
    unique: attribute.unique ?? false,
    attributeCardinality: cardinality,
  };
}

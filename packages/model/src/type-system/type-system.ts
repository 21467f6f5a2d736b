import { IsthmusError } from '@isthmus/kernel';
import type {
  AttributeFacts,
  ClassificationFacts,
  CollectionFacts,
  EnumFacts,
  PrimitiveFacts,
  RelationshipFacts,
  TypeFacts,
  TypesDocument,
} from './types-document.js';

export type TypeCategory = 'ENTITY_DEF' | 'RELATIONSHIP_DEF' | 'CLASSIFICATION_DEF';

export type TypeDefinition =
  | (TypeFacts & { readonly category: 'ENTITY_DEF' })
  | RelationshipDefinition
  | ClassificationDefinition;
export type RelationshipDefinition = RelationshipFacts & { readonly category: 'RELATIONSHIP_DEF' };
export type ClassificationDefinition = ClassificationFacts & { readonly category: 'CLASSIFICATION_DEF' };

/** What kind of value an attribute holds. */
export type AttributeType =
  | { readonly kind: 'primitive'; readonly facts: PrimitiveFacts }
  | { readonly kind: 'enum'; readonly facts: EnumFacts }
  | { readonly kind: 'array'; readonly facts: CollectionFacts; readonly element: PrimitiveFacts }
  | { readonly kind: 'map'; readonly facts: CollectionFacts; readonly value: PrimitiveFacts };

/**
 * The open metadata types of one release: who inherits from whom, which attributes a type has, where relationships
 * and classifications may be used. Pure; lookups take constant time. Methods that take a type name throw
 * TYPE_UNKNOWN unless they say otherwise.
 */
export class TypeSystem {
  readonly release: string;
  readonly #types = new Map<string, TypeDefinition>();
  readonly #typesByGuid = new Map<string, TypeDefinition>();
  readonly #attributeTypes = new Map<string, AttributeType>();
  readonly #attributeTypesByGuid = new Map<string, AttributeType>();
  readonly #superTypes = new Map<string, readonly string[]>();
  readonly #subtypes = new Map<string, string[]>();
  readonly #attributes = new Map<string, ReadonlyMap<string, AttributeFacts>>();

  /** @throws TYPE_UNKNOWN when the document refers to a type that it does not define */
  constructor(document: TypesDocument) {
    this.release = document.release;
    this.#addAttributeTypes(document);
    for (const facts of document.entities) this.#add({ ...facts, category: 'ENTITY_DEF' });
    for (const facts of document.relationships) this.#add({ ...facts, category: 'RELATIONSHIP_DEF' });
    for (const facts of document.classifications) this.#add({ ...facts, category: 'CLASSIFICATION_DEF' });
    for (const type of this.#types.values()) this.#inherit(type);
  }

  /** Undefined when there is none. */
  find(name: string): TypeDefinition | undefined {
    return this.#types.get(name);
  }

  findByGuid(guid: string): TypeDefinition | undefined {
    return this.#typesByGuid.get(guid);
  }

  findAttributeType(name: string): AttributeType | undefined {
    return this.#attributeTypes.get(name);
  }

  findAttributeTypeByGuid(guid: string): AttributeType | undefined {
    return this.#attributeTypesByGuid.get(guid);
  }

  get(name: string): TypeDefinition {
    const type = this.#types.get(name);
    if (type === undefined) {
      throw new IsthmusError('TYPE_UNKNOWN', `open metadata ${this.release} has no type ${name}`, {
        details: { typeName: name },
      });
    }
    return type;
  }

  /** @throws TYPE_UNSUITABLE when the name is not that of an entity */
  entity(name: string): TypeDefinition & { readonly category: 'ENTITY_DEF' } {
    const type = this.get(name);
    if (type.category !== 'ENTITY_DEF') throw unsuitable(type, 'an entity');
    return type;
  }

  /** @throws TYPE_UNSUITABLE when the name is not that of a relationship */
  relationship(name: string): RelationshipDefinition {
    const type = this.get(name);
    if (type.category !== 'RELATIONSHIP_DEF') throw unsuitable(type, 'a relationship');
    return type;
  }

  /** @throws TYPE_UNSUITABLE when the name is not that of a classification */
  classification(name: string): ClassificationDefinition {
    const type = this.get(name);
    if (type.category !== 'CLASSIFICATION_DEF') throw unsuitable(type, 'a classification');
    return type;
  }

  /** In the order of the document. */
  list(category?: TypeCategory): readonly TypeDefinition[] {
    const types = [...this.#types.values()];
    return category === undefined ? types : types.filter((type) => type.category === category);
  }

  listAttributeTypes(): readonly AttributeType[] {
    return [...this.#attributeTypes.values()];
  }

  /** Nearest first, without the type itself. */
  superTypes(name: string): readonly string[] {
    this.get(name);
    return this.#superTypes.get(name) ?? [];
  }

  /** All that inherit from the type, directly or not, without the type itself. */
  subtypes(name: string): readonly string[] {
    this.get(name);
    return this.#subtypes.get(name) ?? [];
  }

  /** Whether `name` is `ancestor` or inherits from it. */
  isSubtypeOf(name: string, ancestor: string): boolean {
    this.get(ancestor);
    return name === ancestor || this.superTypes(name).includes(ancestor);
  }

  /** Inherited ones first. */
  attributes(name: string): readonly AttributeFacts[] {
    return [...this.#attributesByName(name).values()];
  }

  /** Own or inherited; undefined when the type has none of this name. */
  attribute(typeName: string, name: string): AttributeFacts | undefined {
    return this.#attributesByName(typeName).get(name);
  }

  /** @throws TYPE_UNKNOWN when no primitive, collection or enum has this name */
  attributeType(name: string): AttributeType {
    const type = this.#attributeTypes.get(name);
    if (type === undefined)
      throw new IsthmusError('TYPE_UNKNOWN', `no attribute type ${name}`, { details: { typeName: name } });
    return type;
  }

  /** Symbolic names in the order of their ordinals; empty for anything but an enum. */
  enumValues(name: string): readonly string[] {
    const type = this.#attributeTypes.get(name);
    return type?.kind === 'enum' ? type.facts.values.map((value) => value.name) : [];
  }

  /** Whether the classification may be attached to elements of the type: to the named entity types and their subtypes. */
  classificationApplies(classification: string, entityType: string): boolean {
    return this.classification(classification).validEntityTypes.some((valid) => this.isSubtypeOf(entityType, valid));
  }

  /** Relationships that an element of this type may have, and at which end it lies. */
  relationshipsOf(entityType: string): readonly { readonly type: RelationshipDefinition; readonly end: 1 | 2 }[] {
    this.entity(entityType);
    return [...this.#types.values()].flatMap((type) => {
      if (type.category !== 'RELATIONSHIP_DEF') return [];
      const ends: (1 | 2)[] = [];
      if (this.isSubtypeOf(entityType, type.end1.entityType)) ends.push(1);
      if (this.isSubtypeOf(entityType, type.end2.entityType)) ends.push(2);
      return ends.map((end) => ({ type, end }));
    });
  }

  /** The anchor domain of a type: its most general ancestor that still says what it is about, e.g. `Asset`. */
  domain(entityType: string): string {
    const lineage = [entityType, ...this.superTypes(entityType)];
    return lineage.findLast((name) => !tooGeneral.has(name)) ?? entityType;
  }

  #addAttributeTypes(document: TypesDocument): void {
    const primitives = new Map(document.primitives.map((facts) => [facts.category, facts]));
    const primitive = (category: string | undefined): PrimitiveFacts => {
      const facts = category === undefined ? undefined : primitives.get(category);
      if (facts === undefined) throw new IsthmusError('TYPE_UNKNOWN', `no primitive of category ${category}`);
      return facts;
    };
    for (const facts of document.primitives) this.#addAttributeType({ kind: 'primitive', facts });
    for (const facts of document.enums) this.#addAttributeType({ kind: 'enum', facts });
    for (const facts of document.collections) {
      if (facts.category === 'OM_COLLECTION_MAP')
        this.#addAttributeType({ kind: 'map', facts, value: primitive(facts.arguments[1]) });
      else this.#addAttributeType({ kind: 'array', facts, element: primitive(facts.arguments[0]) });
    }
  }

  #addAttributeType(type: AttributeType): void {
    this.#attributeTypes.set(type.facts.name, type);
    this.#attributeTypesByGuid.set(type.facts.guid, type);
  }

  #add(type: TypeDefinition): void {
    this.#types.set(type.name, type);
    this.#typesByGuid.set(type.guid, type);
  }

  #inherit(type: TypeDefinition): void {
    const ancestors: string[] = [];
    for (let above = type.superType; above !== undefined; above = this.get(above).superType) ancestors.push(above);
    this.#superTypes.set(type.name, ancestors);
    const attributes = new Map<string, AttributeFacts>();
    for (const name of [type.name, ...ancestors].reverse()) {
      for (const attribute of this.get(name).attributes) attributes.set(attribute.name, attribute);
    }
    for (const attribute of attributes.values()) this.attributeType(attribute.type);
    this.#attributes.set(type.name, attributes);
    for (const ancestor of ancestors) {
      const below = this.#subtypes.get(ancestor);
      if (below === undefined) this.#subtypes.set(ancestor, [type.name]);
      else below.push(type.name);
    }
  }

  #attributesByName(typeName: string): ReadonlyMap<string, AttributeFacts> {
    this.get(typeName);
    return this.#attributes.get(typeName) ?? new Map();
  }
}

const tooGeneral: ReadonlySet<string> = new Set(['OpenMetadataRoot', 'Referenceable', 'AuthoredReferenceable']);

function unsuitable(type: TypeDefinition, wanted: string): IsthmusError {
  return new IsthmusError('TYPE_UNSUITABLE', `${type.name} is not ${wanted} but ${categoryNames[type.category]}`, {
    details: { typeName: type.name },
    next: `use the name of ${wanted}`,
  });
}

const categoryNames: Readonly<Record<TypeCategory, string>> = {
  ENTITY_DEF: 'an entity',
  RELATIONSHIP_DEF: 'a relationship',
  CLASSIFICATION_DEF: 'a classification',
};

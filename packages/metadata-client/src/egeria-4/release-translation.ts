import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue, TypeDefinition, TypeSystem } from '@isthmus/model';
import { keptType, PropertyNames } from './property-names.js';
import type { ReleaseDifferences } from './release-differences.js';

export interface TranslatedEntity {
  readonly typeName: string;
  readonly properties: Properties;
}

export interface TranslatedRelationship {
  readonly typeName: string;
  /** End 1 of one release is end 2 of the other. */
  readonly swapped: boolean;
}

/**
 * Names of types and properties of 6.1 in those of an older release, and back. Pure. An entity type that the older
 * release lacks becomes its nearest ancestor there, with its own name kept beside the properties; a relationship or
 * classification that it lacks cannot be said there.
 */
export class ReleaseTranslation {
  readonly #names = new Map<string, PropertyNames>();
  readonly #relationshipsBack: ReadonlyMap<string, string>;
  readonly #classificationsBack: ReadonlyMap<string, string>;

  constructor(
    readonly here: TypeSystem,
    readonly there: TypeSystem,
    private readonly differences: ReleaseDifferences,
  ) {
    const relationships = Object.entries(differences.relationships);
    this.#relationshipsBack = new Map(relationships.map(([name, { typeName }]) => [typeName, name]));
    this.#classificationsBack = new Map(
      Object.entries(differences.classifications).map(([name, other]) => [other, name]),
    );
  }

  /** @throws TYPE_UNKNOWN when neither release knows it */
  entityType(typeName: string): { readonly typeName: string; readonly isExact: boolean } {
    const known = this.here.find(typeName);
    if (known === undefined) return { typeName: this.there.get(typeName).name, isExact: true };
    const exact = this.#sameThere(known);
    if (exact !== undefined) return { typeName: exact, isExact: true };
    for (const ancestor of this.here.superTypes(typeName)) {
      const other = this.#sameThere(this.here.get(ancestor));
      if (other !== undefined) return { typeName: other, isExact: false };
    }
    throw this.#unknown(typeName);
  }

  entity(typeName: string, properties: Properties): TranslatedEntity {
    const other = this.entityType(typeName);
    const names = this.#propertyNames(typeName, other.typeName);
    return { typeName: other.typeName, properties: names.there(properties, other.isExact ? undefined : typeName) };
  }

  /** `superTypeNames` are this release's too, nearest first. */
  entityBack(
    typeName: string,
    properties: Properties,
    superTypeNames: readonly string[],
  ): TranslatedEntity & { readonly superTypeNames: readonly string[] } {
    const kept = keptType(properties);
    const type = kept !== undefined && this.#standsFor(kept, typeName) ? kept : this.#sameHere(typeName);
    if (type !== undefined)
      return {
        typeName: type,
        properties: this.#propertyNames(type, typeName).back(properties),
        superTypeNames: this.here.superTypes(type),
      };
    // A type of the other release alone: its properties are read as those of the nearest ancestor that both know.
    const ancestors = superTypeNames.flatMap((name) => this.#sameHere(name) ?? []);
    const [nearest] = ancestors;
    const names = nearest === undefined ? undefined : this.#propertyNames(nearest, this.entityType(nearest).typeName);
    return { typeName, properties: names?.back(properties) ?? properties, superTypeNames: ancestors };
  }

  /** @throws TYPE_UNKNOWN when the other release has no such relationship */
  relationshipType(typeName: string): TranslatedRelationship {
    const listed = this.differences.relationships[typeName];
    if (listed !== undefined) return { typeName: listed.typeName, swapped: listed.swapped ?? false };
    const known = this.here.find(typeName);
    const other = known === undefined ? this.there.find(typeName)?.name : this.#sameThere(known);
    if (other === undefined) throw this.#unknown(typeName);
    return { typeName: other, swapped: false };
  }

  relationshipTypeBack(typeName: string): TranslatedRelationship {
    const listed = this.#relationshipsBack.get(typeName);
    if (listed !== undefined)
      return { typeName: listed, swapped: this.differences.relationships[listed]?.swapped ?? false };
    return { typeName: this.#sameHere(typeName) ?? typeName, swapped: false };
  }

  hasClassification(typeName: string): boolean {
    return this.#classificationThere(typeName) !== undefined;
  }

  /** @throws TYPE_UNKNOWN when the other release has no such classification */
  classificationType(typeName: string): string {
    const other = this.#classificationThere(typeName);
    if (other === undefined) throw this.#unknown(typeName);
    return other;
  }

  /** Undefined for a classification that the other release writes by itself. */
  classificationTypeBack(typeName: string): string | undefined {
    if (this.differences.ownClassifications.includes(typeName)) return undefined;
    return this.#classificationsBack.get(typeName) ?? this.#sameHere(typeName) ?? typeName;
  }

  /** Of a relationship or a classification, by this release's name. */
  properties(typeName: string, properties: Properties): Properties {
    return this.#ofLink(typeName)?.there(properties) ?? properties;
  }

  propertiesBack(typeName: string, properties: Properties): Properties {
    return this.#ofLink(typeName)?.back(properties) ?? properties;
  }

  /** As it would be read back: without what the other release cannot say. */
  roundTrip(typeName: string, properties: Properties): Properties {
    const type = this.here.find(typeName);
    if (type === undefined) return properties;
    if (type.category !== 'ENTITY_DEF') return this.propertiesBack(typeName, this.properties(typeName, properties));
    const names = this.#propertyNames(typeName, this.entityType(typeName).typeName);
    return names.back(names.there(properties));
  }

  /** A property to look for; undefined when elements of the other release cannot have it. */
  compared(
    typeName: string,
    property: string,
    value: PropertyValue,
  ): { readonly name: string; readonly value: PropertyValue } | undefined {
    return this.#propertyNames(typeName, this.entityType(typeName).typeName).one(property, value);
  }

  propertyName(typeName: string, property: string): string | undefined {
    return this.#propertyNames(typeName, this.entityType(typeName).typeName).name(property);
  }

  #classificationThere(typeName: string): string | undefined {
    const known = this.here.find(typeName);
    return (
      this.differences.classifications[typeName] ??
      (known === undefined ? this.there.find(typeName)?.name : this.#sameThere(known))
    );
  }

  #ofLink(typeName: string): PropertyNames | undefined {
    const type = this.here.find(typeName);
    if (type === undefined) return undefined;
    const other =
      type.category === 'RELATIONSHIP_DEF'
        ? this.relationshipType(typeName).typeName
        : this.classificationType(typeName);
    return this.#propertyNames(typeName, other);
  }

  #propertyNames(typeName: string, other: string): PropertyNames {
    const key = `${typeName} ${other}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const here = this.here.find(typeName) === undefined ? this.#nearestHere(typeName) : typeName;
    const names = new PropertyNames(this.here, this.there, here, other, this.differences);
    this.#names.set(key, names);
    return names;
  }

  #nearestHere(typeName: string): string {
    const nearest = this.there.superTypes(typeName).find((name) => this.#sameHere(name) !== undefined);
    const here = nearest === undefined ? undefined : this.#sameHere(nearest);
    if (here === undefined) throw this.#unknown(typeName);
    return here;
  }

  /** Whether the type, which the other release lacks, is written there as the other one. */
  #standsFor(typeName: string, other: string): boolean {
    if (this.here.find(typeName)?.category !== 'ENTITY_DEF') return false;
    const written = this.entityType(typeName);
    return !written.isExact && written.typeName === other;
  }

  #sameThere(type: TypeDefinition): string | undefined {
    const same = this.there.findByGuid(type.guid);
    return same?.category === type.category ? same.name : undefined;
  }

  #sameHere(typeName: string): string | undefined {
    const type = this.there.find(typeName);
    if (type === undefined) return undefined;
    const same = this.here.findByGuid(type.guid);
    return same?.category === type.category ? same.name : undefined;
  }

  #unknown(typeName: string): IsthmusError {
    return new IsthmusError('TYPE_UNKNOWN', `open metadata ${this.there.release} has no counterpart of ${typeName}`, {
      details: { typeName, release: this.there.release },
    });
  }
}

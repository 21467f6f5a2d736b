import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue, RelationshipDefinition, TypeSystem } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { newerPropertiesOf, newerPropertyNames, newerTypes } from './release-facts.js';

/** A type's name in the other release. */
export interface TranslatedType {
  readonly name: string;
  /** Relationships only: what lies at end 1 in one release lies at end 2 in the other. */
  readonly swapsEnds: boolean;
}

interface PropertyNames {
  readonly toNewer: ReadonlyMap<string, string>;
  readonly toOlder: ReadonlyMap<string, string>;
}

/**
 * Names of an older release of the open metadata types (4.3) in the words of the release that is stored (6.1), and
 * back. A type is the same when its GUID is the same, whatever its name; some were replaced by a type with a GUID of
 * its own. Pure.
 */
export class ReleaseNames {
  readonly older: TypeSystem;
  readonly #newer: TypeSystem;
  readonly #toNewer = new Map<string, TranslatedType>();
  readonly #toOlder = new Map<string, TranslatedType>();
  readonly #properties = new Map<string, PropertyNames>();

  constructor(older: TypeSystem, newer: TypeSystem) {
    this.older = older;
    this.#newer = newer;
    for (const type of older.list()) {
      const same = newer.findByGuid(type.guid);
      if (same !== undefined && same.category === type.category) this.#pair(type.name, same.name);
    }
    for (const [name, replacement] of Object.entries(newerTypes)) this.#pair(name, replacement);
  }

  /** Undefined when there is no such type in the older release, or none for it any more. */
  findNewer(olderName: string): TranslatedType | undefined {
    return this.#toNewer.get(olderName);
  }

  /** @throws TYPE_UNKNOWN when there is no such type in the older release, or none for it any more */
  newerType(olderName: string): TranslatedType {
    const found = this.#toNewer.get(olderName);
    if (found !== undefined) return found;
    this.older.get(olderName);
    throw new IsthmusError('TYPE_UNKNOWN', `${this.#newer.release} has no type for ${olderName}`, {
      details: { typeName: olderName },
    });
  }

  /** An entity that the older release does not have goes by its nearest supertype there; others keep their name. */
  olderType(newerName: string): TranslatedType {
    const known = this.#toOlder.get(newerName);
    if (known !== undefined) return known;
    const type = this.#newer.find(newerName);
    for (const name of type?.category === 'ENTITY_DEF' ? this.#newer.superTypes(newerName) : []) {
      const found = this.#toOlder.get(name);
      if (found !== undefined) return found;
    }
    return { name: newerName, swapsEnds: false };
  }

  /**
   * Properties of a type of the older release under the names, and with the enum symbols, of the newer one.
   *
   * @throws TYPE_UNKNOWN, PROPERTY_UNKNOWN for a property that has no place any more: it is not lost in silence
   */
  newerProperties(olderTypeName: string, properties: Properties): Properties {
    const { name } = this.newerType(olderTypeName);
    const names = this.#namesOf(olderTypeName, name);
    const translated: Record<string, PropertyValue> = {};
    for (const [property, value] of Object.entries(properties)) {
      const target = names.toNewer.get(property);
      if (target === undefined)
        throw new IsthmusError('PROPERTY_UNKNOWN', `${olderTypeName} has no property ${property} that is kept here`, {
          details: { typeName: olderTypeName, property },
        });
      // What has the name by itself wins over what came to it.
      if (target !== property && properties[target] !== undefined) continue;
      const symbols = [enumOf(this.older, olderTypeName, property), enumOf(this.#newer, name, target)] as const;
      translated[target] = symbolOf(...symbols, value);
    }
    return translated;
  }

  /** Name in the newer release; a property that it does not have keeps its name, and finds nothing. */
  newerProperty(olderTypeName: string, property: string): string {
    const { name } = this.newerType(olderTypeName);
    const known = this.#namesOf(olderTypeName, name).toNewer.get(property);
    // A condition on a supertype may name a property of its subtypes.
    return (
      known ?? (this.#newer.attribute(name, property) ? property : (newerPropertyNames[property]?.[0] ?? property))
    );
  }

  /** What the older release knows of the properties of a type of the newer one. */
  olderProperties(newerTypeName: string, properties: Properties): Properties {
    const { name } = this.olderType(newerTypeName);
    if (this.older.find(name) === undefined) return properties;
    const names = this.#namesOf(name, newerTypeName);
    const translated: Record<string, PropertyValue> = {};
    for (const [property, value] of Object.entries(properties)) {
      const target = names.toOlder.get(property);
      if (target === undefined) continue;
      const symbols = [enumOf(this.#newer, newerTypeName, property), enumOf(this.older, name, target)] as const;
      translated[target] = symbolOf(...symbols, value);
    }
    return translated;
  }

  #pair(olderName: string, newerName: string): void {
    const [older, newer] = [this.older.find(olderName), this.#newer.find(newerName)];
    if (older === undefined || newer === undefined) return;
    const bothLink = older.category === 'RELATIONSHIP_DEF' && newer.category === 'RELATIONSHIP_DEF';
    const swapsEnds = bothLink && this.#swapsEnds(older, newer);
    this.#toNewer.set(olderName, { name: newerName, swapsEnds });
    // Of several that became one, the one with its GUID is its name in the older release.
    if (!this.#toOlder.has(newerName)) this.#toOlder.set(newerName, { name: olderName, swapsEnds });
  }

  #swapsEnds(older: RelationshipDefinition, newer: RelationshipDefinition): boolean {
    const [end1, end2] = [older.end1.entityType, older.end2.entityType];
    const fit = (olderType: string, newerType: string) => {
      const name = this.#toNewer.get(olderType)?.name ?? newerTypes[olderType];
      return (
        name !== undefined && (this.#newer.isSubtypeOf(name, newerType) || this.#newer.isSubtypeOf(newerType, name))
      );
    };
    if (fit(end1, newer.end1.entityType) && fit(end2, newer.end2.entityType)) {
      // Both ways fit: the roles of the ends tell, unless both ends have the same.
      return fit(end1, newer.end2.entityType) && fit(end2, newer.end1.entityType)
        ? older.end1.attributeName === newer.end2.attributeName && older.end1.attributeName !== newer.end1.attributeName
        : false;
    }
    return fit(end1, newer.end2.entityType) && fit(end2, newer.end1.entityType);
  }

  #namesOf(olderName: string, newerName: string): PropertyNames {
    const key = `${olderName} ${newerName}`;
    let names = this.#properties.get(key);
    if (names === undefined) {
      names = pairProperties(this.older, olderName, this.#newer, newerName);
      this.#properties.set(key, names);
    }
    return names;
  }
}

let standard: ReleaseNames | undefined;

/** Names of 4.3 in those of 6.1 and back, made at the first call. */
export function standardNames(): ReleaseNames {
  standard ??= new ReleaseNames(standardTypes('4.3'), standardTypes('6.1'));
  return standard;
}

function pairProperties(older: TypeSystem, olderName: string, newer: TypeSystem, newerName: string): PropertyNames {
  const toNewer = new Map<string, string>();
  const toOlder = new Map<string, string>();
  const attributes = older.attributes(olderName);
  const special = newerPropertiesOf[newerName] ?? {};
  for (const { name } of attributes) {
    if (special[name] !== undefined || newer.attribute(newerName, name) === undefined) continue;
    toNewer.set(name, name);
    // A number is best told as the number that stands beside the enum of its name.
    const becameNumber = enumOf(newer, newerName, name) === 'int' && enumOf(older, olderName, name) !== 'int';
    if (!becameNumber) toOlder.set(name, name);
  }
  for (const { name, deprecated } of attributes) {
    if (toNewer.has(name)) continue;
    const alias =
      special[name] ?? newerPropertyNames[name]?.find((each) => newer.attribute(newerName, each) !== undefined);
    if (alias === undefined) continue;
    toNewer.set(name, alias);
    if (!toOlder.has(alias) && deprecated !== true) toOlder.set(alias, name);
  }
  for (const name of toNewer.values()) if (!toOlder.has(name) && toNewer.has(name)) toOlder.set(name, name);
  return { toNewer, toOlder };
}

type Symbols = readonly { readonly ordinal: number; readonly name: string }[];

/** Symbols of an enum; `int`: a plain number, which some enums of 4.3 became. */
function enumOf(types: TypeSystem, typeName: string, property: string): Symbols | 'int' | undefined {
  const attribute = types.attribute(typeName, property);
  if (attribute?.type === 'int') return 'int';
  const type = attribute === undefined ? undefined : types.findAttributeType(attribute.type);
  return type?.kind === 'enum' ? type.facts.values : undefined;
}

/** An enum's value by its ordinal; whatever else as it is. */
function symbolOf(
  from: Symbols | 'int' | undefined,
  to: Symbols | 'int' | undefined,
  value: PropertyValue,
): PropertyValue {
  if (from === undefined || to === undefined || from === to) return value;
  const ordinal = from === 'int' ? value : from.find(({ name }) => name === value)?.ordinal;
  if (to === 'int') return ordinal ?? value;
  return to.find((each) => each.ordinal === ordinal)?.name ?? value;
}

import { type AttributeType, type Properties, type PropertyValue, type TypeSystem, valueFault } from '@isthmus/model';
import type { ReleaseDifferences } from './release-differences.js';

/** Keys of additionalProperties that hold what a type of the other release has no attribute for. */
const keptPrefix = 'isthmus.';
const typeKey = `${keptPrefix}openMetadataType`;

type Convert = (value: PropertyValue) => PropertyValue | undefined;

interface Conversion {
  /** Undefined: the other release has no such value. */
  readonly there: Convert;
  readonly back: Convert;
}

/**
 * Properties of one type in the words of another release, and back. What has no place there is kept in
 * `additionalProperties` where the type has them, and left out otherwise.
 */
export class PropertyNames {
  readonly #here: ReadonlyMap<string, AttributeType>;
  readonly #byHere = new Map<string, Conversion & { readonly name: string }>();
  readonly #byThere = new Map<string, { readonly name: string; readonly back: Convert }>();
  readonly #canKeep: boolean;

  constructor(
    here: TypeSystem,
    there: TypeSystem,
    hereType: string,
    thereType: string,
    differences: ReleaseDifferences,
  ) {
    this.#here = new Map(here.attributes(hereType).map(({ name, type }) => [name, here.attributeType(type)]));
    const others = new Map(there.attributes(thereType).map((attribute) => [attribute.name, attribute]));
    this.#canKeep = this.#here.has('additionalProperties') && others.has('additionalProperties');
    for (const [name, type] of this.#here) {
      const known = candidates(name, hereType, differences, this.#here).filter((candidate) => others.has(candidate));
      // A deprecated attribute of the same name gives way to the one that replaced it.
      const found = known.find((candidate) => !others.get(candidate)?.deprecated) ?? known[0];
      const attribute = found === undefined ? undefined : others.get(found);
      if (attribute === undefined || this.#byThere.has(attribute.name)) continue;
      const conversion = conversionBetween(type, there.attributeType(attribute.type), differences.symbols);
      if (conversion === undefined) continue;
      this.#byHere.set(name, { name: attribute.name, ...conversion });
      this.#byThere.set(attribute.name, { name, back: conversion.back });
    }
  }

  /** What the other release calls an attribute and its value; undefined when it has none. */
  one(name: string, value: PropertyValue): { readonly name: string; readonly value: PropertyValue } | undefined {
    const conversion = this.#byHere.get(name);
    const converted = conversion?.there(value);
    if (conversion !== undefined && converted !== undefined) return { name: conversion.name, value: converted };
    return this.#here.has(name) ? undefined : { name, value };
  }

  /** What the other release calls an attribute; undefined when it has none. */
  name(name: string): string | undefined {
    return this.#byHere.get(name)?.name;
  }

  /**
   * Names that are not this release's are left as they are, for the other server to judge.
   *
   * @param lostType - the type, when the other release lacks it
   */
  there(properties: Properties, lostType?: string): Properties {
    const result: Record<string, PropertyValue> = {};
    const kept: Record<string, string> = lostType === undefined ? {} : { [typeKey]: lostType };
    for (const [name, value] of Object.entries(properties)) {
      const renamed = this.one(name, value);
      if (renamed !== undefined) result[renamed.name] = renamed.value;
      else kept[`${keptPrefix}${name}`] = typeof value === 'string' ? value : JSON.stringify(value);
    }
    if (!this.#canKeep || Object.keys(kept).length === 0) return result;
    return { ...result, additionalProperties: { ...asMap(result.additionalProperties), ...kept } };
  }

  back(properties: Properties): Properties {
    const result: Record<string, PropertyValue> = {};
    const left: Record<string, PropertyValue> = {};
    for (const [name, value] of Object.entries(properties)) {
      if (name === 'additionalProperties') continue;
      const conversion = this.#byThere.get(name);
      const converted = conversion?.back(value);
      if (conversion !== undefined && converted !== undefined) result[conversion.name] = converted;
      else result[name] ??= value;
    }
    for (const [key, value] of Object.entries(asMap(properties.additionalProperties))) {
      const name = key.startsWith(keptPrefix) ? key.slice(keptPrefix.length) : '';
      const decoded = decode(this.#here.get(name), value);
      if (decoded !== undefined) result[name] = decoded;
      else if (key !== typeKey) left[key] = value;
    }
    return Object.keys(left).length > 0 ? { ...result, additionalProperties: left } : result;
  }
}

/** The type that was kept beside properties; undefined when none was. */
export function keptType(properties: Properties): string | undefined {
  const type = asMap(properties.additionalProperties)[typeKey];
  return typeof type === 'string' ? type : undefined;
}

function candidates(
  name: string,
  typeName: string,
  differences: ReleaseDifferences,
  here: ReadonlyMap<string, unknown>,
): readonly string[] {
  const special = differences.attributesOf[typeName];
  if (special !== undefined && Object.hasOwn(special, name)) {
    const other = special[name];
    return other === undefined ? [] : [other];
  }
  // What the type itself has under that name is no stand-in for something else.
  return [name, ...(differences.attributes[name] ?? []).filter((other) => !here.has(other))];
}

/** Undefined when values of one cannot be values of the other. */
function conversionBetween(
  here: AttributeType,
  there: AttributeType,
  symbols: ReleaseDifferences['symbols'],
): Conversion | undefined {
  if (here.kind === 'enum' && there.kind === 'enum') {
    const pairs = here.facts.values.flatMap(({ name }) => {
      const named = (wanted: string) => there.facts.values.find((value) => plain(value.name) === plain(wanted));
      const other = named(name) ?? named(symbols[name] ?? name);
      return other === undefined ? [] : [[name, other.name] as const];
    });
    const forth = new Map<PropertyValue, string>(pairs);
    const back = new Map<PropertyValue, string>(pairs.map(([name, other]) => [other, name]));
    return { there: (value) => forth.get(value), back: (value) => back.get(value) };
  }
  if (here.kind === 'map' && there.kind === 'map' && there.value.name === 'object')
    return { there: same, back: (value) => (valueFault(here, value) === undefined ? value : undefined) };
  if (here.kind !== there.kind || here.facts.name !== there.facts.name) return undefined;
  return { there: same, back: same };
}

/** `BOTH_DIRECTIONS`, `BothDirections` and `Both Directions` are one value in three releases. */
function plain(symbolicName: string): string {
  return symbolicName.replaceAll(/[_ ]/g, '').toLowerCase();
}

function same(value: PropertyValue): PropertyValue {
  return value;
}

function decode(type: AttributeType | undefined, value: PropertyValue): PropertyValue | undefined {
  if (type === undefined || typeof value !== 'string') return undefined;
  if (type.kind === 'enum' || type.facts.name === 'string') return value;
  try {
    const parsed: PropertyValue = JSON.parse(value);
    return valueFault(type, parsed) === undefined ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function asMap(value: PropertyValue | undefined): Readonly<Record<string, PropertyValue>> {
  return isMap(value) ? value : {};
}

function isMap(value: PropertyValue | undefined): value is Readonly<Record<string, PropertyValue>> {
  return typeof value === 'object' && !Array.isArray(value);
}

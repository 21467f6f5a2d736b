import { type MetadataCall, StoreOperations } from '@isthmus/connector-host';
import type { OperationRow } from '@isthmus/connector-sdk';
import { systemClock } from '@isthmus/kernel';
import type { MetadataElement, MetadataStore, NewElement, Properties, PropertyValue } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';

export const types = standardTypes();
export const never: AbortSignal = new AbortController().signal;
const source = 'shop';

/** Elements stand for no type in particular where the row names none. */
const inGeneral: Readonly<Record<string, string>> = { OpenMetadataRoot: 'Collection', Referenceable: 'Collection' };

/** What exercises need: the store as it is, the operations over it, and elements to try them on. */
export class Fixtures {
  readonly operations: StoreOperations;
  #count = 0;

  constructor(
    readonly store: MetadataStore,
    readonly connector: string,
    private readonly kind: MetadataCall['kind'],
  ) {
    this.operations = new StoreOperations({
      store,
      types,
      clock: systemClock,
      facts: () => ({
        connectorName: 'tester',
        connectorGuid: connector,
        source,
        metadataCollection: 'SoftwareCapability::shop',
        userId: 'ada',
      }),
    });
  }

  async call(operation: string, input: Readonly<Record<string, unknown>>, run?: MetadataCall['run']): Promise<unknown> {
    return await this.operations.call({ kind: this.kind, operation, input, ...(run && { run }) }, never);
  }

  name(typeName = 'element'): string {
    this.#count += 1;
    return `${typeName}::${source}:/${this.kind}/${this.#count}`;
  }

  /** Whatever an element of the type must have. */
  properties(typeName: string): Properties {
    const needed = types.attributes(typeName).filter(({ cardinality }) => cardinality === 'ONE_ONLY');
    return Object.fromEntries(needed.map(({ name, type }) => [name, this.value(type, typeName)]));
  }

  /** One property of a type, if it has any. */
  someProperties(typeName: string): Properties {
    const [attribute] = types.attributes(typeName);
    return attribute === undefined ? {} : { [attribute.name]: this.value(attribute.type) };
  }

  /** Some value of an attribute's type, never the same text twice. */
  value(type: string, typeName = 'value'): PropertyValue {
    if (type === 'string') return this.name(typeName);
    const attribute = types.attributeType(type);
    if (attribute.kind === 'enum') return attribute.facts.values[1]?.name ?? '';
    if (attribute.kind === 'map') return { key: attribute.value.name === 'string' ? this.name() : 1 };
    if (attribute.kind === 'array') return [attribute.element.name === 'string' ? this.name() : 1];
    return type === 'boolean' ? true : 7;
  }

  /** GUID and name of an element of the type, made past the operations. */
  async make(typeName: string, more: Partial<NewElement> = {}): Promise<{ guid: string; qualifiedName: string }> {
    const made = inGeneral[typeName] ?? typeName;
    const properties = { ...this.properties(made), ...more.properties };
    const guid = await this.store.create({ ...more, typeName: made, properties }, never);
    return { guid, qualifiedName: String(properties.qualifiedName) };
  }

  async read(guid: string): Promise<MetadataElement> {
    const element = await this.store.get(guid, { forLineage: true }, never);
    if (element === undefined) throw new Error(`there is no ${guid}`);
    return element;
  }

  async relate(relationship: string, end1: string, end2: string): Promise<string> {
    return await this.store.relate(relationship, end1, end2, {}, never);
  }

  async isLinked(relationship: string, end1: string, end2: string): Promise<boolean> {
    return (await this.store.linksBetween(relationship, end1, end2, never)).length === 1;
  }
}

export function endType(relationship: string, at: 1 | 2): string {
  const { end1, end2 } = types.relationship(relationship);
  return at === 1 ? end1.entityType : end2.entityType;
}

/** The more special of two types, of which one is a kind of the other. */
export function narrower(one: string, other: string): string {
  return types.isSubtypeOf(one, other) ? one : other;
}

/** The type that an exercise tries a row on. */
export function typeOf({ type = 'Collection' }: OperationRow): string {
  return inGeneral[type] ?? type;
}

/** A text property that an element of the type can be given. */
export function textProperty(typeName: string): string {
  const known = types.attributes(typeName).filter(({ type, name }) => type === 'string' && name !== 'qualifiedName');
  const preferred = known.find(({ name }) => name === 'description') ?? known[0];
  if (preferred === undefined) throw new Error(`${typeName} has no text`);
  return preferred.name;
}

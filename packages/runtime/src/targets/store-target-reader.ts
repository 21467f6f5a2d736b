import type { ElementLink, MetadataElement, MetadataStore, Properties, RelatedElement } from '@isthmus/model';
import { mostTargets, type StoredTarget, type TargetReader } from './stored-target.js';

const pageSize = 500;
/** Targets whose connections are read at a time. */
const atATime = 4;
const directions = ['BOTH_DIRECTIONS', 'TO_THIRD_PARTY', 'FROM_THIRD_PARTY', 'OTHER'] as const;
const deleteMethods = ['LOOK_FOR_LINEAGE', 'ARCHIVE', 'SOFT_DELETE', 'PURGE'] as const;

interface ReadConnection {
  readonly connection: NonNullable<StoredTarget['connection']>;
  /** Of the elements that it was read from. */
  readonly guids: readonly string[];
}

/** Reads targets by the calls that every metadata access server has: one for the list, two for each target's connection. */
export class StoreTargetReader implements TargetReader {
  constructor(private readonly store: MetadataStore) {}

  async read(connectorGuid: string, signal: AbortSignal): Promise<readonly StoredTarget[]> {
    const links = await this.#links(connectorGuid, signal);
    const targets: StoredTarget[] = [];
    for (let from = 0; from < links.length; from += atATime) {
      const some = links.slice(from, from + atATime);
      targets.push(...(await Promise.all(some.map((link) => this.#target(link, signal)))));
    }
    return targets;
  }

  /** @throws as `read` does */
  async names(connectorGuid: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
    return new Set((await this.#links(connectorGuid, signal)).map(nameOf));
  }

  async #links(connectorGuid: string, signal: AbortSignal): Promise<readonly RelatedElement[]> {
    const links = new Map<string, RelatedElement>();
    while (links.size < mostTargets) {
      const before = links.size;
      const page = await this.store.related(
        connectorGuid,
        {
          relationshipTypeName: 'CatalogTarget',
          startingAtEnd: 1,
          sequencingOrder: 'CREATION_DATE_OLDEST',
          startFrom: before,
          pageSize,
        },
        signal,
      );
      for (const link of page) links.set(link.relationship.guid, link);
      // A page that is not full is the last; one that tells nothing new would be asked for without end.
      if (page.length < pageSize || links.size === before) break;
    }
    return [...links.values()].slice(0, mostTargets);
  }

  async #target({ element, relationship }: RelatedElement, signal: AbortSignal): Promise<StoredTarget> {
    const { properties } = relationship;
    const qualifiedName = textOf(element.properties, 'qualifiedName');
    const displayName = textOf(element.properties, 'displayName');
    const read = await this.#connection(element, textOf(properties, 'connectionName'), signal);
    const connection = read?.connection;
    const collection =
      textOf(properties, 'metadataCollectionQualifiedName') ?? textOf(properties, 'metadataSourceQualifiedName');
    const direction = directions.find((known) => known === properties.permittedSynchronization);
    const deleteMethod = deleteMethods.find((known) => known === properties.deleteMethod);
    return {
      name: nameOf({ element, relationship }),
      element: {
        guid: element.guid,
        typeName: element.typeName,
        ...(qualifiedName === undefined ? {} : { qualifiedName }),
        ...(displayName === undefined ? {} : { displayName }),
        properties: element.properties,
      },
      configurationProperties: mapOf(properties, 'configurationProperties'),
      templates: textsOf(mapOf(properties, 'templates')),
      ...(connection === undefined ? {} : { connection }),
      consistsOf: [element.guid, ...(read?.guids ?? [])],
      ...(collection === undefined ? {} : { metadataCollectionQualifiedName: collection }),
      ...(direction === undefined ? {} : { permittedSynchronization: direction }),
      ...(deleteMethod === undefined ? {} : { deleteMethod }),
    };
  }

  /** A target that is an endpoint or a connection is one itself; of an asset's several the named one counts, else the first. */
  async #connection(
    element: MetadataElement,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<ReadConnection | undefined> {
    if (isOf(element, 'Endpoint')) {
      return { connection: { ...addressOf(element), configurationProperties: {} }, guids: [] };
    }
    const connection = isOf(element, 'Connection') ? element : await this.#connectionOfAsset(element, name, signal);
    if (connection === undefined) return undefined;
    const parts = await this.store.related(
      connection.guid,
      { relationshipTypeName: 'ConnectToEndpoint', sequencingOrder: 'CREATION_DATE_RECENT' },
      signal,
    );
    const endpoint = parts.find((part) => isOf(part.element, 'Endpoint'))?.element;
    const userId = textOf(connection.properties, 'userId');
    return {
      connection: {
        ...(endpoint === undefined ? {} : addressOf(endpoint)),
        ...(userId === undefined ? {} : { userId }),
        configurationProperties: mapOf(connection.properties, 'configurationProperties'),
      },
      guids: [connection.guid, ...parts.map((part) => part.element.guid)],
    };
  }

  async #connectionOfAsset(
    element: MetadataElement,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<MetadataElement | undefined> {
    if (!isOf(element, 'Asset')) return undefined;
    const related = await this.store.related(
      element.guid,
      { relationshipTypeName: 'AssetConnection', sequencingOrder: 'CREATION_DATE_OLDEST' },
      signal,
    );
    const connections = related.map((link) => link.element).filter((found) => isOf(found, 'Connection'));
    const named = connections.find(({ properties }) =>
      [properties.displayName, properties.qualifiedName].includes(name ?? ''),
    );
    return named ?? connections[0];
  }
}

function nameOf({ element, relationship }: Pick<RelatedElement, 'element' | 'relationship'>): string {
  const qualifiedName = textOf(element.properties, 'qualifiedName');
  return textOf(relationship.properties, 'catalogTargetName') ?? qualifiedName ?? element.guid;
}

function isOf({ typeName, superTypeNames }: MetadataElement, wanted: string): boolean {
  return typeName === wanted || superTypeNames.includes(wanted);
}

function addressOf({ properties }: MetadataElement): { readonly networkAddress?: string } {
  const networkAddress = textOf(properties, 'networkAddress');
  return networkAddress === undefined ? {} : { networkAddress };
}

function textOf(properties: ElementLink['relationship']['properties'], name: string): string | undefined {
  const value = properties[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function mapOf(properties: Properties, name: string): Properties {
  const value = properties[name];
  return isMap(value) ? value : {};
}

function textsOf(values: Properties): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function isMap(value: Properties[string] | undefined): value is Properties {
  return typeof value === 'object' && !Array.isArray(value);
}

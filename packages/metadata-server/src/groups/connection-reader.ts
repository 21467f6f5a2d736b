import { processSlicer } from '@isthmus/kernel';
import { defined } from '../requests/query-options.js';
import type { ElementStore, StoredElement, StoredRelated, StoredRelationship } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';

const partTypes = ['ConnectionConnectorType', 'ConnectToEndpoint', 'EmbeddedConnection'] as const;
/** A virtual connection may hold virtual ones. */
const deepestEmbedding = 4;

/** What a connector type is told with when it does not say so itself. */
export const frameworkDefaults = {
  connectorFrameworkName: 'Open Connector Framework (OCF)',
  connectorInterfaceLanguage: 'Java',
};

/** How a dialect shows what a connection consists of. */
export interface ConnectionBeans {
  /** A connection, connector type or endpoint, without what it is linked to. */
  connectionPart(className: string, element: StoredElement): Json;
  /** Of an embedded connection: what its link says. */
  linkProperties(relationship: StoredRelationship): Json;
}

/** Connections with their connector type, endpoint and embedded connections, as Egeria's connector framework reads them. */
export class ConnectionReader {
  readonly #store: ElementStore;
  readonly #beans: ConnectionBeans;

  constructor(store: ElementStore, beans: ConnectionBeans) {
    this.#store = store;
    this.#beans = beans;
  }

  /** The first connection of an asset; undefined when it has none. */
  async ofAsset(assetGuid: string): Promise<Json | undefined> {
    return (await this.ofAssets([assetGuid])).get(assetGuid);
  }

  /** The first connection of each asset that has one: two readings, however many they are. */
  async ofAssets(assetGuids: readonly string[]): Promise<ReadonlyMap<string, Json>> {
    const links = await this.#store.relatedFrom(assetGuids, ['AssetConnection']);
    const connections = new Map<string, StoredElement>();
    for (const [asset, [first]] of links) if (first !== undefined) connections.set(asset, first.element);
    const views = await this.#views([...connections.values()], deepestEmbedding);
    const found = new Map<string, Json>();
    for (const [asset, { guid }] of connections) {
      const view = views.get(guid);
      if (view !== undefined) found.set(asset, view);
    }
    return found;
  }

  async read(connection: StoredElement): Promise<Json> {
    return (await this.#views([connection], deepestEmbedding)).get(connection.guid) ?? {};
  }

  /** By GUID. */
  async #views(connections: readonly StoredElement[], depth: number): Promise<ReadonlyMap<string, Json>> {
    const guids = [...new Set(connections.map(({ guid }) => guid))];
    const parts = await this.#store.relatedFrom(guids, partTypes);
    const inner = [...parts.values()].flat().filter(isEmbedding);
    const embedded =
      inner.length > 0 && depth > 0
        ? await this.#views(
            inner.map(({ element }) => element),
            depth - 1,
          )
        : new Map<string, Json>();
    const views = new Map<string, Json>();
    for (const connection of connections) {
      views.set(connection.guid, this.#view(connection, parts.get(connection.guid) ?? [], embedded));
      await processSlicer.turn('answer');
    }
    return views;
  }

  /** @param parts - oldest first; of several the newest counts */
  #view(connection: StoredElement, parts: readonly StoredRelated[], views: ReadonlyMap<string, Json>): Json {
    const newest = [...parts].reverse();
    const connectorType = newest.find(({ relationship }) => relationship.typeName === 'ConnectionConnectorType');
    const endpoint = newest.find(({ relationship }) => relationship.typeName === 'ConnectToEndpoint');
    const embedded = newest.filter(isEmbedding).flatMap(({ relationship, element }): Json[] => {
      const view = views.get(element.guid);
      if (view === undefined) return [];
      const properties = this.#beans.linkProperties(relationship);
      return [{ class: 'EmbeddedConnection', headerVersion: 0, position: 0, ...properties, embeddedConnection: view }];
    });
    return defined({
      ...this.#beans.connectionPart(embedded.length > 0 ? 'VirtualConnection' : 'Connection', connection),
      connectorType: connectorType && this.#beans.connectionPart('ConnectorType', connectorType.element),
      endpoint: endpoint && this.#beans.connectionPart('Endpoint', endpoint.element),
      embeddedConnections: embedded.length > 0 ? embedded : undefined,
    });
  }
}

function isEmbedding({ relationship }: StoredRelated): boolean {
  return relationship.typeName === 'EmbeddedConnection';
}

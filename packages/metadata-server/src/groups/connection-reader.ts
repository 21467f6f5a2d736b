import { defined } from '../requests/query-options.js';
import type { ElementStore, StoredElement } from '../store/element-store.js';
import type { BeanViews } from '../views/bean-view.js';
import type { Json } from '../views/element-view.js';

/** A virtual connection may hold virtual ones. */
const deepestEmbedding = 4;

const frameworkDefaults = {
  connectorFrameworkName: 'Open Connector Framework (OCF)',
  connectorInterfaceLanguage: 'Java',
};

/** Connections with their connector type, endpoint and embedded connections, as Egeria's connector framework reads them. */
export class ConnectionReader {
  readonly #store: ElementStore;
  readonly #beans: BeanViews;

  constructor(store: ElementStore, beans: BeanViews) {
    this.#store = store;
    this.#beans = beans;
  }

  /** The first connection of an asset; undefined when it has none. */
  async ofAsset(assetGuid: string): Promise<Json | undefined> {
    const { related } = await this.#store.related(assetGuid, {
      relationshipTypeName: 'AssetConnection',
      startingAtEnd: 1,
      sequencingOrder: 'CREATION_DATE_OLDEST',
      pageSize: 1,
    });
    const connection = related[0]?.element;
    return connection === undefined ? undefined : this.read(connection);
  }

  async read(connection: StoredElement, depth = deepestEmbedding): Promise<Json> {
    const { related } = await this.#store.related(connection.guid, { startingAtEnd: 1 });
    const connectorType = related.find(({ relationship }) => relationship.typeName === 'ConnectionConnectorType');
    const endpoint = related.find(({ relationship }) => relationship.typeName === 'ConnectToEndpoint');
    const embedded: Json[] = [];
    for (const { relationship, element } of related) {
      if (relationship.typeName !== 'EmbeddedConnection' || depth === 0) continue;
      embedded.push({
        class: 'EmbeddedConnection',
        headerVersion: 0,
        position: 0,
        ...this.#beans.properties(relationship.typeName, relationship.properties),
        embeddedConnection: await this.read(element, depth - 1),
      });
    }
    return defined({
      ...this.#bean(embedded.length > 0 ? 'VirtualConnection' : 'Connection', connection),
      connectorType: connectorType && this.#bean('ConnectorType', connectorType.element, frameworkDefaults),
      endpoint: endpoint && this.#bean('Endpoint', endpoint.element),
      embeddedConnections: embedded.length > 0 ? embedded : undefined,
    });
  }

  #bean(className: string, element: StoredElement, defaults: Json = {}): Json {
    const properties = this.#beans.properties(element.typeName, element.properties);
    return { class: className, headerVersion: 0, guid: element.guid, ...defaults, ...properties };
  }
}

import type { Properties } from '@isthmus/model';
import type { Fields } from '../requests/fields.js';
import type { NewGraph } from '../store/element-store.js';
import {
  type BeanMembers,
  connectionMembers,
  connectorTypeMembers,
  embeddedMembers,
  endpointMembers,
} from './bean-members.js';
import { needMarker, readBean } from './bean-reading.js';

type Element = NewGraph['elements'][number];
type Link = NewGraph['links'][number];

/** Deepest connection in a connection that is read. */
const deepestEmbedding = 4;

/** Connections with what belongs to them, as a bean of 4.3 says it, ready to be created together. */
export class ConnectionGraph {
  readonly elements: Element[] = [];
  readonly links: Link[] = [];
  readonly #nameless: (typeName: string) => string;

  /** @param nameless - makes a qualified name for what has none */
  constructor(nameless: (typeName: string) => string) {
    this.#nameless = nameless;
  }

  /** Adds an element; returns its place. Parts that are known by their name are taken as they are. */
  add(element: Element): number {
    this.elements.push(element);
    return this.elements.length - 1;
  }

  /**
   * @param anchorAt - place of the element that the connection goes with
   * @returns the place of the connection
   */
  addConnection(bean: Fields, anchorAt: number, depth = deepestEmbedding): number {
    const typeName = needMarker(bean, 'Connection', 'VirtualConnection');
    const connection = this.#part(typeName, bean, connectionMembers, anchorAt);
    const connectorType = bean.object('connectorType');
    if (connectorType !== undefined) {
      needMarker(connectorType, 'ConnectorType');
      const end2 = this.#part('ConnectorType', connectorType, connectorTypeMembers, anchorAt);
      this.links.push({ typeName: 'ConnectionConnectorType', end1: connection, end2 });
    }
    const endpoint = bean.object('endpoint');
    if (endpoint !== undefined) {
      needMarker(endpoint, 'Endpoint');
      const end2 = this.#part('Endpoint', endpoint, endpointMembers, anchorAt);
      this.links.push({ typeName: 'ConnectToEndpoint', end1: connection, end2 });
    }
    for (const embedded of bean.objects('embeddedConnections')) {
      const inner = embedded.object('embeddedConnection');
      if (inner === undefined || depth === 0) continue;
      const end2 = this.addConnection(inner, anchorAt, depth - 1);
      const properties = readBean(embedded, embeddedMembers);
      this.links.push({ typeName: 'EmbeddedConnection', end1: connection, end2, properties });
    }
    return connection;
  }

  #part(typeName: string, bean: Fields, members: BeanMembers, anchorAt: number): number {
    const properties = named(readBean(bean, members), () => this.#nameless(typeName));
    return this.add({ typeName, properties, anchorAt, reuse: true });
  }
}

/** Every element has a qualified name here; a bean without one gets a name that nothing else has. */
export function named(properties: Properties, nameless: () => string): Properties {
  return properties.qualifiedName === undefined ? { ...properties, qualifiedName: nameless() } : properties;
}

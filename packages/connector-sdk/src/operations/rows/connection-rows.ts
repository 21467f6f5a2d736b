import { elements, links, related } from '../row-makers.js';

/** Block B-CONN, B-ENDP, B-CTYP: how a connector reaches a third party, as metadata. */
export const connectionRows = [
  ...elements('Connection', 'Connections', 'Connection', {
    parent: { relationship: 'AssetConnection', at: 1, needed: false, anchors: true },
  }),
  ...elements('VirtualConnection', 'VirtualConnections', 'VirtualConnection', {
    parent: { relationship: 'AssetConnection', at: 1, needed: false, anchors: true },
  }),
  ...links('ConnectorType', 'ConnectionConnectorType'),
  ...links('EndpointToConnection', 'ConnectToEndpoint'),
  ...links('EmbeddedConnection', 'EmbeddedConnection'),
  ...links('ConnectionToAsset', 'AssetConnection'),
  ...related('getConnectionsOfAsset', 'AssetConnection', 1, 'Connection'),
  ...related('getConnectorTypeOfConnection', 'ConnectionConnectorType', 1, 'ConnectorType'),
  ...related('getEndpointOfConnection', 'ConnectToEndpoint', 1, 'Endpoint'),
  ...related('getEmbeddedConnections', 'EmbeddedConnection', 1, 'Connection'),
  ...elements('Endpoint', 'Endpoints', 'Endpoint', {
    parent: { relationship: 'ServerEndpoint', at: 1, needed: false, anchors: false },
  }),
  {
    name: 'getEndpointsByNetworkAddress',
    verb: 'findByName',
    type: 'Endpoint',
    names: ['networkAddress'],
    direction: 'read',
  },
  ...links('ServerEndpoint', 'ServerEndpoint'),
  ...related('getEndpointsOfInfrastructure', 'ServerEndpoint', 1, 'Endpoint'),
  ...elements('ConnectorType', 'ConnectorTypes', 'ConnectorType', {}),
] as const;

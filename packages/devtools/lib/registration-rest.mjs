// A registered connector made over the store's REST alone, the way any Egeria client would make it.
import { long, map, string } from './store-rest.mjs';

/** @returns GUIDs of everything that was made */
export async function register(
  store,
  groupGuid,
  name,
  folder,
  { interval = 60, provider = 'files', configuration = {} } = {},
) {
  const unique = `${name}-${Math.random().toString(36).slice(2, 8)}`;
  const connector = await store.create('IntegrationConnector', {
    qualifiedName: `IntegrationConnector::${unique}`,
    displayName: name,
  });
  const connection = await store.create('Connection', {
    qualifiedName: `Connection::${unique}`,
    configurationProperties: configurationMap({ 'isthmus.source': unique, ...configuration }),
  });
  const connectorType = await store.create('ConnectorType', {
    qualifiedName: `ConnectorType::${unique}`,
    connectorProviderClassName: provider,
  });
  const endpoint = await store.create('Endpoint', { qualifiedName: `Endpoint::${unique}`, networkAddress: folder });
  await store.relate('AssetConnection', connector, connection);
  await store.relate('ConnectionConnectorType', connection, connectorType);
  await store.relate('ConnectToEndpoint', connection, endpoint);
  const registration = await link(store, groupGuid, connector, name, interval);
  return { name, unique, connector, connection, connectorType, endpoint, registration };
}

export function link(store, groupGuid, connector, name, interval = 60) {
  return store.relate('RegisteredIntegrationConnector', groupGuid, connector, {
    connectorName: name,
    refreshTimeInterval: long(interval),
  });
}

export const configurationMap = (values) =>
  map(
    'map<string,object>',
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, typeof value === 'number' ? long(value) : string(value)]),
    ),
  );

// Many registered connectors at once, over the batch call of our metadata server, in the layout of `connector add`.
import { randomUUID } from 'node:crypto';

const connectorsABatch = 100;

/** Sends operations in one batch; throws when one is refused. @param {string} url of the metadata server */
export async function writeBatch(url, token, operations) {
  const response = await fetch(`${url}/servers/metadata-store/isthmus/users/bench/write-batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ id: randomUUID(), operations }),
  });
  const answer = await response.json();
  const refused = answer.result?.items.find(({ outcome }) => outcome === 'refused');
  if (answer.relatedHTTPCode !== 200 || refused !== undefined)
    throw new Error(`a batch was refused: ${JSON.stringify(refused ?? answer).slice(0, 500)}`);
  return answer.result;
}

/** The operation that makes a group. */
export const group = (qualifiedName) => ({
  op: 'upsert',
  typeName: 'IntegrationGroup',
  qualifiedName,
  properties: { displayName: qualifiedName },
});

/**
 * The operations that make a connector and register it.
 *
 * @param {string} groupName
 * @param {{ name: string, provider: string, minutes?: number, address?: string, configuration?: object }} connector
 */
export function registration(groupName, { name, provider, minutes = 60, address, configuration = {} }) {
  const connector = `IntegrationConnector::${name}`;
  const upsert = (typeName, qualifiedName, properties) => ({
    op: 'upsert',
    typeName,
    qualifiedName,
    properties: { displayName: name, ...properties },
    ...(qualifiedName === connector ? {} : { anchor: connector }),
  });
  const link = (typeName, end1, end2, properties = {}) => ({ op: 'link', typeName, end1, end2, properties });
  const connection = `Connection::${name}`;
  return [
    upsert('IntegrationConnector', connector, {}),
    upsert('ConnectorType', `ConnectorType::${name}`, { connectorProviderClassName: provider }),
    upsert('Connection', connection, { configurationProperties: { 'isthmus.source': name, ...configuration } }),
    link('AssetConnection', connector, connection),
    link('ConnectionConnectorType', connection, `ConnectorType::${name}`),
    ...(address === undefined
      ? []
      : [
          upsert('Endpoint', `Endpoint::${name}`, { networkAddress: address }),
          link('ConnectToEndpoint', connection, `Endpoint::${name}`),
        ]),
    link('RegisteredIntegrationConnector', groupName, connector, {
      connectorName: name,
      refreshTimeInterval: minutes,
      permittedSynchronization: 'BOTH_DIRECTIONS',
    }),
  ];
}

/** Makes the group, unless it is there, with all these connectors. @returns milliseconds that it took */
export async function registerAll(url, token, groupName, connectors) {
  const started = performance.now();
  await writeBatch(url, token, [group(groupName)]);
  for (let from = 0; from < connectors.length; from += connectorsABatch)
    await writeBatch(
      url,
      token,
      connectors.slice(from, from + connectorsABatch).flatMap((connector) => registration(groupName, connector)),
    );
  return performance.now() - started;
}

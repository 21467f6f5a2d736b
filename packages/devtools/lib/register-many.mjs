// Many registered connectors at once, over the batch call of our metadata server.
import { randomUUID } from 'node:crypto';

const connectorsABatch = 100;

/**
 * Registers `count` connectors, named `<name>-<number>`, with one group. The group has to be there.
 *
 * @param {string} url of the platform
 * @param {{ group: string, name: string, count: number, provider: string, interval?: number, server?: string,
 *   headers?: Record<string, string>, configuration?: Record<string, unknown> }} options interval in minutes
 */
export async function registerMany(url, options) {
  const { count, server = 'metadata-store', headers = {} } = options;
  for (let start = 0; start < count; start += connectorsABatch) {
    const numbers = Array.from({ length: Math.min(connectorsABatch, count - start) }, (_, index) => start + index);
    const response = await fetch(`${url}/servers/${server}/isthmus/users/bench/write-batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ id: randomUUID(), operations: numbers.flatMap((number) => operations(options, number)) }),
    });
    const answer = await response.json();
    const refused = answer.result?.items.find(({ outcome }) => outcome === 'refused');
    if (!response.ok || refused !== undefined)
      throw new Error(`registrations were refused: ${JSON.stringify(refused ?? answer).slice(0, 500)}`);
  }
}

function operations({ group, name, provider, interval = 60, configuration = {} }, number) {
  const unique = `${name}-${number}`;
  const connector = `IntegrationConnector::${unique}`;
  const connection = `Connection::${unique}`;
  const type = `ConnectorType::${unique}`;
  const upsert = (typeName, qualifiedName, properties) => ({ op: 'upsert', typeName, qualifiedName, properties });
  const link = (typeName, end1, end2, properties = {}) => ({ op: 'link', typeName, end1, end2, properties });
  return [
    upsert('IntegrationConnector', connector, { displayName: unique }),
    upsert('Connection', connection, { configurationProperties: { 'isthmus.source': unique, ...configuration } }),
    upsert('ConnectorType', type, { connectorProviderClassName: provider }),
    link('AssetConnection', connector, connection),
    link('ConnectionConnectorType', connection, type),
    link('RegisteredIntegrationConnector', group, connector, { connectorName: unique, refreshTimeInterval: interval }),
  ];
}

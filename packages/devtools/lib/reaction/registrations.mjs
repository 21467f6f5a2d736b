// Many registrations: over the store's REST as any Egeria client makes them, or in batches, which is quicker.
import { register } from '../registration-rest.mjs';
import { provider } from './witness.mjs';

const atOnce = 4;
const inABatch = 60;
/** Long enough that nothing runs by its schedule while the bench looks. */
export const intervalMinutes = 600;

/** @returns the GUIDs of everything that was made, in the order of the names */
export async function registerEach(store, groupGuid, names) {
  const made = new Array(names.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < names.length; index = next++)
      made[index] = await registerOne(store, groupGuid, names[index]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return made;
}

export function registerOne(store, groupGuid, name, address = `/sources/${name}`) {
  const configuration = { tone: 'first' };
  return register(store, groupGuid, name, address, { interval: intervalMinutes, provider, configuration });
}

/** @param url of the platform */
export async function registerInBatches(url, token, groupName, names) {
  for (let from = 0; from < names.length; from += inABatch) {
    const operations = names.slice(from, from + inABatch).flatMap((name) => operationsOf(groupName, name));
    const response = await fetch(`${url}/servers/metadata-store/isthmus/users/bench/write-batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ id: `${groupName} ${from}`, operations }),
    });
    const answer = await response.json();
    const refused = answer.result?.items.find(({ outcome }) => outcome === 'refused');
    if (answer.relatedHTTPCode !== 200 || refused !== undefined)
      throw new Error(`batch at ${from}: ${JSON.stringify(refused ?? answer).slice(0, 500)}`);
  }
}

function operationsOf(groupName, name) {
  const connector = `IntegrationConnector::${name}`;
  const connection = `Connection::${name}`;
  const type = `ConnectorType::${name}`;
  const endpoint = `Endpoint::${name}`;
  const make = (typeName, qualifiedName, properties) => ({ op: 'upsert', typeName, qualifiedName, properties });
  const link = (typeName, end1, end2, properties) => ({ op: 'link', typeName, end1, end2, properties });
  return [
    make('IntegrationConnector', connector, { displayName: name }),
    make('Connection', connection, { configurationProperties: { 'isthmus.source': name, tone: 'first' } }),
    make('ConnectorType', type, { connectorProviderClassName: provider }),
    make('Endpoint', endpoint, { networkAddress: `/sources/${name}` }),
    link('AssetConnection', connector, connection),
    link('ConnectionConnectorType', connection, type),
    link('ConnectToEndpoint', connection, endpoint),
    link('RegisteredIntegrationConnector', groupName, connector, {
      connectorName: name,
      refreshTimeInterval: intervalMinutes,
    }),
  ];
}

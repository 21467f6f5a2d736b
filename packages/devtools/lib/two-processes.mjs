// A metadata server and an integration daemon as two processes, as in config/samples, so that the daemon alone is
// measured; and the quickest way to register many connectors: the store's write-batch, in the layout of `connector add`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from './process.mjs';
import { until } from './report.mjs';

const env = { ISTHMUS_TOKEN: 'admin-token-of-two', ISTHMUS_DAEMON_TOKEN: 'daemon-token-of-two' };
const headers = { authorization: `Bearer ${env.ISTHMUS_TOKEN}` };
const account = (name, role, variable) => `  - { name: ${name}, role: ${role}, token: "\${env:${variable}}" }\n`;

/** Starts the metadata server alone; its data lies below `folder`. */
export function startStore(folder) {
  const file = join(folder, 'store.yaml');
  writeFileSync(
    file,
    `accounts:\n${account('admin', 'admin', 'ISTHMUS_TOKEN')}${account('daemon', 'operator', 'ISTHMUS_DAEMON_TOKEN')}servers:\n  metadata-store: { kind: metadata-store }\n`,
  );
  return serve(['--config', file, '--data-dir', join(folder, 'store'), '--port', '0'], { env });
}

/**
 * Starts the daemon alone; its data lies below `folder`/`name`.
 *
 * @param {{ folder: string, storeUrl: string, providers: string[], name?: string, keys?: string, env?: object }} options
 *   `keys` are further keys of the daemon's configuration, as YAML in flow style
 */
export function startDaemon({ folder, storeUrl, providers, name = 'daemon', keys = '', env: more = {}, ...options }) {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `accounts:
${account('admin', 'admin', 'ISTHMUS_TOKEN')}connectors: { directories: ${JSON.stringify(providers)} }
servers:
  integration-daemon:
    kind: integration-daemon
    metadataServer: { name: metadata-store, url: "${storeUrl}", userId: isthmus, token: "\${env:ISTHMUS_DAEMON_TOKEN}" }
${keys}`,
  );
  return serve(['--config', file, '--data-dir', join(folder, name), '--port', '0'], {
    env: { ...env, ...more },
    ...options,
  });
}

/** The journal of the daemon that `startDaemon` started. */
export const journalOf = (folder, name = 'daemon') => join(folder, name, 'servers', 'integration-daemon', 'daemon.db');

/** @param {string} url of the daemon @param {string} path below /api/v1 */
export async function api(url, path, { method = 'GET', body } = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** Every connector of the daemon, page by page. */
export async function connectorsOf(url) {
  const items = [];
  let cursor = '';
  do {
    const { body } = await api(url, `/connectors?limit=500${cursor}`);
    items.push(...body.items);
    cursor = body.nextCursor === undefined ? undefined : `&cursor=${encodeURIComponent(body.nextCursor)}`;
  } while (cursor !== undefined);
  return items;
}

/** Waits until every one of `count` connectors is in one of `states`. @returns whether it came to that */
export async function untilInState(url, count, states, withinMs, everyMs = 50) {
  const reached = await until(
    async () => {
      const { status, body } = await api(url, '/status');
      const { connectorCounts } = body;
      return status === 200 && states.reduce((sum, state) => sum + (connectorCounts[state] ?? 0), 0) === count;
    },
    withinMs,
    everyMs,
  );
  return reached === true;
}

let batches = 0;

/** Sends operations in one batch; throws when one is refused. */
export async function writeBatch(storeUrl, operations) {
  batches += 1;
  const response = await fetch(`${storeUrl}/servers/metadata-store/isthmus/users/bench/write-batch`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ id: `bench-${process.pid}-${batches}`, operations }),
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

/** Makes the group with all these connectors. @returns milliseconds that it took */
export async function registerAll(storeUrl, groupName, connectors, connectorsABatch = 200) {
  const started = performance.now();
  await writeBatch(storeUrl, [group(groupName)]);
  for (let from = 0; from < connectors.length; from += connectorsABatch)
    await writeBatch(
      storeUrl,
      connectors.slice(from, from + connectorsABatch).flatMap((connector) => registration(groupName, connector)),
    );
  return performance.now() - started;
}

/** Writes a provider of kind files into `directory`, as a user would install one. `code` is its module, which exports `provider`. */
export function writeProvider(directory, name, code) {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  const isthmus = { provider: name, kind: 'files', sdk: '^0.1.0', module: './index.js', export: 'provider' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', isthmus }));
  writeFileSync(join(folder, 'index.js'), code);
}

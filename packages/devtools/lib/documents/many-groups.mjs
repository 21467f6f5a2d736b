// A platform that runs one integration daemon with many groups of connectors that do nothing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve, temporaryFolder } from '../process.mjs';
import { writeProvider } from '../provider-folder.mjs';
import { registerAll } from '../register-many.mjs';
import { until } from '../report.mjs';
import { groupConfig } from './admin-rest.mjs';

const token = 'token-of-the-proof-of-documents';
export const headers = { authorization: `Bearer ${token}` };

/** A platform with a metadata server, its data in `folder`; may be started again after it was killed. */
export function startPlatform(folder) {
  const providers = temporaryFolder('providers');
  writeProvider(
    providers,
    'idle',
    `export const provider = { kind: 'files', provider: 'idle', version: 1, configuration: { type: 'object', properties: {} },
  create: () => ({ refresh: async () => undefined }) };\n`,
  );
  const file = join(folder, 'isthmus.yaml');
  writeFileSync(
    file,
    `accounts: [{ name: admin, role: admin, token: "\${env:PROOF_TOKEN}" }]
connectors: { directories: ${JSON.stringify([providers])} }
servers: { metadata-store: { kind: metadata-store } }
`,
  );
  return serve(['--config', file, '--data-dir', join(folder, 'data'), '--port', '0'], { env: { PROOF_TOKEN: token } });
}

/**
 * Registers connectors, gives the daemon their groups and starts it.
 *
 * @returns the groups, as they are configured
 */
export async function startDaemon(admin, url, serverName, groupCount, connectorsAGroup) {
  const names = Array.from({ length: groupCount }, (_none, index) => `IntegrationGroup::Daemon ${index + 1}`);
  for (const [index, name] of names.entries())
    await registerAll(
      url,
      token,
      name,
      Array.from({ length: connectorsAGroup }, (_none, at) => ({
        name: `idle-${index}-${at}`,
        provider: 'idle',
        minutes: 24 * 60,
      })),
    );
  const groups = names.map((name) => groupConfig({ url, name: 'metadata-store' }, name));
  await admin.must('POST', '/integration-groups/configuration/all', groups);
  const path = `/open-metadata/platform-services/server-platform/servers/${serverName}/instance`;
  const started = await (await fetch(`${url}${path}`, { method: 'POST', headers })).json();
  if (started.relatedHTTPCode !== 200) throw new Error(`the daemon did not start: ${JSON.stringify(started)}`);
  return groups;
}

/** Instance id by connector name, of those that have refreshed; undefined while there are fewer than `count`. */
export function instances(url, serverName, count, withinMs) {
  return until(
    async () => {
      const path = `/servers/${serverName}/open-metadata/integration-daemon/status`;
      const { integrationDaemonStatus } = await (await fetch(`${url}${path}`, { headers })).json();
      const reports = integrationDaemonStatus?.integrationConnectorReports ?? [];
      const done = reports.filter(({ lastRefreshTime }) => lastRefreshTime !== undefined);
      if (done.length < count) return undefined;
      return new Map(done.map(({ connectorName, connectorInstanceId }) => [connectorName, connectorInstanceId]));
    },
    withinMs,
    250,
  );
}

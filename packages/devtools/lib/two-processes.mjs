// A metadata server and an integration daemon as two processes, as in config/samples, so that the daemon alone is
// measured.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callApi } from './admin-api.mjs';
import { serve } from './process.mjs';
import { until } from './report.mjs';

/** Of both processes. */
export const adminToken = 'admin-token-of-two';
const env = { ISTHMUS_TOKEN: adminToken, ISTHMUS_DAEMON_TOKEN: 'daemon-token-of-two' };
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
export const api = (url, path, request) => callApi(url, adminToken, path, request);

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

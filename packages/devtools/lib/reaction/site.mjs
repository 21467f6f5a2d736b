// The processes of a site: a metadata server and an integration daemon, in one process or in two.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callApi, mustCallApi } from '../admin-api.mjs';
import { probeEnvironment, readProbe } from '../probe.mjs';
import { serve } from '../process.mjs';

export const token = 'bench-token';

/**
 * @param options { folder, name, data, servers, connectors }; `servers` is that part of the configuration
 * @returns what `serve` gives, `longestSliceMs(sinceMs)` and the admin API's `get` and `post`
 */
export async function startProcess({ folder, name, data, servers, connectors }) {
  const configuration = join(folder, `${name}.json`);
  const probe = join(folder, `${name}.probe`);
  const accounts = [{ name: 'bench', role: 'admin', token: secret }];
  const parts = { listen: { port: 0 }, dataDirectory: data, accounts, servers };
  writeFileSync(
    configuration,
    JSON.stringify(connectors === undefined ? parts : { ...parts, connectors: { directories: [connectors] } }),
  );
  const env = { BENCH_TOKEN: token, ...probeEnvironment(probe) };
  const process = await serve(['--config', configuration], { env });
  return {
    ...process,
    admin: adminApi(process.url),
    longestSliceMs: (since) => Math.max(0, ...readProbe(probe, since).map(({ longestSliceMs }) => longestSliceMs)),
  };
}

const secret = `\${env:BENCH_TOKEN}`;
export const storeServer = { 'metadata-store': { kind: 'metadata-store' } };

export function daemonServer(groupName, groupPollSeconds, url) {
  const metadataServer = { name: 'metadata-store', token: secret, ...(url !== undefined && { url }) };
  return {
    'integration-daemon': { kind: 'integration-daemon', metadataServer, groups: [groupName], groupPollSeconds },
  };
}

function adminApi(url) {
  return {
    /** Undefined: not found. */
    async get(path) {
      const { status, body } = await callApi(url, token, path);
      return status === 200 ? body : undefined;
    },
    post: (path, body) => mustCallApi(url, token, path, { method: 'POST', body }),
  };
}

// pyegeria, as its users have it, against a platform of ours: log-in, the configuration of a daemon and its groups,
// start, status, connector properties, refresh, restart, shutdown. Each call is a check.
// Usage: node packages/devtools/prove/pyegeria.mjs [--slice]   (the slice is the whole of it)
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startPlatform } from '../lib/conformance/platform.mjs';
import { root, temporaryFolder } from '../lib/process.mjs';
import { pyegeriaPython, pyegeriaVersion } from '../lib/pyegeria/environment.mjs';
import { configurationMap, link } from '../lib/registration-rest.mjs';
import { proof } from '../lib/report.mjs';
import { storeRest } from '../lib/store-rest.mjs';

const { check, skip, say, end } = proof('pyegeria');
const stepEndsWithinMs = 180_000;
const { python, why } = pyegeriaPython();
if (python === undefined) {
  skip('calls of pyegeria', why);
  end();
  process.exit();
}
say(`pyegeria ${pyegeriaVersion}`);
const platform = await startPlatform('6.1');
try {
  const setup = await step('setup');
  const token = setup.find(({ call }) => call === 'token for the next step')?.answer;
  await setServerProperties(token);
  await registerConnector(storeRest(platform.url, { server: 'mds1', user: 'garygeeke', token }));
  await step('operate');
  await step('manage');
  await step('clear');
} finally {
  await platform.stop();
}
end();

/** The call that pyegeria cannot make. */
async function setServerProperties(token) {
  const path = '/open-metadata/admin-services/servers/idaemon1/server-properties';
  const properties = { localServerDescription: 'lab daemon', organizationName: 'Lab', localServerURL: platform.url };
  const response = await fetch(platform.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ class: 'ServerPropertiesRequestBody', ...properties, localServerUserId: 'daemonnpa' }),
  });
  if ((await response.json()).relatedHTTPCode !== 200) throw new Error('server properties could not be set');
}

/** What pyegeria's own users would have done by other means: a group with one connector. */
async function registerConnector(store) {
  const group = await store.create('IntegrationGroup', { qualifiedName: 'lab:group:1', displayName: 'lab group' });
  const connector = await store.create('IntegrationConnector', { qualifiedName: 'lab:k1', displayName: 'k1' });
  const connection = await store.create('Connection', {
    qualifiedName: 'lab:k1:connection',
    configurationProperties: configurationMap({ colour: 'blue' }),
  });
  const type = await store.create('ConnectorType', {
    qualifiedName: 'lab:k1:type',
    connectorProviderClassName: 'lab.NoOpIntegrationProvider',
  });
  await store.relate('AssetConnection', connector, connection);
  await store.relate('ConnectionConnectorType', connection, type);
  await link(store, group, connector, 'k1');
}

/** @returns what the script said, a check each */
async function step(name) {
  const script = join(root, 'packages/devtools/lib/pyegeria/calls.py');
  const home = temporaryFolder('pyegeria');
  const child = spawn(python, ['-W', 'ignore', script, platform.url, name], {
    // its settings and logs are read from and written to the folders that it is started in
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, PYTHONDONTWRITEBYTECODE: '1', PYEGERIA_ROOT_PATH: home },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: stepEndsWithinMs,
  });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (complaints += chunk));
  const code = await new Promise((settle) => child.on('exit', settle));
  const told = output
    .split('\n')
    .filter((line) => line.startsWith('{"call"'))
    .map((line) => JSON.parse(line));
  for (const { call, good, detail, skip: reason } of told) {
    if (reason !== undefined) skip(call, reason);
    else check(call, good, good ? '' : detail);
  }
  check(
    `${name}: the client came to its end`,
    code === 0,
    code === 0 ? '' : `code ${code}: ${complaints.slice(-1500)}`,
  );
  return told;
}

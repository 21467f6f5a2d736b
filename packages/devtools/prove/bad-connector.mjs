// One connector's fault changes only that connector's status: a provider that throws, hangs, ignores its stop, rejects
// where nobody looks. The others go on, no secret is told, and the process stops within 10 s all the same.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isthmus, serve, temporaryFolder } from '../lib/process.mjs';
import { writeProvider } from '../lib/provider-folder.mjs';
import { proof, until } from '../lib/report.mjs';

const { check, checkWithin, end } = proof('bad-connector', { isTimed: true });
const folder = temporaryFolder('bad-connector');
const secret = 'supersecret-value-4711';
const providers = join(folder, 'providers');
writeProvider(
  providers,
  'nasty',
  `
export const provider = {
  kind: 'files', provider: 'nasty', version: 1,
  configuration: { type: 'object', properties: { mode: { type: 'string' }, password: { type: 'string', secret: true } }, required: ['mode'] },
  create: (context, { mode, password }) => ({
    start: async () => { if (mode === 'throw-start') throw new Error('cannot start with ' + password); },
    refresh: async (run) => {
      if (mode === 'throw') throw new Error('boom ' + password);
      if (mode === 'hang') await new Promise(() => {});
      if (mode === 'ignore') for (;;) await new Promise((settle) => setTimeout(settle, 200));
      if (mode === 'stray') { void Promise.reject(new Error('stray ' + password)); setTimeout(() => { throw new Error('timer ' + password); }, 10); }
    },
    stop: async () => { if (mode === 'hang-stop') await new Promise(() => {}); },
  }),
};
`,
);
const config = join(folder, 'isthmus.yaml');
writeFileSync(
  config,
  `accounts: [{ name: admin, role: admin, token: "\${env:ISTHMUS_TOKEN}" }]
connectors: { directories: ["${providers}"] }
servers:
  metadata-store: { kind: metadata-store }
  integration-daemon: { kind: integration-daemon, stalledAfterSeconds: 2, abandonAfterSeconds: 600 }
`,
);
const env = { ISTHMUS_TOKEN: 'admin-token', NASTY_PASSWORD: secret };
process.env.ISTHMUS_TOKEN = env.ISTHMUS_TOKEN;
const daemon = await serve(['--config', config, '--data-dir', join(folder, 'data'), '--port', '0'], { env });
const cli = (...args) => isthmus(daemon.url, ...args);
const connectors = async () =>
  (await (await fetch(`${daemon.url}/api/v1/connectors`, { headers: { authorization: 'Bearer admin-token' } })).json())
    .items;
const named = async (name) => (await connectors()).find((row) => row.name === name);

cli('group', 'create', 'Mixed');
const source = join(folder, 'source');
mkdirSync(source);
writeFileSync(join(source, 'a.csv'), 'id\n1\n');
cli('connector', 'add', 'Mixed', '--name', 'good', '--provider', 'files', '--root', source);
const good = await until(async () => {
  const row = await named('good');
  return row?.state === 'waiting' && row.runCount === 1 ? row : undefined;
}, 15_000);
for (const mode of ['throw-start', 'throw', 'hang', 'ignore', 'stray', 'hang-stop']) {
  const added = cli(
    'connector',
    'add',
    'Mixed',
    '--name',
    mode,
    '--provider',
    'nasty',
    '--set',
    `mode=${mode}`,
    '--set',
    'password=${env:NASTY_PASSWORD}',
  );
  if (added.code !== 0) console.log(added.stderr);
}

await shows('throw-start', 'a throw in start', (row) => row.reason?.code === 'CONNECTOR_FAILED');
await shows(
  'throw',
  'a throw in refresh',
  (row) => row.state === 'backing-off' && row.reason?.code === 'CONNECTOR_FAILED',
);
await shows(
  'hang',
  'a refresh that hangs is stalled, not refreshing',
  (row) => row.state === 'stalled' && row.reason?.code === 'CONNECTOR_STALLED',
);
await shows('ignore', 'a refresh that loops without a word is stalled', (row) => row.state === 'stalled');
await shows(
  'stray',
  'an error that nobody caught shows at its connector',
  (row) => row.reason?.code === 'CONNECTOR_FAILED' && row.health === 'degraded',
);

const now = await named('good');
check(
  'the good connector is undisturbed',
  now.instanceId === good.instanceId && now.state === 'waiting' && now.health === 'ok',
);
check('the process answers', (await fetch(`${daemon.url}/healthz`)).ok);
const stopped = await daemon.stop();
await checkWithin(
  'it stops within 10 s although connectors ignore their stop',
  { holds: stopped.code === 0, tookMs: stopped.tookMs, limitMs: 10_000 },
  `exit ${stopped.code} after ${Math.round(stopped.tookMs)} ms`,
);
const told = daemon.output();
check(
  'no secret is told, in no line of the log',
  !told.includes(secret) && told.includes('stray'),
  `${told.split('\n').length} lines`,
);
end();

async function shows(name, what, fits) {
  const row = await until(
    async () => {
      const found = await named(name);
      return found !== undefined && fits(found) ? found : undefined;
    },
    20_000,
    100,
  );
  const last = row ?? (await named(name));
  check(
    what,
    row !== undefined,
    JSON.stringify([last?.state, last?.health, last?.reason?.code, last?.reason?.message]).slice(0, 200),
  );
}

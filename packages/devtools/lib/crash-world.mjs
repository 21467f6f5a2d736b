// A daemon and its metadata store behind a relay, as one process or as two, that can be killed and started again.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, serve, temporaryFolder } from './process.mjs';
import { storeProxy } from './store-proxy.mjs';
import { storeRest } from './store-rest.mjs';

const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
const authorization = { authorization: `Bearer ${env.ISTHMUS_TOKEN}` };
const pollSeconds = 1;

/**
 * @param {'one' | 'two'} shape - processes
 * @returns parts by name (`both`, or `daemon` and `store`), each with its data directory, and what lies between them
 */
export async function crashWorld(shape) {
  const folder = temporaryFolder(`crash-${shape}`);
  const proxy = await storeProxy();
  const samples = join(root, 'config/samples');
  const sample = (name) => readFileSync(join(samples, name), 'utf8');
  const daemonYaml = sample('daemon-only.yaml')
    .replace('http://127.0.0.1:9081', proxy.url)
    .replace('groups: ["*"]', `groups: ["*"]\n    groupPollSeconds: ${pollSeconds}`);
  const storeYaml = sample('metadata-store-only.yaml');
  const bothYaml = `${storeYaml.trimEnd()}\n${daemonYaml.slice(daemonYaml.indexOf('  integration-daemon:'))}`;
  const yamls = shape === 'one' ? { both: bothYaml } : { store: storeYaml, daemon: daemonYaml };
  const parts = {};
  for (const [name, yaml] of Object.entries(yamls)) {
    const data = join(folder, name);
    mkdirSync(data);
    const config = join(folder, `${name}.yaml`);
    writeFileSync(config, yaml);
    parts[name] = { name, data, config, process: undefined };
  }
  const daemonPart = parts.both ?? parts.daemon;
  const storePart = parts.both ?? parts.store;

  /** @param spawned - is told the child process before it is ready */
  async function start(part, spawned) {
    const args = ['--config', part.config, '--data-dir', part.data, '--port', '0'];
    part.process = await serve(args, {
      env,
      spawned: (child) => {
        if (part === storePart) proxy.target(undefined);
        spawned?.(child);
      },
    });
    // Until it is told where the store is, whoever asks finds nobody: as with a store that is still starting.
    if (part === storePart) proxy.target(part.process.url);
  }

  return {
    shape,
    proxy,
    parts,
    daemonPart,
    storePart,
    start,
    async startAll() {
      for (const part of Object.values(parts)) await start(part);
    },
    async stopAll() {
      for (const part of Object.values(parts).reverse()) await part.process.stop();
      proxy.close();
    },
    /** Not through the relay. */
    store: () => storeRest(storePart.process.url, { token: env.ISTHMUS_TOKEN }),
    /** Of the daemon's own face. */
    async api(path) {
      const response = await fetch(`${daemonPart.process.url}/api/v1${path}`, { headers: authorization });
      return response.json();
    },
    /** Every change of the store after the sequence. */
    async changesAfter(sequence) {
      const events = [];
      for (let after = sequence; ; ) {
        const url = `${storePart.process.url}/servers/metadata-store/isthmus/changes?after=${after}&limit=1000`;
        const page = await (await fetch(url, { headers: authorization })).json();
        if (page.relatedHTTPCode !== 200) throw new Error(`changes after ${after}: ${JSON.stringify(page)}`);
        events.push(...page.events);
        if (page.events.length === 0) return { events, last: after };
        after = page.next;
      }
    },
  };
}

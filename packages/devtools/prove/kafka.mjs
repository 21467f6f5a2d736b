// Events on the out topic of a metadata server, over a real Kafka broker: a change of a registration is effective at a
// daemon that has nothing but Egeria's own calls, in either release, long before its poll. The broker dies and comes
// back, the metadata server dies meanwhile, nonsense is written to the topics: nothing is lost, nothing stops.
// Usage: node packages/devtools/prove/kafka.mjs [--slice]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaBroker, whyNoBroker } from '../lab/kafka/broker.mjs';
import { tryGuardedBroker, whyNotGuarded } from '../lib/kafka/guarded-broker.mjs';
import { inject, wholeTopic } from '../lib/kafka/topic-tools.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { feedProxy } from '../lib/reaction/feed-proxy.mjs';
import { daemonServer, startProcess, token } from '../lib/reaction/site.mjs';
import { makeWitness, provider } from '../lib/reaction/witness.mjs';
import { configurationMap, link, register } from '../lib/registration-rest.mjs';
import { isSlice, percentile, proof, until } from '../lib/report.mjs';
import { storeRest } from '../lib/store-rest.mjs';

const { check, checkWithin, skip, say, end } = proof('kafka', { isTimed: true });
const why = whyNoBroker();
if (why !== undefined) {
  skip('events of a real Kafka broker', why);
  end();
  process.exit();
}
const groupName = 'IntegrationGroup::Topic';
const longPollSeconds = 30;
const shortPollSeconds = isSlice ? 1 : 2;
const withinMs = 1000;
const changes = isSlice ? 8 : 100;
const connectorCount = 4;
const folder = temporaryFolder('kafka-proof');
/** Every change, in its order. */
const sung = [];

const broker = await kafkaBroker();
await broker.start();
say(`broker at ${broker.bootstrapServer}`);
let store = await startStore();
/** One for each release: a server that has nothing of ours, and 4.3 does not know where 6 tells its release. */
const ours = '^/servers/[^/]+/isthmus/';
const proxies = {
  6.1: await feedProxy(store.url, { hides: new RegExp(ours) }),
  4.3: await feedProxy(store.url, { hides: new RegExp(`${ours}|^/open-metadata/platform-services/server-platform/`) }),
};
let rest = storeRest(store.url, { token });
const group = await rest.create('IntegrationGroup', { qualifiedName: groupName });
const made = [];
for (let index = 0; index < connectorCount; index += 1)
  made.push(await register(rest, group, `subject-${index}`, `address-${index}`, { provider }));

/** Nobody listens yet, who would read the store at each event. */
const calmTimes = await writeTimes('calm', 20);
const listeners = [await startDaemon('6.1', longPollSeconds), await startDaemon('4.3', longPollSeconds)];
for (const daemon of listeners) {
  const { release } = daemon;
  check(`${release}: the daemon listens to the out topic`, (await daemon.topicIn('listening', 30_000)) !== undefined);
  check(
    `${release}: the registered connectors run`,
    (await until(() => daemon.notes('started').length === connectorCount, 20_000)) === true,
  );
}

await reactsToEvents('events');
await reactsToRegistrations();
await passesOverNonsense();
await outlivesTheBroker();
await pollsWithout();
await toldInOrder();

for (const daemon of listeners) {
  const stopped = daemon.notes('stopped').filter(({ source }) => made.some(({ unique }) => unique === source));
  check(`${daemon.release}: no connector was stopped that should run`, stopped.length === 0, `${stopped.length} stops`);
  await daemon.stop();
}
await store.stop();
for (const proxy of Object.values(proxies)) proxy.close();
await broker.stop();
await reachesGuardedBroker();
end();

/** Both ends of a topic, by the properties of Kafka's own clients. */
async function reachesGuardedBroker() {
  const unfit = whyNotGuarded();
  if (unfit !== undefined) return skip('a broker with TLS and log-in', unfit);
  const { heard, refused, untrusted } = await tryGuardedBroker();
  check('a broker with TLS and log-in: what is written is heard', heard);
  check('a wrong password writes nothing there', refused !== undefined, refused);
  check('a certificate that is not trusted ends the connection', untrusted !== undefined, untrusted);
}

/** What the connector itself noted, after the answer of the write: whoever looks late measures no less. */
async function reactsToEvents(phase) {
  const took = new Map(listeners.map(({ release }) => [release, []]));
  const since = performance.now();
  for (let change = 0; change < changes; change += 1) {
    const tone = `${phase}-${change}`;
    await sing(made[change % made.length], tone);
    const answeredAt = Date.now();
    for (const daemon of listeners) {
      const note = await until(() => daemon.sang(tone), 5_000, 5);
      took.get(daemon.release).push(note === undefined ? Number.POSITIVE_INFINITY : note.at - answeredAt);
    }
  }
  for (const [release, times] of took)
    await checkWithin(
      `${release}: a change is effective within ${withinMs} ms by its event (${phase}; the poll is at ${longPollSeconds} s)`,
      { tookMs: Math.max(...times), limitMs: withinMs, since },
      `${times.length} changes: median ${percentile(times, 0.5)} ms, longest ${Math.max(...times)} ms`,
    );
}

async function reactsToRegistrations() {
  const extra = await register(rest, group, 'extra', 'address-extra', { provider });
  await everywhere('a new registration starts its connector', (daemon) => daemon.noted('started', extra.unique));
  await rest.updateRelationship(extra.registration, { connectorName: 'renamed' });
  await everywhere('a new name of a registration shows', async (daemon) =>
    (await daemon.connectors()).some(({ name }) => name === 'renamed'),
  );
  await rest.unrelate(extra.registration);
  await everywhere('a registration that ends stops its connector', (daemon) => daemon.noted('stopped', extra.unique));
  extra.registration = await link(rest, group, extra.connector, 'extra again');
  await everywhere('registered again it starts again', (daemon) => daemon.noted('started', extra.unique, 2));
  await rest.unrelate(extra.registration);
  await everywhere('and stops again', (daemon) => daemon.noted('stopped', extra.unique, 2));
}

async function everywhere(what, look) {
  const answeredAt = performance.now();
  const took = await Promise.all(
    listeners.map(async (daemon) =>
      (await until(() => look(daemon), 5_000, 10)) ? Math.round(performance.now() - answeredAt) : undefined,
    ),
  );
  await checkWithin(
    `${what}, within ${withinMs} ms`,
    { holds: !took.includes(undefined), tookMs: Math.max(...took), limitMs: withinMs },
    `${took.join(' and ')} ms`,
  );
}

async function passesOverNonsense() {
  const nonsense = [
    '',
    'no JSON',
    '{"class":',
    'null',
    '[]',
    '17',
    '"text"',
    '{}',
    '{"class":17}',
    '{"class":"WatchdogGovernanceServiceEvent"}',
    '{"class":"WatchdogGovernanceServiceEvent","watchdogGovernanceEvent":[]}',
    '{"class":"WatchdogGovernanceServiceEvent","watchdogGovernanceEvent":{"metadataElement":{"type":{"typeName":{}}}}}',
    '{"elementHeader":{"type":[]}}',
    '{"elementHeader":{}}',
    `${'['.repeat(50_000)}`,
    'x'.repeat(900_000),
    '\u0000\u0001\ud83d',
  ];
  await inject(broker.bootstrapServer, topics(), nonsense);
  for (const daemon of listeners) {
    const counted = await until(async () => {
      const { malformed } = await daemon.topic();
      return malformed >= nonsense.length ? malformed : undefined;
    }, 10_000);
    check(
      `${daemon.release}: ${nonsense.length} events that cannot be read are counted`,
      counted === nonsense.length,
      `${counted}`,
    );
    const warnings = daemon.output().split('cannot be read; such events').length - 1;
    check(`${daemon.release}: and logged once`, warnings === 1, `${warnings} lines`);
  }
  await reactsToEvents('after nonsense');
}

async function outlivesTheBroker() {
  await broker.kill();
  for (const daemon of listeners)
    check(
      `${daemon.release}: the daemon says that the broker is away`,
      (await daemon.topicIn('away', 30_000))?.problem?.code === 'BROKER_UNREACHABLE',
    );
  const since = performance.now();
  const during = await writeTimes('away', 20);
  const [calm, away] = [percentile(calmTimes, 0.5), percentile(during, 0.5)];
  await checkWithin(
    'writes take no longer while the broker is away',
    { tookMs: away, limitMs: calm * 2 + 5, since },
    `median ${calm} and ${away} ms`,
  );
  await store.kill();
  store = await startStore();
  for (const proxy of Object.values(proxies)) proxy.moved(store.url);
  rest = storeRest(store.url, { token });
  await sing(made[0], 'after both died');
  for (const daemon of listeners) {
    const running = (await daemon.connectors()).filter(({ state }) => ['waiting', 'refreshing'].includes(state));
    check(
      `${daemon.release}: without broker and after the metadata server's death all connectors run`,
      running.length === connectorCount,
      `${running.length} of ${connectorCount}`,
    );
  }
  await broker.start();
  const startedAt = performance.now();
  for (const daemon of listeners) {
    const heard = await daemon.topicIn('listening', 60_000);
    const took = (performance.now() - startedAt) / 1000;
    check(`${daemon.release}: the topic is heard again`, heard !== undefined, `${took.toFixed(1)} s after the broker`);
    check(
      `${daemon.release}: what changed meanwhile is effective`,
      (await until(() => daemon.sang('after both died'), 5_000)) !== undefined,
    );
    const complaints = daemon.output().split('out topic is not heard').length - 1;
    check(`${daemon.release}: the outage was logged once`, complaints === 1, `${complaints} lines`);
  }
  await until(
    async () => (await wholeTopic(broker.bootstrapServer, topics()[1], 500)).some(tells('after both died')),
    60_000,
  );
  await reactsToEvents('broker returned');
}

/** The same daemon without its broker: polling is enough, and takes its time. */
async function pollsWithout() {
  await broker.stop();
  for (const release of ['6.1', '4.3']) {
    const daemon = await startDaemon(release, shortPollSeconds);
    await until(() => daemon.notes('started').length === connectorCount, 30_000);
    const times = [];
    const since = performance.now();
    for (let change = 0; change < (isSlice ? 3 : 10); change += 1) {
      const tone = `polled-${release}-${change}`;
      await sing(made[change % made.length], tone);
      const answeredAt = Date.now();
      const note = await until(() => daemon.sang(tone), 20_000, 5);
      times.push(note === undefined ? Number.POSITIVE_INFINITY : note.at - answeredAt);
    }
    // a tenth of the poll is added at random
    const longest = shortPollSeconds * 1100 + withinMs;
    await checkWithin(
      `${release}: without events a change is effective within the poll of ${shortPollSeconds} s and one more`,
      { tookMs: Math.max(...times), limitMs: longest, since },
      `longest ${Math.max(...times)} ms`,
    );
    await daemon.stop();
  }
  await broker.start();
}

/** At least once and in order: the first event of each change follows that of the change before it. */
async function toldInOrder() {
  const last = 'the last change';
  await sing(made[0], last);
  for (const topic of topics()) {
    const texts = await until(async () => {
      const all = await wholeTopic(broker.bootstrapServer, topic);
      return all.some(tells(last)) ? all : undefined;
    }, 60_000);
    const firsts = sung.map((tone) => (texts ?? []).findIndex(tells(tone)));
    const missing = sung.filter((_, index) => firsts[index] < 0);
    check(
      `${topic}: every change was told, also those made while the broker was away`,
      missing.length === 0,
      `${sung.length} changes in ${texts?.length ?? 0} records${missing.length > 0 ? `; missing ${missing}` : ''}`,
    );
    const late = sung.filter((_, index) => index > 0 && firsts[index] <= firsts[index - 1]);
    check(`${topic}: in the order in which they were made`, late.length === 0, late.join());
  }
}

async function writeTimes(what, count) {
  const times = [];
  for (let index = 0; index < count; index += 1) {
    const started = performance.now();
    await sing(made[index % made.length], `${what}-${index}`);
    times.push(Math.round((performance.now() - started) * 10) / 10);
  }
  return times;
}

/** A change of the registered connection, by which a connector can be told that it knows. */
async function sing({ connection, unique }, tone) {
  await rest.update(connection, { configurationProperties: configurationMap({ 'isthmus.source': unique, tone }) });
  sung.push(tone);
}

/** An event of this very change: later ones tell of it as what was before. */
function tells(tone) {
  return (text) => {
    if (!text.includes(JSON.stringify(tone))) return false;
    const event = JSON.parse(text);
    const now = event.elementProperties ?? event.watchdogGovernanceEvent?.metadataElement?.elementProperties;
    return JSON.stringify(now ?? '').includes(JSON.stringify(tone));
  };
}

function topics() {
  return ['governanceengine', 'opengovernanceservice'].map(
    (service) => `egeria.omag.server.metadata-store.omas.${service}.outTopic`,
  );
}

function startStore() {
  const outTopic = { bootstrapServers: [broker.bootstrapServer] };
  const servers = { 'metadata-store': { kind: 'metadata-store', outTopic } };
  return startProcess({ folder, name: 'store', data: join(folder, 'store'), servers });
}

async function startDaemon(release, pollSeconds) {
  const home = join(folder, `daemon-${release}-${pollSeconds}`);
  mkdirSync(home, { recursive: true });
  const witness = makeWitness(home);
  const servers = daemonServer(groupName, pollSeconds, proxies[release].url);
  servers['integration-daemon'].metadataServer.release = release;
  const daemon = await startProcess({
    folder: home,
    name: 'daemon',
    data: join(home, 'data'),
    servers,
    connectors: witness.directory,
  });
  const notes = (event) => witness.record().filter((note) => note.event === event);
  const topic = async () => (await daemon.admin.get('/status')).metadataServer.outTopic;
  return {
    ...daemon,
    release,
    notes,
    noted: (event, unique, times = 1) => notes(event).filter(({ source }) => source === unique).length >= times,
    sang: (tone) => witness.record().find((note) => note.tone === tone),
    topic,
    topicIn: (state, forMs) =>
      until(async () => {
        const now = await topic();
        return now?.state === state ? now : undefined;
      }, forMs),
    connectors: async () => (await daemon.admin.get('/connectors')).items,
  };
}

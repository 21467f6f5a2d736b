// How soon a change of one registration is effective among many running connectors, and what a poll of a large group
// that did not change costs.
// Usage: node packages/devtools/bench/reaction.mjs [connectors, default 1000] [--slice] [--seed=N]
import { join } from 'node:path';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { allRows, drawKinds, isCalm, makeChanges, mix } from '../lib/reaction/changes.mjs';
import { feedProxy } from '../lib/reaction/feed-proxy.mjs';
import { measurePolls, measureWatcher, p50, p99 } from '../lib/reaction/poll.mjs';
import { inBatches, registerEach } from '../lib/reaction/registrations.mjs';
import { daemonServer, startProcess, storeServer, token } from '../lib/reaction/site.mjs';
import { makeWitness } from '../lib/reaction/witness.mjs';
import { registerAll } from '../lib/register-many.mjs';
import { isSlice, percentile, seeded, seedFromArguments, until } from '../lib/report.mjs';
import { storeRest } from '../lib/store-rest.mjs';

const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const connectorCount = Number(number ?? (isSlice ? 100 : 1000));
const changeCount = isSlice ? 20 : 100;
/** Each waits for a poll. */
const cutCount = isSlice ? 10 : 100;
const withinMs = 250;
const pollSeconds = isSlice ? 0.5 : 1;
/** A tenth of the poll is added at random. */
const longestPollMs = pollSeconds * 1100;
const groupName = 'IntegrationGroup::Reaction';
const largeName = 'IntegrationGroup::Large';
const largeCount = isSlice ? 1_000 : 10_000;

machine();
const random = seeded(seedFromArguments());
const shares = Object.entries(mix).map(([kind, share]) => `${share} ${kind}`);
console.log(`     ${connectorCount} connectors; of 100 changes: ${shares.join(', ')} (pause and resume in turn)`);
const folder = temporaryFolder('reaction');
const witness = makeWitness(folder);
const storeData = join(folder, 'store');
let groupGuid;
let made;

await inOneProcess();
await inTwoProcesses();
await largeGroup();

/** As in the quick start: daemon and metadata server share an event loop. */
async function inOneProcess() {
  const daemon = await startProcess({
    folder,
    name: 'together',
    data: storeData,
    connectors: witness.directory,
    servers: { ...storeServer, ...daemonServer(groupName, 10) },
  });
  const store = storeRest(daemon.url, { token });
  groupGuid = await store.create('IntegrationGroup', { qualifiedName: groupName });
  const names = Array.from({ length: connectorCount }, (_, index) => `connector-${index}`);
  const before = performance.now();
  made = await registerEach(store, groupGuid, names);
  const seconds = (performance.now() - before) / 1000;
  console.log(
    `     ${connectorCount} registrations over the store's REST by 4 callers, the daemon following: ${readable(seconds)} s (${readable(connectorCount / seconds)}/s, 8 requests each)`,
  );
  const site = siteOf(store, daemon);
  await allCalm(site);
  await measure('one process, with the feed', changeCount, site, withinMs, { process: daemon });
  await daemon.stop();
}

/** The daemon asks through a proxy, which refuses the feed in the second half. */
async function inTwoProcesses() {
  const server = await startProcess({ folder, name: 'store', data: storeData, servers: storeServer });
  const proxy = await feedProxy(server.url);
  const daemon = await startProcess({
    folder,
    name: 'daemon',
    data: join(folder, 'daemon'),
    connectors: witness.directory,
    servers: daemonServer(groupName, pollSeconds, proxy.url),
  });
  const site = siteOf(storeRest(server.url, { token }), daemon);
  await allCalm(site);
  await measure('two processes, with the feed', changeCount, site, withinMs, { daemon, server });
  proxy.cut();
  const refusedBefore = proxy.refused();
  await measure(`two processes, feed cut, poll ${pollSeconds} s`, cutCount, site, longestPollMs + withinMs, {
    daemon,
    server,
  });
  if (proxy.refused() === refusedBefore) throw new Error('the feed was not asked for while it was cut');
  await daemon.stop();
  proxy.close();
  await server.stop();
}

/** A group that a daemon has not seen yet, then polls that find nothing new. */
async function largeGroup() {
  const server = await startProcess({ folder, name: 'large', data: join(folder, 'large'), servers: storeServer });
  const store = storeRest(server.url, { token });
  await store.create('IntegrationGroup', { qualifiedName: largeName });
  const names = Array.from({ length: largeCount }, (_, index) => `large-${index}`);
  const seconds = (await registerAll(server.url, token, largeName, inBatches(names))) / 1000;
  console.log(
    `     ${largeCount} registrations in batches: ${readable(seconds)} s (${readable(largeCount / seconds)}/s)`,
  );
  const since = Date.now();
  const { reader, healthz, bare304, list, firstMs } = await measurePolls(server.url, largeName);
  console.log(
    `     first reading of ${list.registrations.length}: ${readable(firstMs)} ms, longest slice of the server ${readable(server.longestSliceMs(since))} ms`,
  );
  const poll = `unchanged poll of ${list.registrations.length}`;
  figure(`${poll}, p50`, p50(reader), 'ms', { goal: 2, peer: p50(bare304), of: 'a bare request answered 304' });
  figure(`${poll}, p99`, p99(reader), 'ms', { goal: 2, peer: p99(bare304), of: 'a bare request answered 304' });
  console.log(
    `     /healthz of the same server in the same run: p50 ${readable(p50(healthz))}, p99 ${readable(p99(healthz))} ms`,
  );
  const watcher = await measureWatcher(list, largeName);
  figure(`what the watcher makes of it, p99`, p99(watcher.later), 'ms', { goal: 2 });
  console.log(
    `     the watcher's turn that accepts all of them (journal and fleet apart): ${readable(watcher.first)} ms`,
  );
  await firstAccept(server);
  await server.stop();
}

async function firstAccept(server) {
  const before = Date.now();
  const daemon = await startProcess({
    folder,
    name: 'first',
    data: join(folder, 'first'),
    connectors: witness.directory,
    servers: daemonServer(largeName, 10, server.url),
  });
  const ready = Date.now();
  const accepted = await until(
    async () => {
      const group = await daemon.admin.get(`/groups/${encodeURIComponent(largeName)}`);
      return group?.state === 'in-step' && group.connectorCount === largeCount
        ? Date.parse(group.acceptedAt)
        : undefined;
    },
    120_000,
    50,
  );
  if (accepted === undefined) throw new Error('the large group was not accepted');
  const site = { admin: daemon.admin, groupName: largeName };
  await until(async () => (await allRows(site)).size === largeCount, 60_000, 200);
  console.log(
    `     first accept of ${largeCount}: ${readable(accepted - before)} ms after the start of the daemon (ready after ${readable(ready - before)}), longest slice from a second later until all are shown: daemon ${readable(daemon.longestSliceMs(ready + 1000))}, server ${readable(server.longestSliceMs(ready + 1000))} ms`,
  );
  await daemon.kill();
}

function siteOf(store, daemon) {
  return { store, admin: daemon.admin, record: witness.record, groupGuid, groupName, made, random };
}

async function allCalm(site) {
  const count = site.made.length;
  const calm = await until(
    async () => {
      const rows = [...(await allRows(site)).values()];
      return rows.length === count && rows.every(isCalm);
    },
    240_000,
    500,
  );
  if (calm !== true) throw new Error(`the connectors did not come to rest: ${(await allRows(site)).size} of ${count}`);
}

async function measure(what, count, site, goalMs, processes) {
  const since = Date.now();
  const cpuBefore = cpuOf(processes);
  const results = await makeChanges(site, drawKinds(count, random));
  const cpu = cpuOf(processes).map(
    ([name, ms], index) => `${name} ${readable((ms - cpuBefore[index][1]) / results.length)}`,
  );
  const slices = Object.entries(processes).map(([name, each]) => `${name} ${readable(each.longestSliceMs(since))}`);
  const times = results.map(({ tookMs }) => tookMs);
  const byKind = [...new Set(results.map(({ kind }) => kind))].map((kind) => {
    const own = results.filter((result) => result.kind === kind).map(({ tookMs }) => tookMs);
    return `${kind} ${readable(percentile(own, 0.5))}/${readable(Math.max(...own))}`;
  });
  console.log(`     ${what}: median/longest ms ${byKind.join(', ')}`);
  figure(`${what}: ${times.length} changes effective, p50`, percentile(times, 0.5), 'ms', { goal: goalMs });
  figure(`${what}: ${times.length} changes effective, p99`, percentile(times, 0.99), 'ms', { goal: goalMs });
  const disturbed = results.reduce((sum, result) => sum + result.disturbed, 0);
  for (const { kind, who } of results.filter((result) => result.disturbed > 0).slice(0, 5))
    console.log(`     disturbed by ${kind}: ${who[0]}`);
  const others = site.made.length - 1;
  figure(`${what}: others disturbed`, disturbed, 'in all', { goal: 0, peer: others, of: `${others} others` });
  console.log(
    `     ${what}: longest slice of the event loop, ms: ${slices.join(', ')}; CPU ms a change with the looking: ${cpu.join(', ')}`,
  );
}

function cpuOf(processes) {
  return Object.entries(processes).map(([name, { pid }]) => [name, processFacts(pid).cpuMs]);
}

// How soon a change of one registration is effective among many running connectors, and what a poll of a large group
// that did not change costs.
// Usage: node packages/devtools/bench/reaction.mjs [connectors, default 1000] [--slice] [--seed=N]
import { join } from 'node:path';
import { figure, machine, readable } from '../lib/figures.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { allRows, drawKinds, isCalm, makeChanges, mix } from '../lib/reaction/changes.mjs';
import { feedProxy } from '../lib/reaction/feed-proxy.mjs';
import { registerEach } from '../lib/reaction/registrations.mjs';
import { daemonServer, startProcess, storeServer, token } from '../lib/reaction/site.mjs';
import { makeWitness } from '../lib/reaction/witness.mjs';
import { isSlice, percentile, seeded, seedFromArguments, until } from '../lib/report.mjs';
import { storeRest } from '../lib/store-rest.mjs';

const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const connectorCount = Number(number ?? (isSlice ? 100 : 1000));
const changeCount = isSlice ? 20 : 100;
const withinMs = 250;
const pollSeconds = 1;
/** A tenth of the poll is added at random. */
const longestPollMs = pollSeconds * 1100;
const groupName = 'IntegrationGroup::Reaction';

machine();
const random = seeded(seedFromArguments());
const shares = Object.entries(mix).map(([kind, share]) => `${share} ${kind}`);
console.log(`     ${connectorCount} connectors; of 100 changes: ${shares.join(', ')} (pause and resume in turn)`);
const folder = temporaryFolder('reaction');
const witness = makeWitness(folder);
const storeData = join(folder, 'store');

await inOneProcess();

async function inOneProcess() {
  const daemon = await startProcess({
    folder,
    name: 'together',
    data: storeData,
    connectors: witness.directory,
    servers: { ...storeServer, ...daemonServer(groupName, 10) },
  });
  const store = storeRest(daemon.url, { token });
  const groupGuid = await store.create('IntegrationGroup', { qualifiedName: groupName });
  const names = Array.from({ length: connectorCount }, (_, index) => `connector-${index}`);
  const before = performance.now();
  const made = await registerEach(store, groupGuid, names);
  const seconds = (performance.now() - before) / 1000;
  console.log(
    `     ${connectorCount} registrations over the store's REST, the daemon following: ${readable(seconds)} s (${readable(connectorCount / seconds)}/s)`,
  );
  const site = { store, admin: daemon.admin, record: witness.record, groupGuid, groupName, made, random };
  await allCalm(site, connectorCount);
  await measure('one process, with the feed', site, withinMs, [daemon]);
  await daemon.stop();
}

async function allCalm(site, count) {
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

async function measure(what, site, goalMs, processes) {
  const since = Date.now();
  const results = await makeChanges(site, drawKinds(changeCount, random));
  const slices = processes.map((each) => readable(each.longestSliceMs(since)));
  const times = results.map(({ tookMs }) => tookMs);
  const byKind = [...new Set(results.map(({ kind }) => kind))].map((kind) => {
    const own = results.filter((result) => result.kind === kind).map(({ tookMs }) => tookMs);
    return `${kind} ${readable(percentile(own, 0.5))}/${readable(Math.max(...own))}`;
  });
  console.log(`     ${what}: median/longest ms ${byKind.join(', ')}`);
  figure(`${what}: ${times.length} changes effective, p50`, percentile(times, 0.5), 'ms', { goal: goalMs });
  figure(`${what}: ${times.length} changes effective, p99`, percentile(times, 0.99), 'ms', { goal: goalMs });
  const disturbed = results.reduce((sum, result) => sum + result.disturbed, 0);
  const others = site.made.length - 1;
  figure(`${what}: others disturbed`, disturbed, 'in all', { goal: 0, peer: others, of: `${others} others` });
  console.log(`     ${what}: longest slice of the event loop ${slices.join(' and ')} ms`);
}

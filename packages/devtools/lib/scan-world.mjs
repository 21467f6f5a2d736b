// A metadata server and a daemon as two processes, as in config/samples, whose runs benches measure: requests, writes,
// memory and slices, from their own records.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustCallApi } from './admin-api.mjs';
import { figure, processFacts, readable } from './figures.mjs';
import { parentsWritten, postAll, readPosts } from './posts.mjs';
import { probeEnvironment, readProbe } from './probe.mjs';
import { root, serve } from './process.mjs';
import { until } from './report.mjs';

export const tokens = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
const samples = join(root, 'config/samples');

export function startStore(directory, env) {
  const config = join(samples, 'metadata-store-only.yaml');
  return serve(['--config', config, '--data-dir', directory, '--port', '0'], { env: { ...tokens, ...env } });
}

/** A daemon before that store, in the folder. */
export function startDaemon(folder, store, env) {
  const config = readFileSync(join(samples, 'daemon-only.yaml'), 'utf8').replace(
    '9081',
    String(new URL(store.url).port),
  );
  const file = join(folder, 'daemon.yaml');
  writeFileSync(file, config);
  return serve(['--config', file, '--port', '0', '--data-dir', join(folder, 'daemon')], {
    env: { ...tokens, ...env },
  });
}

/** The batches of the first run again, ready-made, into an empty server. @returns ms */
export async function postReadyMade(folder, where, postsFile) {
  const posts = readPosts(postsFile);
  const after = parentsWritten(posts);
  const store = await startStore(join(folder, 'peer-store'), {});
  const before = processFacts(store.pid);
  const { ms, refused } = await postAll(store.url, posts, { token: tokens.ISTHMUS_DAEMON_TOKEN, after });
  if (refused.length > 0)
    throw new Error(`${refused.length} ready-made operations were refused, e.g. ${JSON.stringify(refused[0])}`);
  const bytes = posts.reduce((sum, { body }) => sum + body.length, 0);
  const cpuMs = processFacts(store.pid).cpuMs - before.cpuMs;
  console.log(
    `     the same ${posts.length} batches ${where} (${readable(bytes / 2 ** 20)} MiB) posted ready-made over 4 connections: ${readable(ms / 1000)} s, CPU of the server ${readable(cpuMs / 1000)} s`,
  );
  await store.kill();
  return ms;
}

/** With slices of more than 5 ms. */
export function probed(file) {
  return { ...probeEnvironment(file), ISTHMUS_PROBE_SLICES: '5' };
}

/** Memory of processes that do nothing, once it no longer moves; the kernel's high-water marks begin anew. @returns MiB */
export async function settled(processes) {
  const look = () => processes.map(({ pid }) => processFacts(pid).rssMiB);
  let last = look();
  await until(
    () => {
      const now = look();
      const isStill = now.every((mib, index) => Math.abs(mib - last[index]) < 1);
      last = now;
      return isStill;
    },
    10_000,
    1000,
  );
  // 5: see clear_refs in proc(5)
  for (const { pid } of processes) writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return last;
}

export function adminApi(url, token) {
  return (path, request) => mustCallApi(url, token, path, request);
}

export async function connector(api) {
  return (await api('/connectors')).items[0];
}

/** Waits by looking now and then; the times are those of the run's own record. */
export async function endOfRun(api, which) {
  const run = await until(
    async () => {
      const found = await connector(api);
      if (found === undefined) return undefined;
      const { items } = await api(`/connectors/${found.connectorGuid}/runs?limit=100`);
      const asked = which === 0 ? items[items.length - 1] : items.find(({ id }) => id === which);
      return asked?.endedAt === undefined ? undefined : asked;
    },
    600_000,
    500,
  );
  if (run === undefined) throw new Error('the run did not end within ten minutes');
  return run;
}

/** Until no run has begun for a while: what was written during the first scan may be looked at once more. */
export async function quiet(api) {
  let last;
  await until(
    async () => {
      const { items } = await api(`/connectors/${(await connector(api)).connectorGuid}/runs?limit=1`);
      const isQuiet = items[0].endedAt !== undefined && items[0].id === last;
      last = items[0].id;
      return isQuiet;
    },
    60_000,
    1000,
  );
}

export function expectRun(run, counts) {
  for (const [name, expected] of Object.entries({ ...counts, setAside: 0, scopesOpen: 0 }))
    if (run.counts[name] !== expected || run.outcome !== 'succeeded')
      throw new Error(
        `the run ${run.outcome} with ${name} ${run.counts[name]}, not ${expected}: ${JSON.stringify(run)}`,
      );
}

export function msOf(run) {
  return Date.parse(run.endedAt) - Date.parse(run.startedAt);
}

/** Stretches without a turn of the event loop; the time that others held the cores meanwhile is theirs, not ours. */
export function sliceFigure(who, when, probe, from, to) {
  // each line is of the second before it; the one in which the run began tells of the start of its connector too
  const lines = readProbe(probe, from + 1000).filter(({ at }) => at <= to + 1000);
  const slices = lines.flatMap((line) => line.slices);
  const longest = slices.reduce((most, { ranMs }) => Math.max(most, ranMs), 0);
  const waited = slices.reduce((most, { waitedMs }) => Math.max(most, waitedMs), 0);
  figure(
    `longest slice of the ${who} in the ${when} (it waited for a core up to ${readable(waited)} ms)`,
    longest,
    'ms',
    { goal: 15 },
  );
}

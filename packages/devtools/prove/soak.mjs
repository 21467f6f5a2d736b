// A daemon with 200 connectors and a change a minute stays as it is: memory, handles and timers flat, files open and data
// kept bounded, no due time without a run, no error that nobody caught. Usage:
//   node packages/devtools/prove/soak.mjs [--minutes=60] [--slice] [--seed=N] [--break=memory|handle|tick|rejection]
// `--break` spoils the run on purpose: a connector that keeps 1 MB a minute, connectors that leave a timer behind at each
// change, five that are paused behind the proof's back, one promise that nobody looks at. The proof has to fail then.
import { appendFileSync, fsync, openSync, readdirSync, rmSync, statSync, write, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine, processFacts, readable } from '../lib/figures.mjs';
import { drift, flatEnvironment, readFlat } from '../lib/flatness.mjs';
import { slowness } from '../lib/pace.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { registerAll } from '../lib/register-many.mjs';
import { isSlice, percentile, proof, seeded, seedFromArguments, until } from '../lib/report.mjs';
import { makeChanges } from '../lib/soak-changes.mjs';
import { makeProviders, newDiary, readDiary, soakConnectors, ticks } from '../lib/soak-connectors.mjs';
import { adminToken, api, connectorsOf, startDaemon, startStore, untilInState } from '../lib/two-processes.mjs';

const given = (name) => process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
/** A slice on a slow machine lasts longer: looking at the heap each second would be all that it did. */
const slow = isSlice ? Math.min(10, await slowness()) : 1;
const minutes = Number(given('minutes') ?? (isSlice ? (40 / 60) * (slow > 2 ? slow : 1) : 60));
const breaks = given('break') ?? '';
const runMs = minutes * 60_000;
const changeEveryMs = Math.min(60_000, runMs / 12);
const sampleEveryMs = Math.min(10_000, runMs / 40);
/** Of a hundred refreshes 99 begin within so long after they are due; judged in runs of ten minutes and more. */
const lateMsAtP99 = 5_000;
/** Longest back-off: a failing connector is tried again by then. */
const retryMs = 60_000;
const effectiveWithinMs = 10_000;
const count = 200;

const { check, checkWithin, slownessSince, say, end } = proof('soak', { isTimed: true });
machine();
const random = seeded(seedFromArguments());
say(
  `${minutes.toFixed(1)} min, a change every ${readable(changeEveryMs / 1000)} s${breaks === '' ? '' : `, spoiled: ${breaks}`}`,
);
const pause = (ms) => new Promise((settle) => setTimeout(settle, ms));
const folder = temporaryFolder('soak');
const diary = newDiary(folder);
makeProviders(join(folder, 'providers'));
const connectors = soakConnectors({ folder, diary, breaks });
const groupName = 'IntegrationGroup::Soak';
const store = await startStore(folder);
await registerAll(store.url, adminToken, groupName, connectors);
const flat = join(folder, 'flat.jsonl');
const daemon = await startDaemon({
  folder,
  storeUrl: store.url,
  providers: [join(folder, 'providers')],
  env: flatEnvironment(flat, sampleEveryMs),
});
check(
  'all connectors run',
  await untilInState(daemon.url, count, ['waiting', 'refreshing', 'backing-off'], 60_000, 250),
);
await until(async () => (await connectorsOf(daemon.url)).every((row) => row.lastRun !== undefined), 60_000, 500);

const from = Date.now();
const began = performance.now();
const samples = [];
const stalls = watchMachine();
const changes = makeChanges({ store, daemon, groupName, connectors, diary, random, say, effectiveWithinMs });
await soak();
const to = Date.now();
await judge();
const stopped = await daemon.stop();
await checkWithin('it stops in order', { holds: stopped.code === 0, tookMs: stopped.tookMs, limitMs: 10_000 });
await store.stop();
end();

/** Lasts its time and until a change of each kind was made: a slow machine is done with fewer by then. */
async function soak() {
  const endAt = from + runMs;
  let nextChange = from + changeEveryMs / 2;
  let isBroken = false;
  // a change that takes its time holds up neither
  const clocks = [
    setInterval(() => daemon.isRunning() && samples.push(look(Date.now())), sampleEveryMs),
    setInterval(touchFolder, 5_000),
  ];
  while ((Date.now() < endAt || changes.done() < changes.kindCount) && daemon.isRunning()) {
    const now = Date.now();
    if (now >= nextChange) {
      await changes.next();
      nextChange += changeEveryMs;
    }
    if (breaks === 'tick' && !isBroken && now > from + runMs / 10) {
      isBroken = true;
      for (const { name } of connectors.slice(1, 6))
        await api(daemon.url, `/connectors/${name}/pause`, { method: 'POST', body: { reason: 'spoiled' } });
    }
    await pause(50);
  }
  for (const clock of clocks) clearInterval(clock);
}

/** A file comes, changes or goes in one of the folders. */
function touchFolder() {
  const roots = connectors.filter(({ kind }) => kind === 'files');
  const { address } = roots[Math.floor(random() * roots.length)];
  const file = join(address, `later-${Math.floor(random() * 8)}.txt`);
  const what = random();
  if (what < 0.3) rmSync(file, { force: true });
  else if (what < 0.65) writeFileSync(file, `now ${what}\n`);
  else appendFileSync(file, `more ${what}\n`);
}

function look(at) {
  return {
    at,
    files: readdirSync(`/proc/${daemon.pid}/fd`).length,
    dataMiB: sizeOf(join(folder, 'daemon'), (name) => !name.endsWith('-wal')) / 2 ** 20,
    logMiB: sizeOf(join(folder, 'daemon'), (name) => name.endsWith('-wal')) / 2 ** 20,
    rssMiB: processFacts(daemon.pid).rssMiB,
  };
}

function sizeOf(directory, fits) {
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) bytes += sizeOf(path, fits);
    // a file of the database may go between the two calls
    else if (fits(entry.name)) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

async function judge() {
  check('the daemon lives', daemon.isRunning());
  const inner = readFlat(flat, from, to);
  judgeMemory(inner);
  judgeHandles(inner);
  await judgeTicks();
  judgeErrors(inner);
  await judgeState();
}

/**
 * Flat is: what is left after all garbage is collected grows by less than a quarter of a megabyte a minute between the
 * second and the last quarter. A short run has noise of about a megabyte, so no rise below 1 MB counts there.
 */
function judgeMemory(inner) {
  const mega = (bytes) => bytes / 1e6;
  const { early, late, rise, minutes: apart } = drift(inner, (it) => mega(it.heapUsed + it.external), from, to);
  const most = Math.max(isSlice ? 6 : 1, 0.25 * apart);
  check(
    `memory is flat: at most ${readable(most)} MB more over ${readable(apart)} min`,
    rise <= most,
    `${readable(early)} MB, then ${readable(late)} MB after collection, ${inner.length} samples`,
  );
  const rss = drift(samples, (it) => it.rssMiB, from, to);
  const mostRss = Math.max(30, apart);
  check(
    `resident memory is bounded: at most ${readable(mostRss)} MiB more`,
    rss.rise <= mostRss,
    `${readable(rss.early)} MiB, then ${readable(rss.late)} MiB`,
  );
  const data = drift(samples, (it) => it.dataMiB, from, to);
  const mostData = Math.max(8, 0.5 * apart);
  // a log begins anew after some 6,400 small commits of several pages each
  const mostLog = 128;
  const log = Math.max(...samples.map((it) => it.logMiB));
  check(`write-ahead logs stay below ${mostLog} MiB`, log < mostLog, `${readable(log)} MiB at most`);
  check(
    `the data directory without them is bounded: at most ${readable(mostData)} MiB more`,
    data.rise <= mostData,
    `${readable(data.early)} MiB, then ${readable(data.late)} MiB, at the end ${readable(samples.at(-1).dataMiB)} MiB`,
  );
}

/** Between the two quarters lie half of all changes: one handle left by each shows as so many more. */
function judgeHandles(inner) {
  const between = changes.done() / 2;
  const most = Math.max(isSlice ? 4 : 2, between / 4);
  const figures = {
    'armed timers': (it) => it.timers,
    'open handles': (it) => Object.values(it.handles).reduce((sum, value) => sum + value, 0),
  };
  for (const [what, value] of Object.entries(figures)) {
    const { early, late, rise } = drift(inner, value, from, to, 0);
    check(
      `${what} are flat: at most ${readable(most)} more over ${between} changes`,
      rise <= most,
      `${early}, then ${late}`,
    );
  }
  say(`handles at the end: ${JSON.stringify(inner.at(-1)?.handles)}`);
  const files = drift(samples, (it) => it.files, from, to, 0);
  check(
    `open files are flat: at most ${readable(most)} more`,
    files.rise <= most,
    `${files.early}, then ${files.late}`,
  );
}

/** How long the machine itself kept a process waiting: a timer of the proof, and one small write brought to its disk. */
function watchMachine() {
  const found = { timerMs: 0, writeMs: 0 };
  const file = openSync(join(folder, 'stall'), 'w');
  let due = performance.now() + 250;
  setInterval(() => {
    found.timerMs = Math.max(found.timerMs, performance.now() - due);
    due = performance.now() + 250;
    const began = performance.now();
    write(file, 'x', 0, () =>
      fsync(file, () => {
        found.writeMs = Math.max(found.writeMs, performance.now() - began);
      }),
    );
  }, 250).unref();
  return found;
}

async function judgeTicks() {
  const entries = readDiary(diary);
  const measured = await slownessSince(began);
  // its own load makes a quiet machine somewhat slower too
  const slower = measured > 2 ? measured : 1;
  if (slower > 1) say(`the machine was ${readable(slower)} times slower than a quiet one`);
  const kinds = new Map();
  for (const connector of connectors) {
    if (!['cron', 'interval', 'failing'].includes(connector.kind)) continue;
    const found = ticks(connector, entries.get(connector.name) ?? [], to, { retryMs, slowness: slower });
    const sum = kinds.get(connector.kind) ?? { due: 0, missed: [], lateMs: [] };
    kinds.set(connector.kind, sum);
    sum.due += found.due;
    sum.missed.push(...found.missed);
    sum.lateMs.push(...found.lateMs);
  }
  for (const [kind, { due, missed, lateMs }] of kinds) {
    for (const line of missed.slice(0, 5)) say(`missed: ${line}`);
    const [half, most] = [0.5, 0.99].map((share) => percentile(lateMs, share));
    if (due === 0) {
      say(`${kind}: no due time in so short a run`);
      continue;
    }
    check(
      `no due time of a ${kind} connector without a run`,
      missed.length === 0,
      `${due} due, ${missed.length} missed`,
    );
    if (kind === 'failing') continue;
    const late = `${half} ms at p50, ${most} ms at p99, ${Math.max(...lateMs)} ms at most`;
    if (minutes < 10) say(`${kind} connectors were late by ${late}`);
    else check(`${kind} connectors are late by at most ${lateMsAtP99} ms at p99`, most <= lateMsAtP99, late);
  }
  const refreshes = [...entries.values()].flat().filter(({ what }) => what === 'begin').length;
  say(`${refreshes} refreshes by the connectors' own record`);
  say(
    `the machine kept the proof's own timer waiting for ${Math.round(stalls.timerMs)} ms, a write to disk for ${Math.round(stalls.writeMs)} ms at most`,
  );
}

function judgeErrors(inner) {
  const last = inner.at(-1) ?? { unhandled: Number.NaN, warnings: Number.NaN };
  check('no error that nobody caught', last.unhandled === 0, `${last.unhandled}`);
  check('no warning of Node (listeners that pile up, promises, deprecations)', last.warnings === 0, `${last.warnings}`);
  const lines = daemon
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const levels = {};
  const errors = [];
  for (const line of lines) {
    const { level, message } = JSON.parse(line);
    levels[level] = (levels[level] ?? 0) + 1;
    if (level === 'error') errors.push(message);
  }
  check(
    'no line of level error in the log',
    errors.length === 0,
    `${JSON.stringify(levels)} ${[...new Set(errors)].slice(0, 3).join('; ')}`,
  );
}

async function judgeState() {
  check(
    `every change was effective within ${effectiveWithinMs / 1000} s`,
    changes.failed().length === 0,
    `${changes.done()} changes ${JSON.stringify(changes.kinds())}; slowest ${Math.round(changes.slowestMs())} ms ${changes.failed().slice(0, 3).join('; ')}`,
  );
  const rows = await connectorsOf(daemon.url);
  // of an instance that was made a moment ago nothing is known yet
  const isWell = ({ state, health, reason }) =>
    health === 'ok' || (health === 'unknown' && reason === undefined && ['waiting', 'refreshing'].includes(state));
  const ill = rows.filter((row) => !isWell(row) && !row.name.startsWith('failing'));
  check(
    'all connectors are well but those that fail on purpose',
    ill.length === 0,
    (await Promise.all(ill.slice(0, 3).map(toldOf))).join('; '),
  );
  const files = rows.filter(({ name }) => name.startsWith('files-'));
  const oldestMs = Math.max(...files.map(({ lastRun }) => to - Date.parse(lastRun?.endedAt ?? 0)));
  await checkWithin(
    'every folder was read within its two minutes',
    { holds: files.length === 20, tookMs: oldestMs, limitMs: 2 * 60_000, since: began },
    `${files.length} folders, the longest unread for ${readable(oldestMs / 1000)} s`,
  );
}

/** What is known of a connector that is not well. */
async function toldOf({ name, state, reason, lastRun }) {
  const { body } = lastRun === undefined ? {} : await api(daemon.url, `/runs/${lastRun.id}`);
  const run = JSON.stringify({ counts: body?.counts, findings: body?.findings, error: body?.error });
  return `${name} ${state} ${reason?.code} ${run.slice(0, 1_000)}`;
}

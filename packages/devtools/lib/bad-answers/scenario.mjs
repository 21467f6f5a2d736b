// One scenario: a random mix of bad answers for a random time, perhaps a real change meanwhile, then an honest server.

import { watchPace } from '../pace.mjs';
import { seeded, until } from '../report.mjs';
import { timing } from './lane.mjs';
import { lies, withoutContent } from './lies.mjs';
import { often } from './registered-truth.mjs';
import { notesOfInstances } from './steady-provider.mjs';
import { costly, transportFaults } from './transport-faults.mjs';

const kinds = Object.keys(lies);
/** Kinds of answers that tell together who is registered. */
const listing = new Set(['head', 'page', 'members', 'connectors']);
const ways = Object.keys(transportFaults).filter((name) => name !== costly);
const pace = watchPace();
const later = (ms) => new Promise((settle) => setTimeout(settle, ms));
/** Two polls, each with its tenth of jitter. */
export const twoPollsMs = 2 * timing.pollSeconds * 1100;
/** For looking, for the other daemons of this process, and for the answers themselves. */
export const slackMs = 250;
/** A wait of 5 ms that lasted longer than this was held up. */
const fairShareMs = 25;
/** On a quiet machine. The schedule is every two seconds; a failed run is tried again within its first waits. */
export const refreshWithinMs = 15_000;

/**
 * @returns what was told, what came of it, and how long that took
 */
export async function runScenario(lane, number, seed) {
  // what is planned is drawn before anything runs: the same in each repetition, however fast the machine is
  const random = seeded(seed * 1009 + number);
  const plan = planFaults(random, seeded(seed * 2003 + number));
  const lastsMs = 1000 + random() ** 2 * 3000;
  // most daemons run on; some are started while nobody answers well, a few of them new
  const way = random();
  const restart = way < 0.08 ? 'restart' : way < 0.12 ? 'first start' : undefined;
  const changesAtMs = random() < 0.7 ? random() * lastsMs : undefined;
  // a gateway that asks for the whole list each time: so there are pages to be told wrongly
  lane.proxy.forgets = random() < 0.6;
  const stopped = [];
  const notes = notesOfInstances().length;
  const before = await instancesOf(lane);
  const mayStop = new Set();
  const begun = performance.now();
  lane.proxy.faultOf = (kind) => plan.pick(kind);
  if (restart !== undefined) {
    await lane.stop();
    if (restart === 'first start') lane.renew();
    await lane.start();
    if (restart === 'restart') stopped.push(...(await notStarted(lane, before)));
  }
  let changed;
  if (changesAtMs !== undefined) {
    await later(Math.max(0, changesAtMs - (performance.now() - begun)));
    changed = await lane.truth.change(random);
    for (const name of changed.mayStop) mayStop.add(name);
  }
  await later(Math.max(0, lastsMs - (performance.now() - begun)));
  const badAnswers = plan.told();

  // healed: from now on every answer is the server's own; what hangs, hangs on
  lane.proxy.faultOf = undefined;
  lane.proxy.forgets = false;
  lane.proxy.slowestMs = 0;
  const healedAt = performance.now();
  const healedTime = Date.now();
  const { tookMs: convergedAfterMs, heldUpMs, deviation, path } = await convergence(lane, 60_000);
  const mostMs = twoPollsMs + slackMs;
  const isLate =
    deviation !== undefined || (convergedAfterMs > mostMs && convergedAfterMs > mostMs * (await pace.since(healedAt)));
  const why = deviation === undefined ? undefined : { deviation, ...(await lane.view()) };
  let late = await lateRefreshes(lane, healedTime, refreshWithinMs);
  // on a slow machine answers were bad for longer, and who failed more often waits for longer
  if (late.length > 0) late = await lateRefreshes(lane, healedTime, refreshWithinMs * ((await pace.since(begun)) - 1));
  const refreshedAfterMs = performance.now() - healedAt;

  if (restart === undefined) {
    const after = await instancesOf(lane);
    for (const { what, lane: of, name } of notesOfInstances().slice(notes))
      if (what !== 'refresh' && of === lane.name && !mayStop.has(name)) stopped.push(`${what} ${name}`);
    for (const [unique, id] of before)
      if (!mayStop.has(unique) && after.get(unique) !== id) stopped.push(`new instance ${unique}`);
  }
  return {
    number,
    lane: lane.name,
    kind: restart ?? 'running',
    faults: plan.names,
    badAnswers,
    lastsMs,
    change: changed?.what,
    stopped,
    convergedAfterMs,
    isLate,
    heldUpMs,
    path,
    slowestAnswerMs: lane.proxy.slowestMs,
    refreshedAfterMs,
    why,
    late,
  };
}

/**
 * Waits until the daemon holds what the store does.
 * @returns how long that took without the time for which this process, and the daemon in it, was held up by others
 */
export async function convergence(lane, withinMs) {
  const begun = performance.now();
  let heldUpMs = 0;
  const path = [];
  let deviation = await lane.deviation();
  while (deviation !== undefined && performance.now() - begun < withinMs) {
    if (path.at(-1)?.[1] !== deviation) path.push([Math.round(performance.now() - begun), deviation]);
    const at = performance.now();
    await later(5);
    heldUpMs += Math.max(0, performance.now() - at - fairShareMs);
    deviation = await lane.deviation();
  }
  return { tookMs: performance.now() - begun - heldUpMs, heldUpMs, deviation, path: path.slice(-8) };
}

/** Runs from the journal, whatever the server says: within the time that a start may take. */
async function notStarted(lane, before) {
  const isUp = async () => (await instancesOf(lane)).size >= before.size;
  await until(isUp, 3000, 10);
  const after = await instancesOf(lane);
  return [...before.keys()]
    .filter((unique) => !after.has(unique))
    .map((unique) => `not started from the journal: ${unique}`);
}

/** Connectors without a good run since the server is honest again. */
async function lateRefreshes(lane, since, withinMs) {
  const missing = async () =>
    (await lane.connectors())
      .filter(({ schedule }) => schedule.includes(often))
      .filter(({ lastRun }) => lastRun?.outcome !== 'succeeded' || lastRun.startedAt < since)
      .map(({ name, state, reason, nextDueAt, lastRun }) => ({
        name,
        state,
        reason: reason?.code,
        nextDueAt,
        last: lastRun?.error,
      }));
  await until(async () => (await missing()).length === 0, withinMs);
  return await missing();
}

async function instancesOf(lane) {
  return new Map(
    (await lane.connectors())
      .filter(({ instanceId }) => instanceId !== undefined)
      .map(({ connectorGuid, name, instanceId }) => [
        lane.truth.entries.get(connectorGuid)?.unique ?? name,
        instanceId,
      ]),
  );
}

/** Two of three kinds of answer say each time that registrations are gone. */
function conspire(faults, honest, pick) {
  const says = {
    list: ['page', 'empty list', 'no list'],
    point: ['point', 'not registered', 'connector not known'],
  };
  for (const [teller, [kind, ...names]] of Object.entries({
    ...says,
    registrations: ['registrations', 'registered nowhere'],
  })) {
    const name = pick(names);
    for (const told of teller === 'list' ? [kind, 'members'] : [kind]) {
      const lie = lies[told][name]?.lie;
      if (teller === honest || lie === undefined) faults.delete(told);
      else faults.set(told, { chosen: [{ name, lie, saysNothing: true }], share: 1 });
    }
  }
}

/** @param random draws the plan; @param atRandom draws which request is answered how */
function planFaults(random, atRandom) {
  const pick = (values) => values[Math.floor(random() * values.length)];
  // That something is gone is acted on when every kind of answer says so: in each scenario one of them is honest about it.
  const honest = pick(['list', 'point', 'registrations']);
  const connectionToldBy = pick(['list', 'point']);
  const isAllowed = (kind, { saysNothing, losesConnection }) => {
    const teller = listing.has(kind) ? 'list' : kind;
    if (losesConnection) return teller === connectionToldBy;
    return !saysNothing || teller !== honest;
  };
  const faults = new Map();
  let told = 0;
  for (const kind of kinds) {
    if (random() > (listing.has(kind) ? 0.8 : 0.6)) continue;
    const allowed = Object.entries(lies[kind]).filter(([, lie]) => isAllowed(kind, lie));
    const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      if (random() < 0.5 || allowed.length === 0) {
        const transport = pick(ways);
        return { name: transport, transport };
      }
      const [name, { lie, saysNothing }] = pick(allowed);
      const told = { name, lie, saysNothing };
      return random() < 0.2 ? { ...told, name: `${name}, late`, transport: 'delay' } : told;
    });
    faults.set(kind, { chosen, share: 0.2 + random() * 0.9 });
  }
  if (random() < 0.2) conspire(faults, honest, pick);
  if (random() < 0.04) faults.set('page', { chosen: [{ name: costly, transport: costly }], share: 0.3 });
  if (random() < 0.08) for (const kind of kinds) faults.set(kind, { chosen: [withoutContent], share: 1 });
  return {
    names: [...faults].map(
      ([kind, { chosen, share }]) => `${kind} ${share.toFixed(2)}: ${chosen.map(({ name }) => name).join(' | ')}`,
    ),
    told: () => told,
    pick(kind) {
      const mix = faults.get(kind);
      if (mix === undefined || atRandom() > mix.share) return undefined;
      told += 1;
      return mix.chosen[Math.floor(atRandom() * mix.chosen.length)];
    },
  };
}

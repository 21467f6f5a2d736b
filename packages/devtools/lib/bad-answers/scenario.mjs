// One scenario: a random mix of bad answers for a random time, perhaps a real change meanwhile, then an honest server.

import { often, timing } from './lane.mjs';
import { lies } from './lies.mjs';
import { notesOfInstances } from './steady-provider.mjs';
import { costly, transportFaults } from './transport-faults.mjs';

const kinds = Object.keys(lies);
const ways = Object.keys(transportFaults).filter((name) => name !== costly);
const later = (ms) => new Promise((settle) => setTimeout(settle, ms));
/** Two polls, each with its tenth of jitter. */
export const twoPollsMs = 2 * timing.pollSeconds * 1100;
/** For looking, for the other daemons of this process, and for the answers themselves. */
export const slackMs = 250;
/** A wait of 5 ms that lasted longer than this was held up. */
const fairShareMs = 25;
/** The schedule is every two seconds; a failed run is tried again within its first waits. */
export const refreshWithinMs = 15_000;

/**
 * @returns { name, faults, change, stopped, convergedAfterMs, deviation, lost, notRefreshed }
 */
export async function runScenario(lane, number, random) {
  const plan = planFaults(random);
  const trouble = [];
  const notes = notesOfInstances().filter((note) => note.lane === lane.name).length;
  const begins = () =>
    notesOfInstances()
      .filter((note) => note.lane === lane.name)
      .slice(notes);
  const before = instancesOf(lane);
  const mayStop = new Set();
  lane.proxy.faultOf = (kind) => plan.pick(kind);
  const lastsMs = 600 + random() ** 2 * 2400;
  const begun = performance.now();
  let changed;
  const way = random();
  // most daemons run on; some are started while nobody answers well, a few of them with an empty journal
  const restart = way < 0.08 ? 'restart' : way < 0.12 ? 'first start' : undefined;
  if (restart !== undefined) {
    await lane.stop();
    if (restart === 'first start') lane.forget();
    await lane.start();
    if (restart === 'restart') trouble.push(...(await notStarted(lane, before)));
  }
  if (random() < 0.7) {
    await later(random() * lastsMs);
    changed = await lane.change();
    for (const name of changed.mayStop) mayStop.add(name);
  }
  await later(Math.max(0, lastsMs - (performance.now() - begun)));
  const requests = plan.told();

  // healed: from now on every answer is the server's own; what hangs, hangs on
  lane.proxy.faultOf = undefined;
  const healedAt = performance.now();
  const healedTime = Date.now();
  let deviation = lane.deviation();
  let heldUpMs = 0;
  while (deviation !== undefined && performance.now() - healedAt < 15_000) {
    const at = performance.now();
    await later(5);
    heldUpMs += Math.max(0, performance.now() - at - fairShareMs);
    deviation = lane.deviation();
  }
  // While this process did not get on, nor did the daemon in it: that is the machine's, or another daemon's.
  const convergedAfterMs = performance.now() - healedAt - heldUpMs;
  const why = deviation === undefined ? undefined : { deviation, ...lane.view() };
  const late = await lateRefreshes(lane, healedTime, refreshWithinMs);

  const isNew = restart !== undefined;
  const after = instancesOf(lane);
  const lost = isNew ? [] : [...before].filter(([unique, id]) => !mayStop.has(unique) && after.get(unique) !== id);
  const stopped = isNew ? [] : begins().filter((note) => note.what !== 'refresh' && !mayStop.has(note.name));
  return {
    number,
    lane: lane.name,
    kind: restart ?? 'running',
    faults: plan.names,
    requests,
    lastsMs,
    change: changed?.what,
    stopped: [
      ...trouble,
      ...stopped.map((note) => `${note.what} ${note.name}`),
      ...lost.map(([unique]) => `new instance ${unique}`),
    ],
    convergedAfterMs,
    heldUpMs,
    why,
    late,
  };
}

/** Runs from the journal, whatever the server says: within the time that a start may take. */
async function notStarted(lane, before) {
  const isUp = () => instancesOf(lane).size >= before.size;
  for (let waited = 0; waited < 3000 && !isUp(); waited += 10) await later(10);
  const after = instancesOf(lane);
  return [...before.keys()]
    .filter((unique) => !after.has(unique))
    .map((unique) => `not started from the journal: ${unique}`);
}

/** Connectors without a good run since the server is honest again. */
async function lateRefreshes(lane, since, withinMs) {
  const missing = () =>
    lane
      .connectors()
      .filter(({ schedule }) => schedule.includes(often))
      .filter(({ lastRun }) => lastRun?.outcome !== 'succeeded' || lastRun.startedAt < since)
      .map(({ name, state, reason, nextDueAt, lastRun }) => ({
        name,
        state,
        reason: reason?.code,
        nextDueAt,
        last: lastRun?.error,
      }));
  const until = performance.now() + withinMs;
  while (missing().length > 0 && performance.now() < until) await later(20);
  return missing();
}

function instancesOf(lane) {
  return new Map(
    lane
      .connectors()
      .filter(({ instanceId }) => instanceId !== undefined)
      .map(({ connectorGuid, name, instanceId }) => [lane.truth.get(connectorGuid)?.unique ?? name, instanceId]),
  );
}

function planFaults(random) {
  const pick = (values) => values[Math.floor(random() * values.length)];
  // That something is gone is acted on when every kind of answer says so: in each scenario one of them is honest about it.
  const honest = pick(['list', 'point', 'registrations']);
  const connectionToldBy = pick(['list', 'point']);
  const isAllowed = (kind, { saysNothing, losesConnection }) => {
    const teller = kind === 'head' || kind === 'page' ? 'list' : kind;
    if (losesConnection) return teller === connectionToldBy;
    return !saysNothing || teller !== honest;
  };
  const faults = new Map();
  let told = 0;
  for (const kind of kinds) {
    if (random() > 0.65) continue;
    const allowed = Object.entries(lies[kind]).filter(([, lie]) => isAllowed(kind, lie));
    const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      if (random() < 0.5 || allowed.length === 0) {
        const transport = pick(ways);
        return { name: transport, transport };
      }
      const [name, { lie }] = pick(allowed);
      return random() < 0.2 ? { name: `${name}, late`, lie, transport: 'delay' } : { name, lie };
    });
    faults.set(kind, { chosen, share: 0.2 + random() * 0.9 });
  }
  if (random() < 0.04) faults.set('page', { chosen: [{ name: costly, transport: costly }], share: 0.3 });
  return {
    names: [...faults].map(
      ([kind, { chosen, share }]) => `${kind} ${share.toFixed(2)}: ${chosen.map(({ name }) => name).join(' | ')}`,
    ),
    told: () => told,
    pick(kind) {
      const mix = faults.get(kind);
      if (mix === undefined || random() > mix.share) return undefined;
      told += 1;
      return pick(mix.chosen);
    },
  };
}

// Runs one history against the daemon and compares it with the reference model whenever everything is at rest.
import { isDeepStrictEqual } from 'node:util';
import { seeded } from '../report.mjs';
import { fail } from './divergence.mjs';
import { configurationOf, faultOf, isRefused, windowAt } from './registration-facts.mjs';
import { pollMs, Scene } from './scene.mjs';
import { change, groupNames } from './steps.mjs';

/** With the change feed everything is effective by then; slow connectors take half of it to stop and start. */
const soonMs = 1_000;
/** Without it a poll has to come; after failures the longest wait of the watcher is the same. */
const pollingMs = pollMs * 1.1 + 1_500;
/** The dispatcher looks at the wall clock as often. */
const clockMs = 31_000;

/** What happened in all histories of this process: a proof in which nothing happens proves nothing. */
export const seen = { steps: 0, instances: 0, refreshes: 0, waits: 0 };

/** @throws Divergence when the daemon does something else than the model */
export async function runHistory(stage, { etag, random, steps }) {
  const history = new History(new Scene(stage, { etag, random: seeded(random) }));
  await history.begin();
  for (const [step, comesToRest] of steps) await history.act(step, comesToRest);
  await history.end();
  const { created, begun } = history.scene.model;
  seen.steps += steps.length;
  seen.instances += created;
  seen.refreshes += begun;
  seen.waits += history.waits;
}

class History {
  /** A fault was there, or the feed was away: only a poll brings what was missed. */
  #needsPoll = false;
  /** How often the stops of a group had to be confirmed. */
  waits = 0;

  constructor(scene) {
    this.scene = scene;
  }

  async begin() {
    await this.scene.daemon.start();
    await this.scene.pass(soonMs);
  }

  async act(step, comesToRest) {
    const { scene } = this;
    const { world, clock } = scene;
    change(world, clock.now(), step);
    if (step.do === 'fault') world.break(step.fault);
    else if (step.do === 'heal') world.break(undefined);
    else if (step.do === 'feed') world.hasFeed = step.isThere;
    else if (step.do === 'pass') await scene.pass(step.ms);
    else if (step.do === 'setClock') await this.#setClock(step.byMs);
    else if (step.do === 'confirm') await this.#confirm(step.group);
    if (['fault', 'heal', 'feed'].includes(step.do) || !world.hasFeed || world.fault !== undefined)
      this.#needsPoll = true;
    if (comesToRest) await this.rest();
  }

  /** Everything heals, people confirm what waits, and the daemon is closed. */
  async end() {
    const { scene } = this;
    const { daemon, world, model, clock } = scene;
    world.break(undefined);
    world.hasFeed = true;
    this.#needsPoll = true;
    await this.rest();
    for (const { key, pending } of daemon.groups())
      if (pending !== undefined) await this.#confirmNamed(key.qualifiedName);
    await this.rest();
    model.isClosing = true;
    const closing = daemon.close(new AbortController().signal);
    await scene.pass(soonMs);
    await closing;
    if (model.alive.length > 0) fail(`${model.alive.length} instances go on after the daemon was closed`);
    if (clock.armedTimers > 0) fail(`${clock.armedTimers} timers are left after the daemon was closed`);
  }

  /** Lets the daemon come to rest and compares. */
  async rest() {
    const { scene } = this;
    const canRead = scene.world.fault === undefined;
    await scene.pass(this.#needsPoll ? pollingMs : soonMs);
    // What a date starts or stops may take as long as what a change does.
    while (this.#hasDateJustPassed()) await scene.pass(soonMs);
    if (canRead && scene.world.hasFeed) this.#needsPoll = false;
    await this.#compare(canRead);
  }

  #hasDateJustPassed() {
    const { model, clock } = this.scene;
    const now = clock.now();
    return [...model.connectors.values()].some(({ claims }) =>
      [...claims.values()].some(({ registration: { startDate = 0, connectorShutdownDate = 0 } }) =>
        [startDate, connectorShutdownDate].some((date) => date <= now && date > now - soonMs),
      ),
    );
  }

  async #setClock(byMs) {
    const { clock, model } = this.scene;
    // What was accepted by the former time was also scheduled by it.
    await this.scene.rest();
    clock.set(clock.now() + byMs);
    model.clockSet(byMs);
    await this.scene.pass(clockMs);
  }

  async #confirm(g) {
    const known = this.scene.daemon.groups().find(({ key }) => key.qualifiedName.startsWith(groupNames[g]));
    if (known?.pending !== undefined) await this.#confirmNamed(known.key.qualifiedName);
  }

  async #confirmNamed(name) {
    const { daemon, model, world } = this.scene;
    const shown = daemon.group(name).pending?.stops;
    const { list } = model.accepted.get(name);
    const stops = [...list.values()].filter(({ connectorName }) => shown.includes(connectorName));
    model.confirm(
      name,
      stops.map(({ connectorGuid }) => connectorGuid),
    );
    this.waits += 1;
    const confirmed = daemon.confirmGroup(name, 'me');
    await this.scene.pass(world.fault === undefined ? soonMs : 6_000);
    await confirmed;
  }

  async #compare(canRead) {
    const { daemon, model, world } = this.scene;
    const statuses = await daemon.connectors();
    const groups = new Map(daemon.groups().map((status) => [status.key.qualifiedName, status]));
    if (canRead)
      for (const name of new Set([...world.groups.keys(), ...model.accepted.keys()]))
        this.#compareGroup(name, groups.get(name));
    for (const connector of model.connectors.values()) {
      const shown = statuses.filter(({ connectorGuid }) => connectorGuid === connector.guid);
      this.#compareConnector(connector, shown);
    }
    const wanted = [...model.connectors.values()].reduce((sum, { claims }) => sum + claims.size, 0);
    if (wanted !== statuses.length) fail(`${statuses.length} connectors are shown, ${wanted} are wanted`);
  }

  #compareGroup(name, status) {
    const { model, world } = this.scene;
    const verdict = model.verdict(name, world.truth(name) ?? []);
    const accepted = model.accepted.get(name)?.list ?? new Map();
    if (status === undefined) {
      if (world.groups.has(name)) fail(`group ${name} is not followed`);
      if (accepted.size > 0) fail(`group ${name} is not followed although ${accepted.size} connectors are held to it`);
      return;
    }
    if (verdict.pending === undefined) {
      if (!isDeepStrictEqual(accepted, verdict.inStep))
        fail(`group ${name} (${status.state}) is not in step with its list`);
      const state = world.groups.has(name) ? 'in-step' : 'missing';
      if (status.state !== state) fail(`group ${name} shows as ${status.state}, it is ${state}`);
      return;
    }
    if (status.state !== 'waiting-for-confirmation')
      fail(`group ${name} shows as ${status.state}, its stops must be confirmed`);
    const names = verdict.pending.map((guid) => accepted.get(guid).connectorName).sort();
    if (!isDeepStrictEqual([...(status.pending?.stops ?? [])].sort(), names))
      fail(`group ${name} does not name what would stop`);
  }

  #compareConnector(connector, shown) {
    const here = connector.qualifiedName;
    const { claims } = connector;
    if (claims.size !== shown.length) fail(`${here} is shown ${shown.length} times, wanted by ${claims.size} groups`);
    if (claims.size === 0) {
      if (connector.live !== undefined) fail(`${here} goes on although no group wants it`);
      return;
    }
    for (const status of shown) {
      const claim = claims.get(status.group.qualifiedName);
      if (claim === undefined) fail(`${here} is shown in ${status.group.qualifiedName}, which does not want it`);
      if (!isDeepStrictEqual(status.registration, claim.registration))
        fail(`${here} shows another registration than the one accepted`);
    }
    const now = this.scene.clock.now();
    const [over, timely] = split(shown, ({ registration }) => windowAt(registration, now) === 'after');
    for (const { state, group } of over)
      if (state !== 'stopped') fail(`${here} of ${group.qualifiedName} is ${state} after its stop date`);
    if (connector.live !== undefined && over.some(({ group }) => group.qualifiedName === connector.holder))
      fail(`${here} goes on after its stop date`);
    if (timely.length === 0) return;
    const free = timely.filter(
      ({ state, reason }) => !(state === 'pending' && reason?.code === 'CONNECTOR_REGISTERED_TWICE'),
    );
    const holder = this.#holderOf(connector, free);
    for (const status of free) this.#compareOne(connector, status, holder);
  }

  /** Of several groups that want a connector one has it, as long as it wants it. */
  #holderOf(connector, free) {
    const here = connector.qualifiedName;
    const { claims, live } = connector;
    if (free.length === 0) fail(`${here} runs for none of the groups that want it`);
    const now = this.scene.clock.now();
    if (free.length > 1 && free.some(({ registration }) => windowAt(registration, now) === 'inside'))
      fail(`${here} is free to run in ${free.length} groups`);
    const name = free[0].group.qualifiedName;
    if (live !== undefined && connector.holder !== name)
      fail(`${here} shows as held by ${name}, runs for ${connector.holder}`);
    const before = connector.heldAt;
    const former = claims.get(before?.name);
    const isKept = former?.since === before?.since && windowAt(former?.registration ?? {}, now) !== 'after';
    if (before !== undefined && former !== undefined && isKept && before.name !== name)
      fail(`${here} went from ${before.name} to ${name} although both want it`);
    const isTaken = live !== undefined || windowAt(claims.get(name).registration, now) === 'inside';
    connector.heldAt = free.length === 1 && isTaken ? { name, since: claims.get(name).since } : undefined;
    if (connector.heldAt !== undefined) connector.holder = name;
    return name;
  }

  #compareOne(connector, status, holder) {
    const { registration } = connector.claims.get(status.group.qualifiedName);
    const { live } = connector;
    const here = `${connector.qualifiedName} of ${status.group.qualifiedName} (${status.state})`;
    const now = this.scene.clock.now();
    const place = windowAt(registration, now);
    const isHeld = holder === status.group.qualifiedName;
    if (place === 'before' && (live === undefined || !isHeld)) {
      if (status.state !== 'pending') fail(`${here} before its start date`);
      return;
    }
    const fault = faultOf(registration);
    if (live === undefined) {
      if (fault === undefined) fail(`${here} has no instance: ${status.reason?.message}`);
      if (status.state !== 'failed' || status.reason?.code !== fault.code)
        fail(`${here} must have failed with ${fault.code}: ${status.reason?.code}`);
      return;
    }
    this.#compareInstance(connector, live, { status, registration, fault, here, now });
  }

  #compareInstance(connector, live, { status, registration, fault, here, now }) {
    if (live.phase !== 'started') fail(`${here}: its instance is ${live.phase}`);
    if (connector.mustRestart > live.at) fail(`${here}: the instance of before goes on`);
    live.shownId ??= status.instanceId;
    if (status.instanceId !== live.shownId) fail(`${here} shows instance ${status.instanceId}, it is ${live.shownId}`);
    if (fault !== undefined) {
      // A running instance keeps its former configuration and schedule, and says why.
      if (fault.field !== 'size' && fault.field !== 'schedule') fail(`${here} runs although ${fault.code}`);
      if (status.health !== 'degraded' || !isFaultOf(registration, status.reason?.code))
        fail(`${here} does not say ${fault.code}: ${status.health}, ${status.reason?.code}`);
    }
    if (!isRefused(registration) && !isDeepStrictEqual({ ...live.configuration }, configurationOf(registration)))
      fail(
        `${here} works by ${JSON.stringify(live.configuration)}, wanted is ${JSON.stringify(configurationOf(registration))}`,
      );
    live.slot.check(now, status.nextDueAt, here);
    const { isRunning } = live.slot;
    const state = connector.behaviour === 'listener' && isRunning ? 'engaged' : isRunning ? 'refreshing' : 'waiting';
    if (status.state !== state) fail(`${here} must be ${state}`);
  }
}

/** A registration may have two faults; one is named. */
function isFaultOf(registration, code) {
  return code === faultOf(registration).code || (isRefused(registration) && code === 'CONNECTOR_CONFIGURATION_INVALID');
}

function split(list, isFirst) {
  return [list.filter(isFirst), list.filter((one) => !isFirst(one))];
}

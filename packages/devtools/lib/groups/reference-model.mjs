// What must be: a small model of which instances run by which configuration and when they refresh. It follows what was
// accepted, what the connectors tell and the clock, and knows nothing of how the daemon decides.
import { isDeepStrictEqual } from 'node:util';
import { fail } from './divergence.mjs';
import { configurationOf, diffClass, isRefused, windowAt } from './registration-facts.mjs';
import { SlotModel } from './slot-model.mjs';

const budget = { stops: 5, share: 0.3 };

export class ReferenceModel {
  /** What was accepted last, by group name: `{ guid, list: Map<connector GUID, registration> }`. */
  accepted = new Map();
  /** By connector GUID. */
  connectors = new Map();
  isClosing = false;
  created = 0;
  begun = 0;
  /** Counts everything that happens, so that "since" has a meaning within one instant. */
  #now = 0;
  #lists = new Map();
  #points = new Map();
  #names = new Map();
  #confirmed = new Map();
  #instances = new Set();

  /**
   * @param clock
   * @param {Map<string, { readonly runs: readonly object[] }>} runsOf - the journal's runs, newest last
   */
  constructor(clock, runsOf) {
    this.clock = clock;
    this.runsOf = runsOf;
  }

  // ---- what the metadata server answered, what the daemon accepted

  listed(group, answer) {
    this.#lists.set(group, { at: this.#tick(), answer });
    if (answer === 'unchanged') this.#confirmed.delete(group);
  }

  pointRead(groupGuid, connectorGuid, registration) {
    this.#points.set(`${groupGuid} ${connectorGuid}`, { at: this.#tick(), registration });
  }

  /** @param name - what the group of this GUID is called now */
  named(groupGuid, name) {
    this.#names.set(groupGuid, name);
  }

  confirm(group, stops) {
    this.#confirmed.set(group, new Set([...(this.#confirmed.get(group) ?? []), ...stops]));
  }

  forgotten(group) {
    if ((this.accepted.get(group)?.list.size ?? 0) > 0)
      fail(`the list of ${group} was forgotten while connectors are registered`);
    this.accepted.delete(group);
  }

  /** Throws when the list must not have been accepted. */
  accept({ key, snapshot }) {
    const name = key.qualifiedName;
    const before = this.accepted.get(name);
    const read = this.#lists.get(name);
    const list = new Map(snapshot.registrations.map((registration) => [registration.connectorGuid, registration]));
    if (!isDeepStrictEqual(list, chosen(read.answer, before?.list)))
      fail(`${name}: what was accepted is not what was read`);
    const stops = stopsOf(before?.list, list);
    const guid = snapshot.group?.guid ?? before?.guid;
    const nameNow = snapshot.group === undefined ? this.#names.get(guid) : name;
    const isRenamed = nameNow !== undefined && nameNow !== name;
    for (const stop of stops) {
      const point = this.#points.get(`${guid} ${stop}`);
      const isCertain = point !== undefined && point.at > read.at && point.registration?.connection === undefined;
      if (!isCertain && !isRenamed) fail(`${name}: ${stop} was to stop without a point read that says so`);
    }
    if (this.#isTooMuch(name, stops, before?.list.size ?? 0)) fail(`${name}: ${stops.length} stops were not confirmed`);
    this.#confirmed.delete(name);
    this.accepted.set(name, { guid, list });
    this.#claim(name, before, this.accepted.get(name));
  }

  /** What must show for a group when everything is at rest: `in-step`, or the GUIDs whose stop has to be confirmed. */
  verdict(name, truth) {
    const before = this.accepted.get(name)?.list;
    const wanted = chosen(truth, before);
    const stops = stopsOf(before, wanted);
    return this.#isTooMuch(name, stops, before?.size ?? 0) ? { pending: stops } : { inStep: wanted };
  }

  #isTooMuch(name, stops, total) {
    const confirmed = this.#confirmed.get(name);
    return (
      stops.length > budget.stops && stops.length > budget.share * total && !stops.every((guid) => confirmed?.has(guid))
    );
  }

  #claim(name, before, after) {
    const guids = new Set([...(before?.list.keys() ?? []), ...after.list.keys()]);
    for (const guid of guids) {
      const was = before?.list.get(guid);
      const is = after.list.get(guid);
      const connector = this.#connector(is ?? was);
      const isHeld = connector.holder === undefined || connector.holder === name;
      // its time was over, so that it gave way: though it could go on now, or later, another group that wants it may run it
      if (connector.holder === name && was !== undefined && windowAt(was, this.clock.now()) === 'after')
        connector.hasGivenWay = true;
      if (is === undefined) {
        connector.claims.delete(name);
        if (connector.holder === name) connector.holder = undefined;
      } else connector.claims.set(name, { registration: is, since: connector.claims.get(name)?.since ?? this.#tick() });
      const kind =
        was === undefined || is === undefined || before.guid !== after.guid ? 'identity' : diffClass(was, is);
      if (was !== undefined) connector.former.set(name, { was, kind, is, at: this.clock.monotonic() });
      if (isHeld) this.#note(connector, kind, is);
    }
  }

  /** @param kind what the change of the registration means for what runs */
  #note(connector, kind, is) {
    const { live } = connector;
    if (kind === 'identity' || kind === 'cold') connector.mustRestart = this.#tick();
    if (kind === 'hot' && !isRefused(is)) {
      if (['restarts', 'rigid'].includes(connector.behaviour)) connector.mustRestart = this.#tick();
      else connector.owesReconfigure = true;
      connector.mayCancel = { at: this.#tick(), instant: this.clock.monotonic() };
      live?.slot?.mayRunAgain();
    }
    if (kind === 'hot' || kind === 'schedule') live?.slot?.reschedule(is, this.clock.now());
  }

  // ---- what the connectors tell

  make({ name, source, provider, configuration }) {
    const connector = [...this.connectors.values()].find(({ qualifiedName }) => qualifiedName === source);
    const claims = this.#claimsNow(connector);
    const named = claims.filter(({ registration }) => registration.connectorName === name);
    const isOf = ({ registration: { connection } }) =>
      connection?.providerName === provider && isDeepStrictEqual({ ...configuration }, configurationOf({ connection }));
    const claim = named.find(isOf) ?? named[0];
    if (claim === undefined) fail(`an instance of ${source} was made that nobody wants (${name})`);
    if (connector.live !== undefined) fail(`a second instance of ${source} was made beside the first`);
    const { group, registration } = claim;
    const other = connector.holder === group ? undefined : connector.claims.get(connector.holder)?.registration;
    const mayTake = connector.hasGivenWay || connector.mayBeOfFormer;
    if (other !== undefined && !mayTake && windowAt(other, this.clock.now()) !== 'after')
      fail(`${source} runs for ${group} although ${connector.holder} holds it`);
    if (windowAt(registration, this.clock.now()) !== 'inside') fail(`${source} was started outside of its dates`);
    if (!isOf(claim))
      fail(`${source} was made from ${JSON.stringify(configuration)}, wanted is ${JSON.stringify(registration)}`);
    if (connector.hasGivenWay && connector.holder !== group) connector.heldAt = undefined;
    connector.holder = group;
    connector.hasGivenWay = false;
    connector.owesReconfigure = false;
    // Of a group that was renamed it may be made under either name: then it stops when the fleet hears that one is gone,
    // and whichever group wants it may run it.
    connector.mayBeOfFormer = claim.next === undefined && named.some((one) => one.next !== undefined && isOf(one));
    const instance = { connector, registration, at: this.#tick(), configuration, phase: 'created', slot: undefined };
    connector.live = instance;
    this.#instances.add(instance);
    this.created += 1;
    if (claim.next !== undefined) this.#overtake(connector, claim.next);
    else if (connector.mayBeOfFormer) connector.mayRestart = this.#tick();
    return instance;
  }

  /**
   * What groups want of a connector, and what they wanted until this very instant: a list is accepted when the journal has
   * it, and the fleet hears of it a moment later. What is made in between is made from the list of before.
   */
  #claimsNow(connector) {
    const now = this.clock.monotonic();
    const claims = [...(connector?.claims ?? [])].map(([group, { registration }]) => ({ group, registration }));
    const former = [...(connector?.former ?? [])].filter(([, { at }]) => at === now);
    return [...claims, ...former.map(([group, { was, ...next }]) => ({ group, registration: was, next }))];
  }

  /** The instance that was just made is of the list of before: the new one counts for it as for those that were there. */
  #overtake(connector, { kind, is }) {
    if (is === undefined) connector.holder = undefined;
    this.#note(connector, kind, is);
  }

  told(instance, what, detail) {
    const { connector } = instance;
    const here = `${connector.qualifiedName}: ${what}`;
    const expectPhase = (...phases) => {
      if (!phases.includes(instance.phase)) fail(`${here} while it is ${instance.phase}`);
    };
    switch (what) {
      case 'start':
        expectPhase('created');
        instance.phase = 'starting';
        break;
      case 'started':
        expectPhase('starting');
        instance.phase = 'started';
        this.#begin(instance);
        break;
      case 'stop':
        expectPhase('starting', 'started');
        if (instance.slot?.isRunning) fail(`${here} while it refreshes`);
        this.#mayStop(instance, here);
        instance.phase = 'stopping';
        break;
      case 'stopped':
        expectPhase('stopping');
        instance.phase = 'stopped';
        connector.live = undefined;
        this.#instances.delete(instance);
        break;
      case 'reconfigured':
        expectPhase('started');
        if (instance.slot.isRunning) fail(`${here} while it refreshes`);
        if (!connector.owesReconfigure) fail(`${here} although its configuration did not change`);
        connector.owesReconfigure = false;
        // The same as before, after one that was refused: nothing has to be listed anew.
        if (!isDeepStrictEqual({ ...detail }, { ...instance.configuration })) instance.slot.reconfigured();
        instance.configuration = detail;
        break;
      case 'begin':
        expectPhase('started');
        instance.run = { at: this.#tick(), instant: this.clock.monotonic() };
        this.begun += 1;
        if (windowAt(this.#registrationOf(instance), this.clock.now()) !== 'inside')
          fail(`${here} outside of its dates`);
        instance.slot.begin(this.clock, here);
        break;
      case 'cancelled':
        this.#mayCancel(instance, here);
        instance.slot.end(this.clock.now(), true);
        break;
      case 'end':
        instance.slot.end(this.clock.now(), false);
        break;
      default:
        fail(`nobody knows ${what}`);
    }
  }

  /** The wall clock was set apart by so much; the monotonic one was not. */
  clockSet(byMs) {
    for (const { slot } of this.#instances) slot?.clockSet(byMs, this.clock);
  }

  get alive() {
    return [...this.#instances];
  }

  #begin(instance) {
    const { connector } = instance;
    const runs = this.runsOf.get(connector.guid) ?? [];
    instance.slot = new SlotModel(connector.behaviour === 'listener', {
      wanted: this.#registrationOf(instance),
      made: instance.registration,
      lastRun: runs.at(-1),
      now: this.clock.now(),
    });
  }

  #mayStop(instance, here) {
    const { connector } = instance;
    const isOver = windowAt(this.#registrationOf(instance), this.clock.now()) === 'after';
    const isAsked = Math.max(connector.mustRestart, connector.mayRestart) > instance.at;
    if (!this.isClosing && !isOver && !isAsked) fail(`${here} although nothing asked for it`);
  }

  #mayCancel(instance, here) {
    const { connector, run } = instance;
    const { mustRestart, mayRestart, mayCancel } = connector;
    const isOutside = windowAt(this.#registrationOf(instance), this.clock.now()) !== 'inside';
    // A run may have begun in the moment in which the journal had the list and the fleet had not.
    const isAsked =
      Math.max(mustRestart, mayRestart) > instance.at || mayCancel.at > run.at || mayCancel.instant === run.instant;
    if (!this.isClosing && !isOutside && !isAsked) fail(`${here}: the run was ended although nothing asked for it`);
  }

  /** As it is wanted now, or as it was made when nobody wants it any more. */
  #registrationOf(instance) {
    const { claims, holder } = instance.connector;
    return claims.get(holder)?.registration ?? instance.registration;
  }

  #connector({ connectorGuid, qualifiedName, connection }) {
    const known = this.connectors.get(connectorGuid) ?? {
      guid: connectorGuid,
      qualifiedName,
      behaviour: undefined,
      claims: new Map(),
      former: new Map(),
      holder: undefined,
      mayBeOfFormer: false,
      hasGivenWay: false,
      live: undefined,
      mustRestart: 0,
      mayRestart: 0,
      mayCancel: { at: 0, instant: undefined },
      owesReconfigure: false,
    };
    known.behaviour ??= connection?.configurationProperties.behaviour;
    this.connectors.set(connectorGuid, known);
    return known;
  }

  #tick() {
    this.#now += 1;
    return this.#now;
  }
}

/** One registration per connector: the one that is followed already, else the one of the lowest id. */
function chosen(list, before) {
  const byGuid = new Map();
  for (const one of [...list].sort((a, b) => (a.connectorId < b.connectorId ? -1 : 1))) {
    const isFollowed = before?.get(one.connectorGuid)?.connectorId === one.connectorId;
    if (!byGuid.has(one.connectorGuid) || isFollowed) byGuid.set(one.connectorGuid, one);
  }
  return byGuid;
}

/** GUIDs of connectors that would no longer run. */
function stopsOf(before, after) {
  return [...(before?.values() ?? [])]
    .filter(({ connectorGuid, connection }) => {
      const now = after.get(connectorGuid);
      return now === undefined || (connection !== undefined && now.connection === undefined);
    })
    .map(({ connectorGuid }) => connectorGuid);
}

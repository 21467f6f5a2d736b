// Random histories of operations of a context against our own server: previews that people approve, runs that are taken
// back, and people who edit the same elements between and while it is written. The journal, the engine and the server are
// real. Whatever a person has set since a preview or a run is as they left it; what nobody touched is as the plan said, or as
// it was before the run that was taken back.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { connectMetadataServer } from '@isthmus/metadata-client';
import { standardTypes } from '@isthmus/model/standard-types';
import { JournaledSyncEngine, OperationLedger, openJournal, operationsOver } from '@isthmus/runtime';
import { patientLimits } from './pace.mjs';
import { root, serve, temporaryFolder } from './process.mjs';

const never = new AbortController().signal;
const types = standardTypes();

/** @returns one outcome for each history: `lostEdits`, `differences`, `runs`, `edits` */
export async function operationHistories(random, count) {
  const folder = temporaryFolder('operations');
  const config = join(folder, 'store.yaml');
  writeFileSync(config, readFileSync(join(root, 'config/samples/metadata-store-only.yaml'), 'utf8'));
  const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
  const server = await serve(['--config', config, '--data-dir', join(folder, 'data'), '--port', '0'], { env });
  const connect = (token, userId) =>
    connectMetadataServer(
      { url: server.url, serverName: 'metadata-store', userId, token: async () => token, limits: patientLimits },
      { types: standardTypes, clock: systemClock, logger: silentLogger, random: Math.random },
    );
  const connections = [connect(env.ISTHMUS_DAEMON_TOKEN, 'isthmus'), connect(env.ISTHMUS_TOKEN, 'steward')];
  const [store, people] = connections.map((connection) => connection.store);
  const outcomes = [];
  try {
    for (let number = 0; number < count; number += 1) {
      const history = new OperationHistory({ random, folder, store, people, number });
      outcomes.push(await history.run().finally(() => history.close()));
    }
  } finally {
    for (const connection of connections) connection.close();
    await server.stop();
  }
  return outcomes;
}

class OperationHistory {
  lostEdits = [];
  differences = [];
  edits = 0;
  runs = 0;
  #ids = 0;
  #values = 0;
  /** How many calls of a plan are carried out before a person edits something. */
  #callsLeft = undefined;
  #during = new Map();

  constructor(parts) {
    Object.assign(this, parts);
    this.names = ['a', 'b', 'c'].map((name) => `Database::operations${parts.number}:${name}`);
    this.journal = openJournal(join(parts.folder, `operations-${parts.number}.db`));
    this.slot = `daemon|collection|operations|${parts.number}`;
    this.owner = { metadataCollectionId: 'collection', connectorGuid: `operations ${parts.number}`, target: '' };
    this.ledger = new OperationLedger(this.journal.operations, systemClock);
    const registration = { connectorName: 'tested', connectorGuid: this.owner.connectorGuid, qualifiedName: 'tested' };
    const { watcher } = this.ledger;
    const made = operationsOver({ store: parts.store, types, clock: systemClock, watcher });
    this.operations = made(
      () => registration,
      () => this.grant,
    );
  }

  async run() {
    for (const qualifiedName of this.names.slice(0, this.random.below(4)))
      await this.people.create({ typeName: 'Database', properties: { qualifiedName, displayName: 'by hand' } }, never);
    const rounds = 2 + this.random.below(3);
    for (let round = 0; round < rounds; round += 1) {
      if (this.random.chance(0.5)) await this.planned();
      else await this.takenBack();
    }
    const { lostEdits, differences, runs, edits, number } = this;
    return { seed: `operations ${number}`, lostEdits, differences, runs, edits, crashes: 0 };
  }

  /** Preview, edits of people, approval. */
  async planned() {
    const before = await this.state();
    const { calls, sync, runId } = await this.called('preview');
    this.expect(same(await this.state(), before), 'a preview wrote something', calls);
    const plan = await this.journal.plans.plan(runId);
    if (plan.itemCount === 0) return void (await sync);
    const edited = await this.peopleAct(this.random.pick([0, 0, 1, 2]));
    const base = await this.state();
    const left = this.random.chance(0.2) ? [1 + this.random.below(plan.itemCount)] : [];
    const choice = left.length === 0 ? { kind: 'all' } : { kind: 'except', numbers: left };
    const itemCount = await this.journal.plans.approve(plan.id, choice);
    if (itemCount === 0) return;
    await this.journal.plans.save({ ...plan, state: 'approved', approval: { by: 'ann', at: 0, itemCount } });
    this.#callsLeft = this.random.chance(0.3) ? this.random.below(3) : undefined;
    this.#during.clear();
    const stale = await this.act({ kind: 'apply-plan', planId: plan.id });
    this.#callsLeft = undefined;
    const after = await this.state();
    const all = new Map([...edited, ...this.#during]);
    this.noLoss(all, after, `plan ${text(calls)}`);
    if (stale) this.expect(same(after, base), 'a stale plan wrote something', calls);
    const rows = await this.journal.plans.items(plan.id, {}, 0, 1000);
    if (all.size > 0 || left.length > 0) return;
    const [wanted, is] = this.#effectOf(calls, before, after);
    this.expect(same(is, wanted), `the plan was ${text(wanted)} and became ${text(is)}`, calls);
    const refused = rows.filter(({ decision }) => decision !== 'applied');
    this.expect(refused.length === 0, `items were ${text(refused.map(({ fault }) => fault))}`, calls);
  }

  /** A run, edits of people, undo; perhaps the undo is taken back too. */
  async takenBack() {
    const before = await this.state();
    const { calls, runId } = await this.called('apply');
    const written = await this.state();
    const [wanted, is] = this.#effectOf(calls, before, written);
    this.expect(same(is, wanted), `a run made ${text(is)} instead of ${text(wanted)}`, calls);
    if ((await this.journal.undos.run(runId)) === undefined) return;
    const edited = await this.peopleAct(this.random.pick([0, 0, 1, 2]));
    const base = await this.state();
    const undoing = await this.act({ kind: 'undo', undoneRunId: runId });
    const after = await this.state();
    this.noLoss(edited, after, `undo of ${text(calls)}`);
    if (edited.size > 0) return this.untouched(before, base, after, edited, calls);
    // what came back with more than the run gave it stays, and is told
    const [left, former] = [after, before].map((state) => apart(state, this.#cameBackWithMore(calls, before, written)));
    this.expect(same(left, former), `undo left ${text(after)} instead of ${text(before)}`, calls);
    if (this.random.chance(0.5) || (await this.journal.undos.run(this.lastRun)) === undefined) return;
    await this.act({ kind: 'undo', undoneRunId: this.lastRun });
    void undoing;
    const again = await this.state();
    this.expect(same(again, written), `undo of the undo left ${text(again)} instead of ${text(written)}`, calls);
  }

  /** What the calls are to make, and what they made: of a name that was there before its server brings more back. */
  #effectOf(calls, before, after) {
    const wanted = copyOf(before);
    const back = new Set();
    for (const call of calls) {
      const name = call.input.qualifiedName;
      if (name !== undefined && wanted[name] === undefined) back.add(name);
      simulate(wanted, call);
    }
    const told = (state) => {
      const names = Object.entries(state).map(([name, element]) => [
        name,
        back.has(name) ? { displayName: element.displayName } : without(element, back),
      ]);
      return Object.fromEntries(names);
    };
    return [told(wanted), told(after)];
  }

  /** Names of elements that the run made, and that its server brought back with what they had before. */
  #cameBackWithMore(calls, before, written) {
    const wanted = copyOf(before);
    for (const call of calls) simulate(wanted, call);
    const isMore = (name, field) => written[name][field] !== wanted[name]?.[field];
    return this.names.filter((name) => {
      if (before[name] !== undefined || written[name] === undefined) return false;
      return isMore(name, 'level') || isMore(name, 'description');
    });
  }

  /** What no person has touched is as it was before the run. */
  untouched(before, base, after, edited, calls) {
    const names = new Set([...edited.keys()].flatMap((key) => key.split('|').slice(1)));
    for (const name of this.names) {
      // what hangs together with what a person has touched may stay with it
      if (names.has(name)) continue;
      const [was, is] = [before, after].map((state) => without(state[name], names));
      this.expect(
        same(was, is),
        `undo left ${name} ${text(is)} instead of ${text(was)}, people did ${[...edited.keys()]}`,
        calls,
      );
    }
    void base;
  }

  noLoss(edited, after, what) {
    for (const [key, value] of edited) {
      const now = valueAt(after, key);
      if (!same(now, value)) this.lostEdits.push(`${key} was ${text(value)} and is ${text(now)} after ${what}`);
    }
  }

  expect(holds, what, calls) {
    if (!holds) this.differences.push(`${what}; calls ${text(calls)}`);
  }

  /** Calls of a connector in one run. */
  async called(mode) {
    this.runs += 1;
    const { engine, spec } = await this.engine(mode);
    const sync = await engine.open(spec, never);
    const close = this.ledger.open({ runId: spec.runId, owner: this.owner, mode, sink: sync });
    const calls = [];
    for (let left = 1 + this.random.below(5); left > 0; left -= 1) {
      const call = this.randomCall();
      calls.push(call);
      const run = { id: spec.runId, mode };
      await this.operations.call({ kind: 'database', ...call, run }, never).catch(unlessNotThere);
    }
    close();
    return { calls, runId: spec.runId, sync: await sync.finish('completed') };
  }

  /** @returns whether the plan was stale */
  async act(act) {
    this.runs += 1;
    const { engine, spec } = await this.engine('apply');
    this.lastRun = spec.runId;
    const operations = {
      call: async (...call) => {
        await this.#interrupt();
        return await this.operations.call(...call);
      },
    };
    const whole = { ...act, by: 'ann', target: '' };
    const acting = await engine.openAct({ ...spec, full: false, operations }, whole, never);
    const close = this.ledger.open({ runId: spec.runId, owner: this.owner, mode: 'apply', sink: acting });
    try {
      this.report = await acting.perform();
      return false;
    } catch (error) {
      if (error.code !== 'PLAN_STALE') throw error;
      return true;
    } finally {
      close();
    }
  }

  async engine(mode) {
    const token = await this.journal.nextToken(this.slot);
    this.grant = { slot: this.slot, token };
    this.#ids += 1;
    const engine = new JournaledSyncEngine({
      store: this.store,
      journal: this.journal,
      clock: systemClock,
      logger: silentLogger,
      newId: randomUUID,
    });
    const runId = `${this.number} ${this.#ids}`;
    return {
      engine,
      spec: { runId, grant: this.grant, owner: this.owner, mode, full: true, boundaryHash: 'boundary' },
    };
  }

  randomCall() {
    const { random } = this;
    const [name, other] = this.twoNames();
    const element = { qualifiedName: name };
    const ends = { end1: element, end2: { qualifiedName: other } };
    this.#values += 1;
    const value = this.#values;
    return random.pick([
      { operation: 'createDatabase', input: { qualifiedName: name, properties: { displayName: `made ${value}` } } },
      { operation: 'createDatabase', input: { qualifiedName: name, properties: { displayName: `made ${value}` } } },
      { operation: 'updateDatabase', input: { element, properties: { displayName: `changed ${value}` } } },
      { operation: 'updateDatabase', input: { element, properties: { description: `told ${value}` } } },
      { operation: 'setConfidentiality', input: { element, properties: { confidentialityLevel: value } } },
      { operation: 'clearConfidentiality', input: { element } },
      { operation: 'linkSourceOfElement', input: { ...ends, properties: { sourceVersionNumber: value } } },
      { operation: 'unlinkSourceOfElement', input: ends },
      { operation: 'deleteDatabase', input: { element, method: 'SOFT_DELETE' } },
    ]);
  }

  twoNames() {
    const name = this.random.pick(this.names);
    return [name, this.random.pick(this.names.filter((other) => other !== name))];
  }

  async #interrupt() {
    if (this.#callsLeft === undefined) return;
    this.#callsLeft -= 1;
    if (this.#callsLeft >= 0) return;
    this.#callsLeft = undefined;
    await this.personActs(this.#during);
  }

  /** @returns by key of what was touched: what it is since */
  async peopleAct(count) {
    const edited = new Map();
    for (let left = count; left > 0; left -= 1) await this.personActs(edited);
    return edited;
  }

  async personActs(edited) {
    const state = await this.state();
    const [name, other] = this.twoNames();
    if (state[name] === undefined) return;
    this.edits += 1;
    this.#values += 1;
    const value = 1000 + this.#values;
    const guid = (await this.people.getByQualifiedName(name, {}, never)).guid;
    const note = (key, to) => edited.set(`${key}`, to);
    switch (this.random.below(6)) {
      case 0:
        await this.people.update(guid, { displayName: `by hand ${value}` }, 'merge', undefined, never);
        return note(`displayName|${name}`, `by hand ${value}`);
      case 1:
        await this.people.update(guid, { description: `by hand ${value}` }, 'merge', undefined, never);
        return note(`description|${name}`, `by hand ${value}`);
      case 2:
        await this.people.classify(guid, 'Confidentiality', { confidentialityLevel: value }, never);
        return note(`level|${name}`, value);
      case 3:
        if (state[name].level === undefined) return;
        await this.people.declassify(guid, 'Confidentiality', never);
        return note(`level|${name}`, undefined);
      default: {
        const end = await this.people.getByQualifiedName(other, {}, never);
        if (end === undefined) return;
        const [there] = await this.people.linksBetween('SourcedFrom', guid, end.guid, never);
        if (there !== undefined && this.random.chance(0.4)) {
          await this.people.unrelate(there.relationship.guid, never);
          return note(`link|${name}|${other}`, undefined);
        }
        const properties = { sourceVersionNumber: value };
        if (there === undefined) await this.people.relate('SourcedFrom', guid, end.guid, properties, never);
        else await this.people.updateRelationship(there.relationship.guid, properties, 'merge', never);
        return note(`link|${name}|${other}`, value);
      }
    }
  }

  /** By name: what it says, its level, its links. */
  async state() {
    const found = await Promise.all(this.names.map((name) => this.people.getByQualifiedName(name, {}, never)));
    const state = {};
    for (const element of found) {
      if (element === undefined) continue;
      const { qualifiedName, displayName, description } = element.properties;
      const given = element.classifications.find((each) => each.classificationName === 'Confidentiality');
      const links = {};
      for (const other of found) {
        if (other === undefined || other === element) continue;
        const between = await this.people.linksBetween('SourcedFrom', element.guid, other.guid, never);
        if (between.length > 1) this.differences.push(`${qualifiedName} has ${between.length} links`);
        if (between.length > 0)
          links[other.properties.qualifiedName] = between[0].relationship.properties.sourceVersionNumber;
      }
      state[qualifiedName] = { displayName, description, level: given?.properties.confidentialityLevel, links };
    }
    return state;
  }

  close() {
    this.journal[Symbol.dispose]();
  }
}

/** What a call makes of the elements. */
function simulate(state, { operation, input }) {
  const name = input.qualifiedName ?? (input.element ?? input.end1).qualifiedName;
  const element = state[name];
  const other = input.end2?.qualifiedName;
  if (operation === 'createDatabase') {
    state[name] ??= { ...input.properties, links: {} };
    return;
  }
  if (element === undefined || (other !== undefined && state[other] === undefined)) return;
  if (operation === 'updateDatabase') Object.assign(element, input.properties);
  if (operation === 'setConfidentiality') element.level = input.properties.confidentialityLevel;
  if (operation === 'clearConfidentiality') element.level = undefined;
  if (operation === 'linkSourceOfElement') element.links[other] = input.properties.sourceVersionNumber;
  if (operation === 'unlinkSourceOfElement') delete element.links[other];
  if (operation !== 'deleteDatabase') return;
  delete state[name];
  for (const each of Object.values(state)) delete each.links[name];
}

function unlessNotThere(error) {
  if (error.code !== 'ELEMENT_NOT_FOUND') throw error;
}

function valueAt(state, key) {
  const [what, name, other] = key.split('|');
  return what === 'link' ? state[name]?.links[other] : state[name]?.[what];
}

function without(element, names) {
  if (element === undefined) return undefined;
  return {
    ...element,
    links: Object.fromEntries(Object.entries(element.links).filter(([other]) => !names.has(other))),
  };
}

/** Without the elements of these names, and relationships to them. */
function apart(state, names) {
  const gone = new Set(names);
  const left = Object.entries(state).filter(([name]) => !gone.has(name));
  return Object.fromEntries(left.map(([name, element]) => [name, without(element, gone)]));
}

function copyOf(state) {
  return JSON.parse(JSON.stringify(state));
}

function same(one, other) {
  return text(one) === text(other);
}

function text(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, inner]) => `${key}:${text(inner)}`)
    .join()}}`;
}

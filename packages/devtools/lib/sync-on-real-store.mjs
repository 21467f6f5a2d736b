// Histories as in `prove sync`, with a real engine and journal against our own server over HTTP.
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { connectMetadataServer } from '@isthmus/metadata-client';
import { upsertedProperties } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { JournaledSyncEngine, openJournal } from '@isthmus/runtime';
import { digestOf, expectedElements } from '../../runtime/dist/sync/testing/fake-source.js';
import { Faults } from '../../runtime/dist/sync/testing/faults.js';
import { LoggedSource } from '../../runtime/dist/sync/testing/logged-source.js';
import { patientLimits } from './pace.mjs';
import { root, serve, temporaryFolder } from './process.mjs';

const never = new AbortController().signal;

/** @returns outcomes in the form of `runHistory`, one for each history */
export async function realStoreHistories(random, count) {
  const folder = temporaryFolder('sync');
  const config = join(folder, 'store.yaml');
  writeFileSync(config, readFileSync(join(root, 'config/samples/metadata-store-only.yaml'), 'utf8'));
  const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
  const server = await serve(['--config', config, '--data-dir', join(folder, 'data'), '--port', '0'], { env });
  const connect = (token) =>
    connectMetadataServer(
      {
        url: server.url,
        serverName: 'metadata-store',
        userId: 'isthmus',
        token: async () => token,
        limits: patientLimits,
      },
      { types: standardTypes, clock: systemClock, logger: silentLogger, random: Math.random },
    );
  const connections = [connect(env.ISTHMUS_DAEMON_TOKEN), connect(env.ISTHMUS_TOKEN)];
  const [store, people] = connections.map((connection) => connection.store);
  const outcomes = [];
  try {
    for (let number = 0; number < count; number += 1)
      outcomes.push(await new RealHistory({ random, folder, store, people, number }).run());
  } finally {
    for (const connection of connections) connection.close();
    await server.stop();
  }
  return outcomes;
}

class RealHistory {
  source = new LoggedSource();
  wishes = new Map();
  falseDeletes = [];
  edits = 0;
  runs = 0;
  crashes = 0;

  constructor(parts) {
    Object.assign(this, parts);
    this.path = join(parts.folder, `history-${parts.number}.db`);
    this.journal = openJournal(this.path);
    this.slot = `daemon|collection|group|${parts.number}`;
  }

  async run() {
    const { random } = this;
    const steps = 5 + random.below(8);
    for (let step = 0; step < steps; step += 1) {
      for (let change = random.below(4); change > 0; change -= 1) this.source.change(random);
      if (random.chance(0.6)) await this.edit();
      await this.tryRun(
        random.pick([undefined, undefined, random.below(50)]),
        random.chance(0.2) ? random.below(10) : Infinity,
      );
    }
    for (let run = 0; run < 3; run += 1) await this.tryRun(undefined, Infinity, true);
    const before = await this.sequence();
    await this.tryRun(undefined, Infinity, true);
    const isQuiet = (await this.sequence()) === before;
    const outcome = await this.judge(isQuiet);
    this.journal[Symbol.dispose]();
    return { ...outcome, seed: `server ${this.number}`, runs: this.runs, crashes: this.crashes, edits: this.edits };
  }

  async tryRun(dieAt, stopAfter, isClean = false) {
    this.runs += 1;
    const faults = new Faults(dieAt ?? Infinity);
    let left = stopAfter;
    const listing = {
      random: this.random,
      stop: () => {
        left -= 1;
        if (left < 0) throw new Error('broken');
      },
      leavesOut: () => false,
      isUntidy: !isClean && this.random.chance(0.3),
      keeps: true,
    };
    try {
      const run = realNames(await this.open(faults), this.number);
      try {
        if (isClean && run.cursor !== undefined) await run.cursorRefused();
        if (typeof run.cursor === 'number')
          await this.source.listChanges(run, listing, run.cursor, (position) => run.saveCursor(position));
        else {
          const { position } = this.source;
          await this.source.list(run, listing);
          await run.saveCursor(position);
        }
        await run.finish('completed');
      } catch (error) {
        if (isClean) throw error;
        await run.finish('failed').catch(() => undefined);
      }
    } catch (error) {
      if (isClean) throw error;
    }
    if (!faults.isDead) return;
    this.crashes += 1;
    this.journal[Symbol.dispose]();
    this.journal = openJournal(this.path);
  }

  async open(faults) {
    const token = await this.journal.nextToken(this.slot);
    const store = {
      ...bound(this.store),
      writeBatch: async (...call) => {
        faults.step();
        const result = await this.store.writeBatch(...call);
        this.noteDeletes(call[0].operations, result);
        faults.step();
        return result;
      },
    };
    const engine = new JournaledSyncEngine({
      store,
      journal: faults.journal(this.journal),
      clock: systemClock,
      logger: silentLogger,
      newId: randomUUID,
      options: { maxOperations: 3 + this.random.below(5) },
    });
    const owner = { metadataCollectionId: 'collection', connectorGuid: `connector ${this.number}`, target: '' };
    const grant = { slot: this.slot, token };
    return engine.open(
      { runId: randomUUID(), grant, owner, mode: 'apply', full: true, boundaryHash: 'boundary' },
      never,
    );
  }

  noteDeletes(operations, { items }) {
    const there = new Set(
      [...expectedElements(this.source.root).values()].map(
        (element) => realElement(element, this.number).qualifiedName,
      ),
    );
    for (const [index, { op, qualifiedName }] of operations.entries()) {
      if (op === 'delete' && items[index]?.outcome === 'deleted' && there.has(qualifiedName))
        this.falseDeletes.push(qualifiedName);
    }
  }

  /** A person sets a field of an element that is there. */
  async edit() {
    const live = await this.elements();
    if (live.size === 0) return;
    this.edits += 1;
    const element = this.random.pick([...live.values()]);
    const qualifiedName = String(element.properties.qualifiedName);
    const field = this.random.pick(['displayName', 'description', 'additionalProperties']);
    const value = `by hand ${this.edits}`;
    const properties = field === 'additionalProperties' ? { [field]: { always: value } } : { [field]: value };
    const [anchors] = element.classifications.filter(({ classificationName }) => classificationName === 'Anchors');
    const anchor = [...live.values()].find(({ guid }) => guid === anchors?.properties.anchorGUID);
    const operation = {
      op: 'upsert',
      typeName: element.typeName,
      qualifiedName,
      properties,
      ...(anchor === undefined ? {} : { anchor: String(anchor.properties.qualifiedName) }),
    };
    const { items } = await this.people.writeBatch(
      { id: randomUUID(), userId: 'steward', operations: [operation] },
      never,
    );
    if (items[0]?.outcome === 'refused') throw new Error(JSON.stringify(items));
    this.wishes.set(qualifiedName, upsertedProperties(this.wishes.get(qualifiedName) ?? {}, properties));
  }

  async elements() {
    const found = new Map();
    const prefix = `::test${this.number}:`;
    for (const typeName of ['FileFolder', 'DataFile', 'TabularFileColumn']) {
      for (let startFrom = 0; ; startFrom += 500) {
        const page = await this.people.find(undefined, { typeName, startFrom, pageSize: 500 }, never);
        for (const element of page) {
          const name = String(element.properties.qualifiedName);
          if (!name.includes(prefix)) continue;
          if (found.has(name)) throw new Error(`two elements are named ${name}`);
          found.set(name, element);
        }
        if (page.length === 0) break;
      }
    }
    return found;
  }

  async sequence() {
    return (await this.people.identity(never)).changeSequence;
  }

  async judge(isQuiet) {
    const live = await this.elements();
    const expected = new Map(
      [...expectedElements(this.source.root).values()].map((element) => {
        const own = realElement(element, this.number);
        return [own.qualifiedName, own];
      }),
    );
    const lostEdits = [];
    const differences = isQuiet ? [] : ['it is not quiet'];
    const duplicates = [];
    for (const [name, { properties, parent }] of expected) {
      const element = live.get(name);
      const wish = this.wishes.get(name) ?? {};
      const { qualifiedName: _, ...there } = element?.properties ?? {};
      const wanted = upsertedProperties(properties, wish);
      if (element === undefined || text(there) !== text(wanted))
        differences.push(`${name} is ${text(there)} instead of ${text(wanted)}`);
      if (element !== undefined && text(upsertedProperties(there, wish)) !== text(there)) lostEdits.push(name);
      if (element === undefined || parent === undefined) continue;
      const parents = await this.people.related(
        element.guid,
        { relationshipTypeName: parent.relationshipTypeName, startingAtEnd: 2 },
        never,
      );
      const names = parents.map((related) => related.element.properties.qualifiedName);
      if (names.length > 1) duplicates.push(`${name} has ${names.length} parents`);
      else if (names[0] !== parent.qualifiedName) differences.push(`${name} lies below ${names[0]}`);
    }
    const missedDeletes = [...live.keys()].filter((name) => !expected.has(name));
    return { falseDeletes: this.falseDeletes, missedDeletes, duplicates, lostEdits, differences };
  }
}

/** The elements of the source in types and attributes that our server knows, under names of this history. */
function realElement(element, number) {
  const named = (name) => name.replace('::test:', `::test${number}:`);
  const { text: resourceName, label: versionIdentifier, ...rest } = element.properties;
  const isPart = element.typeName === 'TabularFileColumn';
  const { parent, ...bare } = element;
  return {
    ...bare,
    qualifiedName: named(element.qualifiedName),
    properties: {
      ...rest,
      ...(resourceName === undefined ? {} : { resourceName }),
      ...(versionIdentifier === undefined ? {} : { versionIdentifier }),
    },
    ...(parent === undefined || isPart ? {} : { parent: { ...parent, qualifiedName: named(parent.qualifiedName) } }),
  };
}

function realNames(run, number) {
  const real = (body) => ({ ...body, elements: body.elements.map((element) => realElement(element, number)) });
  return {
    get cursor() {
      return run.cursor;
    },
    keep: (...call) => run.keep(...call),
    offer: (...call) => run.offer(...call),
    deliver: (scope, items) =>
      run.deliver(
        scope,
        items.map(({ digest, body }) => ({ digest: { ...digest, hash: digestOf(body).hash }, body: real(body) })),
      ),
    gone: (...call) => run.gone(...call),
    complete: (...call) => run.complete(...call),
    source: (...call) => run.source(...call),
    saveCursor: (...call) => run.saveCursor(...call),
    cursorRefused: () => run.cursorRefused(),
    finish: (...call) => run.finish(...call),
  };
}

function bound(store) {
  return Object.fromEntries(
    ['identity', 'changes', 'capabilities', 'getByQualifiedName'].map((name) => [
      name,
      (...call) => store[name](...call),
    ]),
  );
}

function text(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${key}:${text(inner)}`).join()}}`;
}

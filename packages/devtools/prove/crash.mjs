// `kill -9` at random moments of scans and group changes, and, on purpose, between journal and store: when a batch has been
// sent and not arrived, arrived and not been answered, been answered and not been heard of. Daemon and store as one
// process, and as two of which one is killed. After each: the store converges to the folder, nothing twice, nothing
// deleted wrongly, every database readable, and no more than one batch done twice.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crashWorld } from '../lib/crash-world.mjs';
import { checkDatabases, copyDatabases } from '../lib/database-check.mjs';
import { changeFolder, isBelow, plainTree } from '../lib/folder-changes.mjs';
import { columnDifferences, folderDifferences } from '../lib/folder-compare.mjs';
import { slowness } from '../lib/pace.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { link, register } from '../lib/registration-rest.mjs';
import { isSlice, percentile, proof, seeded, seedFromArguments, until } from '../lib/report.mjs';
import { property } from '../lib/store-rest.mjs';

const { check, say, end } = proof('crash');
const random = seeded(seedFromArguments());
const kills = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? (isSlice ? 8 : 100));
const size = isSlice
  ? { folders: 16, perFolder: 40, many: 30, smalls: 3 }
  : { folders: 40, perFolder: 50, many: 60, smalls: 6 };
/** Operations of the largest batch that the sync engine sends. */
const batchOperations = 200;
/** `--moment=late` and the like: every kill falls there. */
const onlyMoment = process.argv.find((text) => text.startsWith('--moment='))?.slice(9);
const convergesWithinMs = 60_000;
const batches = /^POST .*\/write-batch$/;
const lists = /^GET .*\/integration-connectors/;

const pick = (choices) => choices[Math.floor(random() * choices.length)];
const sleep = (ms) => new Promise((settle) => setTimeout(settle, ms));
const totals = { kills: 0, onPurpose: 0, missed: 0, again: [], repeated: 0, tookMs: [], databases: 0, lateRefused: 0 };
const faults = { converge: [], twice: [], identity: [], deleted: [], databases: [], work: [], late: [], daemon: [] };
const deck = [];
let isFirstDeal = true;
const started = performance.now();

await prove('one', Math.ceil(kills / 2));
await prove('two', Math.floor(kills / 2));

const verdict = (statement, list, detail) =>
  check(statement, list.length === 0, list.length === 0 ? detail : `${list.length}: ${list.slice(0, 5).join(' | ')}`);
say(
  `${totals.kills} kills in ${Math.round((performance.now() - started) / 1000)} s: ${totals.onPurpose} between journal and store or within a list of a group, ${totals.kills - totals.onPurpose} at random (${totals.missed} of them because the moment did not come)`,
);
check(`${kills} kills were made`, totals.kills >= kills, `${totals.kills}`);
check('a third of them hit a moment between journal and store or within a list', totals.onPurpose * 3 >= totals.kills);
verdict(
  'after each the store converged to the folder',
  faults.converge,
  `median ${Math.round(percentile(totals.tookMs, 0.5))} ms, largest ${Math.round(Math.max(...totals.tookMs))} ms from restart`,
);
verdict('after each the daemon ran exactly what the store has registered', faults.daemon);
verdict('no element and no relationship is there twice', faults.twice);
verdict('elements whose file never left keep GUID and links', faults.identity);
verdict('elements whose file never left were not deleted at any time', faults.deleted);
verdict('every database is readable where it was left', faults.databases, `${totals.databases} copies checked`);
verdict(
  'no more than one batch was done twice',
  faults.work,
  `most ${Math.max(...totals.again)} operations, in ${totals.again.filter((count) => count > 0).length} restarts; a batch has up to ${batchOperations}; ${totals.repeated} batches were asked for again and answered from memory`,
);
if (totals.lateRefused === 0 && !isSlice && onlyMoment === undefined) faults.late.push('none arrived late');
verdict('what a killed daemon had sent and arrived late was refused', faults.late, `${totals.lateRefused} batches`);
end();

/** Kills in one kind of world, over folders of its own. */
async function prove(shape, count) {
  const world = await crashWorld(shape);
  const main = join(temporaryFolder(`crash-landing-${shape}`), 'landing');
  plainTree(main, size.folders, size.perFolder);
  const smalls = Array.from({ length: size.smalls }, (_, index) => {
    const path = join(temporaryFolder(`crash-small-${shape}`), `small-${index}`);
    plainTree(path, 1, 15);
    return path;
  });
  await world.startAll();
  const store = world.store();
  const groups = [];
  for (const name of ['A', 'B'])
    groups.push(await store.create('IntegrationGroup', { qualifiedName: `IntegrationGroup::Crash-${name}` }));
  const registered = [];
  for (const [index, path] of [main, ...smalls].entries())
    registered.push({ path, ...(await register(store, groups[index % 2], `connector-${index}`, path)) });
  const state = { world, main, smalls, groups, registered, known: undefined, sequence: 0, gone: [] };
  // The first kills fall into the first scan: nothing has converged before.
  for (let number = 1; number <= count; number += 1) await round(state, `${shape} ${number}`);
  await world.stopAll();
}

async function round(state, name) {
  const { world } = state;
  const { proxy } = world;
  const moment = onlyMoment ?? nextMoment();
  const isOfDaemon = ['settling', 'late', 'list'].includes(moment);
  const victim = isOfDaemon ? world.daemonPart : pick(Object.values(world.parts));
  let struck;
  const strikeAt = (how) => () => {
    if (struck !== undefined) return;
    struck = how;
    victim.process.signal('SIGKILL');
  };
  const isRandom = moment === 'random' || moment === 'starting';
  const trap = { skip: 0, delayMs: random() * 10, strike: strikeAt('moment') };
  if (moment === 'list') proxy.arm({ ...trap, moment: 'settling', matches: lists });
  else if (!isRandom) proxy.arm({ ...trap, moment, matches: batches, skip: Math.floor(random() * 3) });
  // a moment that does not come is no longer waited for
  const timer = setTimeout(strikeAt('timer'), isRandom ? random() * 1500 : 4000 * (await slowness()));

  // the folder and the groups change while the kill is on its way
  if (random() < 0.5 || !isRandom) addMany(state);
  const changeGroups = moment === 'list' || random() < 0.4 ? changeGroup(state).catch(() => undefined) : undefined;
  let changes = 0;
  while (victim.process.isRunning()) {
    for (let index = 0; index < 4 && changes < 120; index += 1, changes += 1) change(state);
    await sleep(10 + random() * 30);
  }
  clearTimeout(timer);
  proxy.disarm();
  await victim.process.exited;
  await changeGroups;
  const isOnPurpose = struck === 'moment';
  totals.kills += 1;
  if (isOnPurpose) totals.onPurpose += 1;
  else if (!isRandom) totals.missed += 1;

  // what it left behind, and what happens while it is away
  if (victim === world.storePart) proxy.target(undefined);
  const copies = temporaryFolder('crash-copies');
  copyDatabases(victim.data, copies);
  const checking = checkDatabases(copies).then(
    (found) => noteDatabases(name, found),
    (error) => faults.databases.push(`${name}: ${error.message}`),
  );
  for (let index = 0; index < 20; index += 1) change(state);
  proxy.ledger.count();
  await sleep(random() * 300);
  if (moment === 'starting') {
    const killed = world.start(victim, (child) => setTimeout(() => child.kill('SIGKILL'), random() * 2500));
    if (
      (await killed.then(
        () => 'ready',
        () => 'killed',
      )) === 'ready'
    )
      await victim.process.kill();
    totals.kills += 1;
  }
  // in half of them what arrives late was sent for the group from which the connector has been moved since
  if (moment === 'late' && isOnPurpose && world.shape === 'two' && random() < 0.5)
    await changeGroup(
      state,
      state.registered.find(({ connector }) => connector === proxy.lateConnector()),
      0,
    );
  await world.start(victim);
  const restartedAt = performance.now();
  await converge(state, `${name} ${victim.name} ${moment}${isOnPurpose || isRandom ? '' : ' (missed)'}`, restartedAt);
  if (moment === 'late' && isOnPurpose) await releaseLate(state, name);
  await checking;
}

/** Each moment comes in turn, in random order; the random one three times as often, after the first round. */
function nextMoment() {
  const moments = ['random', 'starting', 'received', 'forwarded', 'answered', 'settling', 'late', 'list'];
  if (deck.length === 0) {
    const cards = isFirstDeal ? moments : [...moments, 'random', 'random'];
    isFirstDeal = false;
    deck.push(...cards.map((card) => [random(), card]).sort(([one], [other]) => one - other));
  }
  return deck.pop()[1];
}

/** Enough for several batches; what was added so before goes, so that the folder keeps its size. */
function addMany(state) {
  for (const entry of readdirSync(state.main).filter((text) => text.startsWith('many-'))) {
    const path = join(state.main, entry);
    rmSync(path, { recursive: true });
    state.gone.push(path);
  }
  plainTree(state.main, 5, size.many, `many-${Math.floor(random() * 1e9).toString(36)}`);
}

function change(state) {
  const root = random() < 0.8 ? state.main : pick(state.smalls);
  const left = changeFolder(root, random);
  if (left !== undefined) state.gone.push(left);
}

/** Moves a registration to the other group, removes it, or adds one that is not there. The large one only moves. */
async function changeGroup({ world, groups, registered }, subject = pick(registered), removals = 0.4) {
  const store = world.store();
  const links = await store.allRelationships('RegisteredIntegrationConnector');
  const present = links.find((found) => found.elementGUIDAtEnd2 === subject.connector);
  if (present !== undefined) await store.unrelate(present.relationshipGUID);
  const isRemoved = present !== undefined && subject !== registered[0] && random() < removals;
  if (isRemoved) return;
  const other = groups.find((group) => group !== present?.elementGUIDAtEnd1);
  await link(store, other, subject.connector, subject.name);
}

/** Waits until the store equals the folders and holds the daemon and everything that was there before against it. */
async function converge(state, name, restartedAt) {
  const { world } = state;
  // a registration whose change was cut in two by the kill is set right, as its author would
  const links = await world.store().allRelationships('RegisteredIntegrationConnector');
  const [main] = state.registered;
  if (!links.some((found) => found.elementGUIDAtEnd2 === main.connector))
    await link(world.store(), state.groups[0], main.connector, main.name);
  let found;
  const equal = await until(
    async () => {
      if (world.proxy.quietMs() < 400 || !(await isAtRest(state))) return false;
      found = await look(state);
      return found.differences.length === 0;
    },
    convergesWithinMs,
    100,
  );
  totals.tookMs.push(performance.now() - restartedAt);
  if (!equal) faults.converge.push(`${name}: ${(found?.differences ?? ['never at rest']).slice(0, 3).join(', ')}`);
  const { mostAgain, repeatedBatches } = world.proxy.ledger.count();
  totals.again.push(mostAgain);
  totals.repeated += repeatedBatches;
  if (mostAgain > batchOperations) faults.work.push(`${name}: ${mostAgain} operations`);
  const now = found ?? (await look(state));
  faults.twice.push(...now.twice.map((text) => `${name}: ${text}`));
  await compareDaemon(state, name, now);
  await compareWithBefore(state, name, now);
  if (process.argv.includes('--verbose')) say(`${name}: ${Math.round(totals.tookMs.at(-1))} ms, ${mostAgain} again`);
}

/** Whether every connector of the store has run since its daemon started and does nothing now. */
async function isAtRest({ world }) {
  const links = await world.store().allRelationships('RegisteredIntegrationConnector');
  const rows = (await world.api('/connectors')).items ?? [];
  return (
    rows.length === links.length &&
    rows.every((row) => row.state === 'waiting' && ['succeeded', 'partial'].includes(row.lastRun?.outcome))
  );
}

/** Everything that the store holds, by its REST. */
async function look({ world, registered }) {
  const store = world.store();
  const elements = await store.all('OpenMetadataRoot');
  const links = await store.allRelationships(undefined);
  const names = new Map();
  const twice = [];
  const guids = new Set();
  for (const element of elements) {
    const name = property(element, 'qualifiedName');
    if (names.has(name) || guids.has(element.elementGUID)) twice.push(name);
    names.set(name, element.elementGUID);
    guids.add(element.elementGUID);
  }
  const ends = new Map();
  for (const { type, elementGUIDAtEnd1: end1, elementGUIDAtEnd2: end2, relationshipGUID } of links) {
    const key = `${type.typeName} ${end1} ${end2}`;
    if (ends.has(key)) twice.push(key);
    ends.set(key, { guid: relationshipGUID, end1, end2 });
  }
  const registrations = links.filter((found) => found.type.typeName === 'RegisteredIntegrationConnector');
  const differences = [];
  for (const { path, unique, connector } of registered) {
    if (!registrations.some((found) => found.elementGUIDAtEnd2 === connector)) continue;
    const own = elements.filter((element) => isBelow(property(element, 'pathName') ?? '', path));
    const holding = links.filter(({ type }) => ['FolderHierarchy', 'NestedFile'].includes(type.typeName));
    differences.push(...folderDifferences({ elements: own, links: holding }, path));
    const columns = [...names.keys()].filter((text) => text.startsWith(`TabularFileColumn::${unique}:`));
    differences.push(...columnDifferences(columns, path, unique));
  }
  return { names, ends, twice, registrations, differences };
}

async function compareDaemon({ world, groups }, name, { registrations }) {
  const rows = (await world.api('/connectors')).items ?? [];
  const nameOf = (guid) => `IntegrationGroup::Crash-${groups.indexOf(guid) === 0 ? 'A' : 'B'}`;
  const wanted = registrations.map((found) => `${found.elementGUIDAtEnd2} ${nameOf(found.elementGUIDAtEnd1)}`).sort();
  const runs = rows.map((row) => `${row.connectorGuid} ${row.group.qualifiedName}`).sort();
  if (JSON.stringify(wanted) !== JSON.stringify(runs))
    faults.daemon.push(`${name}: ${runs.length} of ${wanted.length}`);
}

/** What was in the store when it last equalled the folder, and whose path has not left since, is the same still. */
async function compareWithBefore(state, name, now) {
  const { known, gone, registered } = state;
  const { events, last } = await state.world.changesAfter(state.sequence);
  if (known !== undefined) {
    const stayed = new Map();
    for (const [qualifiedName, guid] of known.names) {
      const path = pathOf(registered, qualifiedName);
      if (path === undefined || gone.some((left) => isBelow(path, left) || path.startsWith(`${left}:`))) continue;
      stayed.set(guid, qualifiedName);
      if (now.names.get(qualifiedName) !== guid) faults.identity.push(`${name}: ${qualifiedName}`);
    }
    const stayedLinks = new Map();
    for (const [key, { guid, end1, end2 }] of known.ends) {
      if (!stayed.has(end1) || !stayed.has(end2)) continue;
      stayedLinks.set(guid, key);
      if (now.ends.get(key)?.guid !== guid) faults.identity.push(`${name}: ${key}`);
    }
    for (const { eventType, elementHeader, classificationName } of events) {
      if (eventType !== 'ELEMENT_DELETED' || classificationName !== undefined) continue;
      const what = stayed.get(elementHeader.guid) ?? stayedLinks.get(elementHeader.guid);
      if (what !== undefined) faults.deleted.push(`${name}: ${what}`);
    }
  }
  state.known = now;
  state.sequence = last;
  // what left while nobody looks after its folder is removed when somebody does again
  const isActive = ({ connector }) => now.registrations.some((found) => found.elementGUIDAtEnd2 === connector);
  const unwatched = registered.filter((entry) => !isActive(entry)).map(({ path }) => path);
  state.gone = gone.filter((left) => unwatched.some((path) => isBelow(left, path)));
}

/** Where a catalogued thing lies on disk, a column as `<file>:<column>`. */
function pathOf(registered, qualifiedName) {
  const source = registered.find(({ unique }) => qualifiedName.includes(`::${unique}:`));
  if (source === undefined) return undefined;
  const marker = `::${source.unique}:`;
  return source.path + qualifiedName.slice(qualifiedName.indexOf(marker) + marker.length).replace(/^\/$/, '');
}

/** What a killed daemon had sent arrives after its successor has written. */
async function releaseLate(state, name) {
  const before = (await state.world.changesAfter(state.sequence)).last;
  const { text } = await state.world.proxy.releaseLate();
  const { isthmusCode } = JSON.parse(text);
  const after = (await state.world.changesAfter(before)).last;
  if (isthmusCode !== 'GRANT_SUPERSEDED' || after !== before) faults.late.push(`${name}: ${text.slice(0, 200)}`);
  else totals.lateRefused += 1;
}

function noteDatabases(name, found) {
  totals.databases += found.length;
  if (found.length === 0) faults.databases.push(`${name}: none was found`);
  for (const { database, integrity, foreignKeys, doubles } of found) {
    if (integrity === 'ok' && foreignKeys === 0) {
      if (doubles > 0) faults.twice.push(`${name}: ${doubles} in ${database}`);
      continue;
    }
    faults.databases.push(`${name}: ${database} ${integrity}, ${foreignKeys} foreign keys`);
  }
}

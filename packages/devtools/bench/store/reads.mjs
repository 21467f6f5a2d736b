// Pages, counts, point reads and searches of a store that holds the elements of `elements.mjs`.
import { figure, readable } from '../../lib/figures.mjs';
import { turnFigure, watchTurns } from '../../lib/own-turns.mjs';
import { isSlice, percentile } from '../../lib/report.mjs';
import { fileBatch, isFile, nameOf, pathOf } from './elements.mjs';
import { writer } from './writes.mjs';

const pageSize = 100;
const samples = isSlice ? 100 : 400;
const roundsOfWrites = 3;
/** Number of a batch that no other part of the bench comes near. */
const firstWritten = 1_000_000;
let written = 0;
const superTypes = ['OpenMetadataRoot', 'Referenceable', 'Asset', 'DataAsset', 'DataStore', 'DataFile'];
const countedOrders = ['LAST_UPDATE_RECENT', 'LAST_UPDATE_OLDEST', 'CREATION_DATE_RECENT', 'CREATION_DATE_OLDEST'];
const sortedBy = [['GUID'], ['PROPERTY_ASCENDING', 'qualifiedName'], ['PROPERTY_DESCENDING', 'displayName']];

/** Longer than the store waits after the last write before it makes its orders ready. */
const restSeconds = isSlice ? 0 : 40;

/** @param reopened gives the store of a process that has just started */
export async function readsAtSize(store, reopened, total, random) {
  await pages(store, total, random);
  await counts(store);
  await points(store, total, random);
  await searches(store, total, random);
  await new Promise((settle) => setTimeout(settle, restSeconds * 1000));
  await firstPages(store, `${restSeconds} s after the last write`, total, random);
  const started = await reopened();
  await firstPages(started, 'at once after a start', total, random);
  await sortedOrders(started, total, random);
}

async function pages(store, total, random) {
  const places = {
    'the start': () => Math.floor(random() * pageSize),
    'the middle': (count) => Math.floor(count / 2 + random() * pageSize),
    'the end': (count) => Math.max(0, count - pageSize - Math.floor(random() * pageSize)),
    anywhere: (count) => Math.floor(random() * count),
  };
  const all = [];
  for (const [place, startOf] of Object.entries(places)) {
    const ms = [];
    const cpuMs = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const typeName = superTypes[Math.floor(random() * superTypes.length)];
      const sequencingOrder = countedOrders[Math.floor(random() * countedOrders.length)];
      const count = await store.count({ typeName });
      const startFrom = startOf(count);
      let found;
      const before = process.cpuUsage();
      ms.push(await timed(async () => (found = await store.find({ typeName, sequencingOrder, startFrom, pageSize }))));
      const { user, system } = process.cpuUsage(before);
      cpuMs.push((user + system) / 1000);
      expect(found.length === Math.min(pageSize, count - startFrom), `page at ${startFrom} of ${count} ${typeName}`);
    }
    all.push(...ms);
    const [half, most] = [percentile(ms, 0.5), percentile(cpuMs, 0.99)].map(readable);
    console.log(`     median ${half} ms, p99 of CPU time ${most} ms:`);
    figure(`page of ${pageSize} of a supertype at ${place}, p99 of ${samples}`, percentile(ms, 0.99), 'ms', {
      goal: 20,
    });
  }
  const middle = readable(percentile(all, 0.5));
  const most = readable(Math.max(...all));
  console.log(
    `     pages of ${superTypes.join(', ')} by ${countedOrders.join(', ')}: median ${middle} ms, longest ${most} ms`,
  );
  console.log(`     store of ${total} elements`);
}

const nameOfOrder = (order, property) => `${order}${property === undefined ? '' : ` of ${property}`}`;

async function sortedPage(store, [sequencingOrder, sequencingProperty], total, random) {
  const startFrom = Math.floor((random() * total) / 2);
  const found = await store.find({ typeName: 'Asset', sequencingOrder, sequencingProperty, startFrom, pageSize });
  expect(found.length === pageSize, `page at ${startFrom} by ${sequencingOrder}`);
}

async function firstPages(store, when, total, random) {
  for (const order of sortedBy) {
    const sorting = watchTurns();
    const before = process.cpuUsage();
    const ms = await timed(() => sortedPage(store, order, total, random));
    const { user, system } = process.cpuUsage(before);
    const name = nameOfOrder(...order);
    figure(`first page of ${pageSize} of Asset by ${name}, ${when}`, ms, 'ms', { goal: 20 });
    console.log(`     CPU time ${readable((user + system) / 1000)} ms`);
    turnFigure('meanwhile', sorting.end());
  }
}

/** The store keeps lists of these orders; a page looks its place up there. */
async function sortedOrders(store, total, random) {
  for (const order of sortedBy) {
    const name = nameOfOrder(...order);
    const page = () => sortedPage(store, order, total, random);
    const turns = watchTurns();
    const ms = [];
    const cpuMs = [];
    for (let sample = 0; sample < samples; sample += 1) {
      const before = process.cpuUsage();
      ms.push(await timed(page));
      const { user, system } = process.cpuUsage(before);
      cpuMs.push((user + system) / 1000);
    }
    console.log(
      `     median ${readable(percentile(ms, 0.5))} ms, p99 of CPU time ${readable(percentile(cpuMs, 0.99))} ms:`,
    );
    figure(`page of ${pageSize} of Asset anywhere by ${name}, p99 of ${samples}`, percentile(ms, 0.99), 'ms', {
      goal: 20,
    });
    turnFigure('meanwhile', turns.end());
    await afterWrites(store, page, name);
  }
}

/** What was written since is put into the list by the next page. */
async function afterWrites(store, page, name) {
  const ms = [];
  for (let round = 0; round < roundsOfWrites; round += 1) {
    // beyond all that is there
    written += 1;
    await store.writeBatch(writer, fileBatch(firstWritten + written, { id: `beside ${written}` }));
    ms.push(await timed(page));
  }
  figure(`page by ${name} after each batch of new elements, median of ${ms.length}`, percentile(ms, 0.5), 'ms', {
    goal: 200,
  });
}

async function counts(store) {
  const ms = [];
  for (let sample = 0; sample < samples; sample += 1)
    ms.push(await timed(() => store.count({ typeName: superTypes[sample % superTypes.length] })));
  figure(`count of a supertype, p99 of ${samples}`, percentile(ms, 0.99), 'ms', { goal: 20 });
}

async function points(store, total, random) {
  const many = 5000;
  const names = Array.from({ length: many }, () => nameOf(Math.floor(random() * total)));
  const guids = [];
  const start = performance.now();
  for (const name of names) guids.push((await store.getByQualifiedName(name))?.guid);
  perSecond('point reads by qualified name', many, start);
  expect(!guids.includes(undefined), 'every name is found');
  const again = performance.now();
  for (const guid of guids) await store.get(guid);
  perSecond('point reads by GUID', many, again);
}

function perSecond(name, many, start) {
  figure(name, many / ((performance.now() - start) / 1000), 'reads/s', { goal: 5000, better: 'more' });
}

async function searches(store, total, random) {
  const someFile = () => {
    const index = Math.floor(random() * total);
    return isFile(index) ? index : index + 1;
  };
  const equals = (property, value) => ({
    conditions: { matchCriteria: 'ALL', conditions: [{ property, operator: 'EQ', value }] },
  });
  const number = (index) => String(index).padStart(7, '0');
  await search('rare text', 1, () => store.findByString(`file-${number(someFile())}`, { pageSize }));
  await search('text that everything has', pageSize, () => store.findByString('data', { pageSize }));
  await search('no hit, letters that occur', 0, () => store.findByString('folder-folder', { pageSize }));
  await search('no hit, letters that do not occur', 0, () => store.findByString('zzzzqqqq', { pageSize }));
  await search('two letters that everything has', pageSize, () => store.findByString('fi', { pageSize }));
  await search('two letters without a hit', 0, () => store.findByString('qz', { typeName: 'Asset', pageSize }), 3);
  await search('one letter without a hit', 0, () => store.findByString('ü', { typeName: 'Asset', pageSize }), 3);
  await search('property equality', 1, () => store.find(equals('pathName', pathOf(someFile()))));
  await search('property equality without a hit', 0, () => store.find(equals('pathName', '/data/nowhere')));
}

async function search(name, expected, run, times = 20) {
  const ms = [];
  const turns = watchTurns();
  for (let sample = 0; sample < times; sample += 1) {
    let found;
    ms.push(await timed(async () => (found = await run())));
    expect(found.length === expected, `search of ${name} finds ${expected}, not ${found.length}`);
  }
  const longestTurn = turns.end();
  figure(`search, ${name}, longest of ${times}`, Math.max(...ms), 'ms', { goal: 200 });
  turnFigure('of it', longestTurn);
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A figure of wrong answers would mean nothing. */
function expect(holds, what) {
  if (!holds) throw new Error(`does not hold: ${what}`);
}

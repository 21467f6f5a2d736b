// Measures the embedded metadata store. Usage: node packages/devtools/bench/store.mjs [elements, default 1000000]
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { SqliteElementStore } from '../../metadata-server/dist/store/index.js';

const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const total = process.argv.includes('--slice') ? 20_000 : Number(number ?? 1_000_000);
const directory = mkdtempSync(join(tmpdir(), 'isthmus-bench-store-'));
const writer = { userId: 'bench' };
const open = () =>
  new SqliteElementStore({
    path: join(directory, 'store.db'),
    collectionName: 'bench',
    types: standardTypes(),
    clock: systemClock,
    newUuid: randomUUID,
    logger: silentLogger,
  });

try {
  const store = open();
  await batches(store);
  await grow(store);
  await pages(store);
  await points(store);
  await searches(store);
  await store[Symbol.asyncDispose]();
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function batches(store) {
  await store.writeBatch(writer, { id: 'root', operations: [folder('bench')] });
  const times = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  for (let number = 0; number < 20; number += 1)
    times.push(await timed(() => store.writeBatch(writer, batch(number, 500))));
  const seconds = (performance.now() - start) / 1000;
  delay.disable();
  report('batches of 500 x 20', 10_000 / seconds, 'elements/s', 5000, 'more');
  report('batch of 500 upserts, median', median(times), 'ms', 100);
  report('event loop delay while writing, longest', Math.max(0, delay.max / 1e6 - 1), 'ms', 15);
  const again = [];
  for (let number = 0; number < 20; number += 1)
    again.push(await timed(() => store.writeBatch(writer, { ...batch(number, 500), id: `again ${number}` })));
  report('batch of 500 unchanged, median', median(again), 'ms', 100);
  const changed = [];
  for (let number = 0; number < 20; number += 1)
    changed.push(await timed(() => store.writeBatch(writer, batch(number, 500, 'changed'))));
  report('batch of 500 changed, median', median(changed), 'ms', 100);
}

async function grow(store) {
  const start = performance.now();
  for (let number = 20; number * 500 < total; number += 1) await store.writeBatch(writer, batch(number, 500));
  const seconds = (performance.now() - start) / 1000;
  report(`growing to ${total}`, total / seconds, 'elements/s', 5000, 'more');
}

async function pages(store) {
  for (const [name, startFrom] of [
    ['first', 0],
    ['middle', Math.floor(total / 2)],
    ['last', total - 200],
  ]) {
    for (const typeName of ['Asset', 'OpenMetadataRoot']) {
      const times = [];
      for (let round = 0; round < 20; round += 1)
        times.push(
          await timed(() => store.find({ typeName, startFrom: Math.max(0, startFrom - round), pageSize: 100 })),
        );
      report(`${name} page of 100 of ${typeName}`, median(times), 'ms', 20);
    }
  }
  report('count of a supertype', await timed(() => store.count({ typeName: 'Asset' })), 'ms', 20);
}

async function points(store) {
  const names = Array.from({ length: 2000 }, (_, index) =>
    fileName(Math.floor(((index * 7919) % total) / 500), index % 500),
  );
  const start = performance.now();
  for (const name of names) await store.getByQualifiedName(name);
  report('point reads by name', names.length / ((performance.now() - start) / 1000), 'reads/s', 5000, 'more');
}

async function searches(store) {
  const rare = fileName(3, 77).slice(-12);
  const once = async (name, text, options = {}) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const ms = await timed(() => store.findByString(text, { pageSize: 100, ...options }));
    delay.disable();
    report(`search ${name}`, ms, 'ms', 200);
    report(`event loop delay of search ${name}, longest`, Math.max(0, delay.max / 1e6 - 1), 'ms', 15);
  };
  await once('rare text', rare);
  await once('text that everything has', 'file');
  await once('text of two letters', 'qz', { typeName: 'Asset' });
  await once('text of nothing', 'zzzzqqqq');
  const condition = { property: 'pathName', operator: 'EQ', value: '/data/3/file-77.csv' };
  const ms = await timed(() => store.find({ conditions: { matchCriteria: 'ALL', conditions: [condition] } }));
  report('find by another property', ms, 'ms', 20);
}

function batch(number, size, description = 'a file of the bench') {
  const operations = [];
  for (let index = 0; index < size; index += 1) {
    operations.push({
      op: 'upsert',
      typeName: index % 3 === 0 ? 'CSVFile' : 'DataFile',
      qualifiedName: fileName(number, index),
      properties: {
        displayName: `file-${index}.csv`,
        description,
        pathName: `/data/${number}/file-${index}.csv`,
        fileType: 'csv',
        additionalProperties: { sizeInBytes: String(index * 1000) },
      },
      parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'FileFolder::bench:/data' },
    });
  }
  return { id: `${description} ${number}`, operations };
}

function folder(source) {
  return { op: 'upsert', typeName: 'FileFolder', qualifiedName: `FileFolder::${source}:/data`, properties: {} };
}

function fileName(number, index) {
  return `DataFile::bench:/data/${number}/file-${index}.csv`;
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function report(name, value, unit, goal, better = 'less') {
  const ok = better === 'less' ? value <= goal : value >= goal;
  const ratio = better === 'less' ? value / goal : goal / value;
  console.log(
    `${name}: ${value.toFixed(1)} ${unit}, ${ratio.toFixed(2)} of goal, goal ${goal} ${unit}, ${ok ? 'ok' : 'short'}`,
  );
}

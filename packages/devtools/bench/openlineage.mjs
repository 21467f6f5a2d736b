// How many OpenLineage events a second are taken and made safe, and how soon each is answered, under 50 clients; and
// whether many events in random order, a fifth of them repeated, give what the same events give in their order.
// Usage: node packages/devtools/bench/openlineage.mjs [events, default 100000] [--slice] [--seed=N]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLineageConnector } from '@isthmus/connector-openlineage';
import { recordingHost } from '@isthmus/connector-testing';
import { figure, machine, processFacts, readable } from '../lib/figures.mjs';
import { postFor } from '../lib/openlineage/clients.mjs';
import { openLineageDefaults } from '../lib/openlineage/defaults.mjs';
import { nightlyEvents, shuffledWithRepeats } from '../lib/openlineage/events.mjs';
import { turnFigure } from '../lib/own-turns.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { isSlice, percentile, seedFromArguments } from '../lib/report.mjs';

const number = process.argv.slice(2).find((argument) => /^\d+$/.test(argument));
const eventCount = Number(number ?? (isSlice ? 5_000 : 100_000));
const jobCount = isSlice ? 50 : 500;
const clientCount = 50;
const rounds = isSlice ? 2 : 6;
const roundMs = isSlice ? 1_000 : 3_000;
const repeated = 0.2;

machine();
const seed = seedFromArguments();
const folder = temporaryFolder('openlineage');
await takeEvents();
await compareOrders();

/** Against a bare endpoint that writes the bodies to a file, as safely; both are warmed up first. */
async function takeEvents() {
  const bodies = nightlyEvents(isSlice ? 4_000 : 40_000, jobCount, seed).map((event) =>
    Buffer.from(JSON.stringify(event)),
  );
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0) / bodies.length;
  console.log(
    `     ${clientCount} clients, each posting the next event when the one before is answered; ${readable(bytes)} bytes each`,
  );
  const bare = await endpoint('bare-endpoint.mjs', join(folder, 'bare.ndjson'));
  const own = await endpoint('own-endpoint.mjs', join(folder, 'taking'));
  try {
    for (const { port } of [bare, own]) await postFor(port, bodies.slice(0, 2_000), clientCount, roundMs / 2);
    own.child.send('begin');
    // by turns, as what else the machine does changes
    for (let round = 0; round < rounds; round += 1) for (const each of [bare, own]) await measure(each, bodies);
    own.child.send('longest turn?');
    const [longest] = await once(own.child, 'message');
    const of = 'a bare endpoint that appends to a file';
    const compare = (name, read, unit, goal) => figure(name, read(own), unit, { ...goal, peer: read(bare), of });
    compare('events taken', perSecond, 'a second', { goal: 0.25, better: 'more', goalOf: 'ratio' });
    compare('answer, p50', ({ times }) => percentile(times, 0.5), 'ms', { goal: 100 });
    compare('answer, p99', ({ times }) => percentile(times, 0.99), 'ms', { goal: 100 });
    compare('CPU time an event', ({ cpuMs, times }) => cpuMs / times.length, 'ms', { goal: 4, goalOf: 'ratio' });
    turnFigure('taking and merging events', longest);
    console.log(`     ${readable(processFacts(own.child.pid).rssMiB)} MiB`);
  } finally {
    for (const { child } of [bare, own]) child.kill();
  }
}

async function endpoint(script, place) {
  const path = fileURLToPath(new URL(`../lib/openlineage/${script}`, import.meta.url));
  const child = fork(path, [place], { execArgv: ['--no-warnings'] });
  const [{ port }] = await once(child, 'message');
  return { child, port, times: [], tookMs: 0, cpuMs: 0 };
}

async function measure(one, bodies) {
  const before = processFacts(one.child.pid).cpuMs;
  const began = performance.now();
  const { times } = await postFor(one.port, bodies, clientCount, roundMs);
  one.tookMs += performance.now() - began;
  one.cpuMs += processFacts(one.child.pid).cpuMs - before;
  one.times.push(...times);
}

function perSecond({ times, tookMs }) {
  return (times.length * 1000) / tookMs;
}

/** Through the whole connector: read from a file, listed in one run. */
async function compareOrders() {
  const events = nightlyEvents(eventCount, jobCount, seed);
  const mixed = shuffledWithRepeats(events, repeated, seed);
  console.log(`     ${events.length} events of ${jobCount} jobs in order, ${mixed.length} in random order`);
  const inOrder = await catalogueOf('in-order', events);
  const random = await catalogueOf('random', mixed);
  if (inOrder.size === 0) throw new Error('nothing was catalogued');
  const differing = [...new Set([...inOrder.keys(), ...random.keys()])].filter(
    (name) => inOrder.get(name) !== random.get(name),
  );
  for (const name of differing.slice(0, 5)) console.log(`     differs: ${name}`);
  figure('elements that differ', differing.length, `of ${inOrder.size}`, { goal: 0, peer: inOrder.size, of: 'all' });
  if (differing.length > 0) process.exitCode = 1;
}

/** @returns by qualified name what the catalogue would hold */
async function catalogueOf(name, events) {
  const files = join(folder, `${name}-files`);
  mkdirSync(files);
  writeFileSync(join(files, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const configuration = { ...openLineageDefaults, endpoint: false, folder: join(folder, name), files };
  const host = recordingHost(openLineageConnector, configuration);
  await host.start();
  const before = performance.now();
  const { failure, findings } = await host.refresh();
  if (failure !== undefined) throw failure;
  if (findings.length > 0) throw new Error(JSON.stringify(findings[0]));
  const seconds = (performance.now() - before) / 1000;
  console.log(
    `     ${name}: read, merged and listed in ${readable(seconds)} s, ${readable(events.length / seconds)} events a second`,
  );
  const elements = new Map([...host.elements()].map(([key, element]) => [key, JSON.stringify(element)]));
  await host.stop();
  return elements;
}

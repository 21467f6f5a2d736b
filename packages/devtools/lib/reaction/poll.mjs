// What a poll of a large group costs that did not change: the reader of the product against the real server, a bare
// request to the same server in the same run, and what the watcher makes of the answer.
import http from 'node:http';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { connectMetadataServer } from '@isthmus/metadata-client';
import { standardTypes } from '@isthmus/model/standard-types';
import { GroupWatcher } from '@isthmus/runtime';
import { patientLimits } from '../pace.mjs';
import { percentile } from '../report.mjs';
import { token } from './site.mjs';

const rounds = 400;
const warmUp = 50;
const never = new AbortController().signal;

/** @returns { reader, bare, bareUnchanged }: milliseconds of each round, and `list`, the whole group as read once */
export async function measurePolls(url, groupName) {
  const connection = connect(url);
  const before = performance.now();
  const list = await connection.groups.read(groupName, undefined, never);
  const firstMs = performance.now() - before;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const path = `/servers/metadata-store/open-metadata/access-services/governance-configuration-service/users/bench/integration-groups/by-name/${encodeURIComponent(groupName)}`;
  const headers = { authorization: `Bearer ${token}` };
  const asks = {
    reader: () => connection.groups.read(groupName, list.etag, never),
    healthz: () => ask(agent, `${url}/healthz`, {}),
    bare304: () => ask(agent, url + path, { ...headers, 'if-none-match': list.etag }),
  };
  const times = { reader: [], healthz: [], bare304: [] };
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, once] of Object.entries(asks)) {
      const start = performance.now();
      const answer = await once();
      const took = performance.now() - start;
      if (name === 'reader' && answer !== 'unchanged') throw new Error('the group changed while it was polled');
      if (name === 'bare304' && answer !== 304) throw new Error(`the bare request was answered ${answer}`);
      if (round >= 0) times[name].push(took);
    }
  }
  agent.destroy();
  connection.close();
  return { ...times, list, firstMs };
}

/**
 * A real watcher over a list that does not change: how long from the answer to the end of its turn, which is all in one
 * slice. @returns milliseconds of each turn, the first (which accepts the list) left out
 */
export async function measureWatcher(list, groupName) {
  const held = new Map();
  // the same map as long as nothing changes, as the fleet promises
  let told;
  const turns = [];
  let answeredAt;
  const finished = Promise.withResolvers?.() ?? resolvers();
  const clock = {
    ...systemClock,
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic(),
    schedule(delayMs, action) {
      // the loop waits when its turn has ended
      if (answeredAt !== undefined) turns.push(performance.now() - answeredAt);
      answeredAt = undefined;
      if (turns.length > 60) finished.resolve();
      return systemClock.schedule(Math.min(delayMs, 60_000), action);
    },
  };
  const watcher = new GroupWatcher({
    key: { server: 'metadata-store', qualifiedName: groupName },
    reader: {
      async read(_name, etag) {
        await new Promise((settle) => setImmediate(settle));
        answeredAt = performance.now();
        return etag === undefined ? list : 'unchanged';
      },
      readRegistration: async () => undefined,
    },
    journal: {
      loadAccepted: async () => undefined,
      saveAccepted: async () => undefined,
      forgetAccepted: async () => undefined,
    },
    // notes what it is held to run, as the fleet does
    fleet: {
      accepted: () => (told ??= new Map(held)),
      apply: async (_group, plan) => {
        told = undefined;
        for (const registration of plan.start) held.set(registration.connectorGuid, registration);
      },
      storeReturned: () => undefined,
    },
    clock,
    logger: silentLogger,
    random: () => 0,
    options: { pollMs: 5, gapMs: 1 },
  });
  await watcher.start();
  await finished.promise;
  await watcher.close(AbortSignal.timeout(1000));
  if (held.size !== list.registrations.length) throw new Error(`the watcher had ${held.size} connectors started`);
  return { first: turns[0], later: turns.slice(10) };
}

function connect(url) {
  return connectMetadataServer(
    { url, serverName: 'metadata-store', userId: 'bench', token: async () => token, limits: patientLimits },
    { types: standardTypes, clock: systemClock, logger: silentLogger, random: Math.random },
  );
}

/** @returns the status */
function ask(agent, url, headers) {
  return new Promise((settle, fail) => {
    http
      .get(url, { agent, headers }, (response) => {
        response.resume();
        response.on('end', () => settle(response.statusCode));
      })
      .on('error', fail);
  });
}

function resolvers() {
  const found = {};
  found.promise = new Promise((resolve) => (found.resolve = resolve));
  return found;
}

export const p50 = (times) => percentile(times, 0.5);
export const p99 = (times) => percentile(times, 0.99);

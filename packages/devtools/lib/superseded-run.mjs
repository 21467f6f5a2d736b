// A real sync engine over a real journal and our server, whose grant is given up in the middle of its run: what it still
// sends, what lands, and what it says.
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { connectMetadataServer } from '@isthmus/metadata-client';
import { standardTypes } from '@isthmus/model/standard-types';
import { JournaledSyncEngine, openJournal } from '@isthmus/runtime';
import { until } from './report.mjs';
import { storeProxy } from './store-proxy.mjs';

const batchOperations = 50;

/**
 * Three ways to lose a grant: another grantor writes to the store under a higher token; the journal grants the slot to a
 * newer run; the store hears of the newer one while a batch is on its way.
 *
 * @returns {Promise<{ statement: string, holds: boolean, detail: string }[]>}
 */
export async function superseded({ url, token, folder }) {
  const found = [];
  for (const [way, how] of [
    ['at the store', 'a newer run has written there'],
    ['in the journal', 'the journal has granted the slot anew'],
    ['on the way', 'a batch is under way to the store'],
  ]) {
    const proxy = await storeProxy();
    proxy.target(url);
    const journal = openJournal(join(folder, `${way.replaceAll(' ', '-')}.db`));
    const connection = connectMetadataServer(
      { url: proxy.url, serverName: 'metadata-store', userId: 'isthmus', token: async () => token },
      { types: standardTypes, clock: systemClock, logger: silentLogger, random: Math.random },
    );
    const outcome = await loseGrant({ way, proxy, journal, store: connection.store });
    found.push({
      statement: `a run of the sync engine whose grant was given up (${how}) stops writing and says so`,
      holds:
        outcome.code === 'GRANT_SUPERSEDED' &&
        outcome.landedBefore > 0 &&
        outcome.landedAfter === 0 &&
        outcome.sentAfterRefusal === 0 &&
        outcome.successor,
      detail: JSON.stringify(outcome),
    });
    connection.close();
    proxy.close();
    journal[Symbol.dispose]();
  }
  return found;
}

async function loseGrant({ way, proxy, journal, store: real }) {
  let sent = 0;
  const store = countingWrites(real, () => {
    sent += 1;
  });
  const signal = new AbortController().signal;
  const connectorGuid = `connector ${way}`;
  const slot = `daemon|collection|group|${connectorGuid}`;
  const owner = { metadataCollectionId: 'collection', connectorGuid, target: '' };
  const engine = new JournaledSyncEngine({
    store,
    journal,
    clock: systemClock,
    logger: silentLogger,
    newId: randomUUID,
    options: { maxOperations: batchOperations },
  });
  let token = 0;
  const open = async () => {
    token = await journal.nextToken(slot);
    const grant = { slot, token };
    return engine.open(
      { runId: randomUUID(), grant, owner, mode: 'apply', full: true, boundaryHash: 'boundary' },
      signal,
    );
  };
  const changeSequence = async () => (await store.identity(signal)).changeSequence;
  const newerBy = 20;
  const newer = () =>
    store.writeBatch({ id: randomUUID(), grant: { slot, token: token + newerBy }, operations: [] }, signal);

  const run = await open();
  const first = await changeSequence();
  await deliver(run, way, 0, 3 * batchOperations);
  const isWritten = await until(async () => (await changeSequence()) - first >= 3 * batchOperations, 20_000);
  if (isWritten !== true) throw new Error('the engine wrote nothing within 20 s');
  if (way === 'at the store') await newer();
  if (way === 'in the journal') await journal.nextToken(slot);
  if (way === 'on the way') {
    let settle;
    const arrived = new Promise((resolve) => (settle = resolve));
    // The newer run comes first although it was sent last.
    proxy.arm({ moment: 'held', matches: /\/write-batch$/, strike: () => newer().then(settle) });
    await deliver(run, way, 3 * batchOperations, 5 * batchOperations).catch(() => undefined);
    await arrived;
  }
  const atLoss = await changeSequence();
  let sentAtRefusal;
  const failure = await (async () => {
    for (let start = 5 * batchOperations; ; start += batchOperations)
      await deliver(run, way, start, start + batchOperations);
  })().catch((error) => {
    sentAtRefusal = sent;
    return error;
  });
  // Whoever goes on regardless is told the same again.
  await deliver(run, way, 0, batchOperations).catch(() => undefined);
  const ended = await run.finish('completed').catch((error) => error);
  const landedAfter = (await changeSequence()) - atLoss;
  const sentAfterRefusal = sent - sentAtRefusal;
  // The connector is not stuck: the next grant above it writes again.
  for (let raised = 0; raised < newerBy; raised += 1) await journal.nextToken(slot);
  const next = await open();
  await deliver(next, way, 0, batchOperations);
  const report = await next.finish('completed');
  return {
    code: failure.code === ended.code ? failure.code : `${failure.code}, then ${ended.code}`,
    landedBefore: atLoss - first,
    landedAfter,
    sentAfterRefusal,
    successor: report.counts.seen === batchOperations,
  };
}

/** The store as it is, with a call before each batch that is sent. */
function countingWrites(store, count) {
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return (...values) => {
        if (name === 'writeBatch') count();
        return method.apply(target, values);
      };
    },
  });
}

async function deliver(run, way, from, to) {
  for (let number = from; number < to; number += 1) {
    const qualifiedName = `DataFile::superseded ${way}:/${number}`;
    const body = {
      key: String(number),
      elements: [{ typeName: 'DataFile', qualifiedName, properties: { displayName: String(number) } }],
    };
    const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url');
    await run.deliver('scope', [{ digest: { key: body.key, hash }, body }]);
  }
}

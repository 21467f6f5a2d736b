// An HTTP relay between a daemon and its metadata server that holds a request at a chosen moment, so that a process can
// be killed exactly there. It also notes which operations the store has applied, and counts those that come again.
import { createServer, request as httpRequest } from 'node:http';

/**
 * Moments of one request: `received` by the relay and not handed on; `forwarded` and not answered yet; `answered` by the
 * store, the answer withheld; `settling`: the answer was handed back. `late`: as `received`, kept for `releaseLate`; `held`:
 * handed on when what `strike` gives is settled.
 *
 * @typedef {'held' | 'received' | 'forwarded' | 'answered' | 'settling' | 'late'} Moment
 */

/** Starts the relay; `target(url)` says where the store is, as it comes back elsewhere after each restart. */
export async function storeProxy() {
  let target;
  let trap;
  let late;
  let lastWriteAt = 0;
  let open = 0;
  const ledger = writeLedger();

  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming).catch(() => undefined);
    if (body === undefined) return outgoing.destroy();
    const isBatch = incoming.url.endsWith('/write-batch');
    const batch = isBatch ? JSON.parse(body) : undefined;
    const held = trapped(incoming);
    const at = (moment) => held?.moment === moment;
    if (isBatch) {
      open += 1;
      lastWriteAt = performance.now();
    }
    try {
      if (at('received') || at('late')) {
        if (at('late')) late = { method: incoming.method, path: incoming.url, headers: incoming.headers, body, batch };
        held.strike();
        return outgoing.destroy();
      }
      if (at('held')) await held.strike();
      const answering = ask(target, incoming.method, incoming.url, incoming.headers, body, incoming.socket);
      if (at('forwarded')) setTimeout(() => held.strike(), held.delayMs);
      const answer = await answering;
      if (isBatch) ledger.answered(batch, answer);
      if (at('answered')) {
        held.strike();
        return outgoing.destroy();
      }
      outgoing.writeHead(answer.status, answer.headers).end(answer.body, () => {
        if (at('settling')) setTimeout(() => held.strike(), held.delayMs);
      });
    } catch {
      outgoing.destroy();
    } finally {
      if (isBatch) {
        open -= 1;
        lastWriteAt = performance.now();
      }
    }
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((settle) => server.listen(0, '127.0.0.1', settle));

  function trapped(incoming) {
    if (trap === undefined || !trap.matches.test(`${incoming.method} ${incoming.url}`)) return undefined;
    if (trap.skip > 0) {
      trap.skip -= 1;
      return undefined;
    }
    const sprung = trap;
    trap = undefined;
    return sprung;
  }

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    target: (url) => (target = url),
    ledger,
    /**
     * Calls `strike` when a request that matches comes to the moment, once.
     * @param {{ moment: Moment, matches: RegExp, skip?: number, delayMs?: number, strike: () => void }} wanted
     */
    arm: (wanted) => (trap = { skip: 0, delayMs: 0, ...wanted }),
    disarm: () => (trap = undefined),
    /** GUID of the connector for which it was sent. */
    lateConnector: () => late?.batch.grant?.slot.split('|').at(-1),
    /** Hands on what was kept at `late`. @returns {Promise<{ status: number, text: string }>} the store's answer */
    async releaseLate() {
      const { method, path, headers, body, batch } = late;
      late = undefined;
      const answer = await ask(target, method, path, headers, body);
      ledger.answered(batch, answer);
      return { status: answer.status, text: answer.body.toString('utf8') };
    },
    /** How long no batch has been under way, ms. */
    quietMs: () => (open > 0 ? 0 : performance.now() - lastWriteAt),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * What the store has applied, by element and by link. An operation that comes again, though the store has applied the
 * same last, is work that is done twice; it is counted by the connector for which it comes.
 */
function writeLedger() {
  const applied = new Map();
  const answers = new Map();
  let again = new Map();
  let repeats = 0;
  return {
    answered({ id, grant, operations }, answer) {
      if (answer.status !== 200) return;
      const { result } = JSON.parse(answer.body.toString('utf8'));
      const text = JSON.stringify(result);
      // Under an id that it knows the store repeats its answer and does nothing.
      if (answers.get(id) === text) {
        repeats += 1;
        return;
      }
      answers.set(id, text);
      const connector = grant?.slot.split('|').at(-1) ?? '';
      const twice = operations.filter(
        (operation) => applied.get(keyOf(operation)) === JSON.stringify(operation),
      ).length;
      if (twice > 0) again.set(connector, (again.get(connector) ?? 0) + twice);
      for (const [index, operation] of operations.entries())
        if (result.items[index].outcome !== 'refused') applied.set(keyOf(operation), JSON.stringify(operation));
    },
    count() {
      const counted = { repeatedBatches: repeats, mostAgain: Math.max(0, ...again.values()) };
      again = new Map();
      repeats = 0;
      return counted;
    },
  };
}

function keyOf(operation) {
  return operation.qualifiedName ?? `${operation.typeName} ${operation.end1} ${operation.end2}`;
}

async function bodyOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function ask(target, method, path, headers, body, caller) {
  return new Promise((settle, fail) => {
    if (target === undefined) return fail(new Error('the store is away'));
    const asked = httpRequest(target + path, { method, headers: { ...headers, host: new URL(target).host } });
    asked.on('response', (response) => {
      bodyOf(response).then(
        (received) => settle({ status: response.statusCode, headers: response.headers, body: received }),
        fail,
      );
    });
    asked.on('error', fail);
    // Who no longer waits for a long poll must not hold it open at the store; a write goes on, as on a real line.
    if (method === 'GET' && caller !== undefined) {
      const letGo = () => asked.destroy();
      caller.once('close', letGo);
      // one connection carries many requests
      asked.on('close', () => caller.off('close', letGo));
    }
    asked.end(body);
  });
}

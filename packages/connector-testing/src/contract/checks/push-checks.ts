import assert from 'node:assert/strict';
import type { PushAnswer, PushedElement, SourceItem } from '@isthmus/connector-sdk';
import { abortDeadlineMs, type ContractBench, type ContractCheck, contents, refreshed, use } from '../bench.js';
import { within } from '../hook-deadlines.js';

const pushDeadlineMs = 30_000;

const leftOut: NonNullable<ContractCheck['leftOut']> = ({ pushes = [] }) =>
  pushes.length === 0 ? 'its definition pushes nothing' : undefined;

/** How a connector writes to its source what people changed. */
export const pushChecks: readonly ContractCheck[] = [
  {
    name: 'writes what it is pushed, and answers the item as a refresh says it',
    needs: ['pushed'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      const answer = await pushed(host, element);
      assert.ok(answer.outcome === 'written', `it answers ${answer.outcome} although nothing stands against it`);
      const shown = itemOf(await refreshed(bench), answer);
      assert.deepEqual(plain(answer.item), plain(shown), 'it answers another item than refresh says');
      const told = shown?.elements.find(({ qualifiedName }) => qualifiedName === element.qualifiedName);
      for (const [name, value] of Object.entries(element.changes))
        assert.deepEqual(told?.properties[name], value, `it says written, and the source does not show ${name}`);
    },
  },
  {
    name: 'writes nothing over a newer state of its source',
    needs: ['pushed', 'change'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      await use(bench, 'change');
      const changed = await refreshed(bench);
      const answer = await pushed(host, element);
      assert.equal(contents(await refreshed(bench)), contents(changed), 'it wrote over what it had not seen');
      assert.ok(answer.outcome === 'conflict', `it answers ${answer.outcome}, not conflict`);
      assert.deepEqual(plain(answer.item), plain(itemOf(changed, answer)), 'it answers another item than refresh says');
    },
  },
  {
    name: 'ends a push that is aborted while the source is slow',
    needs: ['pushed', 'delay'],
    leftOut,
    async body(bench) {
      const host = await refreshed(bench);
      const element = await toPush(bench, host);
      await use(bench, 'delay', 60_000);
      const abort = new AbortController();
      const pushing = host.connector.push?.([element], abort.signal).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      abort.abort();
      await within(abortDeadlineMs, Promise.resolve(pushing), 'push waits for the source although it was aborted');
      await use(bench, 'delay', 0);
      assert.equal(contents(await refreshed(bench)), contents(host), 'a push that was aborted at once wrote something');
    },
  },
];

type Host = ReturnType<ContractBench['host']>;

/** What people would have changed, as a daemon hands it over. */
async function toPush(bench: ContractBench, host: Host): Promise<PushedElement> {
  const told = await bench.source.pushed?.();
  assert.ok(told !== undefined);
  const { qualifiedName, changes } = told;
  for (const scope of host.scopeNames()) {
    for (const { key, sourceVersion, elements } of host.items(scope)) {
      const found = elements.find((element) => element.qualifiedName === qualifiedName);
      if (found === undefined) continue;
      return {
        guid: 'ce5c4a2e-8bb5-4a0e-9d7a-3a3c1b0d8f11',
        typeName: found.typeName,
        qualifiedName,
        state: 'live',
        properties: { ...found.properties, ...changes },
        changes,
        item: { scope, key, ...(sourceVersion === undefined ? {} : { sourceVersion }) },
      };
    }
  }
  return assert.fail(`\`pushed\` of the source names ${qualifiedName}, which no item brings`);
}

async function pushed(host: Host, element: PushedElement): Promise<PushAnswer> {
  assert.ok(host.connector.push !== undefined, 'its definition has `pushes`, and it has no `push`');
  const work = host.connector.push([element], AbortSignal.timeout(pushDeadlineMs));
  const answers = await within(pushDeadlineMs + abortDeadlineMs, work, `push did not end within ${pushDeadlineMs} ms`);
  const [answer] = answers;
  assert.ok(answer !== undefined && answers.length === 1, `it gives ${answers.length} answers to one element`);
  assert.equal(answer.qualifiedName, element.qualifiedName);
  return answer;
}

function itemOf(host: Host, { scope, item }: { readonly scope: string; readonly item: SourceItem }) {
  return host.items(scope).find(({ key }) => key === item.key);
}

/** As it is in a message. */
function plain(item: SourceItem | undefined): unknown {
  return item === undefined ? undefined : JSON.parse(JSON.stringify(item));
}

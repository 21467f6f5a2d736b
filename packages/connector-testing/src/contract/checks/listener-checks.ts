import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { ElementChanges, HookName, Listeners, OpenLineageEvent } from '@isthmus/connector-sdk';
import type { RecordingHost } from '../../recording-host.js';
import {
  abortDeadlineMs,
  assertNothingRemoved,
  assertSame,
  type ContractBench,
  type ContractCheck,
  callsOf,
  contents,
  names,
  refreshed,
  silenceMs,
  succeeded,
  use,
} from '../bench.js';
import { within } from '../hook-deadlines.js';
import { leavesNothing } from '../open-handles.js';

/** What a connector does with what it is told beside its runs. */
export const listenerChecks: readonly ContractCheck[] = (
  ['elementsChanged', 'openLineageEvent', 'foldersChanged'] as const
).flatMap((hook): readonly ContractCheck[] => [
  {
    name: `takes what ${hook} tells, also twice, and leaves it as it is`,
    hook,
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      for (const notice of await noticesFor(bench, host, hook)) {
        const text = JSON.stringify(notice.told);
        await notice.tell();
        await notice.tell();
        assert.equal(JSON.stringify(notice.told), text, 'it changed what it was told');
      }
      await isAtRest(host);
    },
  },
  {
    name: `comes to rest with what ${hook} tells`,
    hook,
    once: true,
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      for (const { tell } of await noticesFor(bench, host, hook)) {
        await tell();
        const published = host.published.length;
        const before = await host.store.identity(AbortSignal.timeout(abortDeadlineMs));
        await pause();
        await tell();
        assert.deepEqual(
          await host.store.identity(AbortSignal.timeout(abortDeadlineMs)),
          before,
          `told the same again it writes again, and would be told of that: read what is there, and write only what differs`,
        );
        assert.equal(
          host.published.length,
          published,
          'told the same again it publishes again: another connector that does so too and it would never end',
        );
      }
    },
  },
  {
    name: `takes what ${hook} tells in the middle of a refresh`,
    hook,
    once: true,
    needs: [],
    async body(bench) {
      const expected = contents(await refreshed(bench));
      const host = await bench.started();
      const notices = await noticesFor(bench, host, hook);
      const telling: Promise<void>[] = [];
      const run = await host.refresh({
        onMessage(message) {
          if (message.type !== 'metadata.call' && telling.length < notices.length) {
            const told = notices[telling.length]?.tell();
            if (told !== undefined) telling.push(told);
          }
        },
      });
      await Promise.all(telling);
      succeeded(run);
      assertSame(
        contents(host),
        expected,
        `a refresh in whose middle ${hook} is told says something else than without`,
      );
    },
  },
  {
    name: `ends ${hook} when it is aborted`,
    hook,
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      for (const { tell } of await noticesFor(bench, host, hook)) {
        const work = tell(AbortSignal.abort()).catch(() => undefined);
        await within(abortDeadlineMs, work, `${hook} goes on although it was aborted`);
      }
    },
  },
  {
    name: `ends ${hook} while the source cannot be read, and loses nothing by it`,
    hook,
    needs: ['break', 'mend'],
    async body(bench) {
      const host = await refreshed(bench);
      const notices = await noticesFor(bench, host, hook);
      await use(bench, 'break');
      for (const { tell } of notices) await tell().catch(() => undefined);
      await use(bench, 'mend');
      await isAtRest(host);
    },
  },
  {
    name: `is silent after its stop, whatever ${hook} told, and leaves nothing open`,
    hook,
    once: true,
    needs: [],
    async body(bench) {
      const lifetime = async (): Promise<RecordingHost> => {
        const host = await refreshed(bench);
        for (const { tell } of await noticesFor(bench, host, hook)) await tell();
        await host.stop();
        return host;
      };
      const host = await lifetime();
      const before = callsOf(host);
      await new Promise((resolve) => setTimeout(resolve, silenceMs));
      assert.equal(callsOf(host), before, 'it calls its host although it was stopped');
      await leavesNothing(async () => void (await lifetime()));
    },
  },
]);

/** What it was told may have brought something, but took nothing away; and then nothing changes any more. */
async function isAtRest(host: RecordingHost): Promise<void> {
  const before = names(host);
  const run = succeeded(await host.refresh());
  assertNothingRemoved(run, 'something went with what it was told');
  const known = new Set(names(host));
  assert.deepEqual(
    before.filter((name) => !known.has(name)),
    [],
  );
  assert.deepEqual(succeeded(await host.refresh()).changed, [], 'a refresh says something else each time since');
}

interface Notice {
  readonly told: unknown;
  /** @param stop - aborts the hook */
  readonly tell: (stop?: AbortSignal) => Promise<void>;
}

/** What this instance may be told, in the order in which a daemon would. */
async function noticesFor(
  bench: ContractBench,
  host: RecordingHost,
  hook: keyof Listeners & HookName,
): Promise<readonly Notice[]> {
  const { connector } = host;
  if (hook === 'elementsChanged') {
    const notice = (told: ElementChanges): Notice => ({
      told,
      tell: (stop) => bench.call(hook, async (signal) => connector.elementsChanged?.(told, signal), stop),
    });
    return (await elementChanges(bench, host)).map(notice);
  }
  if (hook === 'openLineageEvent') {
    const notice = (event: OpenLineageEvent['event']): Notice => {
      const told = { event };
      return {
        told,
        tell: (stop) => bench.call(hook, async (signal) => connector.openLineageEvent?.(told, signal), stop),
      };
    };
    return [lineageEvent, sparseEvent, datasetEvent].map(notice);
  }
  const told = host.watchedFolders().map(({ path }) => path);
  // A host never tells of folders that nobody asked for.
  if (told.length === 0) return [];
  return [{ told, tell: (stop) => bench.call(hook, async (signal) => connector.foldersChanged?.(told, signal), stop) }];
}

/** Of an element that is there, of one that is gone since, and that some were missed. */
async function elementChanges({ definition }: ContractBench, host: RecordingHost): Promise<readonly ElementChanges[]> {
  const changes: ElementChanges[] = [{ elements: [], missed: true }];
  for (const typeName of definition.listensTo ?? []) {
    const guid = await madeElement(host, typeName);
    const gone = { guid: goneGuid, typeName, eventType: 'DELETED_ELEMENT_EVENT', isOwn: false };
    const there = guid === undefined ? [] : [{ guid, typeName, eventType: 'UPDATED_ELEMENT_EVENT', isOwn: false }];
    changes.push({ elements: [...there, gone], missed: false });
  }
  return changes;
}

/** @returns undefined for what is no element: a relationship, or what the server does not know or needs more for */
async function madeElement({ store }: RecordingHost, typeName: string): Promise<string | undefined> {
  const properties = { qualifiedName: `${typeName}::elsewhere:told` };
  return await store.create({ typeName, properties }, AbortSignal.timeout(abortDeadlineMs)).catch(() => undefined);
}

/** Longer than a clock's smallest step. */
function pause(): Promise<void> {
  return wait(5);
}

const goneGuid = '6f1f4a2e-8bb5-4a0e-9d7a-3a3c1b0d8f12';

const lineageEvent = {
  eventType: 'COMPLETE',
  eventTime: '2026-01-05T06:07:08.000Z',
  producer: 'https://orders.example/nightly',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: '0192f0c5-6a8e-7d3e-8f57-b1e9b6a4c001', facets: {} },
  job: { namespace: 'nightly', name: 'orders.load', facets: {} },
  inputs: [{ namespace: 'shop', name: 'orders', facets: {} }],
  outputs: [{ namespace: 'warehouse', name: 'orders', facets: {} }],
};

/** Only what the standard asks for: no inputs, no outputs, no facets, no type. */
const sparseEvent = {
  eventTime: '2026-01-05T06:07:09.000Z',
  producer: 'https://orders.example/nightly',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: '0192f0c5-6a8e-7d3e-8f57-b1e9b6a4c002' },
  job: { namespace: 'nightly', name: 'orders.load' },
};

/** Of a dataset alone: there is neither a run nor a job. */
const datasetEvent = {
  eventTime: '2026-01-05T06:07:10.000Z',
  producer: 'https://orders.example/nightly',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent',
  dataset: { namespace: 'shop', name: 'orders' },
};

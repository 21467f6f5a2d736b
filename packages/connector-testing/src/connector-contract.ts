import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import type { ConnectorDefinition, Static, SupportedKind, TSchema } from '@isthmus/connector-sdk';
import type { RecordedRun } from './recorded-source.js';
import { type HostFacts, type RecordingHost, recordingHost } from './recording-host.js';

/** The test runner's own words; default: those that jest and others make global. */
export interface TestWords {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

export interface ContractSource<S extends TSchema> {
  readonly configuration: Static<S>;
  readonly facts?: HostFacts;
  /** Makes the source unreachable: the next refresh must fail. Absent: that part of the contract is left out. */
  readonly break?: () => Promise<void>;
  /** Removes what was made. */
  readonly close?: () => Promise<void>;
}

/** A refresh that is aborted has to end within this time. */
const abortDeadlineMs = 1_000;

/**
 * What every connector owes its host. `setup` makes a source that holds at least three items and rests while it is read.
 *
 *     describeConnectorContract(filesConnector, () => folderWithFiles());
 */
export function describeConnectorContract<K extends SupportedKind, S extends TSchema>(
  definition: ConnectorDefinition<K, S>,
  setup: () => Promise<ContractSource<S>>,
  words: TestWords = globalWords(),
): void {
  const { describe, it } = words;
  const withHost = async (
    body: (host: RecordingHost<K>, source: ContractSource<S>) => Promise<void>,
  ): Promise<void> => {
    const source = await setup();
    const host = recordingHost(definition, source.configuration, source.facts);
    try {
      await host.start();
      await body(host, source);
    } finally {
      await host.stop();
      await source.close?.();
    }
  };

  describe(`${definition.provider}, the contract of connectors`, () => {
    it('says in a first refresh what is there, each name once', () =>
      withHost(async (host) => {
        const run = await host.refresh();
        succeeded(run);
        assert.ok(host.elements().size >= 3, 'a source with at least three items is needed');
        assert.deepEqual(run.removed, []);
      }));

    it('changes nothing in a second refresh', () =>
      withHost(async (host) => {
        succeeded(await host.refresh());
        const before = [...host.elements().keys()].sort();
        const run = await host.refresh();
        succeeded(run);
        assert.deepEqual(run.changed, []);
        assert.deepEqual(run.removed, []);
        assert.deepEqual([...host.elements().keys()].sort(), before);
      }));

    it('names every parent before what refers to it', () =>
      withHost(async (host) => {
        const known = new Set<string>();
        const run = await host.refresh({
          onMessage(message) {
            if (message.type !== 'scope.put') return;
            for (const { qualifiedName, parent } of message.item.elements) {
              assert.ok(
                parent === undefined || known.has(parent.qualifiedName),
                `${qualifiedName} comes before its parent`,
              );
              known.add(qualifiedName);
            }
          },
        });
        succeeded(run);
      }));

    it('ends when it is aborted and certifies nothing afterwards', () =>
      withHost(async (host) => {
        succeeded(await host.refresh());
        const abort = new AbortController();
        let messages = 0;
        let abortedAt = 0;
        const run = await host.refresh({
          signal: abort.signal,
          onMessage() {
            messages += 1;
            if (messages < 2 || abort.signal.aborted) return;
            abortedAt = performance.now();
            abort.abort();
          },
        });
        assert.ok(run.failure !== undefined, 'an aborted refresh rejects');
        assert.ok(performance.now() - abortedAt < abortDeadlineMs, `it took longer than ${abortDeadlineMs} ms to end`);
        await rest();
        assert.deepEqual(
          run.late.filter((call) => call.startsWith('scope.complete')),
          [],
        );
        succeeded(await host.refresh());
      }));

    it('fails when the host refuses a call, and works again afterwards', () =>
      withHost(async (host) => {
        const run = await host.refresh({
          onMessage(message) {
            if (message.type === 'scope.put') throw new Error('the store is away');
          },
        });
        assert.ok(run.failure !== undefined, 'a refresh whose items are refused fails');
        await rest();
        assert.deepEqual(run.late, []);
        succeeded(await host.refresh());
      }));

    it('fails when the source cannot be read, and removes nothing', async () => {
      await withHost(async (host, source) => {
        if (source.break === undefined) return;
        succeeded(await host.refresh());
        const before = [...host.elements().keys()].sort();
        await source.break();
        const run = await host.refresh();
        assert.ok(run.failure !== undefined, 'a source that cannot be read is a failure, not an empty source');
        assert.deepEqual(run.removed, []);
        assert.deepEqual([...host.elements().keys()].sort(), before);
      });
    });

    it('leaves nothing open when it is stopped, once or twice', async () => {
      const source = await setup();
      try {
        const lifetime = async (): Promise<number> => {
          const host = recordingHost(definition, source.configuration, source.facts);
          await host.start();
          await host.refresh();
          await host.stop();
          await host.stop();
          await rest();
          return openHandles();
        };
        // What Node opens once and keeps for all is there after the first.
        const before = await lifetime();
        const after = await lifetime();
        assert.ok(after <= before, `${after - before} handles are still open`);
      } finally {
        await source.close?.();
      }
    });

    it('can be stopped without having been started', async () => {
      const source = await setup();
      try {
        await recordingHost(definition, source.configuration, source.facts).stop();
      } finally {
        await source.close?.();
      }
    });
  });
}

function succeeded(run: RecordedRun): void {
  if (run.failure !== undefined) throw run.failure;
}

/** Lets what was begun come to its end. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Files, sockets and the like of this process (where the system tells), and watchers, timers and servers that keep it alive. */
async function openHandles(): Promise<number> {
  const files = await readdir('/proc/self/fd').catch(() => []);
  const resources = process
    .getActiveResourcesInfo()
    .filter((name) => /(Wrap|Timeout)$/.test(name) && !/^(TTY|Pipe)/.test(name));
  return files.length + resources.length;
}

function globalWords(): TestWords {
  const words: unknown = globalThis;
  if (!hasWords(words))
    throw new Error('the test runner has no global describe and it; pass them as the last argument');
  return words;
}

function hasWords(value: unknown): value is TestWords {
  return (
    typeof value === 'object' &&
    value !== null &&
    'describe' in value &&
    typeof value.describe === 'function' &&
    'it' in value &&
    typeof value.it === 'function'
  );
}

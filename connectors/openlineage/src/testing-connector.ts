import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeTimers } from '@isthmus/connector-sdk/helpers';
import { EventIntake, type IntakeParts } from './event-intake.js';
import type { LineageStore } from './lineage-store.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';

/** A folder for one test. */
export async function testFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'openlineage-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** An intake that is told of nothing. */
export function testIntake(store: LineageStore, more: Partial<IntakeParts> = {}): EventIntake {
  const quiet = () => undefined;
  const parts = { store, shown: 3, mostBytes: 64 * 1024 * 1024, changed: quiet, failed: quiet, timers: nodeTimers };
  return new EventIntake({ ...parts, ...more });
}

/** Complete, with everything off that is not asked for. */
export function testConfiguration(
  folder: string,
  more: Partial<OpenLineageConfiguration> = {},
): OpenLineageConfiguration {
  return {
    folder: join(folder, 'memory'),
    endpoint: false,
    host: '127.0.0.1',
    port: 0,
    maxBodyKilobytes: 64,
    maxMegabytes: 64,
    pollSeconds: 3_600,
    brokers: [],
    topic: 'openlineage.events',
    brokerMechanism: 'SCRAM-SHA-256',
    brokerTls: false,
    fromDaemon: true,
    publish: true,
    include: ['**'],
    exclude: [],
    runs: 3,
    unify: [],
    ...more,
  };
}

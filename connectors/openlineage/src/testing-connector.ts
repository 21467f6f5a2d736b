import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenLineageConfiguration } from './openlineage-config.js';

/** A folder for one test. */
export async function testFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'openlineage-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
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
    brokerTls: false,
    fromDaemon: true,
    publish: true,
    runs: 3,
    unify: [],
    ...more,
  };
}

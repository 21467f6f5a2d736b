import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { connectMetadataServer } from '@isthmus/metadata-client';
import type { MetadataStore } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { composeProcess } from '../serve/process-composition.js';

/** 4.3 has the user in the path. */
const users = { '4.3': '/users/admin', '6.1': '' } as const;

export interface TestingStore extends AsyncDisposable {
  readonly store: MetadataStore;
  /** Starts a daemon that runs the connectors of a group of this name. */
  startDaemon(group: string): Promise<IntegrationDaemon>;
}

/**
 * An embedded metadata server that keeps nothing, and the adapter to it, as a daemon has it.
 *
 * @param release - in whose words the adapter asks
 * @param provider - of connectors that a daemon of it can run
 */
export async function startTestingStore(
  release: '6.1' | '4.3' = '6.1',
  provider?: { readonly manifest: object; readonly code: string },
): Promise<TestingStore> {
  const { configuration } = loadConfiguration({ environment: {}, flags: new Map() });
  const dataDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'isthmus-operations-')));
  const folder = join(dataDirectory, 'providers', 'tested');
  mkdirSync(folder, { recursive: true });
  if (provider !== undefined) {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(provider.manifest));
    writeFileSync(join(folder, 'index.js'), provider.code);
  }
  const composed = composeProcess({
    configuration: {
      ...configuration,
      egeria: { ...configuration.egeria, release },
      listen: { host: '127.0.0.1', port: 0, hostNames: [] },
      servers: {},
      startUp: [],
    },
    accounts: [],
    dataDirectory,
    providerDirectories: [join(dataDirectory, 'providers')],
    closeGraceMs: 1000,
    clock: systemClock,
    logger: silentLogger,
    shutDown: () => undefined,
  });
  const { url } = await composed.start();
  const post = (path: string, body?: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const platform = `/open-metadata/platform-services${users[release]}/server-platform/servers`;
  const admin = `/open-metadata/admin-services${users[release]}/servers`;
  await post(`${admin}/mds/local-repository/mode/in-memory-repository`);
  await post(`${admin}/mds/access-services`, {});
  await post(`${platform}/mds/instance`);
  const connection = connectMetadataServer(
    { url, serverName: 'mds', userId: 'daemon', release },
    { types: standardTypes, clock: systemClock, logger: silentLogger, random: Math.random },
  );
  return {
    store: connection.store,
    async startDaemon(group) {
      await post(`${admin}/d/integration-groups/configuration`, {
        class: 'IntegrationGroupConfig',
        omagserverPlatformRootURL: url,
        omagserverName: 'mds',
        integrationGroupQualifiedName: group,
      });
      await post(`${platform}/d/instance`);
      const daemon = composed.daemons().get('d');
      if (daemon === undefined) throw new Error('the daemon does not run');
      await daemon.createGroup({ qualifiedName: group }, 'me');
      return daemon;
    },
    async [Symbol.asyncDispose]() {
      connection.close();
      await composed[Symbol.asyncDispose]();
    },
  };
}

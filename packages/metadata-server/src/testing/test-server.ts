import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { type Account, createHttpHost, type EgeriaSetting, serverNotRunning } from '@isthmus/platform';
import { MetadataServer, type OpenStore } from '../metadata-server.js';
import { metadataServerRoutes } from '../metadata-server-routes.js';
import { SqliteElementStore } from '../store/index.js';

export interface TestServer extends AsyncDisposable {
  readonly base: string;
  readonly server: MetadataServer;
  /** Patterns of the paths that change something: those for operators. */
  readonly writingPaths: readonly string[];
}

const openHere: OpenStore = async (options) => new SqliteElementStore(options);

/** A metadata server on a free port, with an empty store of its own. */
export async function startTestServer(
  options: {
    readonly name?: string;
    readonly accounts?: readonly Account[];
    readonly maxPageSize?: number;
    readonly release?: EgeriaSetting;
    /** Default: in this thread. */
    readonly openStore?: OpenStore;
  } = {},
): Promise<TestServer> {
  const { name = 'mds1', accounts, maxPageSize = 1_000, release = 'both', openStore = openHere } = options;
  const server = new MetadataServer({
    name,
    configuration: {
      dataDirectory: mkdtempSync(join(tmpdir(), 'isthmus-metadata-server-')),
      maxPageSize,
      retainedChanges: 1_000,
      retainedVersions: 50,
      publishZones: [],
      inMemory: false,
    },
    clock: systemClock,
    logger: silentLogger,
    newUuid: randomUUID,
    openStore,
    textOf: async (text) => text,
  });
  const host = createHttpHost({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    servers: () => [server.status()],
    release,
    ...(accounts && { accounts }),
  });
  await metadataServerRoutes(host.http, {
    all: () => [server],
    running: (asked) => {
      if (asked === name) return server;
      throw serverNotRunning(asked);
    },
  });
  const base = await host.listen();
  try {
    await server.start(new AbortController().signal);
  } catch (error) {
    await host[Symbol.asyncDispose]();
    throw error;
  }
  return {
    base,
    server,
    writingPaths: host.routes.filter(({ role }) => role === 'operator').map(({ url }) => url),
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

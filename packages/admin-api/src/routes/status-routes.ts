import { IsthmusError } from '@isthmus/kernel';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { AdminApi, AdminHttp } from '../admin-api.js';
import { problems } from '../schemas/problem.js';
import { ProviderListSchema, StatusSchema } from '../schemas/status.js';
import { ref } from '../schemas/vocabulary.js';
import { optionalTime, present, toTime } from '../views/fields.js';
import { toGroup } from '../views/group-view.js';

export function addStatusRoutes(http: AdminHttp, { daemon, ...process }: AdminApi): void {
  http.get(
    '/status',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'getStatus',
        tags: ['status'],
        summary: 'State of the daemon, its metadata access server, groups and connectors',
        response: { 200: ref(StatusSchema), ...problems() },
      },
    },
    async () => {
      const { name, state, startedAt, metadataServer, groups, connectorCounts } = await daemon.status();
      const { outTopic } = metadataServer;
      return present({
        name,
        version: process.version,
        state,
        startedAt: toTime(startedAt),
        time: toTime((process.now ?? Date.now)()),
        metadataServer: present({
          ...metadataServer,
          since: optionalTime(metadataServer.since),
          outTopic: outTopic && present({ ...outTopic, since: toTime(outTopic.since) }),
        }),
        groups: groups.map(toGroup),
        connectorCounts,
        conflicts: (await daemon.conflictCounts()).map((counts) =>
          present({ ...counts, connectorName: nameOf(daemon, counts.connectorGuid) }),
        ),
        servers: [...(process.servers?.() ?? [])],
        eventLoopDelayMs: process.eventLoopDelayMs?.(),
      });
    },
  );

  http.get(
    '/providers',
    {
      config: { role: 'viewer' },
      schema: {
        operationId: 'listProviders',
        tags: ['status'],
        summary: 'Connector providers that are installed, also those that cannot be used',
        response: { 200: ref(ProviderListSchema), ...problems() },
      },
    },
    async () => ({
      items: daemon.providers().map((provider) => {
        const { kind, packageName, version, sdk, replaces, configurationSchema, remarks, problem } = provider;
        const state = providerState(provider);
        const configuration = configurationSchema;
        const facts = { provider: provider.provider, kind, state, packageName, version, sdk, replaces: [...replaces] };
        return present({ ...facts, configuration, remarks: remarks && [...remarks], problem });
      }),
    }),
  );
}

function nameOf(daemon: IntegrationDaemon, connectorGuid: string): string | undefined {
  try {
    return daemon.connector(connectorGuid).name;
  } catch (error) {
    if (IsthmusError.is(error)) return undefined;
    throw error;
  }
}

/** The code of a provider tells its schema, so one without was not loaded. */
function providerState({
  configurationSchema,
  problem,
}: ReturnType<IntegrationDaemon['providers']>[number]): 'ready' | 'not-loaded' | 'unusable' {
  if (problem !== undefined) return 'unusable';
  return configurationSchema === undefined ? 'not-loaded' : 'ready';
}

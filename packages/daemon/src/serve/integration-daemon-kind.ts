import { adminRoutes, integrationDaemonRoutes } from '@isthmus/admin-api';
import { IsthmusError } from '@isthmus/kernel';
import { type RunningServers, runningServerOf, type ServerDocument, type ServerKind } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { Value } from 'typebox/value';
import { type IntegrationDaemonConfiguration, IntegrationDaemonSchema } from '../configuration/configuration-schema.js';
import { version } from '../version.js';
import { forgetAcceptedLists } from './accepted-lists.js';
import type { DaemonConfiguration } from './daemon-home.js';
import { IntegrationDaemonServer, isIntegrationDaemon } from './integration-daemon-server.js';
import { lateDaemon } from './late-daemon.js';
import type { ProcessFacts } from './process-facts.js';

/** Largest page of registrations that is asked for. */
const mostOfAPage = 1000;

/** Runs the connectors of integration groups; `/api/v1` is the face of the first daemon that runs. */
export function integrationDaemonKind(facts: ProcessFacts): ServerKind<DaemonConfiguration> {
  const { servers, eventLoopDelayMs } = facts;
  return {
    kind: 'integration-daemon',
    serverType: 'Integration Daemon',
    configuration: IntegrationDaemonSchema,
    create: (name, configuration, container) => new IntegrationDaemonServer(name, configuration, container),
    fromDocument: daemonOf,
    forget: (name) => forgetAcceptedLists(facts.dataDirectory, name),
    routes: async (http, running) => {
      await adminRoutes(http, firstDaemon(running), { version, servers, eventLoopDelayMs });
      await integrationDaemonRoutes(http, (name) => daemonNamed(running, name));
    },
  };
}

/** The first daemon that runs when a call comes. */
export function firstDaemon(running: RunningServers): IntegrationDaemon {
  return lateDaemon(
    () => running.all().find(isIntegrationDaemon)?.daemon,
    () => 'no integration daemon runs here',
  );
}

function daemonNamed(running: RunningServers, name: string): IntegrationDaemon {
  return runningServerOf(running, name, isIntegrationDaemon, 'Integration Daemon Services').daemon;
}

function daemonOf(document: ServerDocument, configured?: DaemonConfiguration): DaemonConfiguration | undefined {
  const { dynamicIntegrationGroupsConfig, localServerUserId, maxPageSize } = document;
  if (!Array.isArray(dynamicIntegrationGroupsConfig)) return undefined;
  if (configured !== undefined) return { ...configured, document };
  const filled: unknown = Value.Default(IntegrationDaemonSchema, {
    kind: 'integration-daemon',
    metadataServer: {
      ...(typeof localServerUserId === 'string' && localServerUserId !== '' ? { userId: localServerUserId } : {}),
      ...(typeof maxPageSize === 'number' && maxPageSize > 0
        ? { groupPageSize: Math.min(Math.floor(maxPageSize), mostOfAPage) }
        : {}),
    },
  });
  if (!isConfiguration(filled)) throw new IsthmusError('INTERNAL', 'the defaults of an integration daemon are unfit');
  return { ...filled, document, isDocumentAlone: true };
}

function isConfiguration(value: unknown): value is IntegrationDaemonConfiguration {
  return Value.Check(IntegrationDaemonSchema, value);
}

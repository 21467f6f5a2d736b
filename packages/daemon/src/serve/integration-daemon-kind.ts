import { adminRoutes, chosenServer, integrationDaemonRoutes } from '@isthmus/admin-api';
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

/** Runs the connectors of integration groups; `/api/v1` is the face of the one that a call names, else of the first. */
export function integrationDaemonKind(facts: ProcessFacts): ServerKind<DaemonConfiguration> {
  const { servers, eventLoopDelayMs, auditedCalls } = facts;
  return {
    kind: 'integration-daemon',
    serverType: 'Integration Daemon',
    configuration: IntegrationDaemonSchema,
    create: (name, configuration, container) => new IntegrationDaemonServer(name, configuration, container),
    fromDocument: daemonOf,
    forget: (name) => forgetAcceptedLists(facts.dataDirectory, name),
    routes: async (http, running) => {
      await adminRoutes(http, chosenDaemon(running), { version, servers, eventLoopDelayMs, auditedCalls });
      await integrationDaemonRoutes(http, (name) => daemonNamed(running, name), {
        names: () => running.all().map(({ name }) => name),
      });
    },
  };
}

/** The daemon that a call names, else the first that runs when it comes. */
export function chosenDaemon(running: RunningServers): IntegrationDaemon {
  const found = () => {
    const name = chosenServer();
    return running
      .all()
      .filter(isIntegrationDaemon)
      .filter((server) => name === undefined || server.name === name);
  };
  return lateDaemon(
    () => found()[0]?.daemon,
    () => {
      const name = chosenServer();
      return `no integration daemon ${name === undefined ? '' : `named ${name.slice(0, 200)} `}runs here`;
    },
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

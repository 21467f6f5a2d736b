import type { Connection } from '@isthmus/model';
import type { EgeriaRelease } from '@isthmus/platform';
import type { ConnectorStatus, GroupStatus, IntegrationDaemon } from '@isthmus/runtime';
import { present, toTime } from '../views/fields.js';
import { toEgeriaConnection } from './connection-view.js';
import { connectorWord, groupWord } from './status-words.js';

/** A connector that Egeria would list: its report shows a connection. */
export type ListedConnector = ConnectorStatus & {
  readonly registration: NonNullable<ConnectorStatus['registration']> & { readonly connection: Connection };
};

export function isListed(connector: ConnectorStatus): connector is ListedConnector {
  return connector.registration?.connection !== undefined;
}

/** Schemas by the names that connections call their providers by. */
export type Schemas = ReadonlyMap<string, unknown>;

export function schemasOf(daemon: IntegrationDaemon): Schemas {
  const schemas = new Map<string, unknown>();
  for (const { provider, replaces, configurationSchema } of daemon.providers())
    for (const name of [provider, ...replaces]) schemas.set(name, configurationSchema);
  return schemas;
}

/** IntegrationConnectorReport. */
export function toReport(connector: ListedConnector, schemas: Schemas, release: EgeriaRelease) {
  const { registration, lastRun, reason } = connector;
  const { connection } = registration;
  const word = connectorWord(connector, release);
  const refreshedAt = lastRun?.endedAt ?? lastRun?.startedAt;
  const fault = word.endsWith('FAILED') ? (reason ?? lastRun?.error) : undefined;
  return present({
    connectorId: connector.connectorId,
    connectorName: connector.name,
    connection: toEgeriaConnection(connection, schemas.get(connection.providerName), release),
    connectorInstanceId: connector.instanceId,
    connectorStatus: word,
    lastStatusChange: toEgeriaTime(connector.stateSince),
    lastRefreshTime: refreshedAt === undefined ? undefined : toEgeriaTime(refreshedAt),
    minMinutesBetweenRefresh: registration.refreshTimeInterval,
    failingExceptionMessage: fault && `${fault.code} ${fault.message}; ${fault.next}`,
    statistics: lastRun && statisticsOf(lastRun),
  });
}

/** The entry of 6.1's list over all groups; there the instance repeats the connector's id. */
export function toFlatReport(
  connector: ListedConnector,
  groupGuid: string | undefined,
  schemas: Schemas,
  release: EgeriaRelease,
) {
  return present({
    ...toReport(connector, schemas, release),
    connectorGUID: connector.connectorGuid,
    integrationGroupGUID: groupGuid,
    connectorInstanceId: connector.connectorId,
  });
}

/** IntegrationGroupSummary without its reports. */
export function toSummaryHead(group: GroupStatus, hasConnectors: boolean, release: EgeriaRelease) {
  const isKnown = group.state !== 'missing';
  const unfit = group.conditions.find(({ reason }) => reason?.code === 'GROUP_UNFIT')?.reason;
  return present({
    integrationGroupName: group.key.qualifiedName,
    integrationGroupGUID: isKnown ? group.guid : undefined,
    integrationGroupDescription: isKnown ? group.description : undefined,
    integrationGroupStatus: groupWord(group, hasConnectors, release),
    lastRefreshTime: release === '4.3' || group.lastReadAt === undefined ? undefined : toEgeriaTime(group.lastReadAt),
    isthmusCode: unfit?.code,
    isthmusMessage: unfit?.message,
  });
}

/** Counters of the last run. */
function statisticsOf({ counts, outcome, findingCount }: NonNullable<ConnectorStatus['lastRun']>) {
  const { seen, unchanged, created, updated, deleted, setAside } = counts;
  return { outcome, seen, unchanged, created, updated, deleted, setAside, findings: findingCount };
}

/** Clients cut ten characters from the end. */
function toEgeriaTime(epochMs: number): string {
  return toTime(epochMs).replace('Z', '+00:00');
}

import type { Connection, Properties, PropertyValue, Registration } from '@isthmus/model';
import { approvalKey } from '../fleet/approval.js';
import type { ConnectorChange, NewConnector } from './integration-daemon.js';

export const reservedKeys = {
  schedule: 'isthmus.schedule',
  timeZone: 'isthmus.timeZone',
  source: 'isthmus.source',
  approval: approvalKey,
  configurationVersion: 'isthmus.configurationVersion',
} as const;

const defaultIntervalMinutes = 60;

/** The source that whoever adds a connector names, as one that goes on with what another has found. */
export function sourceSaid({ configuration = {} }: NewConnector): string | undefined {
  const said = configuration[reservedKeys.source];
  return typeof said === 'string' ? said : undefined;
}

/** What a new connector will be registered as; GUIDs are not known yet. */
export function toRegistration(connector: NewConnector, qualifiedName: string, source: string): Registration {
  const { networkAddress, startDate, stopDate, description, metadataCollectionQualifiedName } = connector;
  return {
    connectorId: '',
    connectorGuid: '',
    qualifiedName,
    displayName: connector.name,
    connectorName: connector.name,
    refreshTimeInterval: connector.refreshTimeInterval ?? defaultIntervalMinutes,
    permittedSynchronization: connector.permittedSynchronization ?? 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: connector.generateConnectorActivityReports ?? false,
    usesBlockingCalls: false,
    connection: {
      providerName: connector.provider,
      configurationProperties: {
        ...connector.configuration,
        [reservedKeys.source]: source,
        ...(connector.schedule && { [reservedKeys.schedule]: connector.schedule }),
        ...(connector.timeZone && { [reservedKeys.timeZone]: connector.timeZone }),
        ...(connector.approval && { [reservedKeys.approval]: connector.approval }),
      },
      ...(networkAddress !== undefined && { networkAddress }),
    },
    ...(description && { description }),
    ...(metadataCollectionQualifiedName !== undefined && { metadataCollectionQualifiedName }),
    ...(startDate !== undefined && { startDate }),
    ...(stopDate !== undefined && { connectorShutdownDate: stopDate }),
    version: 0,
  };
}

/** The registration with the version in which its configuration is said, so that later ones can bring it up. */
export function withVersion(registration: Registration, version: number): Registration {
  const { connection } = registration;
  if (connection === undefined || reservedKeys.configurationVersion in connection.configurationProperties)
    return registration;
  const configurationProperties = {
    ...connection.configurationProperties,
    [reservedKeys.configurationVersion]: version,
  };
  return { ...registration, connection: { ...connection, configurationProperties } };
}

/** The registration as it would be after the change. */
export function withChange(registration: Registration, change: ConnectorChange): Registration {
  const { description: _, ...rest } = registration;
  const description = change.description ?? registration.description;
  return {
    ...rest,
    ...(description && { description }),
    ...(change.name !== undefined && { connectorName: change.name, displayName: change.name }),
    ...(change.refreshTimeInterval !== undefined && { refreshTimeInterval: change.refreshTimeInterval }),
    ...(change.permittedSynchronization !== undefined && {
      permittedSynchronization: change.permittedSynchronization,
    }),
    ...(change.generateConnectorActivityReports !== undefined && {
      generateConnectorActivityReports: change.generateConnectorActivityReports,
    }),
    ...(change.startDate !== undefined && { startDate: change.startDate }),
    ...(change.stopDate !== undefined && { connectorShutdownDate: change.stopDate }),
    ...(registration.connection && { connection: changedConnection(registration.connection, change) }),
  };
}

/** Whether the change touches the configuration, the cron schedule among it. */
export function touchesConfiguration(change: ConnectorChange): boolean {
  const { configuration, schedule, timeZone, approval } = change;
  return [configuration, schedule, timeZone, approval].some((part) => part !== undefined);
}

/** Merges into what is there; a null value removes the key, an empty schedule or zone and the approval `none` theirs. */
export function changedConfiguration(current: Properties, change: ConnectorChange): Properties {
  const wanted: Readonly<Record<string, PropertyValue | null>> = {
    ...change.configuration,
    ...(change.schedule !== undefined && { [reservedKeys.schedule]: change.schedule || null }),
    ...(change.timeZone !== undefined && { [reservedKeys.timeZone]: change.timeZone || null }),
    ...(change.approval !== undefined && {
      [reservedKeys.approval]: change.approval === 'none' ? null : change.approval,
    }),
  };
  const merged = new Map<string, PropertyValue>(Object.entries(current));
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function changedConnection(connection: Connection, change: ConnectorChange): Connection {
  return {
    ...connection,
    configurationProperties: changedConfiguration(connection.configurationProperties, change),
    ...(change.networkAddress !== undefined && { networkAddress: change.networkAddress }),
  };
}

import type { Registration } from '@isthmus/model';
import type { ConnectorStatus, DisputeCounts, HeldBack, TargetStatus } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { ConnectorSchema, ConnectorSummarySchema } from '../schemas/connector.js';
import { optionalTime, present, toTime } from './fields.js';
import { maskAddress, maskConfiguration } from './mask.js';
import { toRunSummary, toTargetRun } from './run-view.js';

export function toConnectorSummary(connector: ConnectorStatus): Static<typeof ConnectorSummarySchema> {
  const { paused, currentRun, lastRun } = connector;
  return present({
    connectorId: connector.connectorId,
    connectorGuid: connector.connectorGuid,
    slot: connector.slot,
    group: connector.group,
    name: connector.name,
    qualifiedName: connector.qualifiedName,
    provider: connector.provider,
    kind: connector.kind,
    state: connector.state,
    health: connector.health,
    stateSince: toTime(connector.stateSince),
    instanceId: connector.instanceId,
    instanceStartedAt: optionalTime(connector.instanceStartedAt),
    reason: connector.reason,
    schedule: connector.schedule,
    nextDueAt: optionalTime(connector.nextDueAt),
    permittedSynchronization: connector.permittedSynchronization,
    paused: paused === undefined ? undefined : { ...paused, at: toTime(paused.at) },
    runCount: connector.runCount,
    restartCount: connector.restartCount,
    currentRun: currentRun === undefined ? undefined : toRunSummary(currentRun),
    lastRun: lastRun === undefined ? undefined : toRunSummary(lastRun),
    progressAgeMs: connector.progressAgeMs,
    progressText: connector.progressText,
  });
}

/** @param schema - of the provider's configuration, if known: tells what to mask */
export function toConnector(
  connector: ConnectorStatus,
  schema: unknown,
  heldBack: readonly HeldBack[],
  conflicts?: DisputeCounts,
): Static<typeof ConnectorSchema> {
  const { registration, targets } = connector;
  return present({
    ...toConnectorSummary(connector),
    conflicts: conflicts && { fields: conflicts.fields, elements: conflicts.elements },
    heldBack: heldBack.length === 0 ? undefined : heldBack.map((held) => ({ ...held })),
    targets: targets?.map(toTarget),
    registration: registration === undefined ? undefined : toRegistration(registration, schema),
  });
}

function toTarget({ lastRun, ...target }: TargetStatus) {
  return {
    ...target,
    ...(lastRun === undefined ? {} : { lastRun: { ...toTargetRun(lastRun), endedAt: toTime(lastRun.endedAt) } }),
  };
}

function toRegistration(registration: Registration, schema: unknown) {
  const configuration = registration.connection?.configurationProperties ?? {};
  const {
    'isthmus.schedule': schedule,
    'isthmus.timeZone': timeZone,
    'isthmus.source': writtenSource,
    'isthmus.approval': approval,
    ...own
  } = configuration;
  const address = registration.connection?.networkAddress;
  return present({
    displayName: registration.displayName,
    description: registration.description,
    networkAddress: address === undefined ? undefined : maskAddress(address),
    userId: registration.connectorUserId ?? registration.connection?.userId,
    source: registration.metadataCollectionQualifiedName ?? text(writtenSource) ?? registration.qualifiedName,
    refreshTimeInterval: registration.refreshTimeInterval,
    schedule: text(schedule),
    timeZone: text(timeZone),
    approval: text(approval),
    startDate: optionalTime(registration.startDate),
    stopDate: optionalTime(registration.connectorShutdownDate),
    usesBlockingCalls: registration.usesBlockingCalls,
    generateConnectorActivityReports: registration.generateConnectorActivityReports,
    version: registration.version,
    configuration: maskConfiguration(own, schema),
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

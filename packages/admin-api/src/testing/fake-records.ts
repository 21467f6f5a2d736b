import type { MetadataElement, Registration } from '@isthmus/model';
import {
  type ConnectorStatus,
  type GroupStatus,
  noCounts,
  type PlanItem,
  type PlanRecord,
  type RunRecord,
} from '@isthmus/runtime';

export const fakeServer = 'metadata-store';

export function fakeGroup(qualifiedName: string, fields: Partial<GroupStatus> = {}): GroupStatus {
  return {
    key: { server: fakeServer, qualifiedName },
    guid: `IntegrationGroup-${qualifiedName}`,
    state: 'in-step',
    conditions: [],
    connectorCount: 0,
    ...fields,
  };
}

export function fakeRegistration(name: string, fields: Partial<Registration> = {}): Registration {
  return {
    connectorId: `registration-${name}`,
    connectorGuid: `connector-${name}`,
    qualifiedName: `IntegrationConnector::${name}`,
    connectorName: name,
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: true,
    usesBlockingCalls: false,
    version: 1,
    connection: { providerName: 'files', networkAddress: '/data', configurationProperties: {} },
    ...fields,
  };
}

export function fakeConnector(
  groupName: string,
  name: string,
  fields: Partial<ConnectorStatus> = {},
  now = 0,
): ConnectorStatus {
  const registration = fields.registration ?? fakeRegistration(name);
  return {
    connectorId: registration.connectorId,
    connectorGuid: registration.connectorGuid,
    slot: `integration-daemon|collection|${groupName}|${registration.connectorGuid}`,
    group: { server: fakeServer, qualifiedName: groupName },
    name: registration.connectorName,
    qualifiedName: registration.qualifiedName,
    provider: registration.connection?.providerName ?? 'unknown',
    kind: 'files',
    state: 'waiting',
    health: 'ok',
    stateSince: now,
    instanceId: `instance-${name}-1`,
    instanceStartedAt: now,
    schedule: 'every 60 min',
    permittedSynchronization: registration.permittedSynchronization,
    runCount: 0,
    restartCount: 0,
    registration,
    ...fields,
  };
}

export function fakeRun(connector: ConnectorStatus, id: string, fields: Partial<RunRecord> = {}): RunRecord {
  return {
    id,
    slot: connector.slot,
    token: 1,
    connectorGuid: connector.connectorGuid,
    connectorName: connector.name,
    mode: 'apply',
    reasons: ['demand'],
    startedAt: 0,
    outcome: 'running',
    counts: noCounts,
    findings: [],
    findingCount: 0,
    ...fields,
  };
}

export function fakePlan(connector: ConnectorStatus, id: string, fields: Partial<PlanRecord> = {}): PlanRecord {
  return {
    id,
    owner: { metadataCollectionId: 'collection', connectorGuid: connector.connectorGuid, target: '' },
    connectorName: connector.name,
    madeAt: 0,
    state: 'open',
    counts: { create: 0, update: 1, restore: 0, delete: 1, adopt: 0, keep: 0 },
    itemCount: 2,
    certificates: [{ scope: 'folder:/', seen: 4 }],
    certificateCount: 1,
    openScopeCount: 0,
    boundaryHash: 'boundary',
    isCertified: true,
    ...fields,
  };
}

/** One that changes a field, and one that goes. */
export const fakePlanItems: readonly PlanItem[] = [
  {
    number: 1,
    action: 'update',
    decision: 'open',
    scope: 'folder:/',
    key: 'orders.csv',
    qualifiedName: 'DataFile::landing:/orders.csv',
    typeName: 'DataFile',
    changes: [
      {
        qualifiedName: 'DataFile::landing:/orders.csv',
        typeName: 'DataFile',
        action: 'update',
        fields: [{ kind: 'property', field: 'additionalProperties.sizeInBytes', from: '12', to: '48' }],
        kept: { description: 'by hand' },
      },
    ],
  },
  {
    number: 2,
    action: 'delete',
    decision: 'open',
    scope: 'folder:/',
    key: 'old.csv',
    qualifiedName: 'DataFile::landing:/old.csv',
    typeName: 'DataFile',
    reason: 'no longer listed in folder:/, which was listed completely (4 seen)',
    changes: [{ qualifiedName: 'DataFile::landing:/old.csv', typeName: 'DataFile', action: 'delete', fields: [] }],
  },
];

export function fakeElement(
  typeName: string,
  qualifiedName: string,
  fields: Partial<MetadataElement> = {},
): MetadataElement {
  return {
    guid: `${typeName}-${qualifiedName}`,
    typeName,
    superTypeNames: ['Asset', 'Referenceable', 'OpenMetadataRoot'],
    status: 'ACTIVE',
    origin: {
      originCategory: 'LOCAL_COHORT',
      homeMetadataCollectionId: 'collection',
      homeMetadataCollectionName: 'metadata-store',
    },
    versions: { createdBy: 'integration-daemon', createTime: 0, version: 1 },
    classifications: [],
    properties: { qualifiedName },
    ...fields,
  };
}

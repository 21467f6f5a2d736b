import type { ProviderManifest } from '@isthmus/connector-host';
import type { ProbeStep } from '@isthmus/connector-sdk';
import type { ErrorReport } from '@isthmus/kernel';
import type { Connection, MetadataElement, PermittedSynchronization, Properties, RelatedElement } from '@isthmus/model';
import type { Approval } from '../fleet/approval.js';
import type { LineageEvent } from '../fleet/connector-fleet.js';
import type { ConnectorStatus } from '../fleet/connector-status.js';
import type { GroupStatus } from '../groups/group-status.js';
import type { RunRecord } from '../journal/journal.js';
import type { DisputeUseCases } from './dispute-desk.js';
import type { RunUseCases } from './run-desk.js';

/**
 * One integration daemon as its faces see it: every use case of people and scripts. Reads are answered from memory
 * (runs from the journal, elements from the metadata server). Changes of groups and registrations are written to the
 * metadata access server and take effect by the same reconcile path as everybody else's; verbs are overrides in the
 * journal. `by` is the account's name, for the audit log.
 */
export interface IntegrationDaemon extends RunUseCases, DisputeUseCases {
  status(): Promise<DaemonStatus>;
  groups(): readonly GroupStatus[];
  /** Throws GROUP_NOT_FOUND. */
  group(qualifiedName: string): GroupStatus;
  /** Throws GROUP_NOT_FOUND. */
  connectors(groupName?: string): Promise<readonly ConnectorStatus[]>;
  connector(reference: string, groupName?: string): ConnectorStatus;
  /** Gives an OpenLineage event to every connector that listens. Returns how many they are. */
  publishOpenLineage(event: LineageEvent): number;
  providers(): readonly ProviderManifest[];
  /**
   * One provider with the schema of its configuration; its code is loaded for that.
   *
   * Throws PROVIDER_UNKNOWN, PROVIDER_JAVA_ONLY, PROVIDER_UNUSABLE.
   */
  provider(name: string): Promise<ProviderManifest>;

  createGroup(
    group: { readonly qualifiedName: string; readonly displayName?: string; readonly description?: string },
    by: string,
  ): Promise<GroupStatus>;
  /** Its connectors stop; the group element is deleted. */
  deleteGroup(qualifiedName: string, by: string): Promise<void>;
  /** Lets the change through that waits. Throws GROUP_NOTHING_TO_CONFIRM. */
  confirmGroup(qualifiedName: string, by: string): Promise<GroupStatus>;

  /**
   * Reads the group's list now and holds its connectors to it, by their registered connections. Resolves when the list
   * was read, or after `refreshGroupMs`; whether that went well stands in the status.
   */
  refreshGroup(qualifiedName: string, by: string): Promise<GroupStatus>;

  /** Checks the configuration first, then creates connector, connection, connector type, endpoint and registration. */
  addConnector(
    groupName: string,
    connector: NewConnector,
    by: string,
  ): Promise<{ readonly connectorGuid: string; readonly connectorId: string }>;
  updateConnector(reference: string, change: ConnectorChange, by: string, groupName?: string): Promise<void>;
  /** Ends the registration; elements that the connector made stay. */
  removeConnector(reference: string, by: string, groupName?: string): Promise<void>;
  /** Registers it with another group and ends its registration here: the same connector, with all it remembers. */
  moveConnector(reference: string, toGroup: string, by: string, groupName?: string): Promise<void>;
  pauseConnector(reference: string, by: string, reason?: string, groupName?: string): Promise<void>;
  resumeConnector(reference: string, by: string, groupName?: string): Promise<void>;
  /** `confirmRemovals`: see `ConnectorFleet.refresh`. */
  refreshConnector(
    reference: string,
    by: string,
    groupName?: string,
    options?: { readonly confirmRemovals?: boolean },
  ): Promise<{ readonly runId: string }>;
  /** See `ConnectorFleet.probe`. */
  probeConnector(
    reference: string,
    by: string,
    groupName: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly ProbeStep[]>;
  restartConnector(reference: string, by: string, groupName?: string): Promise<void>;
  /**
   * See `ConnectorFleet.overrideConnection`: nothing is written to the metadata access server. A connection that the
   * provider refuses is not taken where the one that it has is good.
   *
   * Throws CONNECTOR_CONFIGURATION_INVALID, PROVIDER_UNKNOWN, PROVIDER_JAVA_ONLY, PROVIDER_UNUSABLE.
   */
  overrideConnection(reference: string, connection: Connection, by: string, groupName?: string): Promise<void>;
  runs(reference: string, limit: number, groupName?: string): Promise<readonly RunRecord[]>;
  /** Throws RUN_NOT_FOUND. */
  run(id: string): Promise<RunRecord>;

  findElements(
    search: string,
    options: { readonly typeName?: string; readonly startFrom: number; readonly pageSize: number },
    signal: AbortSignal,
  ): Promise<readonly MetadataElement[]>;
  /** Throws ELEMENT_NOT_FOUND. */
  showElement(
    qualifiedName: string,
    signal: AbortSignal,
  ): Promise<{
    readonly element: MetadataElement;
    /** The first ones: a folder may be related to a hundred thousand files. */
    readonly related: readonly RelatedElement[];
    /** Whether there are more than `related` holds. */
    readonly moreRelated?: boolean;
  }>;
}

/** A topic on which a metadata access server tells changes, as it is heard. */
export interface OutTopicState {
  readonly state: 'listening' | 'away';
  readonly topic?: string;
  /** Epoch ms. */
  readonly since: number;
  /** Events heard since the start, and how many of them could not be read. */
  readonly events: number;
  readonly malformed: number;
  readonly problem?: ErrorReport;
}

export interface DaemonStatus {
  readonly name: string;
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped';
  readonly startedAt: number;
  readonly metadataServer: {
    readonly name: string;
    readonly url: string;
    readonly reachable: boolean | undefined;
    readonly since?: number;
    readonly problem?: ErrorReport;
    /** Where the server tells changes; absent: it has no topic, or none is needed. */
    readonly outTopic?: OutTopicState;
  };
  readonly groups: readonly GroupStatus[];
  readonly connectorCounts: Readonly<Record<string, number>>;
}

export interface NewConnector {
  readonly name: string;
  readonly provider: string;
  readonly description?: string;
  readonly networkAddress?: string;
  readonly configuration?: Properties;
  /** Minutes; default 60. */
  readonly refreshTimeInterval?: number;
  /** Cron expression; wins over the interval. */
  readonly schedule?: string;
  readonly timeZone?: string;
  /** `required`: runs stop at a plan until a person approves it. */
  readonly approval?: Approval;
  /** Epoch ms. */
  readonly startDate?: number;
  readonly stopDate?: number;
  /** Default BOTH_DIRECTIONS. */
  readonly permittedSynchronization?: PermittedSynchronization;
  /** After each run that changed something an element tells what. Default false. */
  readonly generateConnectorActivityReports?: boolean;
  readonly metadataCollectionQualifiedName?: string;
}

/** Absent = unchanged. `configuration` is merged; a null value removes the key. */
export interface ConnectorChange {
  readonly name?: string;
  readonly description?: string;
  readonly networkAddress?: string;
  readonly configuration?: Readonly<Record<string, Properties[string] | null>>;
  readonly refreshTimeInterval?: number;
  /** Empty string removes the cron schedule. */
  readonly schedule?: string;
  readonly timeZone?: string;
  /** `required`: runs stop at a plan until a person approves it. */
  readonly approval?: Approval;
  readonly startDate?: number;
  readonly stopDate?: number;
  readonly generateConnectorActivityReports?: boolean;
  readonly permittedSynchronization?: PermittedSynchronization;
}

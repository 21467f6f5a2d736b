import type { InstanceNotice } from '@isthmus/connector-host';
import type { ProbeStep } from '@isthmus/connector-sdk';
import type { Connection, GroupKey, Registration } from '@isthmus/model';
import type { GroupPlan } from '../groups/plan-group.js';
import type { RunAct } from '../journal/journal.js';
import type { ConnectorStatus } from './connector-status.js';
import type { RefusedAct } from './permitted-acts.js';

/**
 * All connectors of one daemon: the registry of what runs, per connector one supervisor with the one state machine.
 * The control plane never waits on connector code: `apply` resolves when the plan is noted and dispatched; each
 * connector then follows by itself, stop before start on the same connector GUID (also across groups).
 */
export type LineageEvent = Extract<InstanceNotice, { readonly type: 'lineage' }>['event'];

export interface ConnectorFleet {
  apply(group: FleetGroup, plan: GroupPlan): Promise<void>;
  /** Stops everything of a group that is no longer watched. */
  dropGroup(key: GroupKey): Promise<void>;
  /**
   * What this group's connectors are held to run now, by connector GUID: the planner's `running`. The same map as long
   * as nothing of it has changed; one that was given out never changes.
   */
  accepted(key: GroupKey): ReadonlyMap<string, Registration>;

  /** Made in slices, as there may be ten thousand of them. All groups by default. */
  listStatuses(groupName?: string): Promise<readonly ConnectorStatus[]>;
  /** Of all connectors that are shown in groups of this name, also of those that are on their way out. */
  registrations(groupName: string): readonly Registration[];
  /** By connector id, connector GUID, or name. Throws CONNECTOR_NOT_FOUND, CONNECTOR_AMBIGUOUS. */
  find(reference: string, groupName?: string): ConnectorStatus;

  pause(connectorGuid: string, by: string, reason?: string): Promise<void>;
  resume(connectorGuid: string, by: string): Promise<void>;
  /**
   * Returns the run id. `confirmRemovals`: the next full run that writes removes also what was kept as too much at once,
   * as lying on another medium or as fallen out with a changed configuration. A change of the connector ends it.
   */
  refresh(
    connectorGuid: string,
    by: string,
    options: {
      readonly scopes?: readonly string[];
      readonly mode?: 'preview' | 'apply';
      readonly confirmRemovals?: boolean;
    },
  ): Promise<string>;
  /**
   * Asks for a run that does this and lists nothing. Returns its id; one that is asked for already does both. A connector
   * that is paused and has no instance gets one for it, which is stopped again. What cannot be done at one catalog target
   * is left out and told in `refused`; when that is all, the first reason is thrown.
   *
   * Throws CONNECTOR_NOT_FOUND, CONNECTOR_STOPPED, and what `permittedActs` throws.
   */
  act(
    connectorGuid: string,
    ...acts: readonly RunAct[]
  ): Promise<{ readonly runId: string; readonly refused: readonly RefusedAct[] }>;
  /**
   * Tries the way to the connector's third party, step by step, and changes nothing. Ends with the first step that fails.
   *
   * Throws CONNECTOR_NOT_FOUND, CONNECTOR_STOPPED when no instance is there that can be asked.
   */
  probe(connectorGuid: string, signal: AbortSignal): Promise<readonly ProbeStep[]>;
  /** New instance; also the way out of `failed`. */
  restart(connectorGuid: string, by: string): Promise<void>;

  /**
   * Runs the connector by another connection, in a new instance. In memory alone: it holds until the registered
   * connection changes, `restoreConnections`, or the end of the daemon. `accepted` goes on to tell the registered one.
   *
   * Throws CONNECTOR_NOT_FOUND, CONNECTOR_STOPPED.
   */
  overrideConnection(connectorId: string, connection: Connection): void;
  /** Connectors of the group run by their registered connections again. */
  restoreConnections(key: GroupKey): void;

  /** Gives an OpenLineage event to every connector that listens. Returns how many they are. */
  publishOpenLineage(event: LineageEvent): number;

  /** The metadata server answers again: runs that failed for want of it are tried at once. */
  storeReturned(): void;

  /** Stop ladder for all, in parallel: refuse new work, stop, abandon what does not end before the signal is aborted. */
  close(signal: AbortSignal): Promise<void>;
}

export interface FleetGroup {
  readonly key: GroupKey;
  readonly guid: string;
  readonly metadataCollectionId: string;
}

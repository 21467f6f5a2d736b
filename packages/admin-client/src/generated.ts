// Written by packages/devtools/generate-admin-client.mjs from the OpenAPI document of admin-api. Do not edit.

import { answerWith } from './answer-guards.js';
import { segment } from './path.js';
import type { AdminTransport } from './transport.js';

/** Why something is as it is */
export interface ErrorReport {
  /** code of the error catalogue; what scripts match */
  readonly code: string;
  /** names the thing and the fault */
  readonly message: string;
  /** what to do next */
  readonly next: string;
  /** whether it may go away without anybody changing anything */
  readonly retryable: boolean;
  /** facts */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error (RFC 9457) */
export interface Problem {
  /** meaning of the code */
  readonly title: string;
  /** HTTP status */
  readonly status: number;
  /** code of the error catalogue; what scripts match */
  readonly code: string;
  /** names the thing and the fault */
  readonly message: string;
  /** what to do next */
  readonly next: string;
  /** whether the same request may succeed later */
  readonly retryable: boolean;
  /** facts: field, allowed values and the like */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One refresh of one connector */
export interface RunSummary {
  readonly id: string;
  readonly connectorGuid: string;
  readonly connectorName: string;
  /** preview writes nothing */
  readonly mode: 'preview' | 'apply';
  readonly reasons: readonly ('start' | 'schedule' | 'demand' | 'event' | 'retry' | 'configuration')[];
  readonly acts?: readonly {
    /** what people asked for instead of a refresh */
    readonly kind: 'apply-plan' | 'undo' | 'resolve';
    /** the run that made the plan */
    readonly planId?: string;
    /** conflicts in which the values of the source are taken */
    readonly disputeIds?: readonly string[];
    /** the run that is taken back */
    readonly undoneRunId?: string;
    /** the catalog target that it is about; empty: none */
    readonly target: string;
    /** who asked for it */
    readonly by: string;
  }[];
  /** begin */
  readonly startedAt: string;
  /** end; absent while it runs */
  readonly endedAt?: string;
  /** partial: not everything was listed or written; interrupted: the daemon ended */
  readonly outcome: 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled' | 'interrupted';
  readonly counts: {
    /** items that the connector listed */
    readonly seen: number;
    /** items that cost no write */
    readonly unchanged: number;
    /** elements made */
    readonly created: number;
    /** elements changed */
    readonly updated: number;
    /** elements brought back from the archive */
    readonly restored: number;
    /** elements removed */
    readonly deleted: number;
    /** items refused by the server or left out by the connector */
    readonly setAside: number;
    /** scopes listed completely; only these may cause deletes */
    readonly scopesCompleted: number;
    /** scopes that were not listed completely */
    readonly scopesOpen: number;
    /** requests to the metadata access server */
    readonly requests: number;
  };
  /** findings in all; `findings` holds the first of them */
  readonly findingCount: number;
  readonly error?: ErrorReport;
}

/** Something that a connector holds back until people decide */
export interface Conflict {
  readonly id: string;
  /** field: both sides have set it and the policy asks; element: it was there before and is only reported */
  readonly kind: 'field' | 'element';
  /** catalog target in which it was found */
  readonly target?: string;
  readonly qualifiedName: string;
  /** since when */
  readonly at: string;
  /** e.g. displayName, additionalProperties.size */
  readonly field?: string;
  /** value in the metadata access server */
  readonly hubValue?: unknown;
  /** value in the source; absent: it has none */
  readonly sourceValue?: unknown;
  /** who changed the element last, as far as that is known */
  readonly by?: string;
  /** of an element: part of the source in which it was found */
  readonly scope?: string;
  /** of an element: name of the item within its scope */
  readonly key?: string;
}

export interface ConflictPage {
  readonly items: readonly Conflict[];
  /** pass as `after`; absent on the last page */
  readonly nextAfter?: string;
}

/** What stays as the metadata access server has it, by a decision that can be taken back */
export interface KeptConflict {
  /** catalog target of the connector */
  readonly target?: string;
  readonly qualifiedName: string;
  /** e.g. displayName; absent: the whole element is left alone */
  readonly field?: string;
}

export interface KeptConflictPage {
  readonly items: readonly KeptConflict[];
  /** pass as `after`; absent on the last page */
  readonly nextAfter?: string;
}

export interface ResolvedConflicts {
  /** conflicts that were decided, or decisions that were taken back */
  readonly count: number;
  /** the run that carries it out; absent: none is needed */
  readonly runId?: string;
  /** path that shows the run */
  readonly see?: string;
  /** what the run leaves out, as it cannot be carried out at these catalog targets; absent: nothing */
  readonly leftOut?: readonly {
    /** name of the catalog target */
    readonly target: string;
    /** of the part: of the plan, of the run, or of the conflicts */
    readonly ids: readonly string[];
    readonly code: string;
    readonly message: string;
    /** what can be done */
    readonly next: string;
  }[];
}

/** One refresh of one connector, with what it found */
export interface Run {
  readonly id: string;
  readonly connectorGuid: string;
  readonly connectorName: string;
  /** preview writes nothing */
  readonly mode: 'preview' | 'apply';
  readonly reasons: readonly ('start' | 'schedule' | 'demand' | 'event' | 'retry' | 'configuration')[];
  readonly acts?: readonly {
    /** what people asked for instead of a refresh */
    readonly kind: 'apply-plan' | 'undo' | 'resolve';
    /** the run that made the plan */
    readonly planId?: string;
    /** conflicts in which the values of the source are taken */
    readonly disputeIds?: readonly string[];
    /** the run that is taken back */
    readonly undoneRunId?: string;
    /** the catalog target that it is about; empty: none */
    readonly target: string;
    /** who asked for it */
    readonly by: string;
  }[];
  /** begin */
  readonly startedAt: string;
  /** end; absent while it runs */
  readonly endedAt?: string;
  /** partial: not everything was listed or written; interrupted: the daemon ended */
  readonly outcome: 'running' | 'succeeded' | 'partial' | 'failed' | 'cancelled' | 'interrupted';
  readonly counts: {
    /** items that the connector listed */
    readonly seen: number;
    /** items that cost no write */
    readonly unchanged: number;
    /** elements made */
    readonly created: number;
    /** elements changed */
    readonly updated: number;
    /** elements brought back from the archive */
    readonly restored: number;
    /** elements removed */
    readonly deleted: number;
    /** items refused by the server or left out by the connector */
    readonly setAside: number;
    /** scopes listed completely; only these may cause deletes */
    readonly scopesCompleted: number;
    /** scopes that were not listed completely */
    readonly scopesOpen: number;
    /** requests to the metadata access server */
    readonly requests: number;
  };
  /** findings in all; `findings` holds the first of them */
  readonly findingCount: number;
  readonly error?: ErrorReport;
  readonly slot: string;
  /** it was taken back */
  readonly undone?: {
    readonly by: string;
    /** when */
    readonly at: string;
    /** the run that took it back */
    readonly runId: string;
  };
  readonly scopes?: {
    /** the largest scopes, at most 100, of a catalog target at most 20; those with a reason first */
    readonly items: readonly {
      readonly scope: string;
      /** items that were listed */
      readonly seen: number;
      /** items that cost no write */
      readonly unchanged: number;
      /** items made */
      readonly created: number;
      /** items changed */
      readonly updated: number;
      /** items brought back */
      readonly restored: number;
      /** items removed */
      readonly deleted: number;
      /** items refused or left out */
      readonly setAside: number;
      /** items that are no longer listed, but kept */
      readonly kept: number;
      /** why something was kept or failed */
      readonly why?: string;
    }[];
    /** scopes that are only summed */
    readonly restCount: number;
    readonly rest?: {
      /** items that were listed */
      readonly seen: number;
      /** items that cost no write */
      readonly unchanged: number;
      /** items made */
      readonly created: number;
      /** items changed */
      readonly updated: number;
      /** items brought back */
      readonly restored: number;
      /** items removed */
      readonly deleted: number;
      /** items refused or left out */
      readonly setAside: number;
      /** items that are no longer listed, but kept */
      readonly kept: number;
    };
  };
  /** what operations of the context did, at most 100; they are among the counts */
  readonly operations?: readonly {
    /** name in the context */
    readonly operation: string;
    /** calls that wrote something, or would have in a preview */
    readonly calls: number;
    /** elements made */
    readonly created: number;
    /** elements changed */
    readonly updated: number;
    /** elements taken away */
    readonly deleted: number;
  }[];
  /** grant under which it wrote; only grows */
  readonly token: number;
  /** where it went over catalog targets: how each fared */
  readonly targets?: readonly {
    /** of this part of the run */
    readonly id: string;
    /** name of the catalog target */
    readonly name: string;
    /** of this part of the run */
    readonly outcome: 'succeeded' | 'partial' | 'failed' | 'cancelled';
    readonly counts: {
      /** items that the connector listed */
      readonly seen: number;
      /** items that cost no write */
      readonly unchanged: number;
      /** elements made */
      readonly created: number;
      /** elements changed */
      readonly updated: number;
      /** elements brought back from the archive */
      readonly restored: number;
      /** elements removed */
      readonly deleted: number;
      /** items refused by the server or left out by the connector */
      readonly setAside: number;
      /** scopes listed completely; only these may cause deletes */
      readonly scopesCompleted: number;
      /** scopes that were not listed completely */
      readonly scopesOpen: number;
      /** requests to the metadata access server */
      readonly requests: number;
    };
    /** findings of this part */
    readonly findingCount: number;
    readonly scopes?: {
      /** the largest scopes, at most 100, of a catalog target at most 20; those with a reason first */
      readonly items: readonly {
        readonly scope: string;
        /** items that were listed */
        readonly seen: number;
        /** items that cost no write */
        readonly unchanged: number;
        /** items made */
        readonly created: number;
        /** items changed */
        readonly updated: number;
        /** items brought back */
        readonly restored: number;
        /** items removed */
        readonly deleted: number;
        /** items refused or left out */
        readonly setAside: number;
        /** items that are no longer listed, but kept */
        readonly kept: number;
        /** why something was kept or failed */
        readonly why?: string;
      }[];
      /** scopes that are only summed */
      readonly restCount: number;
      readonly rest?: {
        /** items that were listed */
        readonly seen: number;
        /** items that cost no write */
        readonly unchanged: number;
        /** items made */
        readonly created: number;
        /** items changed */
        readonly updated: number;
        /** items brought back */
        readonly restored: number;
        /** items removed */
        readonly deleted: number;
        /** items refused or left out */
        readonly setAside: number;
        /** items that are no longer listed, but kept */
        readonly kept: number;
      };
    };
    readonly error?: ErrorReport;
  }[];
  readonly findings: readonly {
    /** how bad it is */
    readonly severity: 'info' | 'warning' | 'error';
    readonly code: string;
    readonly message: string;
    readonly scope?: string;
    readonly key?: string;
  }[];
}

export interface RunList {
  readonly items: readonly RunSummary[];
}

/** An integration group that the daemon watches */
export interface Group {
  /** metadata access server that holds the group */
  readonly server: string;
  readonly qualifiedName: string;
  readonly guid?: string;
  readonly displayName?: string;
  readonly description?: string;
  /** from-journal: the server is away, the last accepted list runs; rejected: a list was not accepted, what ran still runs */
  readonly state: 'loading' | 'in-step' | 'from-journal' | 'waiting-for-confirmation' | 'rejected' | 'missing';
  readonly conditions: readonly {
    /** what the condition is about */
    readonly type: 'Reachable' | 'Found' | 'ListAccepted' | 'ConfirmationNeeded';
    readonly status: boolean;
    /** when it became so */
    readonly since: string;
    readonly reason?: ErrorReport;
    readonly message?: string;
  }[];
  /** last answer of the server */
  readonly lastReadAt?: string;
  /** when the list that runs was accepted */
  readonly acceptedAt?: string;
  /** next poll */
  readonly nextReadAt?: string;
  readonly connectorCount: number;
  /** change that waits for confirmation */
  readonly pending?: {
    /** connectors that would stop */
    readonly stops: readonly string[];
    /** connectors in the group now */
    readonly total: number;
    /** since when it waits */
    readonly since: string;
  };
}

export interface GroupList {
  readonly items: readonly Group[];
}

/** A connector that the daemon is held to run */
export interface ConnectorSummary {
  /** GUID of the registration; changes when registered again */
  readonly connectorId: string;
  /** GUID of the connector; survives moves between groups */
  readonly connectorGuid: string;
  readonly slot: string;
  readonly group: {
    readonly server: string;
    readonly qualifiedName: string;
  };
  readonly name: string;
  readonly qualifiedName: string;
  readonly provider: string;
  /** OMIS kind */
  readonly kind?:
    | 'api'
    | 'catalog'
    | 'database'
    | 'display'
    | 'files'
    | 'infrastructure'
    | 'lineage'
    | 'organization'
    | 'search'
    | 'security'
    | 'stewardship'
    | 'topic'
    | 'analytics';
  /** what it does */
  readonly state:
    | 'pending'
    | 'starting'
    | 'waiting'
    | 'refreshing'
    | 'stalled'
    | 'engaged'
    | 'paused'
    | 'backing-off'
    | 'stopping'
    | 'stopped'
    | 'failed'
    | 'quarantined';
  /** stalled: it should make progress and does not */
  readonly health: 'ok' | 'degraded' | 'stalled' | 'failed' | 'unknown';
  /** since when it is in this state */
  readonly stateSince: string;
  /** changes with every new instance */
  readonly instanceId?: string;
  /** when the instance was made */
  readonly instanceStartedAt?: string;
  readonly reason?: ErrorReport;
  /** for people, e.g. "every 60 min" */
  readonly schedule: string;
  /** next run by time alone */
  readonly nextDueAt?: string;
  /** direction */
  readonly permittedSynchronization: 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY' | 'FROM_THIRD_PARTY' | 'OTHER';
  readonly paused?: {
    readonly by: string;
    /** when */
    readonly at: string;
    readonly reason?: string;
  };
  readonly runCount: number;
  readonly restartCount: number;
  readonly currentRun?: RunSummary;
  readonly lastRun?: RunSummary;
  /** milliseconds since the last sign of progress */
  readonly progressAgeMs?: number;
  readonly progressText?: string;
}

/** A connector with its registration */
export interface Connector {
  /** GUID of the registration; changes when registered again */
  readonly connectorId: string;
  /** GUID of the connector; survives moves between groups */
  readonly connectorGuid: string;
  readonly slot: string;
  readonly group: {
    readonly server: string;
    readonly qualifiedName: string;
  };
  readonly name: string;
  readonly qualifiedName: string;
  readonly provider: string;
  /** OMIS kind */
  readonly kind?:
    | 'api'
    | 'catalog'
    | 'database'
    | 'display'
    | 'files'
    | 'infrastructure'
    | 'lineage'
    | 'organization'
    | 'search'
    | 'security'
    | 'stewardship'
    | 'topic'
    | 'analytics';
  /** what it does */
  readonly state:
    | 'pending'
    | 'starting'
    | 'waiting'
    | 'refreshing'
    | 'stalled'
    | 'engaged'
    | 'paused'
    | 'backing-off'
    | 'stopping'
    | 'stopped'
    | 'failed'
    | 'quarantined';
  /** stalled: it should make progress and does not */
  readonly health: 'ok' | 'degraded' | 'stalled' | 'failed' | 'unknown';
  /** since when it is in this state */
  readonly stateSince: string;
  /** changes with every new instance */
  readonly instanceId?: string;
  /** when the instance was made */
  readonly instanceStartedAt?: string;
  readonly reason?: ErrorReport;
  /** for people, e.g. "every 60 min" */
  readonly schedule: string;
  /** next run by time alone */
  readonly nextDueAt?: string;
  /** direction */
  readonly permittedSynchronization: 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY' | 'FROM_THIRD_PARTY' | 'OTHER';
  readonly paused?: {
    readonly by: string;
    /** when */
    readonly at: string;
    readonly reason?: string;
  };
  readonly runCount: number;
  readonly restartCount: number;
  readonly currentRun?: RunSummary;
  readonly lastRun?: RunSummary;
  /** milliseconds since the last sign of progress */
  readonly progressAgeMs?: number;
  readonly progressText?: string;
  /** what waits for a decision of people; absent: nothing */
  readonly conflicts?: {
    /** fields that both sides have set */
    readonly fields: number;
    /** elements that were there before and are only reported */
    readonly elements: number;
  };
  /** what refreshes leave alone because people took it back; absent: nothing */
  readonly heldBack?: readonly {
    /** the run that took them back: releasing it lets refreshes write them again */
    readonly runId: string;
    /** items */
    readonly itemCount: number;
  }[];
  /** its catalog targets, as they were read last; one without `lastRun` has not been run over since the daemon started */
  readonly targets?: readonly {
    /** what it is told, remembered and shown by */
    readonly name: string;
    readonly elementGuid: string;
    readonly elementTypeName: string;
    readonly elementQualifiedName?: string;
    /** middle part of the qualified names of what is found there */
    readonly source?: string;
    /** direction */
    readonly permittedSynchronization?: 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY' | 'FROM_THIRD_PARTY' | 'OTHER';
    readonly fault?: ErrorReport;
    /** a run is at it now */
    readonly isRunning?: true;
    readonly lastRun?: {
      /** of this part of the run */
      readonly id: string;
      /** name of the catalog target */
      readonly name: string;
      /** of this part of the run */
      readonly outcome: 'succeeded' | 'partial' | 'failed' | 'cancelled';
      readonly counts: {
        /** items that the connector listed */
        readonly seen: number;
        /** items that cost no write */
        readonly unchanged: number;
        /** elements made */
        readonly created: number;
        /** elements changed */
        readonly updated: number;
        /** elements brought back from the archive */
        readonly restored: number;
        /** elements removed */
        readonly deleted: number;
        /** items refused by the server or left out by the connector */
        readonly setAside: number;
        /** scopes listed completely; only these may cause deletes */
        readonly scopesCompleted: number;
        /** scopes that were not listed completely */
        readonly scopesOpen: number;
        /** requests to the metadata access server */
        readonly requests: number;
      };
      /** findings of this part */
      readonly findingCount: number;
      readonly scopes?: {
        /** the largest scopes, at most 100, of a catalog target at most 20; those with a reason first */
        readonly items: readonly {
          readonly scope: string;
          /** items that were listed */
          readonly seen: number;
          /** items that cost no write */
          readonly unchanged: number;
          /** items made */
          readonly created: number;
          /** items changed */
          readonly updated: number;
          /** items brought back */
          readonly restored: number;
          /** items removed */
          readonly deleted: number;
          /** items refused or left out */
          readonly setAside: number;
          /** items that are no longer listed, but kept */
          readonly kept: number;
          /** why something was kept or failed */
          readonly why?: string;
        }[];
        /** scopes that are only summed */
        readonly restCount: number;
        readonly rest?: {
          /** items that were listed */
          readonly seen: number;
          /** items that cost no write */
          readonly unchanged: number;
          /** items made */
          readonly created: number;
          /** items changed */
          readonly updated: number;
          /** items brought back */
          readonly restored: number;
          /** items removed */
          readonly deleted: number;
          /** items refused or left out */
          readonly setAside: number;
          /** items that are no longer listed, but kept */
          readonly kept: number;
        };
      };
      readonly error?: ErrorReport;
      /** end of this part of the run */
      readonly endedAt: string;
    };
  }[];
  /** What it is held to run */
  readonly registration?: {
    readonly displayName?: string;
    readonly description?: string;
    /** root folder or URL */
    readonly networkAddress?: string;
    readonly userId?: string;
    /** middle part of the qualified names of what it finds */
    readonly source: string;
    /** minutes between refreshes; 0: once */
    readonly refreshTimeInterval: number;
    /** cron expression; wins over the interval */
    readonly schedule?: string;
    readonly timeZone?: string;
    /** required: runs stop at a plan until a person approves it */
    readonly approval?: string;
    /** not before */
    readonly startDate?: string;
    /** not after */
    readonly stopDate?: string;
    readonly usesBlockingCalls: boolean;
    readonly generateConnectorActivityReports: boolean;
    readonly version: number;
    /** what the provider is given; secrets are masked */
    readonly configuration: Readonly<Record<string, unknown>>;
  };
}

export interface ConnectorPage {
  readonly items: readonly ConnectorSummary[];
  /** connectors that fit the filters, over all pages */
  readonly total: number;
  /** pass as `cursor`; absent on the last page */
  readonly nextCursor?: string;
}

export interface AddedConnector {
  readonly connectorGuid: string;
  readonly connectorId: string;
  /** path that shows the effect */
  readonly see: string;
}

export interface Accepted {
  /** path that shows the effect */
  readonly see: string;
}

export interface Probe {
  /** in their order; the first that fails is the last */
  readonly steps: readonly {
    /** what was tried */
    readonly name: 'resolve' | 'reach' | 'authenticate' | 'authorise' | 'sample';
    readonly ok: boolean;
    /** what was found, or what is wrong and what to do about it */
    readonly message: string;
  }[];
}

export interface StartedRun {
  /** run that serves the request; it may wait for one in progress */
  readonly runId: string;
  /** path that shows the run */
  readonly see: string;
  /** what the run leaves out, as it cannot be carried out at these catalog targets; absent: nothing */
  readonly leftOut?: readonly {
    /** name of the catalog target */
    readonly target: string;
    /** of the part: of the plan, of the run, or of the conflicts */
    readonly ids: readonly string[];
    readonly code: string;
    readonly message: string;
    /** what can be done */
    readonly next: string;
  }[];
}

/** An open metadata element */
export interface Element {
  readonly guid: string;
  readonly typeName: string;
  /** nearest first */
  readonly superTypeNames: readonly string[];
  /** status in the store */
  readonly status: 'ACTIVE' | 'INVALID' | 'DELETED' | 'UNKNOWN' | 'OTHER';
  readonly origin: {
    readonly originCategory: string;
    readonly homeMetadataCollectionId: string;
    readonly homeMetadataCollectionName: string;
  };
  readonly versions: {
    readonly createdBy: string;
    readonly updatedBy?: string;
    /** when it was made */
    readonly createTime: string;
    /** last change */
    readonly updateTime?: string;
    /** starts at 1, grows by one per change */
    readonly version: number;
  };
  readonly classifications: readonly {
    readonly classificationName: string;
    /** by property name; dates are epoch milliseconds as the store holds them */
    readonly properties: Readonly<Record<string, unknown>>;
  }[];
  /** by property name; dates are epoch milliseconds as the store holds them */
  readonly properties: Readonly<Record<string, unknown>>;
  /** not effective before */
  readonly effectiveFrom?: string;
  /** not effective after */
  readonly effectiveTo?: string;
}

export interface ElementPage {
  readonly items: readonly Element[];
  readonly startFrom: number;
  readonly pageSize: number;
  /** pass as `startFrom`; absent on the last page */
  readonly nextStartFrom?: number;
}

export interface ElementWithRelated {
  readonly element: Element;
  /** whether there are more than `related` holds */
  readonly moreRelated: boolean;
  readonly related: readonly {
    readonly relationship: {
      readonly guid: string;
      readonly typeName: string;
      /** by property name; dates are epoch milliseconds as the store holds them */
      readonly properties: Readonly<Record<string, unknown>>;
      readonly versions: {
        readonly createdBy: string;
        readonly updatedBy?: string;
        /** when it was made */
        readonly createTime: string;
        /** last change */
        readonly updateTime?: string;
        /** starts at 1, grows by one per change */
        readonly version: number;
      };
    };
    readonly element: Element;
    /** whether the related element lies at end 1 */
    readonly elementAtEnd1: boolean;
  }[];
}

/** Who holds an element, by which runs, and where its fields are from */
export interface Explanation {
  readonly qualifiedName: string;
  readonly element?: Element;
  /** items of connectors that hold it */
  readonly holders: readonly {
    readonly connectorGuid: string;
    /** absent: the connector is no longer there */
    readonly connectorName?: string;
    /** catalog target in which it was found */
    readonly target?: string;
    /** part of the source in which it was found */
    readonly scope: string;
    /** name of the item within its scope */
    readonly key: string;
    readonly madeBy?: {
      readonly runId: string;
      /** when it wrote */
      readonly at: string;
    };
    readonly wroteBy?: {
      readonly runId: string;
      /** when it wrote */
      readonly at: string;
    };
    /** why it is as it is though its source says otherwise */
    readonly notes: readonly string[];
  }[];
  /** connectors that wrote it by operations of their context */
  readonly operated: readonly {
    readonly connectorGuid: string;
    /** absent: the connector is no longer there */
    readonly connectorName?: string;
    /** catalog target of which it was a run */
    readonly target?: string;
    /** operation of the context that wrote it last */
    readonly operation: string;
    readonly madeBy?: {
      readonly runId: string;
      /** when it wrote */
      readonly at: string;
    };
    readonly wroteBy?: {
      readonly runId: string;
      /** when it wrote */
      readonly at: string;
    };
  }[];
  /** connectors that wrote what it still says, and then removed it or let it go: it is back, as after the metadata server was restored */
  readonly former?: readonly {
    readonly connectorGuid: string;
    /** absent: the connector is no longer there */
    readonly connectorName?: string;
    /** catalog target in which it was found */
    readonly target?: string;
    /** when it was let go */
    readonly at: string;
  }[];
  readonly fields: readonly {
    /** e.g. displayName, additionalProperties.size, @Confidentiality.level */
    readonly field: string;
    /** as it is now */
    readonly value: unknown;
    /** source: as a connector wrote it; person: set past the connectors; pushed: so too, and the source took it over; kept: the source says otherwise, but the policy lets it */
    readonly from: 'source' | 'person' | 'pushed' | 'kept' | 'unknown';
    /** the connector that writes the field */
    readonly connectorGuid?: string;
    /** kept: when it was set; pushed: when the source took it over */
    readonly at?: string;
  }[];
}

/** What a run would do, until people decide */
export interface Plan {
  /** the run that made it; with `.0`, `.1` and so on the part of it that went over one catalog target. Both can be asked for and decided */
  readonly runId: string;
  readonly connectorGuid: string;
  readonly connectorName: string;
  /** the catalog target that was listed */
  readonly target?: string;
  /** when it was made */
  readonly madeAt: string;
  /** open: it waits for people; stale: something has changed since */
  readonly state: 'recording' | 'open' | 'too-large' | 'approved' | 'applied' | 'stale' | 'superseded' | 'rejected';
  readonly counts: {
    /** items to make */
    readonly create: number;
    /** items to change */
    readonly update: number;
    /** items to bring back */
    readonly restore: number;
    /** items to remove */
    readonly delete: number;
    /** items that are there already and become known */
    readonly adopt: number;
    /** elements that stay as they are; the `reason` of each says why */
    readonly keep: number;
  };
  /** items that are kept of it */
  readonly itemCount: number;
  /** scopes that were listed completely, the first 100 */
  readonly certificates: readonly {
    readonly scope: string;
    /** items that were listed */
    readonly seen: number;
  }[];
  /** scopes that were listed completely */
  readonly certificateCount: number;
  /** scopes that were not listed completely: nothing is concluded from what is missing there */
  readonly openScopeCount: number;
  /** everything was listed completely */
  readonly isCertified: boolean;
  /** why the last approval was not carried out, or not to its end; absent: it was, or there was none */
  readonly notApplied?: {
    /** when that was known */
    readonly at: string;
    readonly code: string;
    readonly message: string;
    /** what can be done */
    readonly next?: string;
    /** the run that was to apply it */
    readonly runId?: string;
  };
  readonly links?: {
    /** relationships to make, beside those to parents */
    readonly make: number;
    /** relationships to take away */
    readonly remove: number;
  };
  /** how many of them are operations of the context; absent: none */
  readonly callCount?: number;
  readonly approval?: {
    readonly by: string;
    /** when */
    readonly at: string;
    readonly reason?: string;
    /** items that were approved */
    readonly itemCount: number;
  };
  /** the run that applied it */
  readonly appliedBy?: string;
  /** of a run over catalog targets: what it would do at each, in their order */
  readonly parts?: readonly {
    /** of this part: it can be asked for and decided alone */
    readonly runId: string;
    /** name of the catalog target */
    readonly target: string;
    /** open: it waits for people; stale: something has changed since */
    readonly state: 'recording' | 'open' | 'too-large' | 'approved' | 'applied' | 'stale' | 'superseded' | 'rejected';
    readonly counts: {
      /** items to make */
      readonly create: number;
      /** items to change */
      readonly update: number;
      /** items to bring back */
      readonly restore: number;
      /** items to remove */
      readonly delete: number;
      /** items that are there already and become known */
      readonly adopt: number;
      /** elements that stay as they are; the `reason` of each says why */
      readonly keep: number;
    };
    /** items that are kept of it */
    readonly itemCount: number;
    /** scopes that were listed completely, the first 100 */
    readonly certificates: readonly {
      readonly scope: string;
      /** items that were listed */
      readonly seen: number;
    }[];
    /** scopes that were listed completely */
    readonly certificateCount: number;
    /** scopes that were not listed completely: nothing is concluded from what is missing there */
    readonly openScopeCount: number;
    /** everything was listed completely */
    readonly isCertified: boolean;
    /** why the last approval was not carried out, or not to its end; absent: it was, or there was none */
    readonly notApplied?: {
      /** when that was known */
      readonly at: string;
      readonly code: string;
      readonly message: string;
      /** what can be done */
      readonly next?: string;
      /** the run that was to apply it */
      readonly runId?: string;
    };
  }[];
}

export interface PlanList {
  readonly items: readonly Plan[];
}

/** What a plan does with one item of the source */
export interface PlanItem {
  /** within the plan, in the order of applying; begins at 1 */
  readonly number: number;
  /** adopt: it is there already and becomes known; keep: it stays as it is, and `reason` says why: no longer listed, but not to be deleted; people have set what differs; or it was there before and is only reported */
  readonly action: 'create' | 'update' | 'restore' | 'delete' | 'adopt' | 'keep';
  /** what became of it */
  readonly decision: 'open' | 'approved' | 'left-out' | 'applied' | 'stale' | 'refused';
  readonly scope: string;
  /** name of the item within its scope */
  readonly key: string;
  readonly qualifiedName: string;
  readonly typeName: string;
  /** catalog target that it is about, where the plan is over several */
  readonly target?: string;
  /** why it is deleted or kept */
  readonly reason?: string;
  /** operation of the context that does it; absent: the source tells it by scopes */
  readonly operation?: string;
  readonly changes: readonly {
    readonly qualifiedName: string;
    readonly typeName: string;
    /** what is done with the element */
    readonly action: 'create' | 'update' | 'restore' | 'delete' | 'unchanged' | 'refuse';
    readonly fields: readonly {
      /** what kind of field it is */
      readonly kind: 'property' | 'classification' | 'parent' | 'type' | 'link';
      /** e.g. displayName, additionalProperties.size, NestedFile (the parent), ForeignKey (a relationship to another element) */
      readonly field: string;
      /** value before; absent: none */
      readonly from?: unknown;
      /** value after; absent: none */
      readonly to?: unknown;
    }[];
    /** fields that stay as others have set them, with the value that is there */
    readonly kept?: Readonly<Record<string, unknown>>;
  }[];
  readonly fault?: {
    readonly code: string;
    readonly message: string;
  };
}

export interface PlanItemPage {
  readonly items: readonly PlanItem[];
  /** pass as `after`; absent on the last page */
  readonly nextAfter?: number;
}

export interface Released {
  /** items that the next refresh writes again */
  readonly itemCount: number;
}

/** The daemon at a glance */
export interface Status {
  /** name of the integration daemon */
  readonly name: string;
  /** version of Isthmus */
  readonly version: string;
  /** what the daemon does */
  readonly state: 'starting' | 'running' | 'stopping' | 'stopped';
  /** when the daemon started */
  readonly startedAt: string;
  /** clock of the daemon when it answered */
  readonly time: string;
  /** metadata access server that the daemon reads and writes */
  readonly metadataServer: {
    readonly name: string;
    readonly url: string;
    /** absent: not tried yet */
    readonly reachable?: boolean;
    /** since when it is so */
    readonly since?: string;
    readonly problem?: ErrorReport;
    /** Kafka topic of its changes; absent: it has none, or none is needed */
    readonly outTopic?: {
      /** whether events are heard */
      readonly state: 'listening' | 'away';
      readonly topic?: string;
      /** since when it is so */
      readonly since: string;
      /** events heard since the start */
      readonly events: number;
      /** of them those that could not be read */
      readonly malformed: number;
      readonly problem?: ErrorReport;
    };
  };
  readonly groups: readonly Group[];
  /** number of connectors by state */
  readonly connectorCounts: Readonly<Record<string, unknown>>;
  /** connectors that hold something back until people decide */
  readonly conflicts: readonly {
    readonly connectorGuid: string;
    /** absent: the connector is no longer there */
    readonly connectorName?: string;
    /** fields that both sides have set */
    readonly fields: number;
    /** elements that were there before and are only reported */
    readonly elements: number;
  }[];
  /** named servers of the process */
  readonly servers: readonly {
    readonly name: string;
    readonly kind: string;
    /** what the server does */
    readonly state: 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';
    readonly ready: boolean;
    readonly message?: string;
  }[];
  /** how long the event loop of the process was held up */
  readonly eventLoopDelayMs?: {
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
  };
}

export interface ProviderList {
  readonly items: readonly {
    /** what `provider` of a connector names */
    readonly provider: string;
    /** OMIS kind; `unknown` where the manifest names none */
    readonly kind:
      | 'api'
      | 'catalog'
      | 'database'
      | 'display'
      | 'files'
      | 'infrastructure'
      | 'lineage'
      | 'organization'
      | 'search'
      | 'security'
      | 'stewardship'
      | 'topic'
      | 'analytics'
      | 'unknown';
    /** `not-loaded`: no connector has needed its code yet, so nobody knows whether it can be loaded */
    readonly state: 'ready' | 'not-loaded' | 'unusable';
    readonly packageName: string;
    readonly version: string;
    /** range of connector-sdk versions that it was written for */
    readonly sdk: string;
    /** Java provider class names */
    readonly replaces: readonly string[];
    /** JSON Schema of the configuration, once known */
    readonly configuration?: Readonly<Record<string, unknown>>;
    /** what its manifest says that nobody reads */
    readonly remarks?: readonly string[];
    readonly problem?: ErrorReport;
  }[];
}

/** A call that changed something, or was refused to */
export interface AuditedCall {
  /** counts the calls; never used twice */
  readonly number: number;
  /** when it was answered */
  readonly at: string;
  /** who called */
  readonly by: string;
  /** in whose name, where that is another */
  readonly actingFor?: string;
  /** where the call came from */
  readonly address: string;
  readonly method: string;
  /** without its query */
  readonly path: string;
  /** HTTP status, or the relatedHTTPCode in an answer in the words of Egeria */
  readonly status: number;
  /** of a decision: `reason`, and what was chosen (`only`, `except`, `take`, `ids`, `confirmRemovals`); of more than 1,000 the first, beside their count */
  readonly said?: Readonly<Record<string, unknown>>;
}

export interface AuditedCallList {
  readonly items: readonly AuditedCall[];
}

export interface CreateGroupBody {
  /** unique name, e.g. IntegrationGroup::Sales */
  readonly qualifiedName: string;
  readonly displayName?: string | undefined;
  readonly description?: string | undefined;
}

export interface AddConnectorBody {
  /** name, unique in its group */
  readonly name: string;
  /** connector provider, e.g. files; see /api/v1/providers */
  readonly provider: string;
  readonly description?: string | undefined;
  /** root folder or URL */
  readonly networkAddress?: string | undefined;
  /** what the provider is given */
  readonly configuration?: Readonly<Record<string, unknown>> | undefined;
  /** minutes from the end of one refresh to the begin of the next; 0: once */
  readonly refreshTimeInterval?: number | undefined;
  /** cron expression; wins over the interval */
  readonly schedule?: string | undefined;
  /** IANA time zone of the cron schedule; none: UTC */
  readonly timeZone?: string | undefined;
  /** required: runs stop at a plan until a person approves it */
  readonly approval?: 'required' | 'none' | undefined;
  /** not before */
  readonly startDate?: string | undefined;
  /** not after */
  readonly stopDate?: string | undefined;
  /** which way metadata may flow */
  readonly permittedSynchronization?: 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY' | 'FROM_THIRD_PARTY' | 'OTHER' | undefined;
  /** after each run that changed something an element ConnectorActivityReport tells what */
  readonly generateConnectorActivityReports?: boolean | undefined;
  /** external source that owns what it finds */
  readonly metadataCollectionQualifiedName?: string | undefined;
}

export interface ListConnectorsQuery {
  /** only connectors of this group */
  readonly group?: string | undefined;
  /** only connectors in this state */
  readonly state?:
    | 'pending'
    | 'starting'
    | 'waiting'
    | 'refreshing'
    | 'stalled'
    | 'engaged'
    | 'paused'
    | 'backing-off'
    | 'stopping'
    | 'stopped'
    | 'failed'
    | 'quarantined'
    | undefined;
  /** only connectors of this health */
  readonly health?: 'ok' | 'degraded' | 'stalled' | 'failed' | 'unknown' | undefined;
  /** default 100 */
  readonly limit?: number | undefined;
  /** `nextCursor` of the page before */
  readonly cursor?: string | undefined;
}

export interface GetConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface UpdateConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface UpdateConnectorBody {
  /** new name */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** root folder or URL */
  readonly networkAddress?: string | undefined;
  /** merged key by key; null removes a key */
  readonly configuration?: Readonly<Record<string, unknown>> | undefined;
  /** minutes from the end of one refresh to the begin of the next; 0: once */
  readonly refreshTimeInterval?: number | undefined;
  /** cron expression; an empty string removes it */
  readonly schedule?: string | undefined;
  /** IANA time zone of the cron schedule; none: UTC */
  readonly timeZone?: string | undefined;
  /** required: runs stop at a plan until a person approves it */
  readonly approval?: 'required' | 'none' | undefined;
  /** not before */
  readonly startDate?: string | undefined;
  /** not after */
  readonly stopDate?: string | undefined;
  /** which way metadata may flow */
  readonly permittedSynchronization?: 'BOTH_DIRECTIONS' | 'TO_THIRD_PARTY' | 'FROM_THIRD_PARTY' | 'OTHER' | undefined;
  /** after each run that changed something an element ConnectorActivityReport tells what */
  readonly generateConnectorActivityReports?: boolean | undefined;
}

export interface RemoveConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface PauseConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface PauseConnectorBody {
  /** shown to everybody who looks */
  readonly reason?: string | undefined;
}

export interface ResumeConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface RefreshConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface RefreshConnectorBody {
  /** the run also removes what was kept as too much at once, not mounted or no longer looked at */
  readonly confirmRemovals?: boolean | undefined;
}

export interface RestartConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface ProbeConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface MoveConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface MoveConnectorBody {
  /** qualified name of the group that it moves to */
  readonly toGroup: string;
}

export interface ListRunsQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
  /** default 20 */
  readonly limit?: number | undefined;
}

export interface PreviewConnectorQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface ListPlansQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
  /** default 20 */
  readonly limit?: number | undefined;
}

export interface ListPlanItemsQuery {
  /** only items with this action */
  readonly action?: 'create' | 'update' | 'restore' | 'delete' | 'adopt' | 'keep' | undefined;
  /** only items of which this became */
  readonly decision?: 'open' | 'approved' | 'left-out' | 'applied' | 'stale' | 'refused' | undefined;
  /** only items of this type */
  readonly type?: string | undefined;
  /** only items of this scope */
  readonly scope?: string | undefined;
  /** only items with this text in their qualified name */
  readonly text?: string | undefined;
  /** `nextAfter` of the page before */
  readonly after?: number | undefined;
  /** default 100 */
  readonly limit?: number | undefined;
}

export interface ApprovePlanBody {
  /** why; kept with the decision */
  readonly reason?: string | undefined;
  /** numbers of the items that are approved; the others are left out */
  readonly only?: readonly number[] | undefined;
  /** numbers of items that are left out */
  readonly except?: readonly number[] | undefined;
}

export interface RejectPlanBody {
  /** why; kept with the decision */
  readonly reason?: string | undefined;
}

export interface UndoRunBody {
  /** why; kept with the decision */
  readonly reason?: string | undefined;
}

export interface ReleaseRunBody {
  /** why; kept with the decision */
  readonly reason?: string | undefined;
}

export interface ListConflictsQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
  /** `nextAfter` of the page before */
  readonly after?: string | undefined;
  /** default 100 */
  readonly limit?: number | undefined;
}

export interface ListConflictDecisionsQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
  /** `nextAfter` of the page before */
  readonly after?: string | undefined;
  /** default 100 */
  readonly limit?: number | undefined;
}

export interface ResolveConflictsQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface ResolveConflictsBody {
  /** source: its values are written, elements are adopted; mine: what the metadata access server has stays until the source has another value */
  readonly take: 'source' | 'mine';
  /** default: all that wait, at most 1,000 at a time */
  readonly ids?: readonly string[] | undefined;
  /** why; kept with the decision */
  readonly reason?: string | undefined;
}

export interface ReleaseConflictsQuery {
  /** qualified name of the group: tells connectors of one name apart */
  readonly group?: string | undefined;
}

export interface ReleaseConflictsBody {
  /** of the element */
  readonly qualifiedName: string;
  /** e.g. displayName; default: all of the element */
  readonly field?: string | undefined;
  /** why; kept with the decision */
  readonly reason?: string | undefined;
}

export interface FindElementsQuery {
  /** text to find; empty: everything */
  readonly search?: string | undefined;
  /** only elements of this type and its subtypes */
  readonly type?: string | undefined;
  /** default 0 */
  readonly startFrom?: number | undefined;
  /** default 50 */
  readonly pageSize?: number | undefined;
}

export interface GetElementQuery {
  /** qualified name of the element */
  readonly qualifiedName: string;
}

export interface ExplainElementQuery {
  /** qualified name of the element */
  readonly qualifiedName: string;
}

export interface ListAuditedCallsQuery {
  /** how many at most; default 100 */
  readonly limit?: number | undefined;
  /** only calls with a smaller number: the number of the last one seen */
  readonly before?: number | undefined;
}

const isStatus = answerWith<Status>(
  'name',
  'version',
  'state',
  'startedAt',
  'time',
  'metadataServer',
  'groups',
  'connectorCounts',
  'conflicts',
  'servers',
);
const isProviderList = answerWith<ProviderList>('items');
const isGroupList = answerWith<GroupList>('items');
const isGroup = answerWith<Group>('server', 'qualifiedName', 'state', 'conditions', 'connectorCount');
const isAccepted = answerWith<Accepted>('see');
const isAddedConnector = answerWith<AddedConnector>('connectorGuid', 'connectorId', 'see');
const isConnectorPage = answerWith<ConnectorPage>('items', 'total');
const isConnector = answerWith<Connector>(
  'connectorId',
  'connectorGuid',
  'slot',
  'group',
  'name',
  'qualifiedName',
  'provider',
  'state',
  'health',
  'stateSince',
  'schedule',
  'permittedSynchronization',
  'runCount',
  'restartCount',
);
const isStartedRun = answerWith<StartedRun>('runId', 'see');
const isProbe = answerWith<Probe>('steps');
const isRunList = answerWith<RunList>('items');
const isRun = answerWith<Run>(
  'id',
  'connectorGuid',
  'connectorName',
  'mode',
  'reasons',
  'startedAt',
  'outcome',
  'counts',
  'findingCount',
  'slot',
  'token',
  'findings',
);
const isPlanList = answerWith<PlanList>('items');
const isPlan = answerWith<Plan>(
  'runId',
  'connectorGuid',
  'connectorName',
  'madeAt',
  'state',
  'counts',
  'itemCount',
  'certificates',
  'certificateCount',
  'openScopeCount',
  'isCertified',
);
const isPlanItemPage = answerWith<PlanItemPage>('items');
const isReleased = answerWith<Released>('itemCount');
const isConflictPage = answerWith<ConflictPage>('items');
const isKeptConflictPage = answerWith<KeptConflictPage>('items');
const isResolvedConflicts = answerWith<ResolvedConflicts>('count');
const isElementPage = answerWith<ElementPage>('items', 'startFrom', 'pageSize');
const isElementWithRelated = answerWith<ElementWithRelated>('element', 'moreRelated', 'related');
const isExplanation = answerWith<Explanation>('qualifiedName', 'holders', 'operated', 'fields');
const isAuditedCallList = answerWith<AuditedCallList>('items');

/** Every call of the API. Errors: see `AdminTransport`, and the codes that the daemon answers. */
export class AdminClient {
  constructor(private readonly transport: AdminTransport) {}

  /** State of the daemon, its metadata access server, groups and connectors */
  async getStatus(signal?: AbortSignal): Promise<Status> {
    return this.transport.send({ method: 'GET', path: '/api/v1/status' }, isStatus, signal);
  }

  /** Connector providers that are installed, also those that cannot be used */
  async listProviders(signal?: AbortSignal): Promise<ProviderList> {
    return this.transport.send({ method: 'GET', path: '/api/v1/providers' }, isProviderList, signal);
  }

  /** Every group that the daemon watches */
  async listGroups(signal?: AbortSignal): Promise<GroupList> {
    return this.transport.send({ method: 'GET', path: '/api/v1/groups' }, isGroupList, signal);
  }

  /** Make a group and watch it */
  async createGroup(body: CreateGroupBody, signal?: AbortSignal): Promise<Group> {
    return this.transport.send({ method: 'POST', path: '/api/v1/groups', body }, isGroup, signal);
  }

  /** One group with its conditions */
  async getGroup(name: string, signal?: AbortSignal): Promise<Group> {
    return this.transport.send({ method: 'GET', path: `/api/v1/groups/${segment('name', name)}` }, isGroup, signal);
  }

  /** Delete a group; its connectors stop */
  async deleteGroup(name: string, signal?: AbortSignal): Promise<Accepted> {
    return this.transport.send(
      { method: 'DELETE', path: `/api/v1/groups/${segment('name', name)}` },
      isAccepted,
      signal,
    );
  }

  /** Let the change through that waits for confirmation */
  async confirmGroup(name: string, signal?: AbortSignal): Promise<Group> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/groups/${segment('name', name)}/confirm` },
      isGroup,
      signal,
    );
  }

  /** Register a connector with a group */
  async addConnector(name: string, body: AddConnectorBody, signal?: AbortSignal): Promise<AddedConnector> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/groups/${segment('name', name)}/connectors`, body },
      isAddedConnector,
      signal,
    );
  }

  /** Connectors by group and name, page by page */
  async listConnectors(query: ListConnectorsQuery = {}, signal?: AbortSignal): Promise<ConnectorPage> {
    return this.transport.send(
      { method: 'GET', path: '/api/v1/connectors', query: { ...query } },
      isConnectorPage,
      signal,
    );
  }

  /** One connector with its registration, secrets masked */
  async getConnector(reference: string, query: GetConnectorQuery = {}, signal?: AbortSignal): Promise<Connector> {
    return this.transport.send(
      { method: 'GET', path: `/api/v1/connectors/${segment('reference', reference)}`, query: { ...query } },
      isConnector,
      signal,
    );
  }

  /** Change the registration of a connector */
  async updateConnector(
    reference: string,
    body: UpdateConnectorBody,
    query: UpdateConnectorQuery = {},
    signal?: AbortSignal,
  ): Promise<Accepted> {
    return this.transport.send(
      { method: 'PATCH', path: `/api/v1/connectors/${segment('reference', reference)}`, query: { ...query }, body },
      isAccepted,
      signal,
    );
  }

  /** End the registration of a connector; what it catalogued stays */
  async removeConnector(reference: string, query: RemoveConnectorQuery = {}, signal?: AbortSignal): Promise<Accepted> {
    return this.transport.send(
      { method: 'DELETE', path: `/api/v1/connectors/${segment('reference', reference)}`, query: { ...query } },
      isAccepted,
      signal,
    );
  }

  /** Hold the connector: no runs until it is resumed, over restarts too */
  async pauseConnector(
    reference: string,
    body: PauseConnectorBody = {},
    query: PauseConnectorQuery = {},
    signal?: AbortSignal,
  ): Promise<Accepted> {
    return this.transport.send(
      {
        method: 'POST',
        path: `/api/v1/connectors/${segment('reference', reference)}/pause`,
        query: { ...query },
        body,
      },
      isAccepted,
      signal,
    );
  }

  /** End a pause */
  async resumeConnector(reference: string, query: ResumeConnectorQuery = {}, signal?: AbortSignal): Promise<Accepted> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/connectors/${segment('reference', reference)}/resume`, query: { ...query } },
      isAccepted,
      signal,
    );
  }

  /** Ask for a run now */
  async refreshConnector(
    reference: string,
    body: RefreshConnectorBody = {},
    query: RefreshConnectorQuery = {},
    signal?: AbortSignal,
  ): Promise<StartedRun> {
    return this.transport.send(
      {
        method: 'POST',
        path: `/api/v1/connectors/${segment('reference', reference)}/refresh`,
        query: { ...query },
        body,
      },
      isStartedRun,
      signal,
    );
  }

  /** Give the connector a new instance; also the way out of `failed` */
  async restartConnector(
    reference: string,
    query: RestartConnectorQuery = {},
    signal?: AbortSignal,
  ): Promise<Accepted> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/connectors/${segment('reference', reference)}/restart`, query: { ...query } },
      isAccepted,
      signal,
    );
  }

  /** Try the way to what the connector reads, step by step */
  async probeConnector(reference: string, query: ProbeConnectorQuery = {}, signal?: AbortSignal): Promise<Probe> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/connectors/${segment('reference', reference)}/probe`, query: { ...query } },
      isProbe,
      signal,
    );
  }

  /** Register the connector with another group and end its registration here */
  async moveConnector(
    reference: string,
    body: MoveConnectorBody,
    query: MoveConnectorQuery = {},
    signal?: AbortSignal,
  ): Promise<Accepted> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/connectors/${segment('reference', reference)}/move`, query: { ...query }, body },
      isAccepted,
      signal,
    );
  }

  /** Last runs of a connector, newest first */
  async listRuns(reference: string, query: ListRunsQuery = {}, signal?: AbortSignal): Promise<RunList> {
    return this.transport.send(
      { method: 'GET', path: `/api/v1/connectors/${segment('reference', reference)}/runs`, query: { ...query } },
      isRunList,
      signal,
    );
  }

  /** One run with its findings */
  async getRun(id: string, signal?: AbortSignal): Promise<Run> {
    return this.transport.send({ method: 'GET', path: `/api/v1/runs/${segment('id', id)}` }, isRun, signal);
  }

  /** Ask for a run that writes nothing and ends in a plan */
  async previewConnector(
    reference: string,
    query: PreviewConnectorQuery = {},
    signal?: AbortSignal,
  ): Promise<StartedRun> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/connectors/${segment('reference', reference)}/preview`, query: { ...query } },
      isStartedRun,
      signal,
    );
  }

  /** Last plans of a connector, newest first */
  async listPlans(reference: string, query: ListPlansQuery = {}, signal?: AbortSignal): Promise<PlanList> {
    return this.transport.send(
      { method: 'GET', path: `/api/v1/connectors/${segment('reference', reference)}/plans`, query: { ...query } },
      isPlanList,
      signal,
    );
  }

  /** The plan that a run made: counts, certificates, state */
  async getPlan(id: string, signal?: AbortSignal): Promise<Plan> {
    return this.transport.send({ method: 'GET', path: `/api/v1/runs/${segment('id', id)}/plan` }, isPlan, signal);
  }

  /** Items of a plan with the old and new value of each field, in the order of applying */
  async listPlanItems(id: string, query: ListPlanItemsQuery = {}, signal?: AbortSignal): Promise<PlanItemPage> {
    return this.transport.send(
      { method: 'GET', path: `/api/v1/runs/${segment('id', id)}/plan/items`, query: { ...query } },
      isPlanItemPage,
      signal,
    );
  }

  /** Approve a plan as a whole or in part; a run then applies it */
  async approvePlan(id: string, body: ApprovePlanBody = {}, signal?: AbortSignal): Promise<StartedRun> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/runs/${segment('id', id)}/plan/approve`, body },
      isStartedRun,
      signal,
    );
  }

  /** Decide that nothing of a plan will be applied */
  async rejectPlan(id: string, body: RejectPlanBody = {}, signal?: AbortSignal): Promise<Plan> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/runs/${segment('id', id)}/plan/reject`, body },
      isPlan,
      signal,
    );
  }

  /** Take back what a run wrote, in a run of its own */
  async undoRun(id: string, body: UndoRunBody = {}, signal?: AbortSignal): Promise<StartedRun> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/runs/${segment('id', id)}/undo`, body },
      isStartedRun,
      signal,
    );
  }

  /** Let refreshes write again what a run has taken back */
  async releaseRun(id: string, body: ReleaseRunBody = {}, signal?: AbortSignal): Promise<Released> {
    return this.transport.send(
      { method: 'POST', path: `/api/v1/runs/${segment('id', id)}/release`, body },
      isReleased,
      signal,
    );
  }

  /** Fields that both sides have set and elements that were there before, oldest first */
  async listConflicts(reference: string, query: ListConflictsQuery = {}, signal?: AbortSignal): Promise<ConflictPage> {
    return this.transport.send(
      { method: 'GET', path: `/api/v1/connectors/${segment('reference', reference)}/conflicts`, query: { ...query } },
      isConflictPage,
      signal,
    );
  }

  /** Decisions to keep what the metadata access server has, that can be taken back, by qualified name */
  async listConflictDecisions(
    reference: string,
    query: ListConflictDecisionsQuery = {},
    signal?: AbortSignal,
  ): Promise<KeptConflictPage> {
    return this.transport.send(
      {
        method: 'GET',
        path: `/api/v1/connectors/${segment('reference', reference)}/conflicts/decisions`,
        query: { ...query },
      },
      isKeptConflictPage,
      signal,
    );
  }

  /** Decide conflicts: take the value of the source, or keep what the metadata access server has */
  async resolveConflicts(
    reference: string,
    body: ResolveConflictsBody,
    query: ResolveConflictsQuery = {},
    signal?: AbortSignal,
  ): Promise<ResolvedConflicts> {
    return this.transport.send(
      {
        method: 'POST',
        path: `/api/v1/connectors/${segment('reference', reference)}/conflicts/resolve`,
        query: { ...query },
        body,
      },
      isResolvedConflicts,
      signal,
    );
  }

  /** Take back a decision to keep what the metadata access server has: it is asked again */
  async releaseConflicts(
    reference: string,
    body: ReleaseConflictsBody,
    query: ReleaseConflictsQuery = {},
    signal?: AbortSignal,
  ): Promise<ResolvedConflicts> {
    return this.transport.send(
      {
        method: 'POST',
        path: `/api/v1/connectors/${segment('reference', reference)}/conflicts/release`,
        query: { ...query },
        body,
      },
      isResolvedConflicts,
      signal,
    );
  }

  /** Search what was catalogued */
  async findElements(query: FindElementsQuery = {}, signal?: AbortSignal): Promise<ElementPage> {
    return this.transport.send({ method: 'GET', path: '/api/v1/elements', query: { ...query } }, isElementPage, signal);
  }

  /** One element by its qualified name, with what it is related to */
  async getElement(query: GetElementQuery, signal?: AbortSignal): Promise<ElementWithRelated> {
    return this.transport.send(
      { method: 'GET', path: '/api/v1/elements/by-name', query: { ...query } },
      isElementWithRelated,
      signal,
    );
  }

  /** One element by its qualified name, percent-encoded as one segment of the path */
  async getElementByPath(qualifiedName: string, signal?: AbortSignal): Promise<ElementWithRelated> {
    return this.transport.send(
      { method: 'GET', path: `/api/v1/elements/by-name/${segment('qualifiedName', qualifiedName)}` },
      isElementWithRelated,
      signal,
    );
  }

  /** Which connector and which run wrote an element, and where its fields are from */
  async explainElement(query: ExplainElementQuery, signal?: AbortSignal): Promise<Explanation> {
    return this.transport.send(
      { method: 'GET', path: '/api/v1/elements/explanation', query: { ...query } },
      isExplanation,
      signal,
    );
  }

  /** Who changed what, when and from where, newest first, over all faces of the process */
  async listAuditedCalls(query: ListAuditedCallsQuery = {}, signal?: AbortSignal): Promise<AuditedCallList> {
    return this.transport.send(
      { method: 'GET', path: '/api/v1/audit', query: { ...query } },
      isAuditedCallList,
      signal,
    );
  }
}

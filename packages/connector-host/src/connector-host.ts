import type {
  CatalogTarget,
  JsonValue,
  OpenLineageEvent,
  ProbeStep,
  PushAnswer,
  PushedElement,
  SourceItem,
} from '@isthmus/connector-sdk';
import type { ErrorReport } from '@isthmus/kernel';
import type { OmisKind, PermittedSynchronization, Registration } from '@isthmus/model';
import type { InstanceNotice } from './instance/notice-queue.js';
import type { MetadataCalls } from './metadata-calls.js';
import type { ItemDigest, RunSink } from './run-sink.js';

/** A connector provider as its manifest (`package.json`, key `isthmus`) describes it; no code of it need have run. */
export interface ProviderManifest {
  /** Provider id, e.g. `files`. */
  readonly provider: string;
  /** `unknown`: its manifest names none that there is. */
  readonly kind: OmisKind | 'unknown';
  readonly packageName: string;
  readonly version: string;
  /** Range of connector-sdk versions that it was written for. */
  readonly sdk: string;
  /** Folder of the package. */
  readonly directory: string;
  /** Java provider class names that it replaces. */
  readonly replaces: readonly string[];
  /** What its manifest says that nobody reads. */
  readonly remarks?: readonly string[];
  /** Why it cannot be used, or could not be loaded when that was last tried; it is listed all the same. */
  readonly problem?: ErrorReport;
  /** JSON Schema of the configuration, known once the provider's code was loaded: its `secret: true` marks decide what faces mask. */
  readonly configurationSchema?: unknown;
}

/** What it takes to make one instance. */
export interface InstanceSpec {
  readonly registration: Registration;
  /** Middle part of qualified names. */
  readonly source: string;
  readonly permittedSynchronization: PermittedSynchronization;
  readonly excludedPaths: readonly string[];
  /** Qualified name of the group, for log lines. */
  readonly group?: string;
}

/** What an instance tells while it lives. Called from connector code: must not throw, must not wait. */
export interface InstanceEvents {
  /** The connector asks for a refresh of these scopes (undefined: all), of one catalog target where it is named. */
  changed(scopes: readonly string[] | undefined, target?: string): void;
  /** Its code left an error behind that nobody caught: a promise that nobody looked at, a throw in a timer. */
  strayed?(report: StrayReport): void;
  /** Carries out the operations of its context; absent: none is. Unlike the others it may be waited for. */
  readonly metadata?: MetadataCalls;
  /** It publishes an OpenLineage event. */
  publishedLineage?(event: OpenLineageEvent['event']): void;
}

/** An error that nobody caught, secrets removed. */
export interface StrayReport {
  readonly message: string;
  readonly stack?: string;
  /** Name of the connector that it comes from; absent = not known. */
  readonly connector?: string;
  readonly group?: string;
}

export interface RunRequest {
  readonly id: string;
  readonly mode: 'preview' | 'apply';
  readonly requested: ReadonlySet<string> | undefined;
  /** Where the run goes on; absent = it lists everything. */
  readonly cursor?: JsonValue;
  /** Absent: the run is about the connector's own connection. */
  readonly target?: TargetSpec;
}

/** One catalog target, as a run of it or a change of it is told to an instance. */
export interface TargetSpec extends Omit<CatalogTarget, 'configuration'> {
  /** The connector's, with what the target lays over it: connection, direction, collection. */
  readonly registration: Registration;
}

/**
 * Makes and holds instances, near the connector: in this process, later in a child, a worker, an agent.
 * Each instance has a context, a logger and a configuration of its own, made when it starts.
 */
export interface ConnectorHost {
  providers(): readonly ProviderManifest[];
  /** Reads the manifests again: a provider may have been installed. */
  rescan(): Promise<readonly ProviderManifest[]>;
  /**
   * By its id or a Java class that it replaces, with the schema of its configuration: its code is loaded for that.
   *
   * @throws PROVIDER_UNKNOWN, PROVIDER_JAVA_ONLY, PROVIDER_UNUSABLE
   */
  provider(name: string): Promise<ProviderManifest>;
  /**
   * Validates without starting.
   *
   * @throws PROVIDER_UNKNOWN, PROVIDER_JAVA_ONLY, PROVIDER_UNUSABLE, CONNECTOR_CONFIGURATION_INVALID (names the field), REGISTRATION_WITHOUT_CONNECTION
   */
  check(registration: Registration): Promise<CheckedRegistration>;
  /** Creates and starts an instance. Throws as `check`, and CONNECTOR_FAILED; what was begun is closed again. */
  start(spec: InstanceSpec, events: InstanceEvents, signal: AbortSignal): Promise<ConnectorInstance>;
}

export interface CheckedRegistration {
  readonly manifest: ProviderManifest;
  /** Brought up to `version`, with defaults. */
  readonly configuration: unknown;
  /** Of the configuration, as the provider reads it now. */
  readonly version: number;
}

/** An answer with the digest of the item that it shows. */
export type JudgedAnswer =
  | (Extract<PushAnswer, { readonly item: SourceItem }> & { readonly digest: ItemDigest })
  | Exclude<PushAnswer, { readonly item: SourceItem }>;

export interface ConnectorInstance {
  readonly instanceId: string;
  readonly manifest: ProviderManifest;
  readonly capabilities: {
    readonly refresh: boolean;
    readonly engage: boolean;
    readonly reconfigure: boolean;
    readonly probe: boolean;
    /** Whether it works on catalog targets. */
    readonly targets: boolean;
    /** What it wants to be told of beside its runs. */
    readonly listens: {
      /** Types of elements and relationships; empty = none. */
      readonly elements: readonly string[];
      readonly lineage: boolean;
    };
  };
  /** Tells it of something beside its runs. Returns at once; what waits is bounded, hooks are called one by one. */
  notify(notice: InstanceNotice): void;
  /** The part of the configuration that decides what belongs to the source; undefined = all of it. */
  boundary?(): unknown;
  /**
   * The same of a catalog target.
   *
   * @throws CONNECTOR_CONFIGURATION_INVALID and what else `ConnectorHost.check` throws
   */
  targetBoundary(target: TargetSpec): Promise<unknown>;
  /** Targets came, changed or went (names). One whose configuration cannot be read is left out: its run says why. */
  targetsChanged(
    changes: {
      readonly added: readonly TargetSpec[];
      readonly changed: readonly TargetSpec[];
      readonly removed: readonly string[];
    },
    signal: AbortSignal,
  ): Promise<void>;
  probe(signal: AbortSignal): Promise<readonly ProbeStep[]>;
  /** One refresh. What it says goes to `sink`; open scopes that were not completed are dropped without deletes. */
  refresh(request: RunRequest, sink: RunSink, signal: AbortSignal): Promise<void>;
  /** Types of elements that `push` takes; undefined = nothing is pushed. */
  readonly pushes?: readonly string[] | undefined;
  /** Hands over what changed in the metadata server. Answers what the connector said of each, as far as it makes sense. */
  push?(elements: readonly PushedElement[], signal: AbortSignal): Promise<readonly JudgedAnswer[]>;
  engage(signal: AbortSignal): Promise<void>;
  /** Validates first; throwing keeps the old configuration. `restart`: the caller makes a new instance. */
  reconfigure(next: InstanceSpec, signal: AbortSignal): Promise<'applied' | 'restart'>;
  /** Closes. After it no call of the instance is answered: late calls of its code are refused with CONNECTOR_STOPPED. */
  stop(signal: AbortSignal): Promise<void>;
  /** Cuts it off at once without waiting for its code: used when `stop` did not end in time. */
  abandon(): void;
  /** Monotonic milliseconds of the last sign of life (a call over its port, the end of a hook). */
  lastProgressAt(): number;
}

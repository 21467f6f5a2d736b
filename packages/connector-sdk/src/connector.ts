import type { Connection, OmisKind } from '@isthmus/model';
import type { Static, TSchema } from 'typebox';
import type { KindContextOf } from './base-context.js';
import type { TargetChanges } from './catalog-target.js';
import type { ContextIn, Direction, RunIn } from './direction.js';
import type { FilesScope } from './files/files-scope.js';
import type { Listeners } from './listeners.js';
import type { PushAnswer, PushedElement } from './push.js';
import type { KindScopes } from './scopes/kind-scopes.js';
import type { NameShape } from './scopes/naming.js';

/** What a connector of each kind gets besides its context: the scopes of its runs. One row per OMIS kind that exists. */
export interface OmisKinds {
  api: { readonly scope: KindScopes['api'] };
  catalog: { readonly scope: KindScopes['catalog'] };
  database: { readonly scope: KindScopes['database'] };
  display: { readonly scope: KindScopes['display'] };
  files: { readonly scope: FilesScope };
  infrastructure: { readonly scope: KindScopes['infrastructure'] };
  lineage: { readonly scope: KindScopes['lineage'] };
  organization: { readonly scope: KindScopes['organization'] };
  search: { readonly scope: KindScopes['search'] };
  security: { readonly scope: KindScopes['security'] };
  stewardship: { readonly scope: KindScopes['stewardship'] };
  topic: { readonly scope: KindScopes['topic'] };
}
export type SupportedKind = keyof OmisKinds & OmisKind;
export type OmisContexts = { readonly [K in SupportedKind]: KindContextOf<K> };
export type OmisScopes = { readonly [K in SupportedKind]: OmisKinds[K]['scope'] };

/** What an author gives to `defineConnector`. */
export interface ConnectorDefinition<
  K extends SupportedKind,
  S extends TSchema,
  D extends Direction = 'BOTH_DIRECTIONS',
> {
  /** Chooses the context type. */
  readonly kind: K;
  /**
   * Where the connector is allowed to write, whatever its registration says. `TO_THIRD_PARTY`: what would write metadata
   * does not compile, and is refused; `FROM_THIRD_PARTY`: so with `pushes`. Default: as the registration says.
   */
  readonly direction?: D;
  /**
   * The connector works on catalog targets: where its registration has some, each run goes over them (`run.target`),
   * and its own connection only says what they have in common. Default false: targets are not looked at.
   */
  readonly targets?: boolean;
  /** Types of elements and relationships, subtypes included, of whose changes `elementsChanged` is told. */
  readonly listensTo?: readonly string[];
  /**
   * Types of elements that `push` takes, subtypes too. What people change of them in the metadata server is handed over
   * where the registration lets the connector write to its third party.
   */
  readonly pushes?: D extends 'FROM_THIRD_PARTY' ? never : readonly string[];
  /** Stable id of the provider, e.g. `files`. */
  readonly provider: string;
  /** TypeBox schema: type, validation, defaults, form and docs of the configuration. Mark secrets with `secret: true`. */
  readonly configuration: S;
  /** Version of the configuration schema, starting at 1. */
  readonly version: number;
  /** Brings a configuration of an older version up to this one. Pure. */
  readonly migrate?: (configuration: unknown, fromVersion: number) => unknown;
  /** Java provider class name -> how its connection becomes our configuration. */
  readonly replaces?: Readonly<Record<string, (connection: Connection) => unknown>>;
  /** Our connection -> configuration; default: `configurationProperties` without the reserved `isthmus.` keys. */
  readonly fromConnection?: (connection: Connection) => unknown;
  /**
   * The part of the configuration that decides what belongs to the source (root, filters). When it changes, what is no
   * longer listed is not taken as gone. Pure. Default: the whole configuration.
   */
  readonly boundary?: (configuration: Static<S>) => unknown;
  /**
   * How people want its things to be called: `shape` of `qualifiedNames`, which then is a field of the configuration. Pure.
   * Default, and undefined: `<Root type>::<source>:<path>`.
   *
   * @throws CONNECTOR_CONFIGURATION_INVALID
   */
  naming?(configuration: Static<S>): NameShape | undefined;
  /** Called once per start. Must not wait or do I/O; that belongs to `start`. */
  create(context: ContextIn<K, D>, configuration: Static<S>): IntegrationConnector<K, D, Static<S>>;
}

/**
 * A running instance. Every hook may throw: the host records it and the restart policy decides. Every hook gets a
 * signal that is aborted at its deadline or when the connector is to stop; an abort is no fault.
 */
export interface IntegrationConnector<
  K extends SupportedKind = SupportedKind,
  D extends Direction = 'BOTH_DIRECTIONS',
  C = unknown,
> extends Listeners {
  /** Tries the way to the third party step by step, without side effects. */
  probe?(signal: AbortSignal): Promise<readonly ProbeStep[]>;
  /** Opens what refresh needs (pools, watchers). Default deadline 30 s. */
  start?(signal: AbortSignal): Promise<void>;
  /** Says what is there. Never runs twice at a time. */
  refresh?(run: RunIn<K, D, C>): Promise<void>;
  /**
   * Takes over what changed in the metadata server: at most 100 elements, each once, before a refresh. A write that the
   * source would take over a newer state of its own must not happen: answer `conflict`. May be asked again for what it
   * has written, after a crash. Answers every element. Default deadline 60 s.
   */
  push?(elements: readonly PushedElement[], signal: AbortSignal): Promise<readonly PushAnswer[]>;
  /** Targets came, changed or went: before the run that finds it. What `start` opened for them may be closed. */
  targetsChanged?(changes: TargetChanges<C>, signal: AbortSignal): Promise<void>;
  /** For connectors that wait for events of their own; returns when the signal is aborted. */
  engage?(signal: AbortSignal): Promise<void>;
  /** Takes over a changed configuration without losing its state. Absent = restart. Throwing keeps the old one. */
  reconfigure?(next: unknown, signal: AbortSignal): Promise<'applied' | 'restart'>;
  /** Closes what start opened. Called once, also after a failure. */
  stop?(): Promise<void>;
}

export interface ProbeStep {
  readonly name: 'resolve' | 'reach' | 'authenticate' | 'authorise' | 'sample';
  readonly ok: boolean;
  readonly message: string;
}

/** A definition of whatever direction, as test kits take it. */
export type DirectedDefinition<K extends SupportedKind, S extends TSchema> = Omit<
  ConnectorDefinition<K, S>,
  'direction' | 'create'
> & {
  readonly direction?: Direction;
  create(context: never, configuration: Static<S>): DirectedConnector<K, Static<S>>;
};

/** A connector of whatever direction. */
export type DirectedConnector<K extends SupportedKind, C = unknown> = {
  [D in Direction]: IntegrationConnector<K, D, C>;
}[Direction];

/** A definition without its types, as hosts hold it. */
export interface AnyConnectorDefinition
  extends Omit<ConnectorDefinition<SupportedKind, TSchema, Direction>, 'create' | 'boundary' | 'naming'> {
  readonly boundary?: (configuration: never) => unknown;
  naming?(configuration: never): NameShape | undefined;
  create(context: never, configuration: never): IntegrationConnector;
}

/** Checks nothing at run time: it binds kind, schema and `create` together for the compiler. */
export function defineConnector<K extends SupportedKind, S extends TSchema, D extends Direction = 'BOTH_DIRECTIONS'>(
  definition: ConnectorDefinition<K, S, D>,
): ConnectorDefinition<K, S, D> {
  return definition;
}

import 'reflect-metadata';
import { createRequire } from 'node:module';
import { type IntegrationConnector, kindContext } from '@isthmus/connector-sdk';
import { type Clock, IsthmusError, KernelTokens, type Logger, processSlicer } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { inject, injectable } from 'inversify';
import { directionSource, permittedDirection } from './configuration/permitted-direction.js';
import { connectionOf, type ReadConfiguration, readConfiguration } from './configuration/read-configuration.js';
import { Redactor } from './configuration/redactor.js';
import { systemSecrets } from './configuration/secrets.js';
import type {
  CheckedRegistration,
  ConnectorHost,
  ConnectorInstance,
  InstanceEvents,
  InstanceSpec,
  ProviderManifest,
} from './connector-host.js';
import { HostTokens, type InlineHostOptions } from './host-tokens.js';
import { defaultDeadlines } from './instance/hook-deadlines.js';
import { InlineInstance } from './instance/inline-instance.js';
import { InstancePort } from './instance/instance-port.js';
import { abortOf, toConnectorError } from './instance/run-hook.js';
import { processStrays, type TracedInstance } from './instance/stray-tracer.js';
import type { LoadedDefinition } from './providers/connector-definition.js';
import { ProviderCatalogue } from './providers/provider-catalogue.js';
import { ProviderLoader } from './providers/provider-loader.js';
import type { ProviderEntry } from './providers/read-manifest.js';

const usualRescanAfterMs = 2_000;

/** Runs connectors in this process. A provider's code is loaded when its first connector is checked or started. */
@injectable()
export class InlineConnectorHost implements ConnectorHost {
  readonly #catalogue: ProviderCatalogue;
  readonly #loader: ProviderLoader;
  #scanned: Promise<void> | undefined;
  #scannedAt = 0;

  constructor(
    @inject(HostTokens.Options) private readonly options: InlineHostOptions,
    @inject(KernelTokens.Clock) private readonly clock: Clock,
    @inject(KernelTokens.Logger) private readonly logger: Logger,
  ) {
    this.#catalogue = new ProviderCatalogue(
      options.providerDirectories,
      options.sdkVersion ?? installedSdkVersion(),
      logger,
    );
    this.#loader = new ProviderLoader(clock);
  }

  /** Empty until the manifests were read the first time. */
  providers(): readonly ProviderManifest[] {
    return this.#catalogue.entries().map((entry) => this.#manifest(entry));
  }

  async rescan(): Promise<readonly ProviderManifest[]> {
    this.#scanned = this.#scan();
    await this.#scanned;
    return this.providers();
  }

  async provider(name: string): Promise<ProviderManifest> {
    return (await this.#loadNamed(name)).manifest;
  }

  async check(registration: Registration): Promise<CheckedRegistration> {
    const { manifest, definition } = await this.#load(registration);
    permittedDirection(manifest.provider, definition.direction, registration.permittedSynchronization);
    const { configuration } = await this.#read(registration, definition);
    return { manifest, configuration, version: definition.version };
  }

  async start(spec: InstanceSpec, events: InstanceEvents, signal: AbortSignal): Promise<ConnectorInstance> {
    const { registration } = spec;
    const { manifest, definition } = await this.#load(registration);
    const { configuration, secrets } = await this.#read(registration, definition);
    // thousands may be started one right after the other
    await processSlicer.turn();
    if (signal.aborted) throw abortOf(signal);
    const permittedSynchronization = permittedDirection(
      manifest.provider,
      definition.direction,
      spec.permittedSynchronization,
    );
    const permitted = { ...spec, permittedSynchronization };
    const instance = this.#create(permitted, events, manifest, definition, configuration, secrets);
    await instance.start(signal);
    return instance;
  }

  #create(
    spec: InstanceSpec,
    events: InstanceEvents,
    manifest: ProviderManifest,
    definition: LoadedDefinition,
    configuration: unknown,
    secrets: Iterable<string>,
  ): InlineInstance {
    const { registration, source, permittedSynchronization, excludedPaths, group } = spec;
    const { connectorName } = registration;
    const redactor = new Redactor();
    redactor.add(secrets);
    const logger = this.logger.child({ ...(group === undefined ? {} : { group }), connector: connectorName });
    const port = new InstancePort(
      {
        kind: definition.kind,
        connectorName,
        permittedSynchronization,
        direction: directionSource(manifest.provider, definition.direction),
      },
      events,
      logger,
      redactor,
      this.clock,
    );
    let instance: InlineInstance | undefined;
    const context = kindContext(
      definition.kind,
      port,
      { connectorName, source, permittedSynchronization, excludedPaths },
      (target) => definition.naming?.((target ?? instance)?.configuration ?? configuration),
    );
    const traced: TracedInstance = {
      connector: connectorName,
      ...(group === undefined ? {} : { group }),
      redactor,
      told: (report) => events.strayed?.(report),
    };
    try {
      processStrays.enter(traced);
      const connector: unknown = processStrays.within(traced, () =>
        // a copy, as what belongs to the source is told from the configuration later
        definition.create(context.context, structuredClone(configuration)),
      );
      if (!isConnector(connector)) {
        if (connector instanceof Promise) connector.catch(() => undefined);
        throw new Error('`create` did not return a connector, but has to, and no promise of one');
      }
      instance = new InlineInstance({
        instanceId: this.options.newId(),
        manifest,
        spec,
        connector,
        context,
        port,
        redactor,
        traced,
        clock: this.clock,
        logger,
        deadlines: { ...defaultDeadlines, ...this.options.deadlines },
        configuration,
        boundary: boundaryOf(definition),
        direction: definition.direction,
        targets: definition.targets === true,
        listensTo: definition.listensTo ?? [],
        listenerFailed: (message) =>
          events.strayed?.({ message, connector: connectorName, ...(group === undefined ? {} : { group }) }),
        pushes: definition.pushes,
        read: (next) => this.#readAgain(next.registration, manifest, definition),
      });
      return instance;
    } catch (error) {
      port.close();
      processStrays.leave(traced);
      throw toConnectorError({ name: 'create', connectorName }, redactor, error);
    }
  }

  async #load(registration: Registration) {
    return await this.#loadNamed(connectionOf(registration).providerName);
  }

  async #loadNamed(name: string) {
    this.#scanned ??= this.#scan();
    await this.#scanned;
    const entry = await this.#resolve(name);
    const definition = await this.#loader.load(entry);
    return { manifest: this.#manifest(entry), definition };
  }

  /** A provider that is not known may have been installed since the manifests were read. */
  async #resolve(name: string): Promise<ProviderEntry> {
    try {
      return this.#catalogue.resolve(name);
    } catch (error) {
      if (this.clock.monotonic() - this.#scannedAt < (this.options.rescanAfterMs ?? usualRescanAfterMs)) throw error;
      this.#scanned = this.#scan();
      await this.#scanned;
      return this.#catalogue.resolve(name);
    }
  }

  #scan(): Promise<void> {
    this.#scannedAt = this.clock.monotonic();
    return this.#catalogue.scan();
  }

  /** With what the provider's code has told, once it was loaded, or why it could not be. */
  #manifest(entry: ProviderEntry): ProviderManifest {
    const configurationSchema = this.#loader.schemaOf(entry);
    const problem = entry.manifest.problem ?? this.#loader.faultOf(entry);
    return {
      ...entry.manifest,
      ...(configurationSchema === undefined ? {} : { configurationSchema }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  #read(registration: Registration, definition: LoadedDefinition): Promise<ReadConfiguration> {
    return readConfiguration(registration, definition, this.options.secrets ?? systemSecrets);
  }

  async #readAgain(
    registration: Registration,
    manifest: ProviderManifest,
    definition: LoadedDefinition,
  ): Promise<ReadConfiguration> {
    const next = connectionOf(registration).providerName;
    if (next !== manifest.provider && !manifest.replaces.includes(next)) {
      throw new IsthmusError('PROVIDER_UNKNOWN', `provider ${manifest.provider} cannot take over for ${next}`);
    }
    return this.#read(registration, definition);
  }
}

/** Of another shape of names what was listed before is no longer listed, and is not gone. */
function boundaryOf({ boundary = (whole) => whole, naming }: LoadedDefinition): (configuration: unknown) => unknown {
  return (configuration) => {
    const shape = naming?.(configuration);
    const own = boundary(configuration);
    return shape === undefined ? own : [own, shape];
  };
}

function isConnector(value: unknown): value is IntegrationConnector {
  return typeof value === 'object' && value !== null && !(value instanceof Promise);
}

function installedSdkVersion(): string {
  const described: unknown = createRequire(import.meta.url)('@isthmus/connector-sdk/package.json');
  return typeof described === 'object' && described !== null && 'version' in described
    ? String(described.version)
    : '0.0.0';
}

import {
  type IntegrationConnector,
  type OmisContexts,
  type ProbeStep,
  sourceUnreadable,
  type TargetChanges,
} from '@isthmus/connector-sdk';
import { Pace, TargetSources } from '@isthmus/connector-sdk/helpers';
import { ClusterClient } from './cluster-client.js';
import { ClusterWatch } from './cluster-watch.js';
import { fingerprints, idsOf, type Seen } from './fingerprints.js';
import { listGroups } from './group-listing.js';
import { keysIn } from './item-keys.js';
import type { KafkaConfiguration } from './kafka-config.js';
import type { Listing, Run } from './listing.js';
import { probeCluster } from './probe.js';
import { RegistryClient } from './registry-client.js';
import { listSamples } from './sample-listing.js';
import { SourceFault } from './source-fault.js';
import { listSubjects } from './subject-listing.js';
import { scopeOfGroups, scopeOfSamples, scopeOfSubjects } from './to-catalogue.js';
import { choiceOf } from './topic-choice.js';
import { type ListedTopics, listCluster, listTopics } from './topic-listing.js';

/** Catalogues Kafka clusters, each target of its own: topics, consumer groups, event types of a registry. */
export class KafkaConnector implements IntegrationConnector<'topic', 'BOTH_DIRECTIONS', KafkaConfiguration> {
  readonly #watches: TargetSources<KafkaConfiguration, ClusterWatch>;

  constructor(
    private readonly context: OmisContexts['topic'],
    private readonly configuration: KafkaConfiguration,
  ) {
    const { log } = context;
    this.#watches = new TargetSources(configuration, (given, target) => {
      const changed = (scopes: readonly string[]): void => context.changed(scopes, target);
      return new ClusterWatch({ configuration: given, clientId: this.#clientId, changed, log });
    });
  }

  probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
    return probeCluster(this.configuration, this.#clientId, signal);
  }

  /** Also where the schedule leaves the first run for later. */
  async start(): Promise<void> {
    await this.#watches.of(undefined);
  }

  async stop(): Promise<void> {
    await this.#watches[Symbol.asyncDispose]();
  }

  /** With targets, the connector's own connection only says what they have in common: it is not followed. */
  async targetsChanged({ added, changed, removed }: TargetChanges<KafkaConfiguration>): Promise<void> {
    for (const name of removed) await this.#watches.close(name);
    for (const target of [...added, ...changed]) await this.#watches.of(target);
    if (this.#watches.hasTargets) await this.#watches.closeOwn();
    else await this.#watches.of(undefined);
  }

  async refresh(run: Run): Promise<void> {
    const configuration = run.target?.configuration ?? this.configuration;
    const pace = new Pace(configuration.requestsPerSecond);
    const watch = await this.#watches.of(run.target);
    try {
      await using client = await ClusterClient.open(configuration, this.#clientId, pace, run.signal);
      const seen = await this.#list(run, client, configuration, pace);
      // a preview leaves what is known as it is
      if (run.mode === 'apply') watch.saw(seen);
    } catch (error) {
      run.signal.throwIfAborted();
      if (!(error instanceof SourceFault)) throw error;
      throw sourceUnreadable(`the Kafka cluster cannot be read: ${error.message}`);
    }
  }

  async #list(run: Run, client: ClusterClient, configuration: KafkaConfiguration, pace: Pace): Promise<Seen> {
    const row = await client.cluster();
    await run.source(row.id);
    const cluster = configuration.clusterName ?? row.id;
    const choice = choiceOf(configuration);
    const listing: Listing = { run, client, configuration, choice, row, cluster, keys: keysIn(cluster) };
    await listCluster(listing);
    const topics = await listTopics(listing);
    run.progress(`listed ${topics.chosen.length} topics`);
    const isWanted = (scope: string) => run.requested === undefined || run.requested.has(scope);
    const groups = configuration.groups && isWanted(scopeOfGroups) ? await listGroups(listing, topics) : undefined;
    const subjects = isWanted(scopeOfSubjects) ? await this.#listSubjects(listing, topics, pace) : undefined;
    if (
      configuration.sampleMessages > 0 &&
      isWanted(scopeOfSamples) &&
      (subjects !== undefined || configuration.registryUrl === undefined)
    )
      await listSamples(listing, topics, subjects ?? []);
    const { chosen, settings } = topics;
    return fingerprints({ topics: chosen, settings, groups, subjects, topicIds: idsOf(row.topics) });
  }

  /** A registry that cannot be read keeps nobody from knowing the topics: what is known of it stays as it is. */
  async #listSubjects(listing: Listing, topics: ListedTopics, pace: Pace) {
    const { run, configuration } = listing;
    const { registryUrl } = configuration;
    if (registryUrl === undefined) return undefined;
    try {
      using registry = await RegistryClient.open({ ...configuration, registryUrl }, pace, run.signal);
      return await listSubjects(listing, registry, topics.there);
    } catch (error) {
      run.signal.throwIfAborted();
      if (!(error instanceof SourceFault)) throw error;
      await run
        .scope(scopeOfSubjects)
        .finding({ severity: 'error', code: 'REGISTRY_UNREADABLE', message: error.message });
      return undefined;
    }
  }

  /** What brokers see in their logs and quotas. */
  get #clientId(): string {
    return `isthmus ${this.context.connectorName}`.slice(0, 200);
  }
}

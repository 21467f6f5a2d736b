import type { ConnectorLog } from '@isthmus/connector-sdk';
import { Pace } from '@isthmus/connector-sdk/helpers';
import { FingerprintWatch } from '@isthmus/connector-sdk/servers';
import { ClusterClient } from './cluster-client.js';
import { fingerprints, idsOf, type Seen } from './fingerprints.js';
import { groupsOf } from './group-listing.js';
import type { KafkaConfiguration } from './kafka-config.js';
import { RegistryClient } from './registry-client.js';
import type { ClusterRow, TopicRow } from './rows.js';
import { chosenSubjects, versionsOf } from './subject-listing.js';
import { scopeOfGroups, scopeOfSubjects, scopeOfTopics } from './to-catalogue.js';
import { type Choice, choiceOf } from './topic-choice.js';

export interface WatchParts {
  readonly configuration: KafkaConfiguration;
  readonly clientId: string;
  readonly changed: (scopes: readonly string[]) => void;
  readonly log: ConnectorLog;
}

/** Of the time that looking takes at most: a large cluster is looked at less often. */
const share = 1 / 20;

/** Looks from time to time whether a cluster is still as the last run has read it. Keeps one connection open for that. */
export class ClusterWatch implements AsyncDisposable {
  readonly #topics: FingerprintWatch | undefined;
  readonly #details: FingerprintWatch | undefined;
  /** Apart from the others, so that they go on while it is away. */
  readonly #registry: FingerprintWatch | undefined;
  readonly #end = new AbortController();
  readonly #pace: Pace;
  readonly #choice: Choice;
  #client: ClusterClient | undefined;
  #asking: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: WatchParts) {
    const { pollSeconds, detailPollSeconds, requestsPerSecond, registryUrl } = parts.configuration;
    this.#pace = new Pace(requestsPerSecond);
    this.#choice = choiceOf(parts.configuration);
    const watch = (
      seconds: number,
      look: () => Promise<Seen>,
      scopeOfParts = scopeOfTopics,
    ): FingerprintWatch | undefined =>
      seconds === 0
        ? undefined
        : new FingerprintWatch({
            ...parts,
            pollSeconds: seconds,
            share,
            scopeOfParts,
            look: () => told(look),
          });
    this.#topics = watch(pollSeconds, () => this.#inTurn((client) => this.#lookAtTopics(client)));
    this.#details = watch(detailPollSeconds, () => this.#inTurn((client) => this.#lookAtDetails(client)));
    this.#registry =
      registryUrl === undefined
        ? undefined
        : watch(detailPollSeconds, () => this.#lookAtRegistry(registryUrl), scopeOfSubjects);
  }

  /** A run has read it so. */
  saw({ topics, settings, groups, subjects }: Seen): void {
    if (topics !== undefined) this.#topics?.read(scopeOfTopics, topics);
    if (settings !== undefined) this.#details?.read(scopeOfTopics, settings);
    if (groups !== undefined) this.#details?.read(scopeOfGroups, groups);
    if (subjects !== undefined) this.#registry?.read(scopeOfSubjects, subjects);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await Promise.all([this.#topics?.stop(), this.#details?.stop(), this.#registry?.stop()]);
    await this.#close();
  }

  async #lookAtTopics(client: ClusterClient): Promise<Seen> {
    const cluster = await client.cluster();
    return fingerprints({ topics: this.#chosen(cluster), topicIds: idsOf(cluster.topics) });
  }

  async #lookAtDetails(client: ClusterClient): Promise<Seen> {
    const { configuration } = this.parts;
    const cluster = await client.cluster();
    const names = this.#chosen(cluster).map(({ name }) => name);
    const settings = configuration.settings ? await client.settings(names) : undefined;
    const groups = configuration.groups ? await groupsOf({ client, choice: this.#choice }, new Set(names)) : undefined;
    return fingerprints({ settings, groups, topicIds: idsOf(cluster.topics) });
  }

  async #lookAtRegistry(registryUrl: string): Promise<Seen> {
    const { topics } = await this.#inTurn((client) => client.cluster());
    const there = new Set(topics.map(({ name }) => name));
    const configuration = { ...this.parts.configuration, registryUrl };
    using registry = await RegistryClient.open(configuration, this.#pace, this.#end.signal);
    const chosen = chosenSubjects(await registry.subjects(), there, this.#choice);
    return fingerprints({ subjects: await versionsOf(registry, chosen), topicIds: idsOf(topics) });
  }

  #chosen({ topics }: ClusterRow): readonly TopicRow[] {
    return topics.filter(({ name, isInternal }) => this.#choice.topic(name, isInternal));
  }

  /** One after the other, as they share the connection; after a failure it is opened anew. */
  #inTurn<T>(ask: (client: ClusterClient) => Promise<T>): Promise<T> {
    const asked = this.#asking
      .catch(() => undefined)
      .then(async () => {
        this.#end.signal.throwIfAborted();
        try {
          return await ask(await this.#open());
        } catch (error) {
          await this.#close();
          throw error;
        }
      });
    this.#asking = asked;
    return asked;
  }

  async #open(): Promise<ClusterClient> {
    const { configuration, clientId } = this.parts;
    if (this.#client?.isBroken === true) await this.#close();
    this.#client ??= await ClusterClient.open(configuration, clientId, this.#pace, this.#end.signal);
    return this.#client;
  }

  async #close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.[Symbol.asyncDispose]();
  }
}

/** By the scope that is to be listed again; one look never holds two aspects of one scope. */
async function told(look: () => Promise<Seen>): Promise<ReadonlyMap<string, string>> {
  const { topics, settings, groups, subjects } = await look();
  const found: readonly (readonly [string, string | undefined])[] = [
    [scopeOfTopics, topics ?? settings],
    [scopeOfGroups, groups],
    [scopeOfSubjects, subjects],
  ];
  return new Map(found.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

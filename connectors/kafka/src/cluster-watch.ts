import type { ConnectorLog } from '@isthmus/connector-sdk';
import { nodeTimers, Pace, Poll, type Timers } from '@isthmus/connector-sdk/helpers';
import { ClusterClient } from './cluster-client.js';
import { type Aspect, fingerprints, type Seen } from './fingerprints.js';
import { groupsOf } from './group-listing.js';
import type { KafkaConfiguration } from './kafka-config.js';
import { RegistryClient } from './registry-client.js';
import type { ClusterRow, TopicRow } from './rows.js';
import { reasonOf } from './source-fault.js';
import { chosenSubjects, versionsOf } from './subject-listing.js';
import { scopeOfGroups, scopeOfSubjects, scopeOfTopics } from './to-catalogue.js';
import { choiceOf } from './topic-choice.js';

export interface WatchParts {
  readonly configuration: KafkaConfiguration;
  readonly clientId: string;
  readonly changed: (scopes: readonly string[]) => void;
  readonly log: ConnectorLog;
  readonly timers?: Timers;
}

const scopes: Readonly<Record<Aspect, string>> = {
  topics: scopeOfTopics,
  settings: scopeOfTopics,
  groups: scopeOfGroups,
  subjects: scopeOfSubjects,
};
/** A large cluster is looked at less often. */
const shareOfTime = 1 / 20;

/** Looks from time to time whether a cluster is still as the last run has seen it. Keeps one connection open for that. */
export class ClusterWatch implements AsyncDisposable {
  readonly #polls: readonly Poll[];
  readonly #end = new AbortController();
  readonly #pace: Pace;
  /** As runs have seen it; nothing is compared before the first. */
  #seen: Seen = {};
  /** What was told last, so that a run that fails is not asked for again and again. */
  #told: Seen = {};
  #client: ClusterClient | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isAway = false;

  constructor(private readonly parts: WatchParts) {
    const { configuration, timers = nodeTimers } = parts;
    const { pollSeconds, detailPollSeconds, requestsPerSecond } = configuration;
    this.#pace = new Pace(requestsPerSecond);
    const poll = (seconds: number, look: () => Promise<Seen>): readonly Poll[] =>
      seconds === 0 ? [] : [new Poll(timers, seconds * 1_000, () => this.#inTurn(look), shareOfTime)];
    this.#polls = [...poll(pollSeconds, () => this.#topics()), ...poll(detailPollSeconds, () => this.#details())];
  }

  /** A run has read it so. */
  saw(seen: Seen): void {
    this.#seen = { ...this.#seen, ...seen };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    for (const poll of this.#polls) await poll.stop();
    await this.#close();
  }

  /** One after the other, as they share the connection. */
  #inTurn(look: () => Promise<Seen>): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(look));
    return this.#looking;
  }

  async #look(look: () => Promise<Seen>): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return;
    try {
      this.#compare(await look());
      this.#isAway = false;
    } catch (error) {
      await this.#close();
      if (!signal.aborted && !this.#isAway)
        this.parts.log.warn('it cannot be looked for changes', { reason: reasonOf(error) });
      this.#isAway = true;
    }
  }

  #compare(now: Seen): void {
    const aspects: readonly Aspect[] = ['topics', 'settings', 'groups', 'subjects'];
    const changed = aspects.filter((aspect) => {
      const print = now[aspect];
      const seen = this.#seen[aspect];
      return print !== undefined && seen !== undefined && print !== seen && print !== this.#told[aspect];
    });
    if (changed.length === 0) return;
    for (const aspect of changed) this.#told = { ...this.#told, [aspect]: now[aspect] };
    this.parts.changed([...new Set(changed.map((aspect) => scopes[aspect]))]);
  }

  async #topics(): Promise<Seen> {
    return fingerprints({ topics: this.#chosen(await (await this.#open()).cluster()) });
  }

  #chosen({ topics }: ClusterRow): readonly TopicRow[] {
    const choice = choiceOf(this.parts.configuration);
    return topics.filter(({ name, isInternal }) => choice.topic(name, isInternal));
  }

  async #details(): Promise<Seen> {
    const { configuration } = this.parts;
    const choice = choiceOf(configuration);
    const client = await this.#open();
    const row = await client.cluster();
    const topics = this.#chosen(row);
    const names = topics.map(({ name }) => name);
    const settings = configuration.settings ? await client.settings(names) : undefined;
    const groups = configuration.groups ? await groupsOf({ client, choice }, new Set(names)) : undefined;
    const subjects = await this.#subjects(row.topics.map(({ name }) => name));
    return { ...fingerprints({ topics, settings, groups }), ...subjects };
  }

  /** A registry that is away leaves the rest to be compared. */
  async #subjects(topics: readonly string[]): Promise<Seen> {
    const { configuration, log } = this.parts;
    const { registryUrl } = configuration;
    if (registryUrl === undefined) return {};
    const { signal } = this.#end;
    try {
      using registry = await RegistryClient.open({ ...configuration, registryUrl }, this.#pace, signal);
      const chosen = chosenSubjects(await registry.subjects(), new Set(topics), choiceOf(configuration));
      return fingerprints({ subjects: await versionsOf(registry, chosen) });
    } catch (error) {
      signal.throwIfAborted();
      log.debug('the registry cannot be looked at', { reason: reasonOf(error) });
      return {};
    }
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

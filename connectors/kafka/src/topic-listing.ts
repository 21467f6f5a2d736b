import { complete, type Listing } from './listing.js';
import type { SettingsByTopic, TopicRow } from './rows.js';
import { scopeOfCluster, scopeOfTopics, toCluster, toTopic } from './to-catalogue.js';

export interface ListedTopics {
  readonly chosen: readonly TopicRow[];
  readonly settings: SettingsByTopic | undefined;
  /** Topics that are there, whether or not they are catalogued or may be seen. */
  readonly there: ReadonlySet<string>;
  /** Whether some that were seen before were not listed, though nobody says that they are gone. */
  readonly hasHidden: boolean;
}

export async function listCluster({ run, cluster, row }: Listing): Promise<void> {
  const scope = run.scope(scopeOfCluster);
  const [told] = await scope.keepThings('broker', [toCluster(cluster, row)]);
  if (told !== undefined) await scope.broker(told);
  run.signal.throwIfAborted();
  await scope.complete({ count: 1, place: row.id });
}

export async function listTopics(listing: Listing): Promise<ListedTopics> {
  const { run, client, configuration, choice, row, cluster, keys } = listing;
  const scope = run.scope(scopeOfTopics);
  const chosen = row.topics.filter(({ name, isInternal }) => choice.topic(name, isInternal));
  const settings = configuration.settings ? await client.settings(chosen.map(({ name }) => name)) : undefined;
  const told = chosen.flatMap((topic) => {
    const own = settings?.get(topic.name);
    return settings !== undefined && own === undefined ? [] : [toTopic(cluster, topic, own)];
  });
  for (const topic of await scope.keepThings('topic', told)) {
    run.signal.throwIfAborted();
    await scope.topic(topic);
  }
  for (const [name, own] of settings ?? []) {
    if (own !== undefined) continue;
    await scope.finding({
      severity: 'warning',
      code: 'TOPIC_SETTINGS_HIDDEN',
      message: `the settings of topic ${name} may not be read, so it stays as it is known: allow DescribeConfigs on it, or set \`settings\` to false`,
      key: keys.topic(name),
    });
  }
  const { kept, hidden } = await keepHidden(listing);
  await complete(scope, listing);
  const there = new Set([...row.topics.map(({ name }) => name), ...kept]);
  return { chosen, settings, there, hasHidden: hidden.length > 0 };
}

interface UnlistedTopics {
  /** Names of topics that may still be there. */
  readonly kept: readonly string[];
  /** Those of them that the filter does not leave out. */
  readonly hidden: readonly string[];
}

/**
 * Kafka leaves out topics that the user may not describe. So each that is missing is asked for by its name, and only those
 * stay missing of which the brokers say that there are none, which they say only to who may know.
 */
async function keepHidden({ run, client, choice, keys }: Listing): Promise<UnlistedTopics> {
  const scope = run.scope(scopeOfTopics);
  const missing = (await scope.missing()).flatMap((key) => keys.topicOf(key) ?? []);
  const presence = await client.presenceOf(missing);
  const kept: string[] = [];
  const hidden: string[] = [];
  for (const name of missing) {
    const found = presence.get(name) ?? 'unknown';
    if (found === 'gone') continue;
    kept.push(name);
    // what the filter leaves out is there, and for the boundary of the configuration to judge
    if (found === 'there' && !choice.topic(name, false)) continue;
    hidden.push(name);
    await scope.finding({
      severity: 'warning',
      code: found === 'hidden' ? 'TOPIC_HIDDEN' : 'TOPIC_NOT_LISTED',
      message:
        found === 'hidden'
          ? `topic ${name} may not be described any more, so nobody knows whether it is still there: allow Describe on it, or on a topic of that name that is to be removed from the catalogue`
          : `topic ${name} was not listed, and the brokers do not say that it is gone: it stays as it is known`,
      key: keys.topic(name),
    });
  }
  return { kept, hidden };
}

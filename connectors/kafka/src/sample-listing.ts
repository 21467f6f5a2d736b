import { versioned } from '@isthmus/connector-sdk/helpers';
import { complete, type Listing } from './listing.js';
import { newestMessages, rangesOf, type TopicRange } from './message-sampler.js';
import type { TopicRow } from './rows.js';
import { sampledFields } from './schemas/sample-fields.js';
import type { PlacedSubject } from './subject-listing.js';
import { scopeOfSamples, toSampledType } from './to-catalogue.js';
import type { ListedTopics } from './topic-listing.js';

/**
 * Event types of topics of which the registry says nothing, by their newest messages. As these differ from run to run, a
 * topic is looked at again only when it has twice as many messages as before.
 */
export async function listSamples(
  listing: Listing,
  { chosen, there }: ListedTopics,
  subjects: readonly PlacedSubject[],
): Promise<void> {
  const { run, client, configuration, cluster, keys } = listing;
  const scope = run.scope(scopeOfSamples);
  const described = new Set(subjects.flatMap(({ place }) => (place.usage === 'key' ? [] : (place.topic ?? []))));
  const open = chosen.filter(({ name }) => !described.has(name));
  for (const topic of open) {
    run.signal.throwIfAborted();
    const key = keys.sample(topic.name);
    const ranges = await rangesOf(client, topic);
    const thing = {
      key,
      names: [cluster, topic.name],
      ...versioned({ id: topic.id, size: sizeOf(ranges), most: configuration.sampleMessages }),
    };
    if (ranges !== undefined && (await scope.keepThing('eventType', thing))) continue;
    const values =
      ranges === undefined ? undefined : await newestMessages(client, topic, ranges, configuration.sampleMessages);
    const event = values === undefined ? undefined : sampledFields(values);
    if (event !== undefined)
      await scope.eventType({ ...toSampledType(cluster, topic.name, event, keys), sourceVersion: thing.sourceVersion });
    else await scope.finding({ severity: 'info', code: 'TOPIC_NOT_SAMPLED', message: whyNot(topic, values), key });
  }
  await keepHidden(listing, there, described);
  await complete(scope, listing);
}

/** What is known of a topic that may not be described any more stays, as the topic does. */
async function keepHidden(
  { run, choice, keys }: Listing,
  there: ReadonlySet<string>,
  described: ReadonlySet<string>,
): Promise<void> {
  const scope = run.scope(scopeOfSamples);
  for (const key of await scope.missing()) {
    const topic = keys.sampleOf(key);
    if (topic === undefined || !there.has(topic) || described.has(topic) || !choice.topic(topic, false)) continue;
    const message = `topic ${topic} may not be described any more, so what its messages look like stays as it is known`;
    await scope.finding({ severity: 'info', code: 'TOPIC_NOT_SAMPLED', message, key });
  }
}

function whyNot({ name }: TopicRow, values: readonly Buffer[] | undefined): string {
  if (values === undefined)
    return `the messages of topic ${name} may not be read: allow Read on it, or set \`sampleMessages\` to 0`;
  return values.length === 0
    ? `topic ${name} holds no message that can be looked at: none, or packed otherwise than by gzip`
    : `the messages of topic ${name} are no JSON objects`;
}

/** The power of two that the number of messages has reached. */
function sizeOf(ranges: readonly TopicRange[] | undefined): number {
  const count = (ranges ?? []).reduce((sum, { from, to }) => sum + Number(to - from), 0);
  return count === 0 ? -1 : Math.floor(Math.log2(count));
}

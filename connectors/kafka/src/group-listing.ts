import { complete, type Listing, type Scope } from './listing.js';
import type { GroupRow } from './rows.js';
import { scopeOfGroups, toClient } from './to-catalogue.js';
import type { ListedTopics } from './topic-listing.js';

/** Consumer groups with the topics that they have read, of those that are catalogued. */
export async function listGroups(listing: Listing, topics: ListedTopics): Promise<readonly GroupRow[]> {
  const { run, cluster } = listing;
  const scope = run.scope(scopeOfGroups);
  const rows = await groupsOf(listing, new Set(topics.chosen.map(({ name }) => name)));
  const told = rows.map((row) => toClient(cluster, row));
  const changed = await scope.keepThings('client', told);
  // a broker leaves hidden topics out of what a group has read, too: one that is known may be told narrower than it is
  const doubted = new Set(topics.hasHidden ? await scope.missing() : []);
  for (const client of changed) {
    run.signal.throwIfAborted();
    if (doubted.has(client.key)) await keepAsKnown(scope, client);
    else await scope.client(client);
  }
  await keepHidden(listing);
  await complete(scope, listing);
  return rows;
}

/** @param topics - those that are catalogued */
export async function groupsOf(
  { client, choice }: Pick<Listing, 'client' | 'choice'>,
  topics: ReadonlySet<string>,
): Promise<readonly GroupRow[]> {
  const groups = (await client.groups()).filter(({ id }) => choice.group(id));
  const committed = await client.committedTopics(groups);
  return groups.flatMap(({ id, protocolType }) => {
    const read = committed.get(id);
    return read === undefined ? [] : [{ id, protocolType, topics: read.filter((name) => topics.has(name)) }];
  });
}

async function keepAsKnown(scope: Scope, client: ReturnType<typeof toClient>): Promise<void> {
  await scope.finding({
    severity: 'warning',
    code: 'GROUP_TOPICS_HIDDEN',
    message: `consumer group ${client.resourceName} has changed while topics are hidden that it may have read, so it stays as it is known: allow Describe on the topics of the other findings`,
    key: client.key,
  });
}

/** As with topics: a group that may not be described looks like one that is gone. */
async function keepHidden({ run, client, choice, keys }: Listing): Promise<void> {
  const scope = run.scope(scopeOfGroups);
  const missing = (await scope.missing()).flatMap((key) => keys.groupOf(key) ?? []);
  if (missing.length === 0) return;
  const gone = await client.goneGroups(missing);
  for (const id of missing) {
    if (gone.has(id) || !choice.group(id)) continue;
    await scope.finding({
      severity: 'warning',
      code: 'GROUP_HIDDEN',
      message: `consumer group ${id} may not be described any more, so nobody knows whether it is still there: allow Describe on it`,
      key: keys.group(id),
    });
  }
}

import { lookup } from 'node:dns/promises';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { Pace } from '@isthmus/connector-sdk/helpers';
import { addressOf } from './client-security.js';
import { ClusterClient } from './cluster-client.js';
import type { KafkaConfiguration } from './kafka-config.js';
import { RegistryClient } from './registry-client.js';
import { reasonOf, SourceFault } from './source-fault.js';
import { choiceOf } from './topic-choice.js';

const stepNames = ['resolve', 'reach', 'authenticate', 'authorise', 'sample'] as const;

/** Tries the way to the cluster step by step; ends with the first step that fails, and what to do about it. */
export async function probeCluster(
  configuration: KafkaConfiguration,
  clientId: string,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const steps: ProbeStep[] = [];
  const well = (name: ProbeStep['name'], message: string): void => void steps.push({ name, ok: true, message });
  try {
    await probe(configuration, clientId, signal, well);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SourceFault)) throw error;
    // what lies before the step that failed went well
    const missed = stepNames.slice(steps.length, stepNames.indexOf(error.step));
    for (const name of missed)
      well(name, { resolve: 'the names are known', reach: 'it answers' }[String(name)] ?? 'done');
    steps.push({ name: error.step, ok: false, message: error.message });
  }
  return steps;
}

async function probe(
  configuration: KafkaConfiguration,
  clientId: string,
  signal: AbortSignal,
  well: (name: ProbeStep['name'], message: string) => void,
): Promise<void> {
  const { bootstrapServers, user, registryUrl } = configuration;
  well('resolve', await resolved(bootstrapServers));
  const pace = new Pace(configuration.requestsPerSecond);
  await using client = await ClusterClient.open(configuration, clientId, pace, signal);
  const row = await client.cluster();
  well('reach', `the cluster ${row.id} with ${row.brokers.length} brokers answers`);
  using registry =
    registryUrl === undefined ? undefined : await RegistryClient.open({ ...configuration, registryUrl }, pace, signal);
  const subjects = await registry?.subjects();
  well('authenticate', user === undefined ? 'no log-in is asked for' : `logged in as ${user}`);
  const choice = choiceOf(configuration);
  const chosen = row.topics.filter(({ name, isInternal }) => choice.topic(name, isInternal)).map(({ name }) => name);
  const who = user === undefined ? 'the user' : `User:${user}`;
  if (row.topics.length === 0)
    throw new SourceFault(
      'authorise',
      `${who} may describe no topic, or there is none: kafka-acls.sh --add --allow-principal ${who} --operation Describe --topic '*'`,
    );
  await tryRights(configuration, client, chosen, who);
  well('authorise', `${row.topics.length} topics may be described, ${chosen.length} of them are chosen`);
  const groups = configuration.groups ? await client.groups() : [];
  const told = subjects === undefined ? '' : `, ${subjects.length} subjects`;
  const example = chosen[0] === undefined ? 'no topic is chosen' : `topic ${chosen[0]}`;
  well('sample', `${example}; ${groups.length} consumer groups${told}`);
}

async function tryRights(
  configuration: KafkaConfiguration,
  client: ClusterClient,
  chosen: readonly string[],
  who: string,
): Promise<void> {
  if (!configuration.settings) return;
  const closed = [...(await client.settings(chosen.slice(0, 200)))].filter(([, own]) => own === undefined);
  const [first] = closed;
  if (first === undefined) return;
  throw new SourceFault(
    'authorise',
    `the settings of ${closed.length} topics, ${first[0]} among them, may not be read: kafka-acls.sh --add --allow-principal ${who} --operation DescribeConfigs --topic '*', or set \`settings\` to false`,
  );
}

/** @throws SourceFault when none of the names is known */
async function resolved(servers: readonly string[]): Promise<string> {
  const faults: string[] = [];
  for (const server of servers) {
    const { host } = addressOf(server);
    try {
      await lookup(host);
      return `${host} is known`;
    } catch (error) {
      faults.push(`${host} (${reasonOf(error)})`);
    }
  }
  throw new SourceFault(
    'resolve',
    `no name is known here of ${faults.join(', ')}: correct \`bootstrapServers\`, or the name service`,
  );
}

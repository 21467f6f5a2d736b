import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';
import { serverOptions, withoutReservedKeys } from '@isthmus/connector-sdk/servers';

const patterns = { minLength: 1, maxLength: 1_000 } as const;
const secret = { minLength: 1, secret: true, description: 'Write it as ${env:NAME} or ${file:/path}.' } as const;
const file = { minLength: 1, maxLength: 4_000 } as const;

export const kafkaNames = qualifiedNames(['cluster', 'topic', 'subject']);

export const kafkaConfiguration = Type.Object(
  {
    bootstrapServers: Type.Array(Type.String({ minLength: 1, maxLength: 300, pattern: '^\\S+:\\d{1,5}$' }), {
      minItems: 1,
      maxItems: 32,
      title: 'Brokers',
      description: 'Some brokers as host:port, by which the others are found. Come from the address of the connection.',
    }),
    clusterName: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        title: 'Name of the cluster',
        description:
          "What the cluster is called in the catalogue and in qualified names. Default: the cluster's own id.",
      }),
    ),
    user: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        title: 'User',
        description: 'To log in as (SASL). Absent: no log-in.',
      }),
    ),
    password: serverOptions.password(),
    mechanism: Type.Union([Type.Literal('PLAIN'), Type.Literal('SCRAM-SHA-256'), Type.Literal('SCRAM-SHA-512')], {
      default: 'SCRAM-SHA-512',
      title: 'Mechanism',
      description: 'How the user logs in.',
    }),
    tls: serverOptions.tls(),
    caFile: serverOptions.caFile(),
    certificateFile: Type.Optional(
      Type.String({
        ...file,
        title: 'Own certificate',
        description: 'File (PEM) to show to brokers that ask for one.',
      }),
    ),
    keyFile: Type.Optional(
      Type.String({ ...file, title: 'Own key', description: 'File (PEM) with the key of that certificate.' }),
    ),
    qualifiedNames: kafkaNames.option(),
    include: Type.Array(Type.String(patterns), {
      default: ['**'],
      maxItems: 1_000,
      title: 'Include',
      description: 'Patterns of topics to catalogue; * stands for any characters.',
    }),
    exclude: Type.Array(Type.String(patterns), {
      default: [],
      maxItems: 1_000,
      title: 'Exclude',
      description: 'Patterns of topics to leave out; wins over include.',
    }),
    internalTopics: Type.Boolean({
      default: false,
      title: 'Internal topics',
      description: "Whether Kafka's own topics and those whose names begin with `_` are catalogued.",
    }),
    settings: Type.Boolean({
      default: true,
      title: 'Settings',
      description: 'Whether the settings of topics are read; needs DescribeConfigs.',
    }),
    groups: Type.Boolean({
      default: true,
      title: 'Consumer groups',
      description: 'Whether consumer groups are catalogued as readers of topics; needs Describe on them.',
    }),
    includeGroups: Type.Array(Type.String(patterns), {
      default: ['**'],
      maxItems: 1_000,
      title: 'Include groups',
      description: 'Patterns of consumer groups to catalogue.',
    }),
    excludeGroups: Type.Array(Type.String(patterns), {
      default: [],
      maxItems: 1_000,
      title: 'Exclude groups',
      description: 'Patterns of consumer groups to leave out, e.g. those of tools that make a new one each time.',
    }),
    registryUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        maxLength: 2_000,
        title: 'Schema registry',
        description: "Address of a registry that speaks the Confluent registry's REST. Absent: no event types.",
      }),
    ),
    registryUser: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, title: 'User of the registry', description: 'For basic log-in.' }),
    ),
    registryPassword: Type.Optional(Type.String({ ...secret, title: 'Password of the registry' })),
    registryToken: Type.Optional(Type.String({ ...secret, title: 'Bearer token of the registry' })),
    sampleMessages: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 100,
      title: 'Messages to sample',
      description:
        'How many of the newest messages of a topic are looked at to tell the shape of its events (JSON), where the registry does not; needs Read. Values are not kept. 0: none.',
    }),
    connectTimeoutSeconds: serverOptions.connectTimeoutSeconds(),
    requestTimeoutSeconds: Type.Integer({
      default: 30,
      minimum: 1,
      maximum: 600,
      title: 'Request timeout (seconds)',
      description: 'How long one answer may take.',
    }),
    requestsPerSecond: Type.Integer({
      default: 200,
      minimum: 1,
      maximum: 10_000,
      title: 'Requests per second',
      description: 'What brokers and registry together are asked at most.',
    }),
    pollSeconds: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 86_400,
      title: 'Poll interval of topics (seconds)',
      description: 'How often it is looked for topics that came, changed or went; 0: by the schedule alone.',
    }),
    detailPollSeconds: Type.Integer({
      default: 60,
      minimum: 0,
      maximum: 86_400,
      title: 'Poll interval of the rest (seconds)',
      description: 'The same for settings, consumer groups and the registry, which cost more requests.',
    }),
  },
  { additionalProperties: false },
);

export type KafkaConfiguration = Static<typeof kafkaConfiguration>;

/** `host:port,host:port`, also with a scheme before it, becomes the list of brokers. */
export function fromConnection(connection: Connection): unknown {
  const { networkAddress, userId } = connection;
  return {
    ...(networkAddress === undefined ? {} : { bootstrapServers: brokersOf(networkAddress) }),
    ...(userId === undefined || userId === '' ? {} : { user: userId }),
    ...withoutReservedKeys(connection),
  };
}

/** Of a registration of Egeria's monitor of topics, whose other properties mean nothing here. */
export function fromTopicMonitor({ networkAddress }: Connection): unknown {
  return networkAddress === undefined ? {} : { bootstrapServers: brokersOf(networkAddress) };
}

function brokersOf(address: string): readonly string[] {
  const plain = address.replace(/^[a-z_]+:\/\//i, '').replace(/\/.*$/, '');
  return plain
    .split(',')
    .map((broker) => broker.trim())
    .filter((broker) => broker !== '')
    .map((broker) => (/:\d+$/.test(broker) ? broker : `${broker}:9092`));
}

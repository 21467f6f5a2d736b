import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';

const filters = (title: string, description: string, fallback: string[]) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { default: fallback, maxItems: 100, title, description });

/** No shared subscription: brokers would give it what others are waiting for. */
export const topicFilter = '^(?!\\$share/)(?:(?:\\+|[^+#/]*)/)*(?:\\+|#|[^+#/]*)$';

/** What is subscribed to: brokers end the connection of whoever asks for what is no filter. */
const subscribedFilter = Type.String({
  minLength: 1,
  maxLength: 1_000,
  pattern: topicFilter,
  description:
    'a topic filter has `+` for a whole level and `#` for all that follow; a shared subscription ($share/...) would take messages from those who share it',
});

export const mqttNames = qualifiedNames(['broker', 'topic']);

export const mqttConfiguration = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      maxLength: 255,
      title: 'Host',
      description: 'Name or address of the broker. Comes from the address of the connection.',
    }),
    port: Type.Integer({
      default: 1883,
      minimum: 1,
      maximum: 65_535,
      title: 'Port',
      description: 'Port of the broker.',
    }),
    protocol: Type.Union([Type.Literal('auto'), Type.Literal('5'), Type.Literal('3.1.1')], {
      default: 'auto',
      title: 'Protocol',
      description: 'Version of MQTT. auto: 5, and 3.1.1 with brokers that do not speak it.',
    }),
    user: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        title: 'User',
        description: 'Needs the right to read topics alone.',
      }),
    ),
    password: Type.Optional(
      Type.String({
        minLength: 1,
        secret: true,
        title: 'Password',
        description: 'Write it as ${env:NAME} or ${file:/path}.',
      }),
    ),
    tls: Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], {
      default: 'off',
      title: 'TLS',
      description:
        'off: none. require: encrypted, whoever the broker is. verify: its certificate must be known and be its own.',
    }),
    caFile: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Authority',
        description: 'File (PEM) with the certificates to trust when verifying.',
      }),
    ),
    brokerName: Type.String({
      default: 'mqtt',
      minLength: 1,
      maxLength: 200,
      title: 'Name of the broker',
      description: 'What the broker is called in the catalogue.',
    }),
    qualifiedNames: mqttNames.option(),
    include: Type.Array(subscribedFilter, {
      default: ['#'],
      minItems: 1,
      maxItems: 100,
      title: 'Include',
      description: 'Topic filters to listen to, as MQTT writes them (`+`, `#`).',
    }),
    exclude: filters('Exclude', 'Topic filters of what is not catalogued; wins over include.', []),
    collapse: filters(
      'Collapse',
      'Topic filters whose topics are one, called by the filter: devices/+/state. The first that fits counts.',
      [],
    ),
    collapseIds: Type.Boolean({
      default: true,
      title: 'Collapse identifiers',
      description: 'Whether levels that look like identifiers (UUIDs, hardware addresses, long numbers) stand as `+`.',
    }),
    maxTopics: Type.Integer({
      default: 10_000,
      minimum: 1,
      maximum: 100_000,
      title: 'Most topics',
      description: 'Further ones are counted and told as a finding.',
    }),
    payloads: Type.Boolean({
      default: true,
      title: 'Payloads',
      description: 'Whether the fields and types of payloads are catalogued. No value is kept.',
    }),
    maxPayloadBytes: Type.Integer({
      default: 65_536,
      minimum: 128,
      maximum: 1_048_576,
      title: 'Largest payload (bytes)',
      description: 'Of larger ones only the topic is noted.',
    }),
    messagesPerSecond: Type.Integer({
      default: 500,
      minimum: 1,
      maximum: 100_000,
      title: 'Messages per second',
      description: 'When more arrive it stops listening for a while, ten times as long as it listened.',
    }),
    systemTopics: Type.Boolean({
      default: true,
      title: 'System topics',
      description: 'Whether the version of the broker is read from $SYS.',
    }),
    listenSeconds: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 300,
      title: 'First listening (seconds)',
      description: 'How long it listens before a first run tells what was heard; it goes on listening all the time.',
    }),
    forgetAfterDays: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 3_650,
      title: 'Forget after (days)',
      description: 'How long a topic has to be silent, while it is listened to, to be removed. 0: never.',
    }),
    connectTimeoutSeconds: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 300,
      title: 'Connect timeout (seconds)',
      description: 'How long a log-in may take.',
    }),
  },
  { additionalProperties: false },
);

export type MqttConfiguration = Static<typeof mqttConfiguration>;

/** `mqtt://host:port`, `mqtts://host:port` or `host:port` become host, port and TLS. */
export function fromConnection({ networkAddress, userId, configurationProperties }: Connection): unknown {
  return {
    ...(networkAddress === undefined ? {} : placeOf(networkAddress)),
    ...(userId === undefined || userId === '' ? {} : { user: userId }),
    ...Object.fromEntries(Object.entries(configurationProperties).filter(([key]) => !key.startsWith('isthmus.'))),
  };
}

function placeOf(address: string): Readonly<Record<string, unknown>> {
  const url = URL.parse(/^[a-z]+:\/\//.test(address) ? address : `mqtt://${address}`);
  if (url === null || url.hostname === '') return { host: address };
  const isSecure = url.protocol === 'mqtts:' || url.protocol === 'ssl:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? (isSecure ? { port: 8883 } : {}) : { port: Number(url.port) }),
    ...(isSecure ? { tls: 'verify' } : {}),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  };
}

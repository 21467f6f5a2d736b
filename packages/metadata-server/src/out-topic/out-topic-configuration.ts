import { kafkaSecurityNames } from '@isthmus/model';
import { type Static, Type } from 'typebox';

const releases = ['4.3', '6.1'] as const;
/** Release of Egeria in whose form events are told. */
export type EventRelease = (typeof releases)[number];

const secretNames: readonly string[] = ['sasl.jaas.config', 'sasl.password', 'ssl.keystore.key', 'ssl.key.password'];

/** Properties of Kafka's own clients, by their names there; secrets are references. */
export function kafkaSecuritySchema(what: string) {
  const text = { minLength: 1, maxLength: 4_096 };
  return Type.Object(
    Object.fromEntries(
      kafkaSecurityNames.map((name) => {
        const rule = secretNames.includes(name) ? { pattern: '^\\$\\{(env|file):[^{}]+\\}$' } : {};
        return [name, Type.Optional(Type.String({ ...text, ...rule }))];
      }),
    ),
    {
      additionalProperties: false,
      description: `${what}: security.protocol, sasl.* and ssl.* (PEM only) of Kafka's clients; secrets as \${env:NAME} or \${file:/path}.`,
    },
  );
}

export const outTopicConfiguration = Type.Object(
  {
    bootstrapServers: Type.Array(
      Type.String({ minLength: 3, maxLength: 300, pattern: '^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+):[0-9]{1,5}$' }),
      {
        minItems: 1,
        maxItems: 20,
        description: 'Kafka brokers as host:port; told to daemons too, so they must be reached from there as well.',
      },
    ),
    topicRoot: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[A-Za-z0-9._-]+$',
      default: 'egeria.omag',
      description: 'What names of topics begin with; `.server.<name>.omas.<service>.outTopic` follows.',
    }),
    security: Type.Optional(kafkaSecuritySchema('How these brokers are reached')),
    releases: Type.Array(Type.Union([Type.Literal('4.3'), Type.Literal('6.1')]), {
      minItems: 1,
      maxItems: 2,
      uniqueItems: true,
      default: ['4.3', '6.1'],
      description: 'Releases of Egeria in whose form events are told, each on a topic of its own.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Kafka topics on which changes are told to those who subscribe. Left out: nothing is published.',
  },
);

export type OutTopicConfiguration = Static<typeof outTopicConfiguration>;

/** Service on whose out topic changes are told to daemons of that release. */
export const serviceMarkers: Readonly<Record<EventRelease, string>> = {
  '4.3': 'governanceengine',
  '6.1': 'opengovernanceservice',
};

/** As Egeria names the out topic of a service. */
export function topicName(topicRoot: string, serverName: string, serviceMarker: string): string {
  return `${topicRoot}.server.${serverName}.omas.${serviceMarker}.outTopic`;
}

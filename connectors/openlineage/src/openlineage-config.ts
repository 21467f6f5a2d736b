import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';
import { serverOptions, withoutReservedKeys } from '@isthmus/connector-sdk/servers';

const datasetMapping = Type.Object(
  {
    namespace: Type.String({
      minLength: 1,
      maxLength: 1_000,
      title: 'Namespace',
      description: 'Namespace of the datasets, e.g. postgres://db.example.org:5432.',
    }),
    element: Type.String({
      minLength: 1,
      maxLength: 2_000,
      title: 'Element',
      description:
        'Qualified name of the same thing in the catalogue; {name} is the name of the dataset, {path} the same without escapes, as names of files are, {1}, {2}, ... its parts between dots.',
    }),
    prefix: Type.String({
      default: '',
      maxLength: 1_000,
      title: 'Prefix',
      description: 'Only names that begin with it are meant; it is left out of {name}.',
    }),
  },
  { additionalProperties: false },
);

export const openLineageNames = qualifiedNames(['namespace', 'name', 'run']);

export const openLineageConfiguration = Type.Object(
  {
    folder: Type.String({
      pattern: '^/',
      maxLength: 4_000,
      title: 'Folder',
      description:
        'Where the connector keeps what it has heard: an absolute path of its own. Comes from the root of the connection.',
    }),
    endpoint: Type.Boolean({
      default: true,
      title: 'Endpoint',
      description: 'Whether clients may post events over HTTP.',
    }),
    host: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      maxLength: 255,
      title: 'Host',
      description: 'Address to listen at. Any other than loopback needs a token.',
    }),
    port: Type.Integer({
      default: 5050,
      minimum: 0,
      maximum: 65_535,
      title: 'Port',
      description: 'Port to listen at; 0: one that is free.',
    }),
    token: Type.Optional(
      Type.String({
        minLength: 16,
        maxLength: 4_000,
        secret: true,
        title: 'Token',
        description: 'What clients send as their API key. Write it as ${env:NAME} or ${file:/path}.',
      }),
    ),
    certificateFile: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Certificate',
        description: 'File (PEM) with the certificate of the endpoint and those above it: then it speaks TLS alone.',
      }),
    ),
    keyFile: Type.Optional(
      Type.String({ minLength: 1, title: 'Key', description: 'File (PEM) with the key of the certificate.' }),
    ),
    maxBodyKilobytes: Type.Integer({
      default: 1_024,
      minimum: 1,
      maximum: 16_384,
      title: 'Largest request (KiB)',
      description: 'Larger requests are refused, also when they are only so large once unpacked.',
    }),
    maxMegabytes: Type.Integer({
      default: 1_024,
      minimum: 8,
      maximum: 1_048_576,
      title: 'Largest memory (MiB)',
      description: 'When what is kept on disk is larger, events are refused (503) until there is room.',
    }),
    files: Type.Optional(
      Type.String({
        pattern: '^/',
        maxLength: 4_000,
        title: 'Files',
        description: 'Folder with files of events, one in a line (*.ndjson, *.jsonl, *.json). They are only read.',
      }),
    ),
    pollSeconds: Type.Integer({
      default: 5,
      minimum: 1,
      maximum: 86_400,
      title: 'Poll interval (seconds)',
      description: 'How often it is looked for new lines in the files.',
    }),
    brokers: Type.Array(Type.String({ minLength: 1, maxLength: 300 }), {
      default: [],
      maxItems: 100,
      title: 'Brokers',
      description: 'Kafka brokers to begin with, as host:port. None: no topic is read.',
    }),
    topic: Type.String({
      default: 'openlineage.events',
      minLength: 1,
      maxLength: 249,
      title: 'Topic',
      description: 'Topic with one event in each message.',
    }),
    group: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        title: 'Consumer group',
        description: 'Default: isthmus- and the name of the connector.',
      }),
    ),
    brokerUser: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        title: 'User at the brokers',
        description: 'Logs in by `brokerMechanism`.',
      }),
    ),
    brokerPassword: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4_000,
        secret: true,
        title: 'Password at the brokers',
        description: 'Write it as ${env:NAME} or ${file:/path}.',
      }),
    ),
    brokerMechanism: Type.Union([Type.Literal('PLAIN'), Type.Literal('SCRAM-SHA-256'), Type.Literal('SCRAM-SHA-512')], {
      default: 'SCRAM-SHA-256',
      title: 'Log-in at the brokers',
      description: 'How the user logs in.',
    }),
    brokerTls: Type.Boolean({
      default: false,
      title: 'TLS to the brokers',
      description: 'Whether the brokers are spoken to by TLS; their certificates are verified.',
    }),
    brokerCaFile: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Authority of the brokers',
        description: 'File (PEM) with the certificates to trust.',
      }),
    ),
    fromDaemon: Type.Boolean({
      default: true,
      title: 'Events of the daemon',
      description: 'Whether events that others publish inside the daemon are catalogued too.',
    }),
    publish: Type.Boolean({
      default: true,
      title: 'Publish',
      description: 'Whether other connectors of the daemon are told of each event.',
    }),
    qualifiedNames: openLineageNames.option(),
    include: serverOptions.include('namespace/name of jobs and datasets, where / of either stands as %2F'),
    exclude: serverOptions.exclude(),
    runs: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 100,
      title: 'Runs',
      description:
        'How many runs of each job are catalogued, the last ones; what a job reads and writes is taken from them.',
    }),
    unify: Type.Array(datasetMapping, {
      default: [],
      maxItems: 1_000,
      title: 'Same things',
      description: 'Which datasets are things that other connectors catalogue; see below. The first that fits counts.',
    }),
  },
  { additionalProperties: false },
);

export type OpenLineageConfiguration = Static<typeof openLineageConfiguration>;
export type DatasetMapping = Static<typeof datasetMapping>;

export function fromConnection({ networkAddress, configurationProperties }: Connection): unknown {
  return {
    ...(networkAddress === undefined ? {} : { folder: networkAddress }),
    ...withoutReservedKeys({ configurationProperties }),
  };
}

import { supportedReleases } from '@isthmus/metadata-client';
import { kafkaSecuritySchema, metadataServerConfiguration } from '@isthmus/metadata-server';
import { type Static, Type } from 'typebox';

/**
 * Every key of the configuration: its type, bounds, default and meaning. `config/isthmus.yaml`,
 * `config/isthmus.schema.json` and `docs/configuration.md` follow it (a test compares them).
 * `hot: true` marks keys that a reload changes while everything runs; the others need a restart.
 */
const secretReference = (description: string, traits: { readonly hot?: boolean } = {}) =>
  Type.String({
    pattern: '^\\$\\{(env|file):[^}]+\\}$',
    secret: true,
    ...traits,
    description: `${description} A reference, never the secret itself: \${env:NAME} or \${file:/path}.`,
  });

export const AccountSchema = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: '^[A-Za-z0-9._@-]+$',
      hot: true,
      description: 'Name in the audit log.',
    }),
    role: Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')], {
      hot: true,
      description: 'viewer reads; operator also changes groups and connectors; admin may do everything.',
    }),
    token: secretReference('Bearer token of the account, 8 characters or more; looked up again at each reload.', {
      hot: true,
    }),
    actsFor: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
        maxItems: 1000,
        hot: true,
        description:
          'Users in whose name it may write (the user in a path). Left out, or with "*": anybody, as servers do for their connectors.',
      }),
    ),
  },
  { additionalProperties: false },
);

// the process knows where its data lies, the rest is the server's own
const { dataDirectory: _dataDirectory, ...storeKeys } = metadataServerConfiguration.properties;

export const MetadataStoreSchema = Type.Object(
  {
    kind: Type.Literal('metadata-store', { description: 'An embedded metadata access server.' }),
    ...storeKeys,
  },
  { additionalProperties: false },
);

export const IntegrationDaemonSchema = Type.Object(
  {
    kind: Type.Literal('integration-daemon', { description: 'Runs the connectors of integration groups.' }),
    metadataServer: Type.Object(
      {
        name: Type.String({
          minLength: 1,
          default: 'metadata-store',
          description: 'Name of the metadata access server.',
        }),
        url: Type.Optional(
          Type.String({
            pattern: '^https?://',
            description: 'Root URL of its platform. Left out: the server of that name in this process.',
          }),
        ),
        release: Type.Union([Type.Literal('auto'), ...supportedReleases.map((release) => Type.Literal(release))], {
          default: 'auto',
          description:
            'Release of Egeria that the server speaks: 4.3, or 6.1 for all of 6. auto = its platform is asked, again after it was away.',
        }),
        userId: Type.String({
          minLength: 1,
          default: 'isthmus',
          description: 'User in the paths of requests, and the one who logs in when there is a password.',
        }),
        password: Type.Optional(
          secretReference(
            'Password of that user: tokens are fetched by it and renewed. Not together with token; looked up at each log-in.',
          ),
        ),
        token: Type.Optional(secretReference('Bearer token for that server, if it is not fetched by a password.')),
        kafka: Type.Optional(
          kafkaSecuritySchema("How the brokers of that server's out topic are reached (left out: as it says)"),
        ),
        requestTimeoutSeconds: Type.Number({
          minimum: 0.1,
          maximum: 600,
          default: 30,
          description: 'Deadline of one request.',
        }),
        groupPageSize: Type.Integer({
          minimum: 1,
          maximum: 1000,
          default: 200,
          description: 'Registrations of a group asked for at a time; at most the maximum page size of that server.',
        }),
        changeWaitSeconds: Type.Number({
          minimum: 0.1,
          maximum: 60,
          default: 25,
          description:
            'How long that server may hold a request for changes; shorter than what proxies in between allow to be idle.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'Where groups are read and metadata is written.' },
    ),
    groups: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      maxItems: 1000,
      default: ['*'],
      description: 'Qualified names of the integration groups to run; "*" = every group of the metadata access server.',
    }),
    groupPollSeconds: Type.Number({
      minimum: 0.05,
      maximum: 3600,
      default: 10,
      description: 'How often a group is read when no change is announced.',
    }),
    concurrentRuns: Type.Integer({
      minimum: 1,
      maximum: 1000,
      default: 16,
      description: 'Refreshes that run at the same time.',
    }),
    stalledAfterSeconds: Type.Number({
      minimum: 1,
      maximum: 86_400,
      default: 30,
      description: 'A refresh without a sign of progress for so long is shown as stalled.',
    }),
    abandonAfterSeconds: Type.Number({
      minimum: 1,
      maximum: 604_800,
      default: 600,
      description: 'A refresh without a sign of progress for so long is ended and its connector gets a new instance.',
    }),
    history: Type.Object(
      {
        undoRuns: Type.Integer({
          minimum: 0,
          maximum: 10_000,
          default: 20,
          description: 'Runs of a connector, among those that wrote something, that can be taken back.',
        }),
        undoDays: Type.Number({
          minimum: 0,
          maximum: 3650,
          default: 30,
          description: 'A run that is older cannot be taken back.',
        }),
        plansPerConnector: Type.Integer({
          minimum: 1,
          maximum: 1000,
          default: 5,
          description: 'Plans of a connector (of a catalog target, where it has some) that are kept.',
        }),
        planItems: Type.Integer({
          minimum: 1,
          maximum: 10_000_000,
          default: 1_000_000,
          description: 'Items of one plan; a larger one can be read as far as it is kept, and not approved.',
        }),
        planItemsInAll: Type.Integer({
          minimum: 1,
          maximum: 100_000_000,
          default: 2_000_000,
          description: 'Items of all plans together; plans that nobody waits for go first, then the oldest.',
        }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'How much is kept of runs, so that they can be previewed and taken back.',
      },
    ),
  },
  { additionalProperties: false },
);

export const ConfigurationSchema = Type.Object(
  {
    listen: Type.Object(
      {
        host: Type.String({
          minLength: 1,
          default: '127.0.0.1',
          description: 'Address to listen on. Any other than loopback needs accounts.',
        }),
        port: Type.Integer({
          minimum: 0,
          maximum: 65_535,
          default: 9080,
          description: 'Port to listen on; 0 = any free one.',
        }),
        hostNames: Type.Array(Type.String({ minLength: 1 }), {
          maxItems: 100,
          default: [],
          description: 'Further names that the Host header may carry, e.g. the name of a proxy.',
        }),
        tls: Type.Optional(
          Type.Object(
            {
              certificate: Type.String({
                minLength: 1,
                description:
                  'File with the certificate (PEM) and those between it and its authority. Read again when it changes.',
              }),
              key: Type.String({ minLength: 1, description: 'File with its private key (PEM, not encrypted).' }),
              minimumVersion: Type.Union([Type.Literal('TLSv1.2'), Type.Literal('TLSv1.3')], {
                default: 'TLSv1.2',
                description: 'What a client must at least speak.',
              }),
            },
            { additionalProperties: false, description: 'Listen with TLS. Left out: plain HTTP.' },
          ),
        ),
        publicUrl: Type.Optional(
          Type.String({
            pattern: '^https?://[^/?#]+(/[^?#]*)?$',
            description:
              'Root URL under which others reach this process, e.g. https://catalogue.example.org/isthmus: its name counts as a host name, and its path is taken off requests that carry it.',
          }),
        ),
      },
      { additionalProperties: false, default: {}, description: 'The one HTTP listener.' },
    ),
    dataDirectory: Type.String({
      minLength: 1,
      default: '.isthmus',
      description: 'Where databases lie. A relative path counts from the working directory.',
    }),
    log: Type.Object(
      {
        level: Type.Union([Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'), Type.Literal('debug')], {
          default: 'info',
          hot: true,
          description: 'Least severity that is logged.',
        }),
        format: Type.Union([Type.Literal('auto'), Type.Literal('json'), Type.Literal('text')], {
          default: 'auto',
          description: 'auto = text on a terminal, JSON elsewhere.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'Logging to standard output.' },
    ),
    accounts: Type.Array(AccountSchema, {
      maxItems: 1000,
      default: [],
      hot: true,
      description:
        'Servers and scripts that may call. Without accounts and users only the quick start runs, on loopback.',
    }),
    identity: Type.Object(
      {
        usersFile: Type.Optional(
          Type.String({
            minLength: 1,
            description:
              'File with the people who may log in, kept by `isthmus user`; read again when it changes. Left out: users.json in the data directory.',
          }),
        ),
        tokenLifetimeMinutes: Type.Number({
          minimum: 1,
          maximum: 10_080,
          default: 60,
          description: 'How long a token of a log-in holds.',
        }),
      },
      { additionalProperties: false, default: {}, description: 'People who log in with a password.' },
    ),
    egeria: Type.Object(
      {
        release: Type.Union([Type.Literal('4.3'), Type.Literal('6.1'), Type.Literal('both')], {
          default: 'both',
          description:
            "In whose paths and manners Egeria's faces answer; both = each path as the release that it belongs to.",
        }),
        userIdInPath: Type.Boolean({
          default: false,
          description:
            'Believe the user in a path of Egeria 4.3 (/users/{userId}/) without a token. Only where nobody else reaches the port.',
        }),
        userIdInPathRole: Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')], {
          default: 'operator',
          description: 'Role of users who are believed so; of a known user the weaker of this and its own.',
        }),
        displayName: Type.Optional(
          Type.String({
            maxLength: 200,
            description: 'What the platform is called, for who asks it. Left out: Isthmus.',
          }),
        ),
        description: Type.Optional(Type.String({ maxLength: 1000, description: 'What the platform is for.' })),
        organizationName: Type.Optional(Type.String({ maxLength: 200, description: 'Whose it is.' })),
      },
      { additionalProperties: false, default: {}, description: 'The faces of Egeria.' },
    ),
    documents: Type.Object(
      {
        keptRevisions: Type.Integer({
          minimum: 1,
          maximum: 10_000,
          default: 100,
          description: 'Revisions that are kept of the stored document of each server, to be read and restored.',
        }),
        keptAuditLines: Type.Integer({
          minimum: 100,
          maximum: 100_000,
          default: 10_000,
          description: 'Lines that are kept of the audit trail of each server.',
        }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'Stored documents of servers, as the admin services change them.',
      },
    ),
    connectors: Type.Object(
      {
        directories: Type.Array(Type.String({ minLength: 1 }), {
          maxItems: 100,
          default: [],
          description: 'Further folders whose subfolders are connector providers.',
        }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'Where connector providers are found, beside those shipped.',
      },
    ),
    startUp: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      maxItems: 1000,
      default: [],
      description: 'Servers that are started with the process from their stored documents, beside those of `servers`.',
    }),
    servers: Type.Record(
      Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$' }),
      Type.Union([MetadataStoreSchema, IntegrationDaemonSchema]),
      {
        default: { 'metadata-store': { kind: 'metadata-store' }, 'integration-daemon': { kind: 'integration-daemon' } },
        description: 'Named servers of this process.',
      },
    ),
  },
  { additionalProperties: false, $id: 'https://isthmus.invalid/isthmus.schema.json', title: 'Isthmus configuration' },
);

export type Configuration = Static<typeof ConfigurationSchema>;
export type IntegrationDaemonConfiguration = Static<typeof IntegrationDaemonSchema>;
export type MetadataStoreConfiguration = Static<typeof MetadataStoreSchema>;

/** A schema as the loader walks it. */
export interface SchemaNode {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly secret?: boolean;
  readonly hot?: boolean;
}

export const configurationSchema: SchemaNode = ConfigurationSchema as unknown as SchemaNode;

/** The schema of the value at a path; undefined where the configuration has no such place. */
export function schemaAt(path: readonly string[], document?: unknown): SchemaNode | undefined {
  let node: SchemaNode | undefined = configurationSchema;
  let value: unknown = document;
  for (const key of path) {
    value = child(value, key);
    node =
      node?.properties?.[key] ??
      (node?.patternProperties === undefined ? node?.items : Object.values(node.patternProperties)[0]);
    node = chosen(node, value);
  }
  return node;
}

/** Of alternatives the one whose `kind` the value names. */
function chosen(node: SchemaNode | undefined, value: unknown): SchemaNode | undefined {
  if (node?.anyOf === undefined || node.anyOf.every((option) => option.properties === undefined)) return node;
  const kind = child(value, 'kind');
  return node.anyOf.find((option) => option.properties?.kind?.const === kind);
}

export function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

import { type Connection, type Static, Type } from '@isthmus/connector-sdk';

export const postgresqlConfiguration = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      maxLength: 255,
      title: 'Host',
      description:
        'Name or address of the server, or the folder of its socket. Comes from the address of the connection.',
    }),
    port: Type.Integer({
      default: 5432,
      minimum: 1,
      maximum: 65_535,
      title: 'Port',
      description: 'Port of the server.',
    }),
    user: Type.String({
      minLength: 1,
      maxLength: 63,
      title: 'User',
      description: 'Role to log in as; it needs CONNECT alone.',
    }),
    password: Type.Optional(
      Type.String({
        minLength: 1,
        secret: true,
        title: 'Password',
        description: 'Write it as ${env:NAME} or ${file:/path}.',
      }),
    ),
    database: Type.String({
      default: 'postgres',
      minLength: 1,
      maxLength: 63,
      title: 'First database',
      description: 'The database whose log-in is used to find the others.',
    }),
    serverName: Type.String({
      default: 'postgresql',
      minLength: 1,
      maxLength: 200,
      title: 'Name of the server',
      description: 'What the server is called in the catalogue.',
    }),
    include: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
      default: ['**'],
      maxItems: 1_000,
      title: 'Include',
      description: 'Patterns of what to catalogue, as database/schema/table; * stands for any name, ** for any path.',
    }),
    exclude: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
      default: [],
      maxItems: 1_000,
      title: 'Exclude',
      description: 'Patterns of what to leave out; wins over include.',
    }),
    tls: Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], {
      default: 'off',
      title: 'TLS',
      description:
        'off: none. require: encrypted, whoever the server is. verify: its certificate must be known and be its own.',
    }),
    caFile: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Authority',
        description: 'File (PEM) with the certificates to trust when verifying.',
      }),
    ),
    statistics: Type.Boolean({
      default: true,
      title: 'Statistics',
      description: 'Whether the estimated numbers of rows and sizes are catalogued, to one digit.',
    }),
    connectTimeoutSeconds: Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 300,
      title: 'Connect timeout (seconds)',
      description: 'How long a log-in may take.',
    }),
    statementTimeoutSeconds: Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 3_600,
      title: 'Statement timeout (seconds)',
      description: 'How long one question may keep the server busy.',
    }),
    pollSeconds: Type.Integer({
      default: 60,
      minimum: 0,
      maximum: 86_400,
      title: 'Poll interval (seconds)',
      description: 'How often it is looked whether anything was changed; 0: by the schedule alone.',
    }),
  },
  { additionalProperties: false },
);

export type PostgresqlConfiguration = Static<typeof postgresqlConfiguration>;

/** `postgresql://host:port/database`, `host:port` or the folder of a socket become host, port and first database. */
export function fromConnection({ networkAddress, userId, configurationProperties }: Connection): unknown {
  return {
    ...(networkAddress === undefined ? {} : placeOf(networkAddress)),
    ...(userId === undefined || userId === '' ? {} : { user: userId }),
    ...Object.fromEntries(Object.entries(configurationProperties).filter(([key]) => !key.startsWith('isthmus.'))),
  };
}

function placeOf(address: string): Readonly<Record<string, unknown>> {
  if (address.startsWith('/')) return { host: address };
  const url = URL.parse(/^[a-z]+:\/\//.test(address) ? address : `postgresql://${address}`);
  if (url === null || url.hostname === '') return { host: address };
  const database = decodeURIComponent(url.pathname.slice(1));
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(database === '' ? {} : { database }),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  };
}

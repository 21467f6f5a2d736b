import { Type } from 'typebox';

const patterns = { maxItems: 1_000 };
const pattern = () => Type.String({ minLength: 1, maxLength: 1_000 });

/** Parts of a configuration schema that connectors of servers have in common, so that people meet the same words in each. */
export const serverOptions = {
  host: (also = '') =>
    Type.String({
      minLength: 1,
      maxLength: 255,
      title: 'Host',
      description: `Name or address of the server${also}. Comes from the address of the connection.`,
    }),
  port: (standard: number) =>
    Type.Integer({
      default: standard,
      minimum: 1,
      maximum: 65_535,
      title: 'Port',
      description: 'Port of the server.',
    }),
  /** @param what - who it is and what it needs: `Role to log in as; it needs CONNECT alone.` */
  user: (what: string) => Type.String({ minLength: 1, maxLength: 255, title: 'User', description: what }),
  password: () =>
    Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 10_000,
        secret: true,
        title: 'Password',
        description: 'Write it as ${env:NAME} or ${file:/path}.',
      }),
    ),
  serverName: (standard: string) =>
    Type.String({
      default: standard,
      minLength: 1,
      maxLength: 200,
      title: 'Name of the server',
      description: 'What the server is called in the catalogue.',
    }),
  /** @param path - what patterns see, e.g. `database/schema/table` */
  include: (path: string) =>
    Type.Array(pattern(), {
      ...patterns,
      default: ['**'],
      title: 'Include',
      description: `Patterns of what to catalogue, as ${path}; * stands for any name, ** for any path.`,
    }),
  exclude: () =>
    Type.Array(pattern(), {
      ...patterns,
      default: [],
      title: 'Exclude',
      description: 'Patterns of what to leave out; wins over include.',
    }),
  tls: () =>
    Type.Union([Type.Literal('off'), Type.Literal('require'), Type.Literal('verify')], {
      default: 'off',
      title: 'TLS',
      description:
        'off: none. require: encrypted, whoever the server is. verify: its certificate must be known and be its own.',
    }),
  caFile: () =>
    Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4_096,
        title: 'Authority',
        description: 'File (PEM) with the certificates to trust when verifying.',
      }),
    ),
  statistics: () =>
    Type.Boolean({
      default: true,
      title: 'Statistics',
      description: 'Whether the estimated numbers of rows and sizes are catalogued, to one digit.',
    }),
  connectTimeoutSeconds: () =>
    Type.Integer({
      default: 10,
      minimum: 1,
      maximum: 300,
      title: 'Connect timeout (seconds)',
      description: 'How long a log-in may take.',
    }),
  statementTimeoutSeconds: () =>
    Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 3_600,
      title: 'Statement timeout (seconds)',
      description: 'How long one question may keep the server busy.',
    }),
  pollSeconds: (standard = 60) =>
    Type.Integer({
      default: standard,
      minimum: 0,
      maximum: 86_400,
      title: 'Poll interval (seconds)',
      description: 'How often it is looked whether anything was changed; 0: by the schedule alone.',
    }),
  sessionsAtOnce: () =>
    Type.Integer({
      default: 2,
      minimum: 1,
      maximum: 100,
      title: 'Sessions at once',
      description: 'How many log-ins all connectors of one process may have at this server at a time; others wait.',
    }),
};

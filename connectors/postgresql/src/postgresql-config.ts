import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';
import { placeOf, serverOptions, withoutReservedKeys } from '@isthmus/connector-sdk/servers';

export const postgresqlNames = qualifiedNames(['database', 'schema', 'table'], { server: true });

export const postgresqlConfiguration = Type.Object(
  {
    host: serverOptions.host(', or the folder of its socket'),
    port: serverOptions.port(5432),
    user: serverOptions.user('Role to log in as; it needs CONNECT alone.'),
    password: serverOptions.password(),
    database: Type.String({
      default: 'postgres',
      minLength: 1,
      maxLength: 63,
      title: 'First database',
      description: 'The database whose log-in is used to find the others.',
    }),
    serverName: serverOptions.serverName('postgresql'),
    qualifiedNames: postgresqlNames.option(),
    include: serverOptions.include('database/schema/table'),
    exclude: serverOptions.exclude(),
    tls: serverOptions.tls(),
    caFile: serverOptions.caFile(),
    statistics: serverOptions.statistics(),
    connectTimeoutSeconds: serverOptions.connectTimeoutSeconds(),
    statementTimeoutSeconds: serverOptions.statementTimeoutSeconds(),
    sessionsAtOnce: serverOptions.sessionsAtOnce(),
    pollSeconds: serverOptions.pollSeconds(),
  },
  { additionalProperties: false },
);

export type PostgresqlConfiguration = Static<typeof postgresqlConfiguration>;

/** `postgresql://host:port/database`, `host:port` or the folder of a socket become host, port and first database. */
export function fromConnection(connection: Connection): unknown {
  return { ...placeIn(connection), ...withoutReservedKeys(connection) };
}

/** What the address of a connection and its user say. */
export function placeIn({ networkAddress, userId }: Connection): Readonly<Record<string, unknown>> {
  const { path, ...place } = networkAddress === undefined ? {} : placeOf(networkAddress, 'postgresql');
  return {
    ...place,
    ...(path === undefined ? {} : { database: path }),
    ...(userId === undefined || userId === '' ? {} : { user: userId }),
  };
}

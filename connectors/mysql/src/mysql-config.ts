import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';
import { placeOf, serverOptions, withoutReservedKeys } from '@isthmus/connector-sdk/servers';

export const mysqlNames = qualifiedNames(['database', 'table'], { server: true });

export const mysqlConfiguration = Type.Object(
  {
    host: serverOptions.host(', or its socket'),
    port: serverOptions.port(3306),
    user: serverOptions.user('User to log in as; what it needs is said above.'),
    password: serverOptions.password(),
    serverName: serverOptions.serverName('mysql'),
    qualifiedNames: mysqlNames.option(),
    include: serverOptions.include('database/table'),
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

export type MysqlConfiguration = Static<typeof mysqlConfiguration>;

/** `mysql://host:port`, `mariadb://host:port`, the same after `jdbc:`, `host:port` or a socket. The database of an address says nothing: all are read. */
export function fromConnection(connection: Connection): unknown {
  const { networkAddress, userId } = connection;
  const { path, ...place } = networkAddress === undefined ? {} : placeOf(networkAddress, 'mysql');
  const user = userId === undefined || userId === '' ? {} : { user: userId };
  return { ...place, ...user, ...withoutReservedKeys(connection) };
}

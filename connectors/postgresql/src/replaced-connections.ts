import type { Connection } from '@isthmus/connector-sdk';
import { withoutReservedKeys } from '@isthmus/connector-sdk/servers';
import { placeIn } from './postgresql-config.js';

type Values = Readonly<Record<string, unknown>>;

/**
 * Egeria's connectors for PostgreSQL, by their provider classes: how their connections become our configuration. What we
 * have no word for stays under its own name, so that the check of the configuration names it.
 */
export const replacedConnections: Readonly<Record<string, (connection: Connection) => unknown>> = {
  'org.odpi.openmetadata.adapters.connectors.postgres.catalog.PostgresServerIntegrationProvider': ofServerConnector,
  'org.odpi.openmetadata.adapters.connectors.integration.jdbc.JDBCIntegrationConnectorProvider': ofJdbcConnector,
};

/** What they say to Egeria alone. */
const ofEgeria = ['databaseCatalogTemplate', 'databaseName', 'schemaName', 'tableName'];
const ofJava = ['catalog', 'jdbcDriverManagerClassName', 'jdbcConnectionTimeout'];

/** Lists of names of databases; `*` and none are all. */
function ofServerConnector(connection: Connection): unknown {
  const {
    hostIdentifier,
    portNumber,
    databaseUserId,
    databasePassword,
    includeDatabaseList,
    excludeDatabaseList,
    ...others
  } = without(ofEgeria, withoutReservedKeys(connection));
  const included = namesOf(includeDatabaseList).filter((name) => name !== '*');
  const excluded = namesOf(excludeDatabaseList);
  const own = {
    host: hostIdentifier,
    port: portNumber,
    user: databaseUserId,
    password: databasePassword,
    include: patternsOrNone(included.map((name) => `${literal(name)}/**`)),
    exclude: patternsOrNone(excluded.map((name) => `${literal(name)}/**`)),
  };
  return { ...placeIn(connection), ...defined(own), ...others };
}

/** One database at a JDBC address; `include...` wins over `exclude...` there, so that is left out where both are given. */
function ofJdbcConnector(connection: Connection): unknown {
  const { networkAddress = '' } = connection;
  const scheme = /^jdbc:([^:]+):/i.exec(networkAddress)?.[1];
  if (scheme !== undefined && scheme.toLowerCase() !== 'postgresql')
    throw new TypeError(`jdbc:${scheme}: is no PostgreSQL: name the provider of that database in the connector type`);
  const {
    includeSchemaNames,
    excludeSchemaNames,
    includeTableNames,
    excludeTableNames,
    includeViewNames,
    excludeViewNames,
    ...others
  } = without(ofJava, withoutReservedKeys(connection));
  const place = placeIn({ ...connection, networkAddress: networkAddress.replace(/\?.*$/s, '') });
  const database = typeof place.database === 'string' ? literal(place.database) : '*';
  const schemas = namesOf(includeSchemaNames).map(literal);
  const tables = namesOf(includeTableNames).map(literal);
  const views = namesOf(includeViewNames).map(literal);
  // tables alone or views alone cannot be left out: what is restricted for one of them only stays open
  const names = tables.length > 0 && views.length > 0 ? [...tables, ...views] : ['*'];
  const include = orAny(schemas).flatMap((schema) => names.map((name) => `${database}/${schema}/${name}`));
  const exclude = [
    ...(schemas.length > 0 ? [] : namesOf(excludeSchemaNames).map((name) => `${database}/${literal(name)}/**`)),
    ...(tables.length > 0 ? [] : namesOf(excludeTableNames).map((name) => `${database}/*/${literal(name)}`)),
    ...(views.length > 0 ? [] : namesOf(excludeViewNames).map((name) => `${database}/*/${literal(name)}`)),
  ];
  return { ...place, include, ...defined({ exclude: patternsOrNone(exclude) }), ...others };
}

/** A name as a pattern that fits it alone. */
export function literal(name: string): string {
  const plain = name.replaceAll('%', '%25').replaceAll('/', '%2F');
  return plain.replace(/[\\*?[\](){}!+@|^$]/g, String.raw`\$&`);
}

/** A list, or names with commas between them. */
function namesOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  return list
    .filter((name): name is string => typeof name === 'string')
    .map((name) => name.trim())
    .filter(Boolean);
}

function orAny(patterns: readonly string[]): readonly string[] {
  return patterns.length === 0 ? ['*'] : patterns;
}

function patternsOrNone(patterns: readonly string[]): readonly string[] | undefined {
  return patterns.length === 0 ? undefined : patterns;
}

function without(keys: readonly string[], values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
}

function defined(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

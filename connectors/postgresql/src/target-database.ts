import type { CatalogTarget } from '@isthmus/connector-sdk';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { literal } from './replaced-connections.js';

const typesOfDatabases = ['RelationalDatabase', 'Database'];

/**
 * A target that is a database element with the name of its database (`resourceName`) is about that database alone, unless
 * its configuration says what to include; any other is about all that its configuration leads to.
 */
export function configurationOfTarget({
  element,
  configuration,
}: Pick<CatalogTarget<PostgresqlConfiguration>, 'element' | 'configuration'>): PostgresqlConfiguration {
  const name = element.properties.resourceName;
  const { include } = configuration;
  const isOpen = include.length === 1 && include[0] === '**';
  if (!typesOfDatabases.includes(element.typeName) || typeof name !== 'string' || name === '' || !isOpen)
    return configuration;
  return { ...configuration, database: name, include: [`${literal(name)}/**`] };
}

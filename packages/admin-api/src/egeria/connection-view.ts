import type { Connection } from '@isthmus/model';
import type { EgeriaRelease } from '@isthmus/platform';
import { present } from '../views/fields.js';
import { maskAddress, maskConfiguration } from '../views/mask.js';

/** Keys that Isthmus keeps for itself. */
export const reservedPrefix = 'isthmus.';

/**
 * A connection in Egeria's shape with everything secret masked. Passwords are not among its members at all: the daemon
 * knows references to secrets alone.
 *
 * @param schema - of the provider's configuration, if known: tells what to mask
 */
export function toEgeriaConnection(connection: Connection, schema: unknown, release: EgeriaRelease): object {
  const { guid, qualifiedName, providerName, networkAddress, userId, elements } = connection;
  const address = networkAddress === undefined ? undefined : maskAddress(networkAddress);
  const endpoint =
    address === undefined && elements?.endpoint === undefined
      ? undefined
      : {
          class: 'Endpoint',
          headerVersion: 0,
          ...elements?.endpoint,
          ...(address !== undefined && { [release === '4.3' ? 'address' : 'networkAddress']: address }),
        };
  const configuration = maskConfiguration(connection.configurationProperties, schema);
  return present({
    class: 'Connection',
    headerVersion: 0,
    guid,
    qualifiedName,
    displayName: elements?.displayName,
    connectorType: {
      class: 'ConnectorType',
      headerVersion: 0,
      ...elements?.connectorType,
      connectorProviderClassName: providerName,
    },
    endpoint,
    userId,
    configurationProperties: Object.keys(configuration).length === 0 ? undefined : configuration,
  });
}

/** What people configure, without what Isthmus keeps beside it; undefined when there is nothing. */
export function shownProperties(connection: Connection, schema: unknown): object | undefined {
  const own = Object.fromEntries(
    Object.entries(connection.configurationProperties).filter(([key]) => !key.startsWith(reservedPrefix)),
  );
  return Object.keys(own).length === 0 ? undefined : maskConfiguration(own, schema);
}

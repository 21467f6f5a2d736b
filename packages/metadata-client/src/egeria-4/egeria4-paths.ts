import type { GroupPaths } from '../egeria/egeria-group-reader.js';

/**
 * Partner service in the path of the open metadata store: it has to be configured on the server, and a Java daemon asks
 * its metadata sources by this one.
 */
const storePartner = 'data-manager';

/** Paths of Egeria 4.3 on one named server, for one caller. Every variable part is percent-encoded. */
export class Egeria4Paths implements GroupPaths {
  readonly #store: string;
  readonly #governance: string;
  readonly #repository: string;

  constructor(
    readonly serverName: string,
    readonly userId: string,
  ) {
    const server = `/servers/${encodeURIComponent(serverName)}/open-metadata`;
    const user = `users/${encodeURIComponent(userId)}`;
    this.#store = `${server}/framework-services/${storePartner}/open-metadata-store/${user}`;
    this.#governance = `${server}/access-services/governance-engine/${user}`;
    this.#repository = `${server}/repository-services/${user}`;
  }

  newElement(): string {
    return `${this.#store}/metadata-elements/new`;
  }
  element(guid: string, ...rest: readonly string[]): string {
    return join(`${this.#store}/metadata-elements`, guid, ...rest);
  }
  newRelationship(): string {
    return `${this.#store}/related-elements/new`;
  }
  relatedElements(...rest: readonly string[]): string {
    return join(`${this.#store}/related-elements`, ...rest);
  }
  collectionId(): string {
    return `${this.#repository}/metadata-collection-id`;
  }
  groupByName(qualifiedName: string): string {
    return join(`${this.#governance}/integration-groups/by-name`, qualifiedName);
  }
  groupConnectors(groupGuid: string, ...rest: readonly string[]): string {
    return join(`${this.#governance}/integration-groups`, groupGuid, 'integration-connectors', ...rest);
  }
  outTopic(callerId: string): string {
    return join(`${this.#governance}/topics/out-topic-connection`, callerId);
  }
  registrationsOf(connectorGuid: string): string {
    return join(`${this.#governance}/integration-connectors`, connectorGuid, 'registrations');
  }
  connector(connectorGuid: string): string {
    return join(`${this.#governance}/integration-connectors`, connectorGuid);
  }
}

function join(root: string, ...parts: readonly string[]): string {
  return [root, ...parts.map(encodeURIComponent)].join('/');
}

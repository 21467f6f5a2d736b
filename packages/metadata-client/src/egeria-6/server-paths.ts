/** Paths of Egeria 6.0 and 6.1 on one named server, for one caller. Every variable part is percent-encoded. */
export class ServerPaths {
  readonly #store: string;
  readonly #groups: string;
  readonly #connectors: string;
  readonly #topics: string;

  constructor(
    readonly serverName: string,
    readonly userId: string,
  ) {
    const services = `/servers/${encodeURIComponent(serverName)}/open-metadata/access-services`;
    const user = `users/${encodeURIComponent(userId)}`;
    this.#store = `${services}/open-metadata-store/${user}`;
    const governance = `${services}/governance-configuration-service/${user}`;
    this.#groups = `${governance}/integration-groups`;
    this.#connectors = `${governance}/integration-connectors`;
    this.#topics = `${services}/open-governance-service/${user}/topics`;
  }

  elements(): string {
    return `${this.#store}/metadata-elements`;
  }
  element(guid: string, ...rest: readonly string[]): string {
    return join(`${this.#store}/metadata-elements`, guid, ...rest);
  }
  relatedElements(...rest: readonly string[]): string {
    return join(`${this.#store}/related-elements`, ...rest);
  }
  relationship(guid: string): string {
    return join(`${this.#store}/relationships/by-guid`, guid);
  }
  groupByName(qualifiedName: string): string {
    return join(`${this.#groups}/by-name`, qualifiedName);
  }
  groupConnectors(groupGuid: string, ...rest: readonly string[]): string {
    return join(this.#groups, groupGuid, 'integration-connectors', ...rest);
  }
  outTopic(callerId: string): string {
    return join(`${this.#topics}/out-topic-connection`, callerId);
  }
  registrationsOf(connectorGuid: string): string {
    return join(this.#connectors, connectorGuid, 'registrations');
  }
  /** 6.1 has no bean of a connector alone. */
  connector(connectorGuid: string): string {
    return this.element(connectorGuid);
  }
}

function join(root: string, ...parts: readonly string[]): string {
  return [root, ...parts.map(encodeURIComponent)].join('/');
}

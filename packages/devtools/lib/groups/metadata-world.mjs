// A metadata access server in memory: groups, connectors, registrations; the reader's port, the store's change feed.
import { IsthmusError } from '@isthmus/kernel';

const pageLimit = 1_000;

/** What is there is always told truly; what fails, fails as `fault` says. */
export class MetadataWorld {
  /** By name. */
  groups = new Map();
  /** By GUID. */
  connectors = new Map();
  /** @type {{ id: string, groupGuid: string, connectorGuid: string, name: string, minutes: number, from?: number, to?: number, user?: string }[]} */
  registrations = [];
  /** undefined, `away`, `nonsense` (lists only), `no-points` (point reads only). */
  fault;
  /** The server has no change feed: `capabilities` says so. */
  hasFeed = true;
  /** Called with each answer of the reader. */
  onList = () => undefined;
  onPoint = () => undefined;
  onName = () => undefined;
  #ids = 0;
  #sequence = 0;
  #listeners = new Set();

  /** @param clock - only for the waits of the change feed */
  constructor(clock, { etag = 'content' } = {}) {
    this.clock = clock;
    this.etagBy = etag;
  }

  id(kind) {
    this.#ids += 1;
    return `${kind}-${this.#ids}`;
  }

  /** To be called after each change, as a server does after its commit. */
  changed() {
    this.#sequence += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  /** The whole list of a group as it is now; undefined when there is no such group. */
  truth(name) {
    const group = this.groups.get(name);
    if (group === undefined) return undefined;
    return this.registrations
      .filter((registration) => registration.groupGuid === group.guid)
      .map((registration) => this.#combine(registration));
  }

  async read(name, knownEtag, signal) {
    signal.throwIfAborted();
    this.#failWhen('away');
    if (this.fault === 'nonsense') throw new IsthmusError('STORE_ANSWER_INVALID', 'the answer makes no sense');
    const group = this.groups.get(name);
    const registrations = this.truth(name) ?? [];
    // The order in which a server lists is its own business.
    if (this.#sequence % 2 === 1) registrations.reverse();
    const etag = group === undefined ? 'none' : this.#etagOf(group, registrations);
    if (etag === knownEtag) {
      this.onList(name, 'unchanged');
      return 'unchanged';
    }
    this.onList(name, registrations);
    return {
      ...(group && { group: { ...group } }),
      registrations,
      etag,
      metadataCollectionId: group ? 'collection' : '',
    };
  }

  async readRegistration(groupGuid, connectorGuid, signal) {
    signal.throwIfAborted();
    this.#failWhen('away');
    if (this.fault === 'no-points') throw new IsthmusError('STORE_UNREACHABLE', 'no answer to a point read');
    const found = this.registrations.find(
      (registration) => registration.groupGuid === groupGuid && registration.connectorGuid === connectorGuid,
    );
    const registration = found && this.#combine(found);
    this.onPoint(groupGuid, connectorGuid, registration);
    return registration;
  }

  async groupName(guid) {
    this.#failWhen('away');
    const name = [...this.groups.values()].find((group) => group.guid === guid)?.qualifiedName;
    this.onName(guid, name);
    return name;
  }

  async capabilities() {
    this.#failWhen('away');
    return { writeBatch: true, changeFeed: this.hasFeed, fencing: true, groupETag: true };
  }

  async identity() {
    this.#failWhen('away');
    return { metadataCollectionId: 'collection', changeSequence: this.#sequence, incarnation: 'one' };
  }

  /** Groups by name, as the directory asks for them. */
  async find(_conditions, { startFrom = 0, pageSize = pageLimit } = {}) {
    this.#failWhen('away');
    return [...this.groups.values()].slice(startFrom, startFrom + pageSize).map(({ guid, qualifiedName }) => ({
      guid,
      typeName: 'IntegrationGroup',
      properties: { qualifiedName },
    }));
  }

  async changes(after, { waitMs }, signal) {
    this.#failWhen('away');
    if (this.#sequence <= after) await this.#nextChange(waitMs, signal);
    this.#failWhen('away');
    const next = this.#sequence;
    const change = {
      sequence: next,
      eventType: 'UPDATED_ELEMENT_EVENT',
      guid: 'any',
      typeName: 'IntegrationGroup',
      superTypeNames: [],
    };
    return { changes: next > after ? [change] : [], next };
  }

  /** @param fault - see `fault`; what waits for a change fails too when the server goes away */
  break(fault) {
    this.fault = fault;
    for (const listener of [...this.#listeners]) listener();
  }

  #nextChange(waitMs, signal) {
    return new Promise((resolve, reject) => {
      const end = (finish) => {
        timer.cancel();
        this.#listeners.delete(onChange);
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      const onChange = () => end(resolve);
      const onAbort = () => end(() => reject(signal.reason));
      const timer = this.clock.schedule(waitMs, onChange);
      this.#listeners.add(onChange);
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
    });
  }

  #combine({ id, connectorGuid, name, minutes, from, to, user }) {
    const connector = this.connectors.get(connectorGuid);
    const { connection } = connector;
    return {
      connectorId: id,
      connectorGuid,
      qualifiedName: connector.qualifiedName,
      description: connector.description,
      connectorName: name,
      ...(user !== undefined && { connectorUserId: user }),
      refreshTimeInterval: minutes,
      ...(from !== undefined && { startDate: from }),
      ...(to !== undefined && { connectorShutdownDate: to }),
      permittedSynchronization: 'FROM_THIRD_PARTY',
      generateConnectorActivityReports: false,
      usesBlockingCalls: false,
      ...(connection && {
        connection: { ...connection, configurationProperties: { ...connection.configurationProperties } },
      }),
      version: connector.version,
    };
  }

  /** By content: a change and back is no change. By number: as of a server that counts its changes. */
  #etagOf(group, registrations) {
    if (this.etagBy === 'number') return `${group.guid}:${this.#sequence}`;
    const sorted = [...registrations].sort((one, other) => (one.connectorId < other.connectorId ? -1 : 1));
    return JSON.stringify([group, sorted]);
  }

  #failWhen(fault) {
    if (this.fault === fault) throw new IsthmusError('STORE_UNREACHABLE', 'nobody answers');
  }
}

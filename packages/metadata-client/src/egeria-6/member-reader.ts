import { IsthmusError } from '@isthmus/kernel';
import { type GroupConnectorsRequest, type IntegrationGroup, isthmusFace } from '@isthmus/model';
import type { GroupMembers } from '../egeria/egeria-group-reader.js';
import { ListMoved } from '../egeria/list-moved.js';
import { type ListedConnector, toListedConnector } from '../egeria/registration-wire.js';
import { asList, asNumber, asText, type JsonObject } from '../guards.js';
import type { StoreHttp, StoreRequest } from '../http/store-http.js';
import { registrationNames6 } from './registration-names.js';
import type { ServerCapabilities } from './server-capabilities.js';

/** No group is larger; a server that tells more is not believed. */
const longestList = 100_000;
const membersAtATime = 5_000;
const connectorsAtATime = 200;
/** Groups whose registrations are remembered; one more is read in full. */
const mostGroups = 1_000;

interface Known {
  readonly version: string;
  readonly connector: ListedConnector;
}

interface Reading {
  readonly etag: string;
  /** By connector GUID. */
  readonly known: ReadonlyMap<string, Known>;
}

/**
 * Reads groups of a server that tells a version of each registration: the whole list of versions each time, and of the
 * registrations those that it has not read in that version. What did not change is the very object of the last reading.
 * Only a reading that its reader holds on to is built upon: one that was refused is read in full again.
 */
export class MemberReader implements GroupMembers {
  /** By qualified name of the group: the last reading and the one that it was built upon. */
  readonly #readings = new Map<string, readonly Reading[]>();

  constructor(
    private readonly http: StoreHttp,
    private readonly serverName: string,
    private readonly capabilities: ServerCapabilities,
  ) {}

  async isOffered(signal: AbortSignal): Promise<boolean> {
    return (await this.capabilities.get(signal)).groupMembers === true;
  }

  forget(qualifiedName: string): void {
    this.#readings.delete(qualifiedName);
  }

  async read(
    { guid, qualifiedName }: IntegrationGroup,
    etag: string,
    knownEtag: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly connectors: readonly ListedConnector[]; readonly tagged: true } | ListMoved> {
    const versions = await this.#versions(guid, etag, signal);
    if (versions instanceof ListMoved) return versions;
    const base = this.#readings.get(qualifiedName)?.find((reading) => reading.etag === knownEtag);
    const changed = [...versions].filter(([connector, version]) => base?.known.get(connector)?.version !== version);
    const read = await this.#connectors(guid, etag, changed, signal);
    if (read instanceof ListMoved) return read;
    const known = new Map<string, Known>();
    for (const connector of versions.keys()) {
      const item = read.get(connector) ?? base?.known.get(connector);
      if (item !== undefined) known.set(connector, item);
    }
    this.#remember(qualifiedName, base === undefined ? [{ etag, known }] : [base, { etag, known }]);
    // in the order that an accepted list has, so that nobody after this sorts ten thousand again; it is nearly that already
    const connectors = [...known.values()].map(({ connector }) => connector).sort(byGuid);
    return { connectors, tagged: true };
  }

  async #versions(groupGuid: string, etag: string, signal: AbortSignal): Promise<Map<string, string> | ListMoved> {
    const path = isthmusFace.groupMembers(this.serverName, groupGuid);
    const versions = new Map<string, string>();
    for (let total = 1; versions.size < total; ) {
      const query = { startFrom: versions.size, pageSize: membersAtATime };
      const body = await this.#ask({ method: 'GET', path, query, mode: 'repeated' }, etag, signal);
      if (body instanceof ListMoved) return body;
      total = asNumber(body.total, 'total');
      if (total > longestList)
        throw new IsthmusError('STORE_ANSWER_INVALID', `${path}: ${total} registrations are not believed`);
      const page = asList(body.members, 'members');
      if (page.length === 0 && versions.size < total)
        throw new IsthmusError('STORE_ANSWER_INVALID', `${path}: ${versions.size} of ${total} registrations were told`);
      for (const [index, item] of page.entries()) {
        const [connector, version] = asList(item, `members[${index}]`);
        const guid = asText(connector, `members[${index}][0]`);
        if (versions.has(guid)) return new ListMoved(`${guid} is listed twice`);
        versions.set(guid, asText(version, `members[${index}][1]`));
      }
      if (versions.size > total) return new ListMoved('the list is longer than told');
    }
    return versions;
  }

  async #connectors(
    groupGuid: string,
    etag: string,
    wanted: readonly (readonly [connectorGuid: string, version: string])[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Known> | ListMoved> {
    const path = isthmusFace.groupConnectors(this.serverName, groupGuid);
    const read = new Map<string, Known>();
    for (let from = 0; from < wanted.length; from += connectorsAtATime) {
      const versions = new Map(wanted.slice(from, from + connectorsAtATime));
      const body: GroupConnectorsRequest = { connectorGuids: [...versions.keys()] };
      const answer = await this.#ask({ method: 'POST', path, body, mode: 'repeated' }, etag, signal);
      if (answer instanceof ListMoved) return answer;
      for (const [index, item] of asList(answer.elements, 'elements').entries()) {
        const connector = toListedConnector(item, `elements[${index}]`, registrationNames6);
        const version = versions.get(connector.connectorGuid);
        if (version === undefined) return new ListMoved(`${connector.connectorGuid} was not asked for, or told twice`);
        versions.delete(connector.connectorGuid);
        read.set(connector.connectorGuid, { version, connector });
      }
      const [missing] = versions.keys();
      if (missing !== undefined) return new ListMoved(`${missing} is listed, but was not told`);
    }
    return read;
  }

  async #ask(request: StoreRequest, etag: string, signal: AbortSignal): Promise<JsonObject | ListMoved> {
    try {
      const answer = await this.http.send(request, signal);
      return answer.etag === etag ? answer.body : new ListMoved('a part of the list is of another version');
    } catch (error) {
      // The group went away meanwhile: the next head tells.
      if (IsthmusError.is(error) && error.code === 'ELEMENT_NOT_FOUND') return new ListMoved('the group went away');
      throw error;
    }
  }

  #remember(qualifiedName: string, readings: readonly Reading[]): void {
    this.#readings.delete(qualifiedName);
    this.#readings.set(qualifiedName, readings);
    for (const oldest of this.#readings.keys()) {
      if (this.#readings.size <= mostGroups) return;
      this.#readings.delete(oldest);
    }
  }
}

function byGuid(one: ListedConnector, other: ListedConnector): number {
  return one.connectorGuid < other.connectorGuid ? -1 : 1;
}

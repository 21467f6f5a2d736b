import { createHash } from 'node:crypto';
import { IsthmusError } from '@isthmus/kernel';
import type { GroupReader, GroupSnapshot, IntegrationGroup, Registration } from '@isthmus/model';
import { asList, asTexts, type JsonObject, optionalRecord } from '../guards.js';
import type { StoreHttp } from '../http/store-http.js';
import { ListMoved } from './list-moved.js';
import { orNone } from './or-none.js';
import { type ListedConnector, type RegistrationNames, toGroup, toListedConnector } from './registration-wire.js';

/** How often a list that changes under the reader is read before it is given up until the next poll. */
const readAttempts = 4;
/** No group is larger; a server whose pages never end is not read for ever. */
const longestList = 100_000;
/** Marks versions that are made here, which no server is asked about. */
const hashPrefix = 'hash:';

/** Where a release keeps its groups. Every variable part is percent-encoded. */
export interface GroupPaths {
  groupByName(qualifiedName: string): string;
  groupConnectors(groupGuid: string, ...rest: readonly string[]): string;
  registrationsOf(connectorGuid: string): string;
  /** The connector itself, whether it is registered or not. */
  connector(connectorGuid: string): string;
}

/** Registrations of a group that tells their versions: those that did not change are not read again. */
export interface GroupMembers {
  isOffered(signal: AbortSignal): Promise<boolean>;
  forget(qualifiedName: string): void;
  /**
   * @param etag - of the group: every part of the answer has to be of it
   * @param knownEtag - of the reading that the reader holds on to
   */
  read(
    group: IntegrationGroup,
    etag: string,
    knownEtag: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly connectors: readonly ListedConnector[]; readonly tagged: true } | ListMoved>;
}

interface GroupHead {
  readonly group: IntegrationGroup | undefined;
  readonly metadataCollectionId: string;
  readonly etag?: string;
}

/**
 * Reads groups as an integration daemon of Egeria does, but believes nothing that it did not see twice: pages are read
 * until one is empty, and a repeated, overlong or moved page makes it begin again. Where the server tells a version of
 * each registration, only those that changed since the last reading are read.
 */
export class EgeriaGroupReader implements GroupReader {
  constructor(
    private readonly http: StoreHttp,
    private readonly paths: GroupPaths,
    private readonly names: RegistrationNames,
    private readonly pageSize: number,
    /** Undefined: the server tells no versions. */
    private readonly members: GroupMembers | undefined,
  ) {}

  async read(
    qualifiedName: string,
    knownEtag: string | undefined,
    signal: AbortSignal,
  ): Promise<GroupSnapshot | 'unchanged'> {
    let moved: ListMoved | undefined;
    for (let attempt = 0; attempt < readAttempts; attempt++) {
      const result = await this.#readOnce(qualifiedName, knownEtag, signal);
      if (!(result instanceof ListMoved)) return result;
      moved = result;
    }
    throw new IsthmusError('STORE_PAGES_CHANGED', `the list of ${qualifiedName} did not hold still: ${moved?.what}`, {
      details: { group: qualifiedName, attempts: readAttempts },
    });
  }

  /**
   * @returns undefined only when two calls say that it is not registered, and the server has said something about the
   * connector: what a server leaves out when nothing is registered, an answer that lost its content lacks too. A server that
   * has found its words again while it was asked is asked once more
   * @throws STORE_ANSWER_INVALID when they contradict each other or say nothing, and for a registration without
   * properties: it is there, yet says nothing; so nothing is concluded from it
   */
  async readRegistration(
    groupGuid: string,
    connectorGuid: string,
    signal: AbortSignal,
  ): Promise<Registration | undefined> {
    const path = this.paths.groupConnectors(groupGuid, connectorGuid);
    const where = 'registeredIntegrationConnector';
    const body = await this.#unlessNotFound(path, signal);
    const told = body?.[where];
    if (told === undefined || told === null) {
      // Nothing looks like a member that was lost on the way; so another call is asked, which tells it in other words.
      if ((await this.#groupsOf(connectorGuid, signal)).includes(groupGuid))
        throw new IsthmusError(
          'STORE_ANSWER_INVALID',
          `${path}: the answer holds no registration, though the connector is told to be registered there`,
        );
      if (body === undefined) return undefined;
      await this.#expectWord(connectorGuid, signal);
      await this.#expectNothing(path, where, signal);
      return undefined;
    }
    const { connectorGuid: toldGuid, registration } = toListedConnector(told, where, this.names);
    if (toldGuid !== connectorGuid)
      throw new IsthmusError('STORE_ANSWER_INVALID', `${path}: the answer is about another connector, ${toldGuid}`);
    if (registration === undefined)
      throw new IsthmusError('STORE_ANSWER_INVALID', `${path}: the connector is registered without any property`);
    return registration;
  }

  /** GUIDs of the groups that a connector is registered in; none when there is no such connector. */
  async #groupsOf(connectorGuid: string, signal: AbortSignal): Promise<readonly string[]> {
    return asTexts((await this.#unlessNotFound(this.paths.registrationsOf(connectorGuid), signal))?.guids, 'guids');
  }

  /** @throws STORE_ANSWER_INVALID unless the server shows the connector or says that there is none */
  async #expectWord(connectorGuid: string, signal: AbortSignal): Promise<void> {
    const path = this.paths.connector(connectorGuid);
    const answer = await orNone(this.http.send({ method: 'GET', path, mode: 'repeated' }, signal));
    if (answer === undefined) return;
    const element = optionalRecord(answer.body.element, 'element');
    const told = element?.elementGUID ?? optionalRecord(element?.elementHeader, 'element.elementHeader')?.guid;
    if (told === connectorGuid) return;
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `${path}: the answer neither shows the connector nor says that there is none, so nothing is known of its registration`,
    );
  }

  /** @throws STORE_ANSWER_INVALID when there is a registration after all */
  async #expectNothing(path: string, where: string, signal: AbortSignal): Promise<void> {
    const told = (await this.#unlessNotFound(path, signal))?.[where];
    if (told === undefined || told === null) return;
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `${path}: the answer held no registration, and holds one a moment later`,
    );
  }

  async #unlessNotFound(path: string, signal: AbortSignal): Promise<JsonObject | undefined> {
    try {
      return (await this.http.send({ method: 'GET', path, mode: 'repeated' }, signal)).body;
    } catch (error) {
      if (IsthmusError.is(error) && error.code === 'ELEMENT_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async #readOnce(
    qualifiedName: string,
    knownEtag: string | undefined,
    signal: AbortSignal,
  ): Promise<GroupSnapshot | 'unchanged' | ListMoved> {
    const head = await this.#head(qualifiedName, knownEtag, signal);
    if (head === 'unchanged') return 'unchanged';
    const { group, metadataCollectionId } = head;
    if (group === undefined) {
      this.members?.forget(qualifiedName);
      return finish({ registrations: [], metadataCollectionId }, undefined, knownEtag);
    }
    const listed =
      head.etag !== undefined && this.members && (await this.members.isOffered(signal))
        ? await this.members.read(group, head.etag, knownEtag, signal)
        : await this.#pages(group.guid, head.etag, signal);
    if (listed instanceof ListMoved) return listed;
    // Pages that all carry the head's ETag are one state; without one, the head must not have moved meanwhile.
    if (!listed.tagged) {
      const after = await this.#head(qualifiedName, undefined, signal);
      if (after === 'unchanged' || after.group?.guid !== group.guid || after.group.version !== group.version)
        return new ListMoved('the group changed');
      if (after.etag !== head.etag) return new ListMoved('the version of the list changed');
    }
    const registrations = listed.connectors.flatMap(({ registration }) => (registration ? [registration] : []));
    // A version that not every page confirmed would make a page that lied be taken for the truth ever after.
    return finish({ group, registrations, metadataCollectionId }, listed.tagged ? head.etag : undefined, knownEtag);
  }

  async #head(
    qualifiedName: string,
    knownEtag: string | undefined,
    signal: AbortSignal,
  ): Promise<GroupHead | 'unchanged'> {
    const asked = knownEtag !== undefined && !knownEtag.startsWith(hashPrefix) ? knownEtag : undefined;
    const answer = await this.http.send(
      {
        method: 'GET',
        path: this.paths.groupByName(qualifiedName),
        mode: 'probe',
        ...(asked !== undefined && { headers: { 'If-None-Match': asked }, alsoGood: 304 }),
      },
      signal,
    );
    if (answer.status === 304) return 'unchanged';
    const etag = answer.etag === undefined ? {} : { etag: answer.etag };
    const { element } = answer.body;
    if (element === undefined || element === null) return { group: undefined, metadataCollectionId: '', ...etag };
    const { group, metadataCollectionId } = toGroup(element, 'element');
    if (group.qualifiedName !== qualifiedName)
      throw new IsthmusError('STORE_ANSWER_INVALID', `asked for ${qualifiedName}, answered ${group.qualifiedName}`, {
        details: { field: 'element.properties.qualifiedName' },
      });
    return { group, metadataCollectionId, ...etag };
  }

  /** @returns the entries, and whether every page carried the ETag of the head */
  async #pages(
    groupGuid: string,
    etag: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly connectors: readonly ListedConnector[]; readonly tagged: boolean } | ListMoved> {
    const connectors: ListedConnector[] = [];
    const seen = new Set<string>();
    let tagged = etag !== undefined;
    while (connectors.length <= longestList) {
      const page = await this.#page(groupGuid, connectors.length, signal);
      if (page instanceof ListMoved) return page;
      if (page.etag !== undefined && etag !== undefined && page.etag !== etag)
        return new ListMoved('a page is of another version');
      tagged = tagged && page.etag !== undefined;
      if (page.connectors.length === 0) return { connectors, tagged };
      if (page.connectors.length > this.pageSize) return new ListMoved('a page is longer than asked');
      for (const connector of page.connectors) {
        if (seen.has(connector.connectorGuid)) return new ListMoved(`${connector.connectorGuid} is on two pages`);
        seen.add(connector.connectorGuid);
        connectors.push(connector);
      }
    }
    throw new IsthmusError('STORE_ANSWER_INVALID', `the list of ${groupGuid} has no end`);
  }

  async #page(groupGuid: string, startingFrom: number, signal: AbortSignal) {
    const request = {
      method: 'GET',
      path: this.paths.groupConnectors(groupGuid),
      query: { startingFrom, maximumResults: this.pageSize },
      mode: 'repeated',
    } as const;
    try {
      const { body, etag } = await this.http.send(request, signal);
      const connectors = asList(body.elements, 'elements').map((item, index) =>
        toListedConnector(item, `elements[${index}]`, this.names),
      );
      return { connectors, etag };
    } catch (error) {
      // The group went away between its head and its pages: the next head tells.
      if (IsthmusError.is(error) && error.code === 'ELEMENT_NOT_FOUND') return new ListMoved('the group went away');
      throw error;
    }
  }
}

function finish(
  list: Omit<GroupSnapshot, 'etag'>,
  etag: string | undefined,
  knownEtag: string | undefined,
): GroupSnapshot | 'unchanged' {
  const version = etag ?? hashOf(list);
  return version === knownEtag ? 'unchanged' : { ...list, etag: version };
}

/** The order of pages and of members does not count. */
function hashOf(list: Omit<GroupSnapshot, 'etag'>): string {
  const registrations = [...list.registrations].sort((a, b) => (a.connectorId < b.connectorId ? -1 : 1));
  const text = JSON.stringify({ ...list, registrations }, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return hashPrefix + createHash('sha256').update(text).digest('base64url');
}

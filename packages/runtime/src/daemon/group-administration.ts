import type { ConnectorHost } from '@isthmus/connector-host';
import { type Clock, IsthmusError, type Logger, withDeadline } from '@isthmus/kernel';
import type { MetadataStore, RelatedElement } from '@isthmus/model';
import type { ConnectorStatus } from '../fleet/connector-status.js';
import { sourceSaid, toRegistration, withChange, withVersion } from './connector-change.js';
import {
  checkConfigurationKeys,
  checkConfigurationVersion,
  checkName,
  checkRegistration,
  invalid,
} from './connector-checks.js';
import { allRelated, groupElement, link, qualifiedNameOf, types, unlink } from './connector-elements.js';
import { type ConnectorNames, freeNames } from './connector-names.js';
import { changeWrites, connectorWrites, registrationWrite } from './connector-writes.js';
import type { ConnectorChange, IntegrationDaemon, NewConnector } from './integration-daemon.js';
import { undoing, type Write, writeAll } from './store-writes.js';

export interface GroupAdministrationParts {
  readonly store: MetadataStore;
  readonly host: Pick<ConnectorHost, 'check'>;
  /** Called when a group was written, with its qualified name. */
  readonly nudge: (groupName: string) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of batches; never the same twice. */
  readonly newId: () => string;
  /** A use case with all its requests ends by then. Default 30 s. */
  readonly deadlineMs?: number;
}

const defaultDeadlineMs = 30_000;
/** Operations in one batch. */
const batchSize = 400;
const readTries = 3;

/**
 * The use cases that write groups and registrations into the metadata access server. Everything is checked before
 * anything is written, and what is refused leaves nothing behind; the effect comes by the same path as anybody's change.
 */
export class GroupAdministration {
  constructor(private readonly parts: GroupAdministrationParts) {}

  /** @throws PARAMETER_INVALID, GROUP_EXISTS, ELEMENT_EXISTS when the name is that of something else */
  async createGroup(group: Parameters<IntegrationDaemon['createGroup']>[0], by: string): Promise<void> {
    const { store, newId } = this.parts;
    const { qualifiedName, displayName, description } = group;
    checkName(qualifiedName, 'qualifiedName');
    if (displayName) checkName(displayName, 'displayName');
    await this.#within(async (signal) => {
      const existing = await store.getByQualifiedName(qualifiedName, {}, signal);
      if (existing !== undefined) {
        const code = existing.typeName === types.group ? 'GROUP_EXISTS' : 'ELEMENT_EXISTS';
        throw new IsthmusError(code, `there is a ${existing.typeName} ${qualifiedName}`, {
          details: { group: qualifiedName },
        });
      }
      const properties = { ...(displayName && { displayName }), ...(description && { description }) };
      const operation = { op: 'upsert', typeName: types.group, qualifiedName, properties } as const;
      await writeAll(store, newId, [[{ operation, inverse: () => undefined }]], signal);
    });
    this.#written('group created', qualifiedName, by);
  }

  /**
   * Ends its registrations and deletes the group; the connectors' elements stay, as at a removal. Ending them first
   * keeps a later group of the same name, which restores the element, from bringing them back.
   *
   * @throws GROUP_NOT_FOUND
   */
  async deleteGroup(qualifiedName: string, by: string): Promise<void> {
    const { store, newId } = this.parts;
    await this.#within(async (signal) => {
      const group = await groupElement(store, qualifiedName, signal);
      const members = await allRelated(store, group.guid, types.registration, 1, signal);
      const ends = members.map((member) => endOf(qualifiedName, member));
      const removal: Write = { operation: { op: 'delete', qualifiedName }, inverse: () => undefined };
      const writes = [...ends, removal];
      await writeAll(store, newId, inBatches(writes), signal);
    });
    this.#written('group deleted', qualifiedName, by);
  }

  /**
   * A connector that was removed from this group and comes back with the same name and provider is the same one: its
   * GUID stays, and with it what it knows of its source.
   *
   * @throws GROUP_NOT_FOUND, CONNECTOR_EXISTS, PARAMETER_INVALID, SCHEDULE_INVALID, SCHEDULE_NEVER_FIRES, and as
   * `ConnectorHost.check`
   */
  async addConnector(
    groupName: string,
    connector: NewConnector,
    by: string,
  ): Promise<{ readonly connectorGuid: string; readonly connectorId: string }> {
    const { store, host, clock, newId } = this.parts;
    checkName(connector.name, 'name');
    checkConfigurationKeys(connector.configuration ?? {}, true);
    const candidate = toRegistration(connector, connector.name, connector.name);
    checkRegistration(candidate, clock.now());
    const { version } = await host.check(candidate).catch((error: unknown) => {
      throw ofNewConnector(error);
    });
    const added = await this.#within(async (signal) => {
      const group = await groupElement(store, groupName, signal);
      const members = await allRelated(store, group.guid, types.registration, 1, signal);
      refuseTaken(groupName, members, connector.name);
      const names = await freeNames(store, groupName, connector.name, connector.provider, signal);
      const source = sourceSaid(connector) ?? names.source;
      const registration = withVersion(toRegistration(connector, names.connector, source), version);
      // The registration comes last and alone: nobody ever reads one whose connector is not whole.
      const stages = [connectorWrites(registration, names), [registrationWrite(groupName, registration)]];
      const [made] = await writeAll(store, newId, stages, signal);
      return await this.#registered(group.guid, names, made?.guid, signal);
    });
    this.#written('connector added', groupName, by, { connector: connector.name });
    return added;
  }

  /** @throws CONNECTOR_NOT_FOUND when it is gone meanwhile, and as `addConnector` */
  async updateConnector(connector: ConnectorStatus, change: ConnectorChange, by: string): Promise<void> {
    const { store, host, clock, newId } = this.parts;
    const groupName = connector.group.qualifiedName;
    if (change.name !== undefined) checkName(change.name, 'name');
    checkConfigurationKeys(change.configuration ?? {}, false);
    if (connector.registration === undefined) throw notRegistered(connector);
    const after = withChange(connector.registration, change);
    checkRegistration(after, clock.now());
    const { version } = await host.check(after);
    checkConfigurationVersion(connector.registration, change, version);
    await this.#within(async (signal) => {
      const group = await groupElement(store, groupName, signal);
      const members = await allRelated(store, group.guid, types.registration, 1, signal);
      const member = members.find(({ element }) => element.guid === connector.connectorGuid);
      if (member === undefined) throw notRegistered(connector);
      if (change.name !== undefined)
        refuseTaken(
          groupName,
          members.filter((other) => other !== member),
          change.name,
        );
      await writeAll(store, newId, [await changeWrites(store, groupName, member, change, signal)], signal);
    });
    this.#written('connector changed', groupName, by, { connector: connector.name });
  }

  /** Ends the registration; the connector's elements, and those that it made, stay. Safe to repeat. */
  async removeConnector(connector: ConnectorStatus, by: string): Promise<void> {
    const { store, newId } = this.parts;
    const groupName = connector.group.qualifiedName;
    const operation = unlink(types.registration, groupName, connector.qualifiedName);
    try {
      await this.#within((signal) => writeAll(store, newId, [[{ operation, inverse: () => undefined }]], signal));
    } catch (error) {
      // No group or no connector any more: then neither is there a registration.
      if (!IsthmusError.is(error) || error.code !== 'ELEMENT_NOT_FOUND') throw error;
    }
    this.#written('connector removed', groupName, by, { connector: connector.name });
  }

  /**
   * Registers the connector with another group and ends its registration here. It stays the same connector: its GUID,
   * cursors and ownership go with it.
   *
   * @throws GROUP_NOT_FOUND, CONNECTOR_NOT_FOUND, CONNECTOR_EXISTS
   */
  async moveConnector(connector: ConnectorStatus, toGroup: string, by: string): Promise<void> {
    const { store, newId } = this.parts;
    const fromGroup = connector.group.qualifiedName;
    if (toGroup === fromGroup) throw invalid('group', `${connector.name} is in ${toGroup} already`);
    await this.#within(async (signal) => {
      const from = await groupElement(store, fromGroup, signal);
      const to = await groupElement(store, toGroup, signal);
      refuseTaken(toGroup, await allRelated(store, to.guid, types.registration, 1, signal), connector.name);
      const members = await allRelated(store, from.guid, types.registration, 1, signal);
      const member = members.find(({ element }) => element.guid === connector.connectorGuid);
      if (member === undefined) throw notRegistered(connector);
      const there = link(types.registration, toGroup, connector.qualifiedName, member.relationship.properties);
      const back = unlink(types.registration, toGroup, connector.qualifiedName);
      await writeAll(
        store,
        newId,
        [[{ operation: there, inverse: undoing(['created'], back) }, endOf(fromGroup, member)]],
        signal,
      );
    });
    this.parts.nudge(toGroup);
    this.#written('connector moved', fromGroup, by, { connector: connector.name, toGroup });
  }

  /** GUIDs of what was just registered: a batch tells none of links. */
  async #registered(groupGuid: string, names: ConnectorNames, madeGuid: string | undefined, signal: AbortSignal) {
    const { store } = this.parts;
    for (let tried = 0; tried < readTries; tried++) {
      const connectorGuid = madeGuid ?? (await store.getByQualifiedName(names.connector, {}, signal))?.guid;
      if (connectorGuid === undefined) continue;
      const registrations = await allRelated(store, connectorGuid, types.registration, 2, signal);
      const own = registrations.find(({ element }) => element.guid === groupGuid);
      if (own !== undefined) return { connectorGuid, connectorId: own.relationship.guid };
    }
    throw new IsthmusError('STORE_ANSWER_INVALID', `${names.connector} was written but cannot be read`, {
      details: { connector: names.connector },
    });
  }

  async #within<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadlineMs = this.parts.deadlineMs ?? defaultDeadlineMs;
    try {
      return await withDeadline(this.parts.clock, deadlineMs, new AbortController().signal, work);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'TimeoutError') throw error;
      throw new IsthmusError('STORE_UNREACHABLE', `the metadata server was not done within ${deadlineMs} ms`, {
        next: 'see with `isthmus group show` whether the change took place, and repeat it if not',
      });
    }
  }

  #written(message: string, group: string, by: string, facts: Readonly<Record<string, string>> = {}): void {
    this.parts.logger.info(message, { group, by, ...facts });
    this.parts.nudge(group);
  }
}

function inBatches(writes: readonly Write[]): readonly (readonly Write[])[] {
  const count = Math.ceil(writes.length / batchSize);
  return Array.from({ length: count }, (_, index) => writes.slice(index * batchSize, (index + 1) * batchSize));
}

function endOf(groupName: string, member: RelatedElement): Write {
  const connector = qualifiedNameOf(member.element);
  return {
    operation: unlink(types.registration, groupName, connector),
    inverse: undoing(['deleted'], link(types.registration, groupName, connector, member.relationship.properties)),
  };
}

function refuseTaken(groupName: string, members: readonly RelatedElement[], name: string): void {
  const isTaken = members.some(({ relationship, element }) => {
    const { displayName, qualifiedName } = element.properties;
    return (relationship.properties.connectorName ?? displayName ?? qualifiedName) === name;
  });
  if (isTaken)
    throw new IsthmusError('CONNECTOR_EXISTS', `${groupName} has a connector named ${name}`, {
      details: { group: groupName, connector: name },
    });
}

function notRegistered(connector: ConnectorStatus): IsthmusError {
  return new IsthmusError(
    'CONNECTOR_NOT_FOUND',
    `${connector.name} is not registered with ${connector.group.qualifiedName} any more`,
    { details: { connector: connector.name, group: connector.group.qualifiedName } },
  );
}

/** There is no connector yet that could be updated. */
function ofNewConnector(error: unknown): unknown {
  if (!IsthmusError.is(error) || error.code !== 'CONNECTOR_CONFIGURATION_INVALID') return error;
  return new IsthmusError(error.code, error.message, {
    cause: error,
    details: error.details,
    next: 'correct the field named in what you give to `isthmus connector add`; nothing was registered',
  });
}

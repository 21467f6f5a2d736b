import type {
  Connection,
  ConnectionElements,
  IntegrationGroup,
  PermittedSynchronization,
  Registration,
} from '@isthmus/model';
import {
  asNumber,
  asPlainProperties,
  asRecord,
  asText,
  type JsonObject,
  optionalBoolean,
  optionalNumber,
  optionalRecord,
  optionalText,
  optionalTime,
} from '../guards.js';

const directions: readonly PermittedSynchronization[] = [
  'BOTH_DIRECTIONS',
  'TO_THIRD_PARTY',
  'FROM_THIRD_PARTY',
  'OTHER',
];

/** What a release calls the members of a registration that are not called alike in all; the first that is told counts. */
export interface RegistrationNames {
  readonly collection: readonly string[];
  readonly shutdownDate: readonly string[];
  readonly activityReports: readonly string[];
  /** Of an endpoint. */
  readonly address: readonly string[];
}

/** IntegrationGroupElement, with the collection that is its home. */
export function toGroup(
  value: unknown,
  where: string,
): { readonly group: IntegrationGroup; readonly metadataCollectionId: string } {
  const element = asRecord(value, where);
  const header = asRecord(element.elementHeader, `${where}.elementHeader`);
  const properties = asRecord(element.properties, `${where}.properties`);
  const origin = asRecord(header.origin, `${where}.elementHeader.origin`);
  const displayName = optionalText(properties.displayName, `${where}.properties.displayName`);
  const description = optionalText(properties.description, `${where}.properties.description`);
  return {
    group: {
      guid: asText(header.guid, `${where}.elementHeader.guid`),
      qualifiedName: asText(properties.qualifiedName, `${where}.properties.qualifiedName`),
      version: toVersion(header, `${where}.elementHeader`),
      ...(displayName !== undefined && { displayName }),
      ...(description !== undefined && { description }),
    },
    metadataCollectionId: asText(
      origin.homeMetadataCollectionId,
      `${where}.elementHeader.origin.homeMetadataCollectionId`,
    ),
  };
}

/** An entry of a group's list: its connector, and the registration unless Egeria would not run it. */
export interface ListedConnector {
  readonly connectorGuid: string;
  /**
   * Absent when the entry has no connectorId: Egeria leaves it out of a registration without any property and runs no
   * such registration.
   */
  readonly registration?: Registration;
}

/** RegisteredIntegrationConnectorElement. */
export function toListedConnector(value: unknown, where: string, names: RegistrationNames): ListedConnector {
  const element = asRecord(value, where);
  const header = asRecord(element.elementHeader, `${where}.elementHeader`);
  const connectorGuid = asText(header.guid, `${where}.elementHeader.guid`);
  const connectorId = optionalText(element.connectorId, `${where}.connectorId`);
  if (connectorId === undefined) return { connectorGuid };
  const properties = asRecord(element.properties, `${where}.properties`);
  // Both are told or neither: without its properties it would run as nobody has registered it.
  const registered = asRecord(element.registrationProperties, `${where}.registrationProperties`);
  const connection = toConnection(properties.connection, `${where}.properties.connection`, names);
  return {
    connectorGuid,
    registration: {
      connectorId,
      connectorGuid,
      ...toNames(properties, registered, where, names),
      ...toSchedule(registered, `${where}.registrationProperties`, names),
      permittedSynchronization: toDirection(
        optionalText(registered.permittedSynchronization, `${where}.registrationProperties.permittedSynchronization`),
      ),
      generateConnectorActivityReports:
        told(registered, names.activityReports, `${where}.registrationProperties`, optionalBoolean) ?? false,
      usesBlockingCalls:
        optionalBoolean(properties.usesBlockingCalls, `${where}.properties.usesBlockingCalls`) ?? false,
      ...(connection && { connection }),
      version: toVersion(header, `${where}.elementHeader`),
    },
  };
}

function toNames(properties: JsonObject, registered: JsonObject, where: string, names: RegistrationNames) {
  const at = `${where}.registrationProperties`;
  const qualifiedName = asText(properties.qualifiedName, `${where}.properties.qualifiedName`);
  const displayName = optionalText(properties.displayName, `${where}.properties.displayName`);
  const description = optionalText(properties.description, `${where}.properties.description`);
  const connectorUserId = optionalText(registered.connectorUserId, `${at}.connectorUserId`);
  const collection = told(registered, names.collection, at, optionalText);
  return {
    qualifiedName,
    connectorName: optionalText(registered.connectorName, `${at}.connectorName`) ?? displayName ?? qualifiedName,
    ...(displayName !== undefined && { displayName }),
    ...(description !== undefined && { description }),
    ...(connectorUserId !== undefined && { connectorUserId }),
    ...(collection !== undefined && { metadataCollectionQualifiedName: collection }),
  };
}

function toSchedule(registered: JsonObject, where: string, names: RegistrationNames) {
  const startDate = optionalTime(registered.startDate, `${where}.startDate`);
  const connectorShutdownDate = told(registered, names.shutdownDate, where, optionalTime);
  return {
    // Egeria refreshes by time only when the interval is above zero.
    refreshTimeInterval: Math.max(
      0,
      optionalNumber(registered.refreshTimeInterval, `${where}.refreshTimeInterval`) ?? 0,
    ),
    ...(startDate !== undefined && { startDate }),
    ...(connectorShutdownDate !== undefined && { connectorShutdownDate }),
  };
}

/** Absent means both, as Egeria reads it; a direction that is not known permits none of those that are. */
function toDirection(value: string | undefined): PermittedSynchronization {
  if (value === undefined) return 'BOTH_DIRECTIONS';
  return directions.find((direction) => direction === value) ?? 'OTHER';
}

/** Undefined when it does not tell what to run: no connection, no connector type, or one without a provider. */
function toConnection(value: unknown, where: string, names: RegistrationNames): Connection | undefined {
  const connection = optionalRecord(value, where);
  const type = optionalRecord(connection?.connectorType, `${where}.connectorType`);
  const providerName = optionalText(
    type?.connectorProviderClassName,
    `${where}.connectorType.connectorProviderClassName`,
  );
  if (connection === undefined || providerName === undefined) return undefined;
  const endpoint = optionalRecord(connection.endpoint, `${where}.endpoint`);
  const configuration = optionalRecord(connection.configurationProperties, `${where}.configurationProperties`);
  const guid = optionalText(connection.guid, `${where}.guid`);
  const qualifiedName = optionalText(connection.qualifiedName, `${where}.qualifiedName`);
  const networkAddress = endpoint && told(endpoint, names.address, `${where}.endpoint`, optionalText);
  const userId = optionalText(connection.userId, `${where}.userId`);
  return {
    providerName,
    configurationProperties: configuration ? asPlainProperties(configuration, `${where}.configurationProperties`) : {},
    ...(guid !== undefined && { guid }),
    ...(qualifiedName !== undefined && { qualifiedName }),
    ...(networkAddress !== undefined && { networkAddress }),
    ...(userId !== undefined && { userId }),
    elements: toElements(connection, type ?? {}, endpoint, where),
  };
}

function toElements(
  connection: JsonObject,
  type: JsonObject,
  endpoint: JsonObject | undefined,
  where: string,
): ConnectionElements {
  return {
    ...texts(connection, ['displayName'], where),
    connectorType: texts(
      type,
      ['guid', 'qualifiedName', 'displayName', 'connectorFrameworkName', 'connectorInterfaceLanguage'],
      `${where}.connectorType`,
    ),
    ...(endpoint && { endpoint: texts(endpoint, ['guid', 'qualifiedName', 'displayName'], `${where}.endpoint`) }),
  };
}

function texts<K extends string>(fields: JsonObject, keys: readonly K[], where: string): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const text = optionalText(fields[key], `${where}.${key}`);
    if (text !== undefined) found[key] = text;
  }
  return found;
}

function told<T>(
  members: JsonObject,
  names: readonly string[],
  where: string,
  read: (value: unknown, where: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    const value = read(members[name], `${where}.${name}`);
    if (value !== undefined) return value;
  }
  return undefined;
}

function toVersion(header: JsonObject, where: string): number {
  const versions = asRecord(header.versions, `${where}.versions`);
  return asNumber(versions.version, `${where}.versions.version`);
}

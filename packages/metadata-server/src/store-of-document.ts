import { isPlainObject } from '@isthmus/model';
import type { ServerDocument } from '@isthmus/platform';
import type { MetadataServerConfiguration } from './metadata-server-configuration.js';
import { outTopicOfEventBus } from './out-topic/event-bus.js';

/** What a document of Egeria's adds to the keys of a configuration. */
export interface DocumentedStore {
  /** Egeria's full names of the access services that it configures, e.g. `Governance Engine OMAS`. */
  readonly accessServices: readonly string[];
  /** Egeria's markers of them in paths, e.g. `governance-engine`. */
  readonly accessServiceMarkers: readonly string[];
  /** `versionId` of the document: which release wrote it. */
  readonly versionId: string | undefined;
}

const largestPage = 10_000;

/**
 * A metadata access server as a document describes it; undefined when the document describes another kind of server.
 *
 * @throws CONFIG_INVALID_VALUE when its event bus names brokers that cannot be read
 */
export function storeOfDocument(
  document: ServerDocument,
): (Omit<MetadataServerConfiguration, 'dataDirectory'> & { readonly documented: DocumentedStore }) | undefined {
  const { accessServicesConfig, repositoryServicesConfig, maxPageSize, versionId } = document;
  const repository = isPlainObject(repositoryServicesConfig)
    ? repositoryServicesConfig.localRepositoryConfig
    : undefined;
  if (!Array.isArray(accessServicesConfig) && !isPlainObject(repository)) return undefined;
  const services = (Array.isArray(accessServicesConfig) ? accessServicesConfig : []).filter(isPlainObject);
  const texts = (...members: readonly string[]) =>
    services.flatMap((service) => members.map((member) => service[member]).find(isText) ?? []);
  const outTopic = outTopicOfEventBus(document.eventBusConfig);
  const collection = isPlainObject(repository) ? repository.metadataCollectionName : undefined;
  return {
    ...(isText(collection) ? { metadataCollectionName: collection.slice(0, 200) } : {}),
    // 0 is no limit of its own
    maxPageSize: typeof maxPageSize === 'number' && maxPageSize > 0 ? Math.min(maxPageSize, largestPage) : largestPage,
    retainedChanges: 200_000,
    retainedVersions: 50,
    publishZones: [],
    ...(outTopic && { outTopic }),
    inMemory: JSON.stringify(repository ?? {}).includes('InMemoryOMRSRepositoryConnectorProvider'),
    documented: {
      accessServices: texts('accessServiceFullName', 'accessServiceName'),
      accessServiceMarkers: texts('accessServiceURLMarker'),
      versionId: isText(versionId) ? versionId : undefined,
    },
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

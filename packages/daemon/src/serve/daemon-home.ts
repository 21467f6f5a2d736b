import { createHash } from 'node:crypto';
import { isPlainObject, type KafkaProperties, kafkaPropertiesOf } from '@isthmus/model';
import { groupFaults, type ServerDocument } from '@isthmus/platform';
import type { IntegrationDaemonConfiguration } from '../configuration/configuration-schema.js';
import type { SecretsStore } from './secrets-store.js';

/** A metadata access server and the groups that a daemon reads there. */
export interface DaemonHome {
  /** Stays while server and URL do; also names the journal. */
  readonly key: string;
  /** Under which its journal may lie since the spelling of its URL made a difference. */
  readonly formerKeys?: readonly string[];
  /** Root URL of its platform; undefined: this process. */
  readonly url: string | undefined;
  readonly serverName: string;
  readonly groups: readonly string[];
  /** Of the first of its groups that names one. */
  readonly secretsStore?: SecretsStore;
}

/** How a daemon runs: the keys of its configuration, and where its groups are when a document says so. */
export type DaemonConfiguration = IntegrationDaemonConfiguration & {
  readonly document?: ServerDocument;
  /** The document is all that there is: without groups in it there are none. */
  readonly isDocumentAlone?: boolean;
};

/** Key of the home of a configuration; its journal has the name that it always had. */
export const configuredKey = '';

export function configuredHome({ metadataServer, groups }: IntegrationDaemonConfiguration): DaemonHome {
  return { key: configuredKey, url: metadataServer.url, serverName: metadataServer.name, groups };
}

/** What a document says of groups: where they are, one home for each metadata access server, and which cannot be run. */
export interface DocumentedGroups {
  readonly homes: readonly DaemonHome[];
  readonly unfit: readonly UnfitGroup[];
}

export interface UnfitGroup {
  readonly serverName: string;
  readonly name: string;
  readonly reason: string;
}

/**
 * An empty list is fine: a daemon without groups waits for some.
 *
 * @param isOwn - whether a URL is this process
 */
export function groupsOf(document: ServerDocument, isOwn: (url: string) => boolean): DocumentedGroups {
  const homes = new Map<string, { readonly home: DaemonHome; readonly groups: Set<string> }>();
  const unfit: UnfitGroup[] = [];
  for (const entry of listOf(document)) {
    const group = isPlainObject(entry) ? entry : {};
    const serverName = textOf(group.omagserverName);
    const name = textOf(group.integrationGroupQualifiedName);
    const [fault] = groupFaults(group);
    if (fault !== undefined) {
      unfit.push({ serverName, name, reason: fault.message });
      continue;
    }
    const root = textOf(group.omagserverPlatformRootURL);
    const url = isOwn(root) ? undefined : rootOf(root);
    const key = keyOf(url, serverName);
    const known = homes.get(key) ?? { home: { key, url, serverName, groups: [] }, groups: new Set() };
    known.groups.add(name);
    const former = url === undefined ? key : keyOf(root.replace(/\/+$/, ''), serverName);
    const formerKeys = new Set([...(known.home.formerKeys ?? []), ...(former === key ? [] : [former])]);
    const secretsStore = known.home.secretsStore ?? storeOf(group) ?? storeOf(document);
    homes.set(key, {
      ...known,
      home: {
        ...known.home,
        ...(formerKeys.size > 0 && { formerKeys: [...formerKeys] }),
        ...(secretsStore && { secretsStore }),
      },
    });
  }
  return { homes: [...homes.values()].map(({ home, groups }) => ({ ...home, groups: [...groups] })), unfit };
}

/** The same metadata access server keeps its journal, whether configuration or document names it. */
export function withConfiguredKey(homes: readonly DaemonHome[], configured: DaemonHome): readonly DaemonHome[] {
  const root = configured.url && rootOf(configured.url);
  return homes.map((home) =>
    home.url === root && home.serverName === configured.serverName
      ? { ...home, key: configuredKey, formerKeys: [home.key, ...(home.formerKeys ?? [])] }
      : home,
  );
}

function keyOf(url: string | undefined, serverName: string): string {
  const id = JSON.stringify([url ?? '', serverName]);
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}

/** One spelling of a root URL: scheme and host in lower case, no port that the scheme has anyway, no slash at the end. */
function rootOf(url: string): string {
  const known = URL.canParse(url) ? new URL(url).href : url;
  return known.replace(/\/+$/, '');
}

/** Groups name their own store; what the document names holds for the others. */
function storeOf(section: ServerDocument | Readonly<Record<string, unknown>>): SecretsStore | undefined {
  const { secretsStoreProvider, secretsStoreLocation, secretsStoreCollection } = section;
  const location = textOf(secretsStoreLocation);
  const collection = textOf(secretsStoreCollection);
  if (location === '' || collection === '') return undefined;
  const provider = textOf(secretsStoreProvider);
  return { location, collection, ...(provider !== '' && { provider }) };
}

/**
 * The password with which a daemon logs in at a metadata access server, or a reference to it; undefined: it has none. That
 * of the configuration is for the server of the configuration alone, that of the document (`localServerPassword`) for
 * the others, and never for this process itself, which takes its own token.
 */
export function passwordFor(
  { key, url }: Pick<DaemonHome, 'key' | 'url'>,
  { metadataServer, document }: Pick<DaemonConfiguration, 'metadataServer' | 'document'>,
): string | undefined {
  if (key === configuredKey) return metadataServer.password;
  const password = document?.localServerPassword;
  return url !== undefined && typeof password === 'string' && password !== '' ? password : undefined;
}

/** How the event bus of a document says that brokers are reached: as a consumer, else as a producer. */
export function kafkaPropertiesOfBus(document: ServerDocument | undefined): KafkaProperties {
  const bus = isPlainObject(document?.eventBusConfig) ? document.eventBusConfig : {};
  const properties = isPlainObject(bus.configurationProperties) ? bus.configurationProperties : {};
  for (const role of [properties.consumer, properties.producer]) {
    const found = isPlainObject(role) ? kafkaPropertiesOf(role) : {};
    if (Object.keys(found).length > 0) return found;
  }
  return {};
}

function listOf({ dynamicIntegrationGroupsConfig: list }: ServerDocument): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

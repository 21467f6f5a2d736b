import { createHash } from 'node:crypto';
import { isPlainObject } from '@isthmus/model';
import { configurationError, type ServerDocument } from '@isthmus/platform';
import type { IntegrationDaemonConfiguration } from '../configuration/configuration-schema.js';

/** A metadata access server and the groups that a daemon reads there. */
export interface DaemonHome {
  /** Stays while server and URL do; also names the journal. */
  readonly key: string;
  /** Root URL of its platform; undefined: this process. */
  readonly url: string | undefined;
  readonly serverName: string;
  readonly groups: readonly string[];
}

/** How a daemon runs: the keys of its configuration, and where its groups are when a document says so. */
export type DaemonConfiguration = IntegrationDaemonConfiguration & { readonly document?: ServerDocument };

/** The one of a configuration; its journal has the name that it always had. */
export function configuredHome({ metadataServer, groups }: IntegrationDaemonConfiguration): DaemonHome {
  return { key: '', url: metadataServer.url, serverName: metadataServer.name, groups };
}

/**
 * Where the groups of a document are, one home for each metadata access server.
 *
 * @param isOwn - whether a URL is this process
 */
export function homesOf(document: ServerDocument, isOwn: (url: string) => boolean): readonly DaemonHome[] {
  const homes = new Map<string, { readonly home: DaemonHome; readonly groups: Set<string> }>();
  for (const group of groupsOf(document, 'pass-over')) {
    const url = isOwn(group.url) ? undefined : group.url.replace(/\/+$/, '');
    const id = JSON.stringify([url ?? '', group.serverName]);
    const key = createHash('sha256').update(id).digest('hex').slice(0, 16);
    const known = homes.get(key) ?? { home: { key, url, serverName: group.serverName, groups: [] }, groups: new Set() };
    known.groups.add(group.name);
    homes.set(key, known);
  }
  return [...homes.values()].map(({ home, groups }) => ({ ...home, groups: [...groups] }));
}

/**
 * The password with which a daemon logs in at a metadata access server, or a reference to it; undefined: it has none. That
 * of a document (`localServerPassword`) is never shown to this process itself, which takes its own token.
 */
export function passwordFor(
  { url }: Pick<DaemonHome, 'url'>,
  { metadataServer, document }: Pick<DaemonConfiguration, 'metadataServer' | 'document'>,
): string | undefined {
  if (document === undefined || url === undefined) return metadataServer.password;
  const { localServerPassword } = document;
  return typeof localServerPassword === 'string' && localServerPassword !== '' ? localServerPassword : undefined;
}

interface ConfiguredGroup {
  readonly url: string;
  readonly serverName: string;
  readonly name: string;
}

/**
 * The groups of a document. An empty list is fine: a daemon without groups waits for some.
 *
 * @param unfit - what to do about a group that cannot be run: a start is refused, as with Egeria; a daemon that runs
 *   passes over it
 * @throws EgeriaError: INTEGRATION-DAEMON-SERVICES-400-003 or -004 for a group without URL, name or server
 */
export function groupsOf(
  { dynamicIntegrationGroupsConfig }: ServerDocument,
  unfit: 'refuse' | 'pass-over',
): readonly ConfiguredGroup[] {
  const list = Array.isArray(dynamicIntegrationGroupsConfig) ? dynamicIntegrationGroupsConfig : [];
  return list.flatMap((entry: unknown): ConfiguredGroup[] => {
    try {
      return [groupOf(entry)];
    } catch (error) {
      if (unfit === 'refuse') throw error;
      return [];
    }
  });
}

function groupOf(entry: unknown): ConfiguredGroup {
  const group = isPlainObject(entry) ? entry : {};
  const text = (member: string, messageId: string, what: string): string => {
    const value = group[member];
    if (typeof value === 'string' && value !== '') return value;
    throw configurationError(messageId, `an integration group has no ${what}`);
  };
  return {
    url: text('omagserverPlatformRootURL', 'INTEGRATION-DAEMON-SERVICES-400-003', 'platform URL'),
    serverName: text('omagserverName', 'INTEGRATION-DAEMON-SERVICES-400-004', 'metadata server'),
    name: text('integrationGroupQualifiedName', 'INTEGRATION-DAEMON-SERVICES-400-003', 'qualified name'),
  };
}

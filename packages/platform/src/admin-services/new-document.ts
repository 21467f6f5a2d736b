import { randomUUID } from 'node:crypto';
import { isRecord } from '../documents/document-check.js';
import type { AuditTrail } from '../documents/server-documents.js';
import type { EgeriaManners } from '../egeria/egeria-manners.js';
import type { ServerDocument } from '../server-kind.js';

export const defaultSecretsStore =
  'org.odpi.openmetadata.adapters.connectors.secretsstore.yaml.YAMLSecretsStoreProvider';
export const defaultUserId = 'OMAGServer';
export const defaultPageSize = 1000;

/** What a server has whose document says nothing: a release's own defaults. */
export function newDocument(name: string, manners: EgeriaManners): ServerDocument {
  return {
    class: 'OMAGServerConfig',
    versionId: manners.versionId,
    localServerId: randomUUID(),
    ...(manners.release === '4.3' ? {} : { secretsStoreProvider: defaultSecretsStore }),
    localServerName: name,
    localServerURL: defaultServerUrl(manners),
    localServerUserId: defaultUserId,
    maxPageSize: defaultPageSize,
  };
}

export function defaultServerUrl({ release }: EgeriaManners): string {
  return release === '4.3' ? 'https://localhost:9443' : '~{egeriaEndpoint}~';
}

/** A document as a release's clients read it: its version, its members, its audit trail. */
export function shownDocument(document: ServerDocument, manners: EgeriaManners, trail?: AuditTrail): ServerDocument {
  const groups = document.dynamicIntegrationGroupsConfig;
  const lines = trail === undefined ? [] : trailLines(trail);
  return {
    ...document,
    versionId: manners.versionId,
    ...(Array.isArray(groups) ? { dynamicIntegrationGroupsConfig: shownGroups(groups, manners) } : {}),
    ...(lines.length === 0 ? {} : { auditTrail: lines }),
  };
}

/** 4.3 knows nothing of the secrets stores of groups. */
export function shownGroups(groups: readonly unknown[], { release }: EgeriaManners): readonly unknown[] {
  if (release !== '4.3') return groups;
  return groups.map((group) => {
    if (!isRecord(group)) return group;
    return Object.fromEntries(Object.entries(group).filter(([member]) => !member.startsWith('secretsStore')));
  });
}

function trailLines({ brought, lines }: AuditTrail): readonly string[] {
  let second = Number.NaN;
  let date = '';
  const written = lines.map(({ at, by, what }) => {
    // most lines are written in the same second as the one before
    if (Math.floor(at / 1000) !== second) {
      second = Math.floor(at / 1000);
      date = javaDate(at);
    }
    return `${date} ${by} ${what}`;
  });
  return [...brought, ...written];
}

/** As Java writes a date, in UTC: `Sat Nov 21 02:05:42 UTC 2026`. */
export function javaDate(at: number): string {
  const [day, date, month, year, time] = new Date(at).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}

import { realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Clock, delay, IsthmusError, messageOf } from '@isthmus/kernel';
import type { ConnectorStatus, IntegrationDaemon } from '@isthmus/runtime';

export const quickStartGroup = 'IntegrationGroup::QuickStart';

/** Who appears in the audit log for what the quick start did. */
const by = 'quick-start';
const groupsReadWithinMs = 10_000;

/**
 * Makes sure that the quick start's group holds one registration of the `files` connector over the folder. What is
 * there from an earlier start stays: another folder adds a registration.
 *
 * @param root - as `existingFolder` gives it
 * @returns the connector over the folder
 */
export async function quickStart(daemon: IntegrationDaemon, root: string, clock: Clock): Promise<ConnectorStatus> {
  await groupsAreRead(daemon, clock);
  if (!daemon.groups().some((group) => group.key.qualifiedName === quickStartGroup)) {
    await daemon.createGroup(
      {
        qualifiedName: quickStartGroup,
        displayName: 'Quick start',
        description: 'Made by the quick start; change it as you like.',
      },
      by,
    );
  }
  const known = await daemon.connectors(quickStartGroup);
  const existing = known.find((connector) => connector.registration?.connection?.networkAddress === root);
  if (existing !== undefined) return existing;
  const name = freeName(
    basename(root) || 'files',
    known.map((connector) => connector.name),
  );
  const { connectorGuid } = await daemon.addConnector(
    quickStartGroup,
    { name, provider: 'files', description: `Files below ${root}`, networkAddress: root, refreshTimeInterval: 60 },
    by,
  );
  return daemon.connector(connectorGuid, quickStartGroup);
}

/**
 * @returns the real, absolute path
 * @throws SOURCE_UNREADABLE when the folder is not there
 */
export function existingFolder(folder: string): string {
  const path = resolve(folder);
  try {
    if (!statSync(path).isDirectory()) throw new Error('it is not a folder');
    return realpathSync(path);
  } catch (error) {
    throw new IsthmusError('SOURCE_UNREADABLE', `the folder ${path} cannot be catalogued: ${messageOf(error)}`, {
      cause: error,
      next: 'name an existing folder with --folder',
      details: { folder: path },
    });
  }
}

function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const candidate = `${wanted}-${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

/** What an earlier start left is known only when the store was read once. */
async function groupsAreRead(daemon: IntegrationDaemon, clock: Clock): Promise<void> {
  const until = clock.monotonic() + groupsReadWithinMs;
  while (clock.monotonic() < until) {
    const { metadataServer, groups } = await daemon.status();
    if (
      metadataServer.reachable === true &&
      // a group that the store no longer has is on its way out, with what the journal says of it
      groups.every((group) => !['loading', 'from-journal', 'missing'].includes(group.state))
    )
      return;
    await delay(clock, 20);
  }
}

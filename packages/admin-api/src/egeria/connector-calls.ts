import { IsthmusError, processSlicer } from '@isthmus/kernel';
import type { EgeriaRelease, FaceScope } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { type AskedRuns, awaitEffect, runsLeft, startsLeft } from './await-effect.js';
import { type DaemonFace, daemonOf, optionalBody, sendAnswer, textOf } from './daemon-call.js';
import { notLoaded } from './daemon-failures.js';
import { isListed, type ListedConnector } from './daemon-views.js';
import { isUnloadable } from './status-words.js';

/** Refresh and restart, of one connector by its name or of all. */
export function addConnectorCalls(scope: FaceScope, face: DaemonFace, release: EgeriaRelease): void {
  const config = { role: 'operator', answer: 'VoidResponse', release } as const;

  scope.post('/integration-connectors/refresh', { config }, async (request, reply) => {
    const daemon = daemonOf(face, request);
    const { name } = optionalBody(request);
    const meant = await meantBy(daemon, textOf(name));
    // 4.3 does not know by name what it could not load
    if (release === '4.3' && name != null && meant.every(isUnloadable)) throw notLoaded(meant[0]);
    const runs = await refreshAll(daemon, meant, request.caller.name, name != null);
    const stillRunning = await awaitEffect(face, request, reply, runsLeft(daemon, runs));
    return sendAnswer(request, reply, stillRunning > 0 ? { stillRunning } : {});
  });

  scope.post('/integration-connectors/restart', { config }, async (request, reply) => {
    const daemon = daemonOf(face, request);
    const meant = await meantBy(daemon, textOf(optionalBody(request).name));
    await restartAll(daemon, meant, request.caller.name);
    const stillStarting = await awaitEffect(face, request, reply, startsLeft(daemon, meant));
    return sendAnswer(request, reply, stillStarting > 0 ? { stillStarting } : {});
  });
}

/**
 * The connectors of a name, which several may have; without a name all.
 *
 * @throws CONNECTOR_NOT_FOUND when none has the name
 */
export async function meantBy(
  daemon: IntegrationDaemon,
  name: string | undefined,
): Promise<readonly ListedConnector[]> {
  const listed = (await daemon.connectors()).filter(isListed);
  if (name === undefined) return listed;
  const meant = listed.filter((connector) => connector.name === name);
  if (meant.length > 0) return meant;
  throw new IsthmusError('CONNECTOR_NOT_FOUND', `no connector named ${name} runs in this daemon`, {
    details: { connector: name },
  });
}

/**
 * Asks all of them at once. One that cannot run now is passed over, as Egeria does; one that somebody paused is told of
 * when it was meant by name.
 */
async function refreshAll(
  daemon: IntegrationDaemon,
  meant: readonly ListedConnector[],
  by: string,
  isNamed: boolean,
): Promise<AskedRuns> {
  const runs = new Map<string, { readonly runId: string; readonly lastRunId: string | undefined }>();
  const refused: unknown[] = [];
  await forEach(meant, async ({ connectorId, group, paused, lastRun }) => {
    try {
      const { runId } = await daemon.refreshConnector(connectorId, by, group.qualifiedName);
      runs.set(connectorId, { runId, lastRunId: lastRun?.id });
    } catch (error) {
      if (!cannotRun(error)) throw error;
      if (paused !== undefined) refused.push(error);
    }
  });
  if (isNamed && runs.size === 0 && refused.length > 0) throw refused[0];
  return runs;
}

async function restartAll(daemon: IntegrationDaemon, meant: readonly ListedConnector[], by: string): Promise<void> {
  await forEach(meant, async ({ connectorId, group }) => {
    try {
      await daemon.restartConnector(connectorId, by, group.qualifiedName);
    } catch (error) {
      if (!cannotRun(error)) throw error;
    }
  });
}

/** It is stopped, or left its group since. */
function cannotRun(error: unknown): boolean {
  return IsthmusError.is(error) && (error.code === 'CONNECTOR_STOPPED' || error.code === 'CONNECTOR_NOT_FOUND');
}

/** Begins them in slices and waits for all; the first fault is thrown when all have ended. */
async function forEach<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const begun: Promise<void>[] = [];
  for (const item of items) {
    if (processSlicer.isUsedUp) await processSlicer.turn('answer');
    begun.push(work(item));
  }
  const failed = (await Promise.allSettled(begun)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

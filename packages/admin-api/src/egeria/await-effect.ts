import { type Clock, delay, IsthmusError, isAbort, processSlicer } from '@isthmus/kernel';
import { waitSignal } from '@isthmus/platform';
import type { ConnectorStatus, IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DaemonFace } from './daemon-call.js';

const defaultWaitMs = 10_000;
/** What `Prefer: wait=` may ask for at most, in seconds. */
const longestWait = 300;
const shortestStepMs = 5;
const longestStepMs = 100;

/** Connectors that were asked to refresh, by connector id, each with the run that had ended last when it was asked. */
export type AskedRuns = ReadonlyMap<string, { readonly runId: string; readonly lastRunId: string | undefined }>;

/** How long a caller waits for what it asked for: 10 s, or what `Prefer: wait=<seconds>` says (RFC 7240). */
export function waitMsOf(request: FastifyRequest, reply: FastifyReply): number {
  const { prefer } = request.headers;
  const texts = prefer === undefined ? [] : typeof prefer === 'string' ? [prefer] : prefer;
  const wanted = texts.map((text) => /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(text)?.[1]);
  const seconds = wanted.find((found) => found !== undefined);
  if (seconds === undefined) return defaultWaitMs;
  const applied = Math.min(longestWait, Number(seconds));
  reply.header('preference-applied', `wait=${applied}`);
  return applied * 1_000;
}

/**
 * Waits until none is left of what a call began, looking at all connectors at a time.
 *
 * @param left - how many of the daemon's connectors are not there yet
 * @returns how many were left when the wait was over: they go on by themselves
 */
export async function awaitEffect(
  { clock }: DaemonFace,
  request: FastifyRequest,
  reply: FastifyReply,
  left: () => Promise<number>,
): Promise<number> {
  const until = clock.monotonic() + waitMsOf(request, reply);
  const signal = waitSignal(request, reply);
  for (let stepMs = shortestStepMs; ; stepMs = Math.min(longestStepMs, stepMs * 2)) {
    const count = await left();
    const restMs = until - clock.monotonic();
    if (count === 0 || restMs <= 0 || !(await waited(clock, Math.min(stepMs, restMs), signal))) return count;
  }
}

/** How many of these runs have not ended. */
export function runsLeft(daemon: IntegrationDaemon, asked: AskedRuns): () => Promise<number> {
  const open = new Map(asked);
  return async () => {
    const byId = new Map((await daemon.connectors()).map((connector) => [connector.connectorId, connector]));
    for (const [connectorId, run] of [...open]) {
      if (processSlicer.isUsedUp) await processSlicer.turn('answer');
      const connector = byId.get(connectorId);
      if (connector === undefined || isOver(connector, run.runId)) open.delete(connectorId);
      else if (connector.currentRun?.id !== run.runId && connector.lastRun?.id !== run.lastRunId) {
        // another run has ended meanwhile, so this one may have, too; the journal is asked once per change
        open.set(connectorId, { ...run, lastRunId: connector.lastRun?.id });
        if (await hasEnded(daemon, connector, run.runId)) open.delete(connectorId);
      }
    }
    return open.size;
  };
}

const ended: ReadonlySet<string> = new Set(['stopped', 'failed', 'quarantined', 'paused']);
/** Of one connector; more do not end between two looks. */
const mostRunsBetween = 10;

function isOver({ state, currentRun, lastRun }: ConnectorStatus, runId: string): boolean {
  if (lastRun?.id === runId) return true;
  return currentRun === undefined && ended.has(state);
}

async function hasEnded(
  daemon: IntegrationDaemon,
  { connectorId, group }: ConnectorStatus,
  runId: string,
): Promise<boolean> {
  try {
    const runs = await daemon.runs(connectorId, mostRunsBetween, group.qualifiedName);
    return runs.some(({ id, endedAt }) => id === runId && endedAt !== undefined);
  } catch (error) {
    if (IsthmusError.is(error) && error.code === 'CONNECTOR_NOT_FOUND') return true;
    throw error;
  }
}

/** How many of these connectors are on their way to a new instance. */
export function startsLeft(daemon: IntegrationDaemon, before: readonly ConnectorStatus[]): () => Promise<number> {
  const former = new Map(before.map(({ connectorId, instanceId }) => [connectorId, instanceId]));
  return async () => {
    const connectors = await daemon.connectors();
    return connectors.filter(({ connectorId, state, instanceId }) => {
      if (!former.has(connectorId)) return false;
      const isSame = instanceId !== undefined && instanceId === former.get(connectorId);
      return isSame || isOnItsWay(state);
    }).length;
  };
}

/** How many connectors of the group do not run yet as they are to. */
export function unsettled(daemon: IntegrationDaemon, groupName: string): () => Promise<number> {
  return async () => (await daemon.connectors(groupName)).filter(({ state }) => isOnItsWay(state)).length;
}

function isOnItsWay(state: ConnectorStatus['state']): boolean {
  return state === 'pending' || state === 'starting' || state === 'stopping';
}

/** @returns false when nobody waits any more */
async function waited(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(clock, ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted || isAbort(error)) return false;
    throw error;
  }
}

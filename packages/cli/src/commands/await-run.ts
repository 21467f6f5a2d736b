import type { Connector, Run } from '@isthmus/admin-client';
import { IsthmusError } from '@isthmus/kernel';
import { CommandEnd, ExitCode } from '../exit-code.js';
import { errorText, grouped, runCounts } from '../support/describe.js';
import type { Session } from '../support/session.js';
import { Progress } from '../terminal/progress.js';
import { duration } from '../terminal/relative-time.js';

const pollMs = 500;
/** A daemon that restarts, or a connection that breaks, does not end the wait at once. */
const toleratedFailures = 10;
/** Polls in which a connector that cannot run has not taken up the run. */
const toleratedIdlePolls = 6;

/**
 * Follows a run until it ends and says how it ended.
 *
 * @throws WAIT_ENDED when the run takes longer than `timeoutMs`; CommandEnd(7) when it did not succeed
 */
export async function awaitRun(
  session: Session,
  connector: RunningConnector,
  runId: string,
  timeoutMs: number,
): Promise<void> {
  const { screen } = session;
  const run = await endOfRun(session, connector, runId, timeoutMs);
  if (screen.json) screen.answer(run);
  else print(session, run);
  endUnlessGood(run);
}

export type RunningConnector = Pick<Connector, 'connectorGuid' | 'group' | 'name'>;

/** @throws CommandEnd(7) */
export function endUnlessGood(run: Pick<Run, 'outcome'>): void {
  if (run.outcome !== 'succeeded' && run.outcome !== 'partial') throw new CommandEnd(ExitCode.conditionNotMet);
}

/**
 * Shows how a run goes on until it ends.
 *
 * @throws WAIT_ENDED when the run takes longer than `timeoutMs`
 */
export async function endOfRun(
  session: Session,
  connector: RunningConnector,
  runId: string,
  timeoutMs: number,
): Promise<Run> {
  const progress = new Progress(session.io.stderr, () => session.io.now());
  try {
    return await follow(session, connector, runId, timeoutMs, progress);
  } finally {
    progress.end();
  }
}

async function follow(
  session: Session,
  connector: RunningConnector,
  runId: string,
  timeoutMs: number,
  progress: Progress,
): Promise<Run> {
  const { client, io } = session;
  const deadline = io.now() + timeoutMs;
  let failures = 0;
  let idlePolls = 0;
  for (;;) {
    try {
      const run = await findRun(session, runId);
      if (run !== undefined && run.outcome !== 'running') return run;
      const now = await client.getConnector(
        connector.connectorGuid,
        { group: connector.group.qualifiedName },
        io.signal,
      );
      idlePolls = run === undefined && !mayRun(now) ? idlePolls + 1 : 0;
      if (idlePolls > toleratedIdlePolls) throw cannotRun(now);
      progress.show(progressText(now, runId));
      failures = 0;
    } catch (error) {
      failures += 1;
      const passing = IsthmusError.is(error) && error.code === 'DAEMON_UNREACHABLE';
      if (!passing || failures > toleratedFailures) throw error;
      progress.show('the daemon does not answer; trying again');
    }
    if (io.now() >= deadline)
      throw new IsthmusError(
        'WAIT_ENDED',
        `run ${runId} of ${connector.name} did not end within ${duration(timeoutMs)}`,
      );
    await io.wait(pollMs, io.signal);
  }
}

/** Undefined while the run waits: it is written down when it begins. */
async function findRun({ client, io }: Session, runId: string): Promise<Run | undefined> {
  try {
    return await client.getRun(runId, io.signal);
  } catch (error) {
    if (IsthmusError.is(error) && error.code === 'RUN_NOT_FOUND') return undefined;
    throw error;
  }
}

function mayRun({ state }: Connector): boolean {
  return !['paused', 'stopped', 'failed', 'quarantined'].includes(state);
}

function cannotRun({ name, state, reason }: Connector): IsthmusError {
  const why = reason === undefined ? '' : `: ${reason.message}`;
  return new IsthmusError('CONNECTOR_STOPPED', `${name} is ${state}, so the run does not begin${why}`, {
    ...(reason === undefined ? {} : { next: reason.next }),
  });
}

function progressText({ name, currentRun, progressText, health }: Connector, runId: string): string {
  if (currentRun?.id !== runId) return `${name}: waiting for its turn`;
  const { seen, created, updated, deleted } = currentRun.counts;
  const written = created + updated + deleted;
  const stalled = health === 'stalled' ? ' (no progress)' : '';
  return `${name}: ${progressText ?? `${grouped(seen)} seen, ${grouped(written)} written`}${stalled}`;
}

function print({ screen }: Session, run: Run): void {
  const took = duration(Date.parse(run.endedAt ?? run.startedAt) - Date.parse(run.startedAt));
  screen.line(`${run.connectorName}: ${run.outcome} in ${took}; ${runCounts(run)}`);
  if (run.error !== undefined) screen.note(errorText(run.error));
  const shown = run.findings.filter(({ severity }) => severity !== 'info').slice(0, shownFindings);
  for (const { severity, code, message } of shown) screen.note(`${severity}: ${message} (${code})`);
  const more = run.findingCount - shown.length;
  if (shown.length > 0 && more > 0) screen.note(`and ${more} more; see them with --json`);
}

const shownFindings = 5;

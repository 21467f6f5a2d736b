import type { ConnectorInstance } from '@isthmus/connector-host';
import { type ErrorReport, toErrorReport } from '@isthmus/kernel';
import type { GrantedRun } from '../dispatch/run-dispatcher.js';
import { noCounts, type RunAct } from '../journal/journal.js';
import type { SyncReport, SyncRunSpec } from '../sync/sync-engine.js';
import { syncSettingsOf } from '../sync/sync-settings.js';
import { overlaid, type StoredTarget } from '../targets/stored-target.js';
import type { ActiveRun } from './active-run.js';
import type { ConnectorSupervisor } from './connector-supervisor.js';
import type { ExecutorParts } from './fleet-run-executor.js';
import { permittedActs } from './permitted-acts.js';
import { pushesOf } from './pushed-types.js';
import type { RunEnd } from './run-end.js';
import { endOf, joined } from './run-outcome.js';
import { boundaryOf, collectionOf } from './slot-of.js';

/** A granted run with what people asked it to do. */
export interface ActingRun extends GrantedRun {
  readonly acts: readonly RunAct[];
  /** It was to write, and stops at a plan until people approve it. */
  readonly isHeld: boolean;
}

export interface ActsWork extends Pick<ExecutorParts, 'engine' | 'targets' | 'settings' | 'acts' | 'logger'> {
  readonly supervisor: ConnectorSupervisor;
  readonly active: ActiveRun;
  readonly instance: Pick<ConnectorInstance, 'pushes'>;
  readonly run: ActingRun;
  readonly signal: AbortSignal;
}

interface FailedAct {
  readonly act: RunAct;
  readonly error: ErrorReport;
}

/**
 * Does what people asked for, one after the other. What cannot be done at one catalog target does not keep the rest from
 * being done. What fails waits for people again and tells why; what a cancelled run has not done is left for the next one.
 */
export async function performActs(work: ActsWork): Promise<RunEnd> {
  const { run, signal } = work;
  const { runningRegistration: registration } = work.supervisor;
  let permitted: Awaited<ReturnType<typeof permittedActs>>;
  try {
    // Asked again: it may be less than when people asked for the run.
    permitted = await permittedActs(registration, run.acts, work.targets, signal);
  } catch (error) {
    return await broken(work, run.acts, error, undefined);
  }
  const failed = permitted.refused.map(({ act, error }): FailedAct => ({ act, error: toErrorReport(error) }));
  let report: SyncReport | undefined;
  for (const [index, act] of permitted.possible.entries()) {
    try {
      report = joined(report, await perform(work, act, permitted.targets.get(act.target)));
    } catch (error) {
      const end = endOf(error, signal, report);
      if (end.error === undefined || end.isPassing === true) {
        await forgoAll(work, failed);
        return await broken(work, permitted.possible.slice(index), error, report);
      }
      failed.push({ act, error: end.error });
    }
  }
  await forgoAll(work, failed);
  const [first] = failed;
  if (report === undefined && first !== undefined) return { outcome: 'failed', error: first.error, isOfAct: true };
  if (failed.length > 0) report = joined(report, reportOf(failed));
  return { outcome: report?.isPartial === true ? 'partial' : 'succeeded', ...(report && { report }) };
}

async function perform(work: ActsWork, act: RunAct, target: StoredTarget | undefined): Promise<SyncReport> {
  const { supervisor, active, instance, run, engine, settings, signal } = work;
  const { connectorGuid, runningRegistration: registration } = supervisor;
  const spec: SyncRunSpec = {
    runId: run.runId,
    grant: run.grant,
    owner: { metadataCollectionId: collectionOf(run.grant.slot), connectorGuid, target: act.target },
    mode: 'apply',
    full: false,
    boundaryHash: boundaryOf(registration, undefined),
    connectorName: registration.connectorName,
    settings: syncSettingsOf(overlaid(supervisor.registration, target)),
    ...(act.kind === 'apply-plan' && target?.deleteMethod === 'ARCHIVE' ? { deleteMethod: 'ARCHIVE' } : {}),
    ...pushesOf(instance, registration, act.target === '' ? undefined : act.target),
    ...(registration.connectorUserId ? { userId: registration.connectorUserId } : {}),
    ...(supervisor.operations === undefined ? {} : { operations: supervisor.operations }),
  };
  const sync = await engine.openAct(spec, act, signal);
  active.opened(sync);
  const { runId, owner, mode } = spec;
  const closeLedger = settings.operationLedger?.open({ runId, owner, mode, sink: sync });
  try {
    return await sync.perform();
  } finally {
    closeLedger?.();
  }
}

/** It was cut short, so that nothing more is done now. */
async function broken(
  work: ActsWork,
  left: readonly RunAct[],
  error: unknown,
  report: SyncReport | undefined,
): Promise<RunEnd> {
  const end = endOf(error, work.signal, report);
  const { error: why } = end;
  if (why === undefined) work.acts.restore(work.supervisor.connectorGuid, left);
  else
    await forgoAll(
      work,
      left.map((act) => ({ act, error: why })),
    );
  return { ...end, isOfAct: true };
}

async function forgoAll({ engine, run, logger }: ActsWork, failed: readonly FailedAct[]): Promise<void> {
  for (const { act, error } of failed)
    await engine.forgoAct(act, error, run.runId).catch((fault: unknown) => {
      logger.error('a plan could not be told that it is not applied', { error: fault });
    });
}

/** What was left out, beside what was done. */
function reportOf(failed: readonly FailedAct[]): SyncReport {
  const findings = failed.map(
    ({ act, error }) => ({ severity: 'error', code: error.code, message: `${partOf(act)}: ${error.message}` }) as const,
  );
  return { counts: noCounts, findings, findingCount: findings.length, isPartial: true };
}

function partOf(act: RunAct): string {
  const where = act.target === '' ? '' : ` at the catalog target ${act.target}`;
  switch (act.kind) {
    case 'apply-plan':
      return `the plan ${act.planId}${where} was not applied`;
    case 'undo':
      return `the run ${act.undoneRunId}${where} was not taken back`;
    case 'resolve':
      return `conflicts${where} were not resolved`;
  }
}

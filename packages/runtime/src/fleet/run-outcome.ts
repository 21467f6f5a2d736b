import type { Finding } from '@isthmus/connector-sdk';
import { type ErrorReport, IsthmusError, isAbort, type Logger, toErrorReport } from '@isthmus/kernel';
import type { RunOutcome } from '../dispatch/run-dispatcher.js';
import { type RunRecord, sumOf } from '../journal/journal.js';
import type { SyncReport } from '../sync/sync-engine.js';
import type { ActiveRun } from './active-run.js';
import { operationsOf } from './operation-counts.js';
import type { RunEnd } from './run-end.js';
import { thrownStack } from './thrown-stack.js';

/** How a listing ended that threw, or was cut. */
export function endOf(
  error: unknown,
  signal: AbortSignal,
  report: SyncReport | undefined,
  by: 'connector' | 'engine' = 'connector',
): RunEnd {
  const found = report === undefined ? {} : { report };
  if (signal.aborted || isAbort(error)) return { outcome: 'cancelled', ...found };
  const told = toErrorReport(error);
  if (by === 'engine' || told.code.startsWith('STORE_')) return { ...passing(told), ...found };
  const stack = thrownStack(error);
  return { outcome: 'failed', error: told, ...(stack === undefined ? {} : { stack }), ...found };
}

/**
 * What the metadata server or the journal refuses now they may accept later without any change of the connector: only
 * what a connector says of itself is final, and a single bad answer must not end its refreshing.
 */
export function passing(error: ErrorReport): RunEnd {
  return { outcome: 'failed', error: { ...error, retryable: true }, isPassing: true };
}

export function recordOf(active: ActiveRun, { outcome, error, report, targets }: RunEnd, endedAt: number): RunRecord {
  const { counts, findings, findingCount } = report ?? active.record();
  return {
    ...active.begun,
    endedAt,
    outcome,
    counts: { ...counts },
    findings: findings.slice(0, 100),
    findingCount,
    ...(error === undefined ? {} : { error }),
    ...(targets === undefined ? {} : { targets }),
    ...(report?.scopes === undefined ? {} : { scopes: report.scopes }),
    ...(report?.operations === undefined ? {} : { operations: report.operations }),
  };
}

/** First, as of many findings the last are not kept. */
export function withFinding(run: RunRecord, finding: Finding): RunRecord {
  return { ...run, findings: [finding, ...run.findings].slice(0, 100), findingCount: run.findingCount + 1 };
}

/** What the dispatcher is told: it decides when the next run is due. */
export function outcomeOf({ outcome, error }: RunRecord): RunOutcome {
  if (outcome === 'succeeded' || outcome === 'partial' || outcome === 'cancelled') return { kind: outcome };
  return {
    kind: 'failed',
    error: error ?? toErrorReport(new IsthmusError('INTERNAL', 'the run failed without a reason')),
  };
}

export function logEnd(
  logger: Logger,
  { outcome, counts, error, findingCount, startedAt, endedAt }: RunRecord,
  stack: string | undefined,
): void {
  const fields = { outcome, ...counts, findings: findingCount, durationMs: (endedAt ?? startedAt) - startedAt };
  const where = stack === undefined ? {} : { stack };
  if (outcome === 'failed')
    logger.warn('run failed', { ...fields, code: error?.code, reason: error?.message, ...where });
  else logger.info('run ended', fields);
}

/** One report of several parts of a run. */
export function joined(one: SyncReport | undefined, other: SyncReport): SyncReport {
  if (one === undefined) return other;
  return {
    counts: sumOf(one.counts, other.counts),
    findings: [...one.findings, ...other.findings].slice(0, 100),
    findingCount: one.findingCount + other.findingCount,
    isPartial: one.isPartial || other.isPartial,
    ...operationsOf([one, other]),
  };
}

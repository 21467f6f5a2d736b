import type { ConnectorInstance, TargetSpec } from '@isthmus/connector-host';
import type { Clock, Logger } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { GrantedRun } from '../dispatch/run-dispatcher.js';
import { type ChangedElements, noCounts, type RunFinding, sumOf, type TargetRecord } from '../journal/journal.js';
import { largestScopes } from '../sync/scope-tally.js';
import type { SyncReport } from '../sync/sync-engine.js';
import { mostTargets, type StoredTarget } from '../targets/stored-target.js';
import { requestedOf } from '../targets/target-scopes.js';
import { operationsOf } from './operation-counts.js';
import { readTargets, specsOf } from './read-targets.js';
import type { RunEnd, RunPart } from './run-end.js';
import type { TargetBoard } from './target-board.js';

const keptFindings = 100;
const keptGuids = 200;
/** Of each target. */
const mostScopes = 20;

export interface TargetRunParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the instance works by. */
  readonly registration: Registration;
  readonly board: TargetBoard;
  readonly instance: ConnectorInstance;
  readonly run: GrantedRun;
  readonly signal: AbortSignal;
}

interface EndedTarget {
  readonly record: TargetRecord;
  readonly end: RunEnd;
}

/**
 * One run over the catalog targets of a connector, one after the other; over its own connection when it has none. A
 * target that fails does not keep the others from running; the metadata server's failure and an instance that went on
 * after its end do.
 */
export async function runOverTargets(
  parts: TargetRunParts,
  stored: readonly StoredTarget[],
  runOver: (part: RunPart) => Promise<RunEnd>,
): Promise<RunEnd> {
  const { run, board, instance, signal } = parts;
  const targets = readTargets(parts.registration, stored);
  const specs = specsOf(targets);
  board.show(targets);
  await tellChanges(instance, board, specs, signal);
  board.begun(specs);
  if (targets.length === 0) {
    const requested = requestedOf(run.scopes, undefined);
    return requested === 'nothing' ? { outcome: 'succeeded' } : runOver({ id: run.runId, requested });
  }
  const ends: EndedTarget[] = [];
  for (const [index, target] of targets.entries()) {
    const requested = requestedOf(run.scopes, target.name);
    if (requested === 'nothing') continue;
    const id = `${run.runId}.${index}`;
    if ('spec' in target) board.beginsWith(target.spec, requested === undefined);
    const end: RunEnd =
      'fault' in target
        ? { outcome: 'failed', error: target.fault }
        : await runOver({ id, requested, target: target.spec, stored: target.stored });
    const record = recordOf(id, target.name, end);
    ends.push({ record, end });
    if ('spec' in target) board.ended(record, parts.clock.now());
    if (end.outcome === 'failed') {
      parts.logger.warn('catalog target failed', {
        target: target.name,
        code: end.error?.code,
        ...(end.stack && { stack: end.stack }),
      });
    }
    if (signal.aborted || end.isPassing === true || end.error?.code === 'CONNECTOR_TIMEOUT') break;
  }
  const isOverAll = targets.every(({ name }) => requestedOf(run.scopes, name) !== 'nothing');
  return united(ends, isOverAll, stored.length >= mostTargets);
}

/** A hook that fails is told again before the next run. */
async function tellChanges(
  instance: ConnectorInstance,
  board: TargetBoard,
  specs: readonly TargetSpec[],
  signal: AbortSignal,
): Promise<void> {
  const changes = board.changes(instance, specs);
  if (changes === undefined) return;
  await instance.targetsChanged(changes, signal);
  board.told(instance, specs);
}

function recordOf(id: string, name: string, { outcome, error, report }: RunEnd): TargetRecord {
  return {
    id,
    name,
    outcome,
    counts: report?.counts ?? noCounts,
    findingCount: report?.findingCount ?? 0,
    ...(report?.scopes === undefined ? {} : { scopes: largestScopes(report.scopes, mostScopes) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** @param isOverAll - else the run says nothing of the other targets, so that a lasting failure must not end their runs */
function united(ends: readonly EndedTarget[], isOverAll: boolean, isCut: boolean): RunEnd {
  const outcomes = new Set(ends.map(({ end }) => end.outcome));
  const failures = ends.filter(({ end }) => end.outcome === 'failed');
  const passes = failures.find(({ end }) => end.error?.retryable === true);
  const failed = passes ?? failures[0];
  const allFailed = failed !== undefined && outcomes.size === 1 && (isOverAll || passes !== undefined);
  const isPassing = ends.some(({ end }) => end.isPassing === true);
  const error = failed?.end.error;
  return {
    outcome: outcomes.has('cancelled')
      ? 'cancelled'
      : allFailed || isPassing
        ? 'failed'
        : outcomes.has('failed') || outcomes.has('partial')
          ? 'partial'
          : 'succeeded',
    ...((allFailed || isPassing) && error !== undefined ? { error } : {}),
    ...(isPassing ? { isPassing } : {}),
    report: unitedReport(ends, isCut),
    targets: ends.map(({ record }) => record),
  };
}

function unitedReport(ends: readonly EndedTarget[], isCut: boolean): SyncReport {
  const findings: RunFinding[] = ends.flatMap(({ record: { name }, end: { error, report } }) => [
    ...(error === undefined
      ? []
      : [{ severity: 'error', code: error.code, message: `${name}: ${error.message}` } as const]),
    ...(report?.findings ?? []).map((finding) => ({ ...finding, message: `${name}: ${finding.message}` })),
  ]);
  if (isCut) {
    const message = `only the first ${mostTargets} catalog targets are looked at`;
    findings.unshift({ severity: 'warning', code: 'TARGETS_TOO_MANY', message });
  }
  const counted = ends.reduce((sum, { end }) => sum + (end.report?.findingCount ?? 0) + (end.error ? 1 : 0), 0);
  return {
    counts: ends.reduce((sum, { end }) => sumOf(sum, end.report?.counts ?? noCounts), noCounts),
    findings: findings.slice(0, keptFindings),
    findingCount: counted + (isCut ? 1 : 0),
    isPartial: ends.some(({ end }) => end.report?.isPartial === true),
    changedElements: unitedChanges(ends),
    ...operationsOf(ends.map(({ end }) => end.report)),
  };
}

function unitedChanges(ends: readonly EndedTarget[]): ChangedElements {
  const of = (kind: keyof ChangedElements) =>
    ends.flatMap(({ end }) => end.report?.changedElements?.[kind] ?? []).slice(0, keptGuids);
  return { created: of('created'), updated: of('updated'), deleted: of('deleted') };
}

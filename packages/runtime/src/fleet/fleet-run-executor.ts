import { setMaxListeners } from 'node:events';
import type { ConnectorInstance } from '@isthmus/connector-host';
import {
  type ErrorCode,
  type ErrorReport,
  IsthmusError,
  isErrorCode,
  type Logger,
  processSlicer,
  toErrorReport,
} from '@isthmus/kernel';
import type { GrantedRun, RunExecutor, RunOutcome } from '../dispatch/run-dispatcher.js';
import type { RunJournal, RunRecord } from '../journal/journal.js';
import type { SyncEngine, SyncReport, SyncRun } from '../sync/sync-engine.js';
import { syncSettingsOf } from '../sync/sync-settings.js';
import { overlaid, type StoredTarget, type TargetReader } from '../targets/stored-target.js';
import type { ActiveRun } from './active-run.js';
import type { ActivityReporter } from './activity-report.js';
import { approvalOf, needsApproval } from './approval.js';
import type { ConnectorSupervisor } from './connector-supervisor.js';
import { CountingSink } from './counting-sink.js';
import { type ActingRun, performActs } from './perform-acts.js';
import { ProgressWatch } from './progress-watch.js';
import { pushesOf } from './pushed-types.js';
import { asksForItself, endedWithoutProgress, hasIgnoredAbort } from './reasons.js';
import type { RunEnd, RunPart } from './run-end.js';
import { endOf, logEnd, outcomeOf, passing, recordOf, withFinding } from './run-outcome.js';
import { boundaryOf, collectionOf } from './slot-of.js';
import type { SupervisorParts } from './supervisor-parts.js';
import { runOverTargets } from './target-runs.js';
import type { WantedActs } from './wanted-acts.js';

export interface ExecutorParts extends Pick<SupervisorParts, 'clock' | 'logger' | 'settings' | 'slots'> {
  readonly engine: SyncEngine;
  readonly journal: RunJournal;
  /** GUIDs of connectors whose next full run may remove what was kept; taken off when that run begins. */
  readonly confirmedRemovals: Set<string>;
  readonly acts: WantedActs;
  /** Absent: there is no reading of catalog targets. */
  readonly targets?: TargetReader;
  /** Absent: what runs changed is not published. */
  readonly reporter?: ActivityReporter;
  /** Tries runs that failed with this code again. */
  readonly retryFailed: (code: ErrorCode) => void;
}

/** What all parts of one run share. */
interface RunWork {
  readonly supervisor: ConnectorSupervisor;
  readonly active: ActiveRun;
  readonly instance: ConnectorInstance;
  readonly run: ActingRun;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly confirmRemovals: boolean;
}

/** Reports are not worth waiting for longer. */
const reportTimeoutMs = 30_000;
/** By then the dispatcher knows how the run ended. */
const afterItsEndMs = 10;

/** Runs a granted slot: the connector lists, the engine writes, the journal keeps the record. */
export class FleetRunExecutor implements RunExecutor {
  /** Steady milliseconds at which the metadata server was last seen to be back; undefined = it never was away. */
  #storeReturnedAt: number | undefined;
  /** What runs said when the metadata server failed them. */
  readonly #passingCodes = new Set<ErrorCode>();

  constructor(private readonly parts: ExecutorParts) {}

  /** The metadata server answers again, or answers sense again: what failed because of it need not wait. */
  storeReturned(): void {
    this.#storeReturnedAt = this.parts.clock.monotonic();
    for (const code of this.#passingCodes) this.parts.retryFailed(code);
  }

  async execute(granted: GrantedRun, signal: AbortSignal): Promise<RunOutcome> {
    const supervisor = this.parts.slots.get(granted.grant.slot);
    if (supervisor === undefined) return { kind: 'cancelled' };
    const acts = granted.mode === 'apply' ? this.parts.acts.take(supervisor.connectorGuid, granted.runId) : [];
    const isHeld = acts.length === 0 && needsApproval(supervisor.registration);
    const run: ActingRun = { ...granted, ...(isHeld && { mode: 'preview' }), acts, isHeld };
    const begun = supervisor.beginRun(run);
    if (begun === undefined) {
      this.parts.acts.restore(supervisor.connectorGuid, acts);
      return { kind: 'cancelled' };
    }
    // Every request that the run has under way listens to it.
    setMaxListeners(0, signal);
    const { active, instance } = begun;
    const begunAt = this.parts.clock.monotonic();
    const logger = this.parts.logger.child({ connector: active.begun.connectorName, run: run.runId });
    let end: RunEnd = { outcome: 'cancelled' };
    try {
      await this.parts.journal.beginRun(active.begun);
      // the runs of a moment are recorded together, so they would all go on in one turn
      await processSlicer.turn();
      end = await this.#runTo(supervisor, active, instance, run, signal, logger);
    } catch (error) {
      end = { outcome: 'failed', error: toErrorReport(error) };
    }
    const record = recordOf(active, end, this.parts.clock.now());
    const ended = granted.isEcho === true ? withFinding(record, asksForItself(record.connectorName)) : record;
    const told = end.isOfAct === true ? { ...ended, outcome: 'partial' as const } : ended;
    await this.parts.journal.endRun(ended).catch((error: unknown) => {
      logger.error('run was not recorded', { error });
    });
    await processSlicer.turn();
    logEnd(logger, ended, end.stack);
    await this.#publish(supervisor, ended, end.report, logger);
    supervisor.endRun(active, told);
    if (end.isPassing === true && ended.error !== undefined) this.#failedByStore(ended.error.code, begunAt);
    return outcomeOf(told);
  }

  /** As far as the registration asks for it. A report that cannot be made changes nothing of the run. */
  async #publish(
    supervisor: ConnectorSupervisor,
    run: RunRecord,
    report: SyncReport | undefined,
    logger: Logger,
  ): Promise<void> {
    const { reporter } = this.parts;
    const { registration } = supervisor;
    const changed = report?.changedElements;
    if (reporter === undefined || changed === undefined || !registration.generateConnectorActivityReports) return;
    if (run.mode === 'preview') return;
    await reporter.report(registration, run, changed, AbortSignal.timeout(reportTimeoutMs)).catch((error: unknown) => {
      logger.warn('activity report was not published', { error });
    });
  }

  #failedByStore(code: string, begunAt: number): void {
    if (!isErrorCode(code)) return;
    this.#passingCodes.add(code);
    // The server came back while this run still fought with its absence: nobody else would tell it.
    if ((this.#storeReturnedAt ?? -1) >= begunAt)
      this.parts.clock.schedule(afterItsEndMs, () => this.parts.retryFailed(code));
  }

  async #runTo(
    supervisor: ConnectorSupervisor,
    active: ActiveRun,
    instance: ConnectorInstance,
    run: ActingRun,
    signal: AbortSignal,
    logger: Logger,
  ): Promise<RunEnd> {
    if (active.isEndless) return this.#engage(supervisor, instance, signal);
    // What people confirmed stands in the plan that they are to approve.
    const confirmRemovals =
      (run.mode === 'apply' || run.isHeld) &&
      run.scopes === undefined &&
      this.parts.confirmedRemovals.has(supervisor.connectorGuid);
    const work: RunWork = { supervisor, active, instance, run, signal, logger, confirmRemovals };
    if (run.acts.length > 0) {
      const end = await performActs({ ...this.parts, supervisor, active, instance, run, signal });
      if (end.outcome !== 'succeeded' || run.scopes?.size === 0) return end;
    }
    // Of a run that had only to do what another one has done already nothing is left.
    if (run.scopes?.size === 0) return { outcome: 'succeeded' };
    return this.#runEach(work);
  }

  /** Over the catalog targets of a connector that has some. */
  async #runEach(work: RunWork): Promise<RunEnd> {
    const { supervisor, instance, run, signal, logger } = work;
    if (this.parts.targets === undefined || !instance.capabilities.targets) {
      return this.#runOver(work, { id: run.runId, requested: run.scopes });
    }
    const { connectorGuid, runningRegistration: registration, targets: board } = supervisor;
    let stored: readonly StoredTarget[];
    try {
      stored = await this.parts.targets.read(connectorGuid, signal);
    } catch (error) {
      return endOf(error, signal, undefined, 'engine');
    }
    try {
      const parts = { clock: this.parts.clock, logger, registration, board, instance, run, signal };
      return await runOverTargets(parts, stored, (part) => this.#runOver(work, part));
    } catch (error) {
      return endOf(error, signal, undefined);
    }
  }

  /** One listing with an owner of its own: of a catalog target, or of the connector's own connection. */
  async #runOver(work: RunWork, part: RunPart): Promise<RunEnd> {
    const { supervisor, active, instance, run, signal, confirmRemovals } = work;
    const { connectorGuid } = supervisor;
    const { target } = part;
    const registration = target?.registration ?? supervisor.runningRegistration;
    const isFull = part.requested === undefined;
    let sync: SyncRun;
    let boundary: unknown;
    try {
      boundary = target === undefined ? instance.boundary?.() : await instance.targetBoundary(target);
    } catch (error) {
      return endOf(error, signal, undefined);
    }
    try {
      sync = await this.parts.engine.open(
        {
          runId: part.id,
          grant: run.grant,
          owner: {
            metadataCollectionId: collectionOf(run.grant.slot),
            connectorGuid,
            target: target?.name ?? '',
          },
          mode: modeOf(supervisor, run),
          full: isFull,
          isTimed: run.reasons.every((reason) => reason === 'start' || reason === 'schedule'),
          boundaryHash: boundaryOf(registration, boundary, target?.element),
          connectorName: registration.connectorName,
          // Not of what runs: they are read at each run, so that a change of them needs no new instance.
          settings: syncSettingsOf(overlaid(supervisor.registration, part.stored)),
          ...(registration.connectorUserId ? { userId: registration.connectorUserId } : {}),
          ...(target?.deleteMethod === 'ARCHIVE' ? { deleteMethod: 'ARCHIVE' } : {}),
          confirmRemovals,
          ...pushesOf(instance, registration, target?.name),
        },
        signal,
      );
    } catch (error) {
      return endOf(error, signal, undefined, 'engine');
    }
    // Not before: a store that is away does not use up what people said.
    if (confirmRemovals) this.parts.confirmedRemovals.delete(connectorGuid);
    active.opened(sync);
    const owner = { metadataCollectionId: collectionOf(run.grant.slot), connectorGuid, target: target?.name ?? '' };
    const closeLedger = this.parts.settings.operationLedger?.open({
      runId: part.id,
      owner,
      mode: modeOf(supervisor, run),
      sink: sync,
    });
    try {
      return await this.#list(work, part, sync);
    } finally {
      closeLedger?.();
    }
  }

  async #list(work: RunWork, part: RunPart, sync: SyncRun): Promise<RunEnd> {
    const { supervisor, active, instance, run, signal, logger } = work;
    const sink = new CountingSink(sync);
    const refresh = new AbortController();
    const onAbort = () => refresh.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    let hung: ErrorReport | undefined;
    const watch = new ProgressWatch(this.parts.clock, this.parts.settings, () => instance.lastProgressAt(), {
      stalled: (ageMs) => logger.warn('connector shows no progress', { ageMs }),
      moving: () => logger.info('connector makes progress again'),
      hung: (ageMs) => {
        hung = endedWithoutProgress(active.begun.connectorName, ageMs);
        refresh.abort(new DOMException('no progress', 'AbortError'));
      },
    });
    let failure: { readonly error: unknown } | undefined;
    try {
      active.phase = 'listing';
      await this.#push(instance, sync, run);
      const { cursor } = sync;
      const { stored: _, ...asked } = part;
      const request = { ...asked, mode: modeOf(supervisor, run), ...(cursor === undefined ? {} : { cursor }) };
      await instance.refresh(request, sink, refresh.signal);
    } catch (error) {
      failure = { error };
    } finally {
      watch[Symbol.dispose]();
      signal.removeEventListener('abort', onAbort);
      active.phase = 'finishing';
    }
    // Asked first: to replace the instance means to cancel its run.
    const wasCancelled = signal.aborted;
    if (hasIgnoredAbort(failure?.error)) supervisor.unfit(toErrorReport(failure?.error));
    const isCut = refresh.signal.aborted;
    if (failure === undefined && !isCut) return this.#finish(sync, sink, part.requested === undefined);
    if (isCursorRefused(failure?.error)) await sync.cursorRefused().catch(() => undefined);
    const report = await sync.finish(isCut ? 'aborted' : 'failed').catch((error: unknown) => {
      logger.warn('run was not closed in order', { error });
      return undefined;
    });
    if (hung !== undefined && !wasCancelled) return { outcome: 'failed', error: hung, ...(report && { report }) };
    return endOf(failure?.error, signal, report);
  }

  /** What others changed goes to the source before it is listed. */
  async #push(instance: ConnectorInstance, sync: SyncRun, run: GrantedRun): Promise<void> {
    if (instance.pushes === undefined || run.mode === 'preview') return;
    await sync.push(async (elements, signal) => (await instance.push?.(elements, signal)) ?? []);
  }

  /** A run over some scopes touches others without listing them: only a full run is to complete what it opens. */
  async #finish(sync: SyncRun, sink: CountingSink, isFull: boolean): Promise<RunEnd> {
    try {
      const report = await sync.finish('completed');
      const hasFault = sink.errorCount > 0 || report.isPartial;
      return { outcome: hasFault || (isFull && report.counts.scopesOpen > 0) ? 'partial' : 'succeeded', report };
    } catch (error) {
      return passing(toErrorReport(error));
    }
  }

  async #engage(supervisor: ConnectorSupervisor, instance: ConnectorInstance, signal: AbortSignal): Promise<RunEnd> {
    try {
      await instance.engage(signal);
      return { outcome: signal.aborted ? 'cancelled' : 'succeeded' };
    } catch (error) {
      if (hasIgnoredAbort(error)) supervisor.unfit(toErrorReport(error));
      return endOf(error, signal, undefined);
    }
  }
}

/** Of a run that does also what people asked for the listing may need approval. */
function modeOf(supervisor: ConnectorSupervisor, run: GrantedRun): GrantedRun['mode'] {
  return approvalOf(supervisor.registration) === 'required' ? 'preview' : run.mode;
}

function isCursorRefused(error: unknown): boolean {
  return IsthmusError.is(error) && error.code === 'CURSOR_REFUSED';
}

import { IsthmusError } from '@isthmus/kernel';
import type { ConnectorFleet } from '../fleet/connector-fleet.js';
import type { Dispute, DisputeCounts, DisputeJournal, KeptByDecision } from '../journal/dispute-journal.js';
import type { RunAct, SyncJournal } from '../journal/journal.js';
import { type DecidedRun, decidedRun } from './decided-run.js';

/** Whose word holds: the source's value is written, or what the metadata server has stays. */
export type DisputeChoice = 'source' | 'mine';

export interface DisputeDecision {
  readonly take: DisputeChoice;
  /** Default: all that wait. */
  readonly ids?: readonly string[];
  readonly reason?: string;
}

/** Of what it is to be asked again. */
export interface DisputeRelease {
  readonly qualifiedName: string;
  /** Default: all of the element. */
  readonly field?: string;
  readonly reason?: string;
}

/** What people do with what a connector holds back until they decide. */
export interface DisputeUseCases {
  /** Fields that both sides have set and elements that were there before. @param after - id of the last one before */
  conflicts(
    reference: string,
    page: { readonly after?: string; readonly limit: number },
    groupName?: string,
  ): Promise<readonly Dispute[]>;
  /** What people decided to keep and did not take back. @param page - `skipped`: so many are passed over */
  keptConflicts(
    reference: string,
    page: { readonly skipped: number; readonly limit: number },
    groupName?: string,
  ): Promise<readonly KeptByDecision[]>;
  /** How many of each connector; of one that has none nothing. */
  conflictCounts(): Promise<readonly DisputeCounts[]>;
  /**
   * Decides. Where the source's values are taken a run writes them.
   *
   * Throws CONFLICT_NOT_FOUND when one of the ids waits no longer: then nothing is decided.
   */
  resolveConflicts(
    reference: string,
    by: string,
    decision: DisputeDecision,
    groupName?: string,
  ): Promise<ResolvedDisputes>;
  /**
   * Takes back that what the metadata server has stays; a run then looks at it as if nobody had decided.
   *
   * Throws CONFLICT_NOT_FOUND when nothing of it was decided so.
   */
  releaseConflicts(
    reference: string,
    by: string,
    release: DisputeRelease,
    groupName?: string,
  ): Promise<ResolvedDisputes>;
}

/** How many were decided, and the run that carries it out, if one is needed. */
export interface ResolvedDisputes extends Partial<DecidedRun> {
  readonly count: number;
}

const mostAtOnce = 1_000;

export class DisputeDesk {
  constructor(
    private readonly parts: {
      readonly fleet: Pick<ConnectorFleet, 'act' | 'refresh'>;
      readonly journal: { readonly disputes: DisputeJournal } & Pick<SyncJournal, 'suspectHeld'>;
    },
  ) {}

  async resolve(connectorGuid: string, by: string, { take, ids }: DisputeDecision): Promise<ResolvedDisputes> {
    const { disputes } = this.parts.journal;
    const found =
      ids === undefined
        ? await disputes.open(connectorGuid, undefined, mostAtOnce)
        : await disputes.find(connectorGuid, ids);
    const missing = ids?.find((id) => !found.some((dispute) => dispute.id === id));
    if (missing !== undefined)
      throw new IsthmusError('CONFLICT_NOT_FOUND', `no conflict ${missing} of this connector waits for a decision`, {
        details: { conflict: missing },
      });
    if (found.length === 0) return { count: 0 };
    if (take === 'mine') {
      await disputes.keep(found);
      return { count: found.length };
    }
    const run = await this.#takeSources(connectorGuid, by, found);
    const leftCount = run.leftOut?.reduce((sum, { ids: left }) => sum + left.length, 0) ?? 0;
    return { count: found.length - leftCount, ...run };
  }

  async release(
    connectorGuid: string,
    by: string,
    { qualifiedName, field }: DisputeRelease,
  ): Promise<ResolvedDisputes> {
    const { fleet, journal } = this.parts;
    const owners = await journal.disputes.release(connectorGuid, qualifiedName, field);
    if (owners.length === 0) {
      const what = field === undefined ? qualifiedName : `${field} of ${qualifiedName}`;
      throw new IsthmusError(
        'CONFLICT_NOT_FOUND',
        `nobody decided that ${what} stays as it is in the metadata access server`,
        {
          details: { qualifiedName, ...(field === undefined ? {} : { field }) },
          next: `see why it is as it is: isthmus explain ${JSON.stringify(qualifiedName)}; what is kept without a decision goes back to the source when the field is cleared`,
        },
      );
    }
    for (const owner of new Map(owners.map((each) => [each.target, each])).values()) await journal.suspectHeld(owner);
    return { count: owners.length, runId: await fleet.refresh(connectorGuid, by, {}) };
  }

  /** Fields are written by a run for them; elements are adopted when they are listed next. */
  async #takeSources(connectorGuid: string, by: string, found: readonly Dispute[]): Promise<DecidedRun> {
    const { fleet, journal } = this.parts;
    const fields = found.filter(({ kind }) => kind === 'field');
    const elements = found.filter(({ kind }) => kind === 'element');
    await journal.disputes.settle(elements);
    const targets = new Set(fields.map(({ owner }) => owner.target));
    const acts = [...targets].map((target): RunAct => {
      const disputeIds = fields.filter(({ owner }) => owner.target === target).map(({ id }) => id);
      return { kind: 'resolve', disputeIds, by, target };
    });
    if (acts.length === 0) return { runId: await fleet.refresh(connectorGuid, by, {}) };
    const { runId, refused } = await fleet.act(connectorGuid, ...acts);
    const decided = decidedRun(runId, refused);
    return elements.length === 0 ? decided : { ...decided, runId: await fleet.refresh(connectorGuid, by, {}) };
  }
}

import { IsthmusError } from '@isthmus/kernel';
import type { ConnectorFleet } from '../fleet/connector-fleet.js';
import type { Dispute, DisputeCounts, DisputeJournal } from '../journal/dispute-journal.js';
import type { RunAct } from '../journal/journal.js';

/** Whose word holds: the source's value is written, or what the metadata server has stays. */
export type DisputeChoice = 'source' | 'mine';

export interface DisputeDecision {
  readonly take: DisputeChoice;
  /** Default: all that wait. */
  readonly ids?: readonly string[];
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
  /** How many of each connector; of one that has none nothing. */
  conflictCounts(): Promise<readonly DisputeCounts[]>;
  /**
   * Decides. Where the source's values are taken a run writes them.
   *
   * @returns how many were decided, and the run that carries it out, if one is needed
   * Throws CONFLICT_NOT_FOUND when one of the ids waits no longer: then nothing is decided.
   */
  resolveConflicts(
    reference: string,
    by: string,
    decision: DisputeDecision,
    groupName?: string,
  ): Promise<{ readonly count: number; readonly runId?: string }>;
}

const mostAtOnce = 1_000;

export class DisputeDesk {
  constructor(
    private readonly parts: {
      readonly fleet: Pick<ConnectorFleet, 'act' | 'refresh'>;
      readonly journal: { readonly disputes: DisputeJournal };
    },
  ) {}

  async resolve(
    connectorGuid: string,
    by: string,
    { take, ids }: DisputeDecision,
  ): Promise<{ readonly count: number; readonly runId?: string }> {
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
    return { count: found.length, runId: await this.#takeSources(connectorGuid, by, found) };
  }

  /** Fields are written by a run for them; elements are adopted when they are listed next. */
  async #takeSources(connectorGuid: string, by: string, found: readonly Dispute[]): Promise<string> {
    const { fleet, journal } = this.parts;
    const fields = found.filter(({ kind }) => kind === 'field');
    const elements = found.filter(({ kind }) => kind === 'element');
    await journal.disputes.settle(elements);
    const targets = new Set(fields.map(({ owner }) => owner.target));
    const acts = [...targets].map((target): RunAct => {
      const disputeIds = fields.filter(({ owner }) => owner.target === target).map(({ id }) => id);
      return { kind: 'resolve', disputeIds, by, target };
    });
    const runId = acts.length === 0 ? undefined : await fleet.act(connectorGuid, ...acts);
    if (elements.length === 0 && runId !== undefined) return runId;
    return await fleet.refresh(connectorGuid, by, {});
  }
}

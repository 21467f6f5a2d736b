import type { PlanJournal } from '../journal/plan-journal.js';
import { type Certificate, noPlanCounts, type PlanRecord } from './plan.js';
import type { PlanWriter } from './plan-writer.js';

const mostCertificates = 100;

/** The plan that a run makes: its items, what was listed completely, and its record. */
export class PlanRecorder {
  readonly #certificates: Certificate[] = [];
  #certificateCount = 0;

  /** Use `beginPlan`. */
  constructor(
    private readonly plans: PlanJournal,
    private readonly begun: PlanRecord,
    readonly writer: PlanWriter,
  ) {}

  certify(certificate: Certificate): void {
    this.#certificateCount += 1;
    if (this.#certificates.length < mostCertificates) this.#certificates.push(certificate);
  }

  notePlaces(places: ReadonlyMap<string, string | undefined>): Promise<void> {
    return this.plans.notePlaces(this.begun.id, places);
  }

  /** From now on people may decide. */
  async publish(listing: Pick<PlanRecord, 'isCertified' | 'openScopeCount'>): Promise<void> {
    const { counts, linkCounts, recordedCount, isTooLarge, callCount } = this.writer;
    await this.plans.publish({
      ...this.begun,
      ...listing,
      state: isTooLarge ? 'too-large' : 'open',
      counts,
      links: linkCounts,
      itemCount: recordedCount,
      ...(callCount > 0 && { callCount }),
      certificates: this.#certificates,
      certificateCount: this.#certificateCount,
    });
  }

  drop(): Promise<void> {
    return this.plans.drop(this.begun.id);
  }
}

export type PlanBeginning = Pick<PlanRecord, 'id' | 'owner' | 'connectorName' | 'madeAt' | 'boundaryHash'>;

/** Begins to record; what an earlier run left half recorded goes. */
export async function beginPlan(
  plans: PlanJournal,
  beginning: PlanBeginning,
  writer: PlanWriter,
): Promise<PlanRecorder> {
  const begun: PlanRecord = {
    ...beginning,
    state: 'recording',
    counts: noPlanCounts,
    itemCount: 0,
    certificates: [],
    certificateCount: 0,
    openScopeCount: 0,
    isCertified: false,
  };
  await plans.dropUnfinished(beginning.owner);
  await plans.begin(begun);
  return new PlanRecorder(plans, begun, writer);
}

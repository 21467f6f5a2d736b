import { type Clock, IsthmusError, type Logger, type Scheduled, toErrorReport } from '@isthmus/kernel';
import type { RunAct } from '../journal/journal.js';
import { approvalHoldsMs } from '../plan/approved-acts.js';
import type { SyncEngine } from '../sync/sync-engine.js';
import type { TargetReader } from '../targets/stored-target.js';
import type { ConnectorSupervisor } from './connector-supervisor.js';
import { permittedActs, type RefusedAct } from './permitted-acts.js';
import { WantedActs } from './wanted-acts.js';

export interface FleetActsParts {
  readonly engine: Pick<SyncEngine, 'approvedActs' | 'forgoAct'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent: there are no catalog targets. */
  readonly targets?: TargetReader;
  /** Whether a group has the connector. */
  isKnown(connectorGuid: string): boolean;
  /** Something is to be done by the connector, or no more. */
  reconsider(connectorGuid: string): void;
}

const readTimeoutMs = 30_000;
/** Whoever asks a connector that has to be started first waits so long for its start. */
const startTimeoutMs = 20_000;

/** What people ask runs to do beside listing: each is done, or whoever asked, or the plan, is told why not. */
export class FleetActs {
  readonly wanted = new WantedActs();
  /** Ends the wait for connectors of which something was approved before the daemon came. */
  #forgoing: Scheduled | undefined;
  #isClosed = false;

  constructor(private readonly parts: FleetActsParts) {}

  /** Takes up what was approved before the daemon came. Before the first connector is there. */
  async start(): Promise<void> {
    const { engine, clock, isKnown } = this.parts;
    const waiting = await engine.approvedActs();
    for (const [connectorGuid, acts] of waiting) this.wanted.restore(connectorGuid, acts);
    if (waiting.size === 0) return;
    this.#forgoing = clock.schedule(approvalHoldsMs, () => {
      for (const connectorGuid of waiting.keys())
        if (!isKnown(connectorGuid)) this.refuse(connectorGuid, neverCame(connectorGuid));
    });
  }

  /** As `ConnectorFleet.act`. */
  async act(
    supervisor: ConnectorSupervisor,
    acts: readonly RunAct[],
  ): Promise<{ readonly runId: string; readonly refused: readonly RefusedAct[] }> {
    const { connectorGuid, registration } = supervisor;
    const signal = AbortSignal.timeout(readTimeoutMs);
    const { possible, refused } = await permittedActs(registration, acts, this.parts.targets, signal);
    const [first] = refused;
    if (possible.length === 0 && first !== undefined) throw first.error;
    const asked = this.wanted.add(connectorGuid, possible);
    this.parts.reconsider(connectorGuid);
    const timer = this.parts.clock.schedule(startTimeoutMs, () =>
      this.wanted.withdraw(connectorGuid, possible, supervisor.stopped()),
    );
    try {
      return { runId: await asked, refused };
    } finally {
      timer.cancel();
    }
  }

  /** None of it will be done. Whoever waits for an answer hears it; of what was approved before the plan tells it. */
  refuse(connectorGuid: string, why: IsthmusError): void {
    const unheard = this.wanted.refuse(connectorGuid, why);
    // Of a daemon that stops nothing is refused: it goes on with it when it is started again.
    if (this.#isClosed) return;
    for (const act of unheard)
      this.parts.engine.forgoAct(act, toErrorReport(why)).catch((error: unknown) => {
        this.parts.logger.error('a plan could not be told that it is not applied', { error });
      });
  }

  close(): void {
    this.#isClosed = true;
    this.#forgoing?.cancel();
  }
}

function neverCame(connectorGuid: string): IsthmusError {
  return new IsthmusError(
    'CONNECTOR_NOT_FOUND',
    `no group of this daemon has the connector ${connectorGuid} any more`,
    {
      details: { connector: connectorGuid },
    },
  );
}

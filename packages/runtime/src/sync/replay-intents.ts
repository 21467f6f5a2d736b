import { IsthmusError, type Logger } from '@isthmus/kernel';
import type { Grant, MetadataStore } from '@isthmus/model';
import type { BatchIntent, SyncJournal, SyncOwner } from '../journal/journal.js';
import { isRefusedAsWhole } from './batch-writer.js';
import { judgeBatch, newProgress } from './judge-batch.js';
import type { RunTally } from './run-tally.js';

export interface ReplayParts {
  readonly store: MetadataStore;
  readonly journal: SyncJournal;
  readonly logger: Logger;
  readonly tally: RunTally;
}

/**
 * Ends what a crash or an unreachable store left open. Writes are sent again under the same id: the store repeats its
 * answer or applies them now. Removals are not: their certificate is old, what they remove may be back by now. Their
 * items stay known and are judged by the next certified scope; if the store had removed them, they are restored then.
 */
export async function replayIntents(
  parts: ReplayParts,
  owner: SyncOwner,
  grant: Grant,
  signal: AbortSignal,
): Promise<void> {
  for (const intent of await parts.journal.openIntents(owner)) {
    const removes = intent.items.some((item) => item.gone !== undefined);
    if (removes || !(await isReplayed(parts, intent, grant, signal))) await parts.journal.abandon(intent);
    parts.logger.info('open batch of an earlier run ended', { batch: intent.batchId, replayed: !removes });
  }
}

async function isReplayed(
  { store, journal, tally }: ReplayParts,
  intent: BatchIntent,
  grant: Grant,
  signal: AbortSignal,
): Promise<boolean> {
  tally.add('requests');
  try {
    const result = await store.writeBatch({ id: intent.batchId, grant, operations: intent.operations }, signal);
    await journal.settle(
      intent,
      judgeBatch(
        intent,
        result,
        intent.items.map((item) => ({ ...newProgress(), isDoubtful: item.isContinued === true })),
      ),
    );
    return true;
  } catch (error) {
    if (IsthmusError.is(error) && isRefusedAsWhole(error)) return false;
    throw error;
  }
}

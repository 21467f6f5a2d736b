import { IsthmusError, type Logger } from '@isthmus/kernel';
import type { BatchResult, Grant, MetadataStore } from '@isthmus/model';
import type { BatchIntent, RunJournal, SyncJournal, SyncOwner } from '../journal/journal.js';
import { isRefusedAsWhole } from './batch-writer.js';
import { judgeBatch, newProgress } from './judge-batch.js';
import type { RunTally } from './run-tally.js';

/** The memory of the engine, and the grantor of its slots. */
export type EngineJournal = SyncJournal & Pick<RunJournal, 'nextToken'>;

export interface ReplayParts {
  readonly store: MetadataStore;
  readonly journal: EngineJournal;
  readonly newId: () => string;
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
  const intents = await parts.journal.openIntents(owner);
  for (const slot of new Set(intents.map((intent) => intent.slot))) await fence(parts, slot, grant, signal);
  for (const intent of intents) {
    const removes = intent.items.some((item) => item.gone !== undefined);
    if (removes || !(await isReplayed(parts, intent, grant, signal))) await parts.journal.abandon(intent);
    parts.logger.info('open batch of an earlier run ended', { batch: intent.batchId, replayed: !removes });
  }
}

/**
 * What was sent and not answered may still be on its way, a removal too: from now on the store refuses it. A connector
 * that moved to another group writes for another slot, so its former one gets a token that nobody else has.
 */
async function fence(
  { store, journal, newId, tally }: ReplayParts,
  slot: string,
  grant: Grant,
  signal: AbortSignal,
): Promise<void> {
  const token = slot === grant.slot ? grant.token : await journal.nextToken(slot);
  tally.add('requests');
  await store.writeBatch({ id: newId(), grant: { slot, token }, operations: [] }, signal);
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
    const progress = intent.items.map((item) => ({ ...newProgress(), isDoubtful: item.isContinued === true }));
    const verdict = judgeBatch(intent, result, progress);
    const changeSequence = await ownSequence(journal, intent.owner, result);
    await journal.settle(intent, changeSequence === undefined ? verdict : { ...verdict, changeSequence });
    return true;
  } catch (error) {
    if (IsthmusError.is(error) && isRefusedAsWhole(error)) return false;
    throw error;
  }
}

/**
 * Where the batch's own changes end, when they follow upon what was known of the store: else they would be taken for
 * somebody else's, and everything in the batch would be written once more.
 */
async function ownSequence(
  journal: SyncJournal,
  owner: SyncOwner,
  { sequenceBefore, changeSequence }: BatchResult,
): Promise<number | undefined> {
  const known = (await journal.storeMark(owner))?.changeSequence;
  return known !== undefined && known === sequenceBefore ? changeSequence : undefined;
}

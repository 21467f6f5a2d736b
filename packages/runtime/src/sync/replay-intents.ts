import { IsthmusError, type Logger } from '@isthmus/kernel';
import type { BatchResult, Grant, MetadataStore } from '@isthmus/model';
import type { DisputeJournal } from '../journal/dispute-journal.js';
import type { BatchIntent, RunJournal, SyncJournal, SyncOwner } from '../journal/journal.js';
import type { LeavingJournal } from '../journal/leaving-journal.js';
import type { OperationJournal } from '../journal/operation-journal.js';
import type { PlanJournal } from '../journal/plan-journal.js';
import type { UndoJournal } from '../journal/undo-journal.js';
import { writtenItems } from '../plan/written-items.js';
import { isRefusedAsWhole } from './batch-writer.js';
import type { ChangeFollower } from './change-follower.js';
import { type BatchVerdict, type Judging, judgeBatch, newProgress } from './judge-batch.js';
import type { RunTally } from './run-tally.js';

/** The memory of the engine, and the grantor of its slots. */
export type EngineJournal = SyncJournal &
  Pick<RunJournal, 'nextToken'> & {
    readonly plans: PlanJournal;
    readonly undos: UndoJournal;
    readonly operations: OperationJournal;
    readonly disputes: DisputeJournal;
    readonly leaving: LeavingJournal;
  };

export interface ReplayParts {
  readonly store: MetadataStore;
  readonly journal: EngineJournal;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly tally: RunTally;
  readonly judging: Judging;
  /** From the sequence up to which everything is accounted for. */
  readonly follow: (sequence: number | undefined) => ChangeFollower;
}

interface Replayed {
  readonly intent: BatchIntent;
  readonly result: BatchResult;
  readonly verdict: BatchVerdict;
}

/**
 * Ends what a crash or an unreachable store left open. Writes are sent again under the same id: the store repeats its
 * answer or applies them now. Removals are not: their certificate is old, what they remove may be back by now. The store
 * is only asked whether it has carried them out. If not, their items stay known and are judged by the next certified
 * scope.
 */
export async function replayIntents(
  parts: ReplayParts,
  owner: SyncOwner,
  grant: Grant,
  signal: AbortSignal,
): Promise<void> {
  const intents = await parts.journal.openIntents(owner);
  if (intents.length === 0) return;
  const grants = new Map<string, Grant>();
  for (const { slot } of intents) {
    if (!grants.has(slot)) grants.set(slot, await fence(parts, slot, grant, signal));
  }
  const follower = parts.follow((await parts.journal.storeMark(owner))?.changeSequence);
  const replayed: Replayed[] = [];
  for (const intent of intents) {
    const outcome = await replay(parts, intent, grants.get(intent.slot) ?? grant, signal);
    if (outcome === undefined) await parts.journal.abandon(intent);
    else replayed.push(outcome);
    parts.logger.info('open batch of an earlier run ended', { batch: intent.batchId, replayed: outcome !== undefined });
  }
  // As the store applied them: what others changed in between is then read when that of before is remembered.
  replayed.sort((one, other) => (one.result.sequenceBefore ?? -1) - (other.result.sequenceBefore ?? -1));
  for (const each of replayed) await settle(parts.journal, each, follower, parts.judging.now);
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
): Promise<Grant> {
  const raised = slot === grant.slot ? grant : { slot, token: await journal.nextToken(slot) };
  tally.add('requests');
  await store.writeBatch({ id: newId(), grant: raised, operations: [] }, signal);
  return raised;
}

/**
 * Under an id that it knows the store repeats its answer, whatever comes with it: that shows whether a removal was done.
 *
 * @returns undefined when it was not, when the store cannot take it, or answers what makes no sense
 */
async function replay(
  { store, tally, judging }: ReplayParts,
  intent: BatchIntent,
  grant: Grant,
  signal: AbortSignal,
): Promise<Replayed | undefined> {
  const { batchId, items } = intent;
  // Parts that an item no longer had are removals too: they may be back by now.
  const removes = intent.operations.some(({ op }) => op === 'delete');
  const operations = removes ? [] : intent.operations;
  tally.add('requests');
  try {
    const result = await store.writeBatch({ id: batchId, grant, tellFormer: true, operations }, signal);
    if (removes && result.items.length !== intent.operations.length) return undefined;
    const progress = items.map((item) => ({ ...newProgress(), isDoubtful: item.isContinued === true }));
    return { intent, result, verdict: judgeBatch(intent, result, progress, judging) };
  } catch (error) {
    if (IsthmusError.is(error) && isRefusedAsWhole(error)) return undefined;
    throw error;
  }
}

async function settle(
  journal: SyncJournal,
  { intent, result, verdict }: Replayed,
  follower: ChangeFollower,
  at: number,
): Promise<void> {
  const { sequence: changeSequence } = await passedBy(follower, result);
  const { runId } = intent;
  const written = runId === undefined ? {} : { written: { runId, at, items: writtenItems(intent, result) } };
  await journal.settle(intent, { ...verdict, ...written, ...(changeSequence === undefined ? {} : { changeSequence }) });
}

/**
 * Tells the batch's own changes from those that others made before it: else everything in the batch would be compared
 * and written once more. Not of a store that stands before what is known of it: that one was restored.
 */
async function passedBy(follower: ChangeFollower, result: BatchResult): Promise<{ readonly sequence?: number }> {
  const { sequence } = follower;
  if (sequence === undefined || (result.sequenceBefore ?? 0) < sequence) return {};
  return follower.passOwn(result);
}

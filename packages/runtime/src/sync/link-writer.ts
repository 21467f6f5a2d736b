import { type Clock, IsthmusError, messageOf, processSlicer } from '@isthmus/kernel';
import type { BatchItemResult, BatchOperation, BatchResult, Grant, MetadataStore } from '@isthmus/model';
import type { OpenLink, SettledLink, SyncJournal, SyncOwner } from '../journal/journal.js';
import { isRefusedAsWhole } from './batch-sender.js';
import type { ChangeFollower } from './change-follower.js';
import { linkOperation, mergeLink } from './link-merge.js';
import type { RunTally } from './run-tally.js';
import { defaultSyncSettings, type SyncSettings } from './sync-settings.js';
import { tellConflict } from './tell-conflict.js';

const linksAtOnce = 200;
/** A link whose other end is missing is tried again when that end is written here, and this often for what others write. */
const retryAfterMs = 60 * 60 * 1_000;

export interface LinkWriterParts {
  readonly store: MetadataStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly owner: SyncOwner;
  readonly grant: Grant;
  readonly userId?: string;
  readonly runId: string;
  readonly follower: ChangeFollower;
  readonly settings?: Pick<SyncSettings, 'fieldPolicy'>;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
  /** See `SenderParts`. */
  readonly assureStore?: () => Promise<void>;
}

/**
 * Brings the relationships that items tell beside those to their parents to what is wanted, once the run has written its
 * elements: their other ends may have been listed later, by another connector, or not at all. The journal holds what is
 * wanted, so that a crash loses nothing; making a relationship that is there changes nothing.
 */
export async function writeLinks(parts: LinkWriterParts): Promise<void> {
  const { journal, owner, grant, clock, tally, signal } = parts;
  const triedBefore = clock.now() - retryAfterMs + 1;
  const contested = new Set<number>();
  let missing = 0;
  for (;;) {
    signal.throwIfAborted();
    const open = await journal.openLinks(owner, grant, { triedBefore, limit: linksAtOnce });
    if (open.length === 0) break;
    await parts.assureStore?.();
    missing += await sendLinks(parts, open, contested);
    await processSlicer.turn();
  }
  if (missing === 0) return;
  tally.finding(undefined, {
    severity: 'info',
    code: 'LINKS_WAIT',
    message: `${missing} relationships wait for elements that nobody has catalogued yet; they are made when these appear`,
  });
}

/**
 * @param contested - ids of those in which the source's value was to go over what others had set
 * @returns how many miss their other end
 */
async function sendLinks(parts: LinkWriterParts, links: readonly OpenLink[], contested: Set<number>): Promise<number> {
  let result: BatchResult;
  try {
    result = await request(parts, links.map(operationOf));
  } catch (error) {
    if (!isRefusedAsWhole(error)) throw error;
    if (links.length > 1) {
      const middle = Math.ceil(links.length / 2);
      const missing = await sendLinks(parts, links.slice(0, middle), contested);
      return missing + (await sendLinks(parts, links.slice(middle), contested));
    }
    result = { items: links.map(() => refusal(error)), changeSequence: 0 };
  }
  if (result.items.length !== links.length) {
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `the answer to ${links.length} relationships has ${result.items.length} results`,
    );
  }
  await parts.follower.passOwn(result);
  let missing = 0;
  const settled = links.map((link, index): SettledLink => {
    const item = result.items[index];
    const isDone = item?.outcome !== 'refused';
    if (!isDone && item?.error?.code === 'ELEMENT_NOT_FOUND') missing += 1;
    else if (!isDone) tellRefused(parts.tally, link, item);
    const isChanged = item?.outcome === (link.isWanted ? 'created' : 'deleted');
    const merged = item === undefined ? undefined : merge(parts, link, item);
    // Somebody sets it again and again: the next run has another try.
    if (merged?.isContested === true && contested.has(link.id)) return { link, isDone: false, isChanged };
    if (merged?.isContested === true) contested.add(link.id);
    return { link, isDone, isChanged, ...merged };
  });
  await parts.journal.settleLinks(parts.owner, settled, parts.clock.now(), parts.runId);
  for (const { conflicts = [] } of settled)
    for (const conflict of conflicts) if (conflict.state !== 'open') tellConflict(parts.tally, conflict);
  return missing;
}

function request(
  { store, newId, grant, userId, tally, signal }: LinkWriterParts,
  operations: readonly BatchOperation[],
): Promise<BatchResult> {
  tally.add('requests');
  return store.writeBatch({ id: newId(), grant, ...(userId !== undefined && { userId }), operations }, signal);
}

function operationOf(link: OpenLink): BatchOperation {
  const { typeName, end1, end2, isWanted } = link;
  return isWanted ? linkOperation(link) : { op: 'unlink', typeName, end1, end2, keepsOthers: true };
}

function merge({ settings = defaultSyncSettings, clock }: LinkWriterParts, link: OpenLink, item: BatchItemResult) {
  return mergeLink(link, item, { settings, now: clock.now() });
}

function refusal(error: IsthmusError): BatchItemResult {
  return { outcome: 'refused', error: { code: error.code, message: messageOf(error) } };
}

function tellRefused(tally: RunTally, { typeName, end1, end2 }: OpenLink, item: BatchItemResult | undefined): void {
  tally.finding(undefined, {
    severity: 'error',
    code: item?.error?.code ?? 'STORE_REFUSED',
    message: `${typeName} from ${end1} to ${end2}: ${item?.error?.message ?? 'the metadata access server gave no reason'}`,
  });
}

import type { Clock } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import type { HoldingItem, SyncJournal } from '../journal/journal.js';
import type { StayReasons } from '../plan/explain.js';
import { holdingsOf } from '../sync/holdings.js';
import { RunTally } from '../sync/run-tally.js';
import { defaultSyncOptions } from '../sync/sync-options.js';
import { StoreTargetReader } from '../targets/store-target-reader.js';

export interface StayingElementParts {
  readonly store: MetadataStore;
  readonly journal: Pick<SyncJournal, 'claimedByOthers' | 'holdersOf' | 'knownScope' | 'knownItem'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
}

/** Of the connector in whose name something was found. */
export interface HoldingConnector {
  /** In whose name it writes. */
  readonly userId?: string;
  /** It lists its catalog targets, and so its own connection no longer. */
  readonly hasTargets: boolean;
}

/** What the metadata server tells of why items of an element stay. What it does not tell is left out. */
export async function whyItStays(
  parts: StayingElementParts,
  holding: readonly HoldingItem[],
  /** Undefined: the connector is not there. */
  connectorOf: (connectorGuid: string) => HoldingConnector | undefined,
  signal: AbortSignal,
): Promise<Required<StayReasons>> {
  const holds = new Map<HoldingItem, string>();
  const unlistedTargets = new Set<HoldingItem>();
  const names = new Map<string, ReadonlySet<string> | undefined>();
  const namesOf = async (guid: string) => {
    if (!names.has(guid)) names.set(guid, await targetNames(parts, guid, signal));
    return names.get(guid);
  };
  for (const each of holding) {
    const { connectorGuid, target } = each.owner;
    const connector = connectorOf(connectorGuid);
    if (connector === undefined) continue;
    if (each.item.absence === 'holding') {
      const why = (await anchoredTo(parts, each, connector, signal)) ?? (await belowIt(parts, each));
      if (why !== undefined) holds.set(each, why);
    }
    const isListed = target === '' ? !connector.hasTargets : (await namesOf(connectorGuid))?.has(target);
    if (isListed === false) unlistedTargets.add(each);
  }
  return { holds, unlistedTargets };
}

function targetNames(
  { store }: StayingElementParts,
  connectorGuid: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  return new StoreTargetReader(store).names(connectorGuid, signal).catch(() => undefined);
}

async function anchoredTo(
  { store, journal, clock, newId }: StayingElementParts,
  { owner, item }: HoldingItem,
  spec: Pick<HoldingConnector, 'userId'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const parts = {
    store,
    journal,
    clock,
    newId,
    owner,
    spec,
    signal,
    tally: new RunTally(),
    options: defaultSyncOptions,
  };
  const [name = ''] = item.qualifiedNames;
  const leaving = async (_: unknown, anchored: readonly string[]) => {
    const own = await journal.holdersOf(owner, anchored);
    return new Set([...item.qualifiedNames, ...anchored.filter((each) => own.get(each)?.absence === 'holding')]);
  };
  const found = await holdingsOf(parts, [{ name, item }], leaving).catch(() => undefined);
  return found?.get(name)?.why;
}

/** What lies in it and stays for a reason of its own. */
async function belowIt({ journal }: StayingElementParts, { owner, item }: HoldingItem): Promise<string | undefined> {
  if (item.opens === undefined) return undefined;
  const held = (await journal.knownScope(owner, item.opens)).find(({ absence }) => absence === 'holding');
  if (held === undefined) return undefined;
  const below = await journal.knownItem(owner, { scope: item.opens, key: held.key });
  return `${below?.qualifiedNames[0] ?? held.key}, which lies in it, stays`;
}

import type { DisputeJournal } from '../journal/dispute-journal.js';
import type { ItemKey, KnownItem, StoreMark, WithheldItems } from '../journal/journal.js';
import type { LeavingJournal } from '../journal/leaving-journal.js';
import type { PlanJournal } from '../journal/plan-journal.js';
import type { PlanRecorder } from '../plan/plan-recorder.js';
import { AcceptedScopes } from './accepted-scopes.js';
import { Adoption } from './adoption.js';
import { AnsweringSource } from './answering-source.js';
import { BatchWriter, type WriterParts } from './batch-writer.js';
import type { ChangeFollower } from './change-follower.js';
import { GatheredDelivery } from './gathered-delivery.js';
import { HandOver } from './hand-over.js';
import { ItemDelivery } from './item-delivery.js';
import { ItemPlanner } from './item-planner.js';
import type { LastChanges } from './last-changes.js';
import { LeavingItems } from './leaving-items.js';
import { LeftScopesOfRun } from './left-scopes.js';
import { ListingComparison } from './listing-comparison.js';
import { OpenedScopes } from './opened-scopes.js';
import { RefusedItems } from './refused-items.js';
import type { RunCursor } from './run-cursor.js';
import { RunScopes } from './run-scopes.js';
import type { RunTally } from './run-tally.js';
import type { ScopeLedger } from './scope-ledger.js';
import { type RemoverParts, ScopeRemover } from './scope-remover.js';
import type { SyncRunSpec } from './sync-engine.js';
import type { SyncSettings } from './sync-settings.js';
import { ToldGone } from './told-gone.js';
import { Twins } from './twins.js';
import { VanishingParts } from './vanishing-parts.js';
import type { AppliedItem, DeliveredItem, ItemWork } from './work-parts.js';
import type { WorkSink } from './work-sink.js';

export interface RunParts
  extends Omit<WriterParts, 'onApplied' | 'runId' | 'onContested' | 'onRefused' | 'settings' | 'grant' | 'owner'> {
  readonly spec: SyncRunSpec;
  readonly mark: StoreMark;
  readonly follower: ChangeFollower;
  readonly lastChanges: LastChanges;
  readonly tally: RunTally;
  readonly knownCount: number;
  /** What runs before have kept. Empty where this one lists everything. */
  readonly withheld: readonly WithheldItems[];
  readonly cursor: RunCursor;
  /** The run makes a plan and writes nothing. */
  readonly plan?: PlanRecorder;
  readonly plans: PlanJournal;
  readonly disputes: DisputeJournal;
  readonly leaving: LeavingJournal;
}

/** What the parts of a run ask of its life. */
export interface RunLife {
  readonly settings: SyncSettings;
  readonly mark: () => StoreMark;
  /** What is missing from the scope is not gone. */
  readonly isInDoubt: (scope: string) => boolean;
  readonly onApplied: (items: readonly AppliedItem[]) => Promise<void>;
  readonly ledger: (scope: string) => Promise<ScopeLedger>;
  readonly hasEnded: () => boolean;
  readonly throwIfEnded: () => void;
}

/** The parts of a run that its life turns to. */
export interface WiredRun {
  readonly source: AnsweringSource;
  readonly writer: WorkSink;
  readonly accepted: AcceptedScopes;
  readonly scopes: RunScopes;
  readonly adoption: Adoption;
  readonly leaving: LeavingItems;
  readonly remover: ScopeRemover;
  readonly left: LeftScopesOfRun;
  readonly refused: RefusedItems;
  readonly toldGone: ToldGone;
  readonly handOver: HandOver;
  readonly vanishing: VanishingParts;
  readonly delivery: ItemDelivery;
  readonly gathered: GatheredDelivery;
  readonly comparison: ListingComparison;
  /** Forgets what waits for the end of the listing. */
  readonly clear: () => Promise<void>;
}

/** Who works for whom in a run. Nothing is done yet. */
export function wireRun(parts: RunParts, life: RunLife): WiredRun {
  const { grant, owner } = parts.spec;
  const isIncremental = () => parts.cursor.isIncremental;
  const source = new AnsweringSource(parts.mark, parts.spec.confirmRemovals === true);
  // Not before both are there: what others write at the same time is told by the writer, and delivered once more.
  const onContested = (work: ItemWork) => delivery.contest(work);
  const onRefused = (work: ItemWork) => {
    opened.unwritten(work.gone === undefined ? work.source?.digest.opens : undefined);
    refused.note(work);
  };
  const onSetAside = (scope: string, source: DeliveredItem) => {
    writer.keepNames(source.body.elements.map(({ qualifiedName }) => qualifiedName));
    opened.unwritten(source.digest.opens);
    refused.add(scope, source);
  };
  const writer = parts.plan?.writer ?? batchWriter(parts, life, { onContested, onRefused });
  const written = () => writer.drain();
  const accepted = new AcceptedScopes({ journal: parts.journal, owner, plan: parts.plan, written });
  const scopes = new RunScopes({ ...parts, owner, written });
  const isListed = (scope: string) => scopes.isKnown(scope);
  const adoption = new Adoption({ ...parts, grant, owner, onSetAside });
  // Of changes nothing follows for what they do not tell.
  const isDecided = (scope: string) => (isIncremental() ? scopes.wasSeenIn(scope) : scopes.isKnown(scope));
  const leavingBy = (item: ItemKey): Promise<string | undefined> => remover.listedOf(item);
  const isGone = (item: KnownItem): Promise<boolean> => isToldGone({ scopes, remover }, item);
  const opened = new OpenedScopes({ ...parts, ...parts.spec, writer, isDecided, isGone, leavingBy });
  const leaving = new LeavingItems({ ...parts, isDecided, isOpen: (scope) => opened.isOpen(scope) });
  const twins = new Twins({
    ...parts,
    owner,
    writer,
    ledgers: scopes.open,
    isCompleted: (scope) => scopes.isCompleted(scope),
    isListing: () => !isIncremental(),
    isLeaving: (item) => remover.isLeaving(item),
    isGone: (scope) => opened.isGone(scope),
    onSetAside,
    isPlan: parts.plan !== undefined,
  });
  const remover: ScopeRemover = scopeRemover(parts, life, { source, writer, leaving, scopes, opened, isDecided });
  const remove = (...asked: Parameters<ScopeRemover['removeLeft']>) => remover.removeLeft(...asked);
  const refused: RefusedItems = new RefusedItems({
    ...{ ...parts, scopes, twins, isIncremental },
    isGone: (scope) => opened.isGone(scope),
    delivery: () => delivery,
  });
  const left = new LeftScopesOfRun({ ...parts, isListed, remove });
  const handOver = new HandOver({ ...parts, owner, writer, isListed });
  const known = { ...parts, owner, mark: life.mark, source };
  const onKept = (scope: string, names: readonly string[]) => remover.keptParts(scope, names);
  const staying = (items: readonly KnownItem[]) => remover.staying(items);
  const vanishing: VanishingParts = new VanishingParts({ ...known, writer, onKept, staying });
  const planner = new ItemPlanner({ ...known, settings: life.settings, vanishing, onKept });
  const delivery: ItemDelivery = new ItemDelivery({
    ...parts,
    ...{
      owner,
      settings: life.settings,
      scopes,
      writer,
      planner,
      vanishing,
      adoption,
      twins,
      handOver,
      leaving: remover,
      opened,
      onSetAside,
      onFormer: (ledger, former) => toldGone.expect(ledger, former),
    },
    isPlan: parts.plan !== undefined,
    isIncremental,
  });
  const gathered = new GatheredDelivery({ delivery, clock: parts.clock, lingerMs: parts.options.lingerMs });
  const { mode } = parts.spec;
  const comparison = new ListingComparison({ ...parts, ...life, owner, mode, scopes, gathered, isIncremental });
  const toldGone: ToldGone = new ToldGone({
    ...{ journal: parts.journal, owner, scopes, isIncremental, written },
    before: (ledger, key) => delivery.before(ledger, key),
    isLeaving: (item) => remover.isLeaving(item),
    lose: (ledger, items) => remover.lose(ledger, items),
    flushTouches: (ledger) => comparison.flushTouches(ledger),
  });
  return {
    source,
    writer,
    accepted,
    scopes,
    adoption,
    leaving,
    remover,
    left,
    refused,
    toldGone,
    handOver,
    vanishing,
    delivery,
    gathered,
    comparison,
    clear: async () => {
      await remover.clear();
      await vanishing.clear();
    },
  };
}

/** By what a run over changes was told until now. */
async function isToldGone(
  { scopes, remover }: { readonly scopes: RunScopes; readonly remover: ScopeRemover },
  item: KnownItem,
): Promise<boolean> {
  const ledger = scopes.open.get(item.scope);
  return ledger === undefined ? item.absence === 'gone' || remover.isLeaving(item) : ledger.isGone(item.key);
}

function batchWriter(
  parts: RunParts,
  life: RunLife,
  back: Pick<WriterParts, 'onContested' | 'onRefused'>,
): BatchWriter {
  const { grant, owner, userId, runId, deleteMethod, pushes } = parts.spec;
  return new BatchWriter({
    ...parts,
    ...back,
    ...{ grant, runId, owner },
    ...(userId === undefined ? {} : { userId }),
    ...(deleteMethod === undefined ? {} : { deleteMethod }),
    settings: life.settings,
    isTwoWay: pushes !== undefined,
    onApplied: life.onApplied,
  });
}

function scopeRemover(
  parts: RunParts,
  { mark, isInDoubt }: RunLife,
  beside: Pick<RemoverParts, 'source' | 'writer' | 'leaving' | 'opened' | 'isDecided'> & { readonly scopes: RunScopes },
): ScopeRemover {
  const { plan, ...rest } = parts;
  return new ScopeRemover({
    ...rest,
    ...(plan === undefined ? {} : { plan: plan.writer }),
    ...beside,
    ...{ mark, isInDoubt },
    leavingRows: parts.leaving,
    wasSeenIn: (scope) => beside.scopes.wasSeenIn(scope),
  });
}

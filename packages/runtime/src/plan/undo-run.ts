import { IsthmusError } from '@isthmus/kernel';
import type { BatchOperation, FoundElement } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import type { KnownItem } from '../journal/journal.js';
import type { MadeItem, UndoStep, WritingRun, WrittenElement } from '../journal/undo-journal.js';
import { BatchWriter } from '../sync/batch-writer.js';
import { closedMark } from '../sync/closed-mark.js';
import { type Holder, holdingsOf } from '../sync/holdings.js';
import { writeLinks } from '../sync/link-writer.js';
import type { SyncReport } from '../sync/sync-engine.js';
import { defaultSyncSettings } from '../sync/sync-settings.js';
import type { ItemWork } from '../sync/work-parts.js';
import { type ActParts, reportOf } from './apply-plan.js';
import type { FieldChange } from './field-changes.js';
import { KeptByUndo } from './kept-by-undo.js';
import { type LookWish, lookAt } from './look-at.js';
import { takeBackLinks } from './undo-links.js';
import { OperationUndo } from './undo-operations.js';
import { parentKind, resetOperations, valueNow } from './undo-reset.js';
import { apartSteps, linkedText } from './undo-steps.js';
import { isAsRemembered, isGoneAgain, rememberedOf, undoneItem } from './undone-item.js';

/** Steps that are held at a time. */
const pageSteps = 100;

/**
 * Takes back what a run wrote, latest first: what it changed gets its former values, what it removed comes back, what it
 * made goes. What anybody changed since is left as it is and told. Refreshes leave what was taken back alone until its
 * source changes or people release it. Begun again after a crash it goes on: what is as it was is passed over.
 *
 * @throws UNDO_NOT_POSSIBLE
 */
export async function undoRun(parts: ActParts, runId: string, by: string): Promise<SyncReport> {
  const { journal, spec, tally, clock } = parts;
  const run = await journal.undos.run(runId);
  refuseUnless(run, runId);
  const { grant, owner, userId } = spec;
  const writer = new BatchWriter({
    ...parts,
    grant,
    runId: spec.runId,
    owner,
    settings: spec.settings ?? defaultSyncSettings,
    ...(userId !== undefined && { userId }),
    onApplied: async () => undefined,
    onContested: () => undefined,
  });
  const operations = new OperationUndo(parts, run);
  const undoing = new Undoing(parts, writer, (name) => operations.hasTouched(name), run.at);
  try {
    await operations.reset();
    await takeBackLinks(parts, runId, 'made');
    for (let before: number | undefined; ; ) {
      const steps = await journal.undos.steps(runId, before, pageSteps);
      if (steps.length === 0) break;
      before = steps.at(-1)?.number;
      await undoing.takeBack(steps);
    }
    for (let before: number | undefined; ; ) {
      const made = await journal.undos.made(runId, before, pageSteps);
      if (made.length === 0) break;
      before = made.at(-1)?.number;
      await undoing.unmake(made);
    }
    await writer.drain();
    await operations.unmake((name) => undoing.hold(name));
    await takeBackLinks(parts, runId, 'removed');
    await writeLinks({ ...parts, ...spec });
  } catch (error) {
    await writer.drop();
    throw error;
  }
  const mark = await closedMark({ ...parts, mode: 'apply' }, parts.mark, undefined);
  await journal.saveStoreMark(owner, mark);
  await journal.undos.noteUndone(runId, { by, at: clock.now(), runId: spec.runId });
  return reportOf(tally);
}

function refuseUnless(run: WritingRun | undefined, runId: string): asserts run is WritingRun {
  const refuse = (why: string): never => {
    throw new IsthmusError('UNDO_NOT_POSSIBLE', `the run ${runId} ${why}`, { details: { run: runId } });
  };
  if (run === undefined) refuse('wrote nothing, or nothing is kept of it any more');
  if (run?.undone !== undefined) refuse(`was taken back by ${run.undone.by} already, in the run ${run.undone.runId}`);
  if (run?.isKept === false) refuse('is too old: former values are kept of the newest runs only');
}

/** Makes and sends the writes that take something back. */
class Undoing {
  readonly #kept: KeptByUndo;

  constructor(
    private readonly parts: ActParts,
    private readonly writer: BatchWriter,
    private readonly isOperated: (qualifiedName: string) => boolean,
    /** When the run that is taken back began to write, epoch ms. */
    private readonly since: number,
  ) {
    this.#kept = new KeptByUndo(parts);
  }

  /** An element may stand in several steps: each begins where the one before it ended. */
  async takeBack(steps: readonly UndoStep[]): Promise<void> {
    for (const some of apartSteps(steps)) await this.#takeBackSome(some);
  }

  async #takeBackSome(steps: readonly UndoStep[]): Promise<void> {
    const wishes = new Map<string, LookWish>();
    const names: string[] = [];
    for (const { elements, before } of steps) {
      names.push(...elements.map(({ qualifiedName }) => qualifiedName), ...(before?.qualifiedNames ?? []));
      for (const element of elements) {
        for (const [name, parent] of parentKind(element)) wishes.set(name, { parent });
        if (isMade(element))
          wishes.set(element.qualifiedName, { ...wishes.get(element.qualifiedName), foreignLinks: true });
      }
    }
    const found = await lookAt(this.parts, names, (name) => wishes.get(name) ?? {});
    const items = steps.map(({ item, elements }): KnownItem => {
      return { ...item, hash: '', qualifiedNames: elements.map(({ qualifiedName }) => qualifiedName) };
    });
    const claimed = await this.#kept.claimed(items);
    const going = steps.flatMap(({ elements }, index) => {
      const made = elements.filter(
        (element) => isMade(element) && this.#staysWritten(element, found, claimed) === undefined,
      );
      const item = items[index];
      return item === undefined
        ? []
        : made.map(({ qualifiedName: name }) => ({ name, item: { ...item, qualifiedNames: [name] } }));
    });
    const held = await this.#heldByAnchored(going.filter(({ name }) => found.get(name)?.state === 'live'));
    const stays = (element: WrittenElement) =>
      this.#staysWritten(element, found, claimed) ?? held.get(element.qualifiedName);
    const works = steps.map((step) => ({
      step,
      operations: [...step.elements]
        .reverse()
        .flatMap((element) => this.#opposite(step, element, found, stays(element))),
    }));
    await this.#write(works);
  }

  /** By the name of what would go: why it stays, as something that is anchored to it does. */
  async #heldByAnchored(holders: readonly Holder[]): Promise<ReadonlyMap<string, string>> {
    const asked = { ...this.parts, owner: this.parts.spec.owner };
    const held = new Map<string, string>();
    // What stays so holds in its turn what it is anchored to.
    for (let before = -1; held.size > before; ) {
      before = held.size;
      const left = holders.filter(({ name }) => !held.has(name));
      const going = new Set(left.flatMap(({ name, item }) => [name, ...item.qualifiedNames]));
      for (const [name, { why }] of await holdingsOf(asked, left, async () => going)) held.set(name, `stays: ${why}`);
    }
    return held;
  }

  #staysWritten(
    { qualifiedName, version, action }: WrittenElement,
    found: ReadonlyMap<string, FoundElement>,
    claimed: ReadonlySet<string>,
  ): string | undefined {
    const now = found.get(qualifiedName);
    if (version !== undefined && now?.version !== version) return changedSince;
    // What came back with something that was there before was linked before.
    return claimed.has(qualifiedName) ? hasItToo : linkedText(now, action === 'restored' ? this.since : 0);
  }

  async unmake(made: readonly MadeItem[]): Promise<void> {
    const names = made.flatMap(({ item }) => item.qualifiedNames);
    const found = await lookAt(this.parts, names, () => ({ foreignLinks: true }));
    const isLive = (name: string) => found.get(name)?.state === 'live';
    const claimed = await this.#kept.claimed(made.map(({ item }) => item));
    const told = made.map((each) => this.#staysMade(each, found, claimed));
    const held = await this.#heldByAnchored(
      made.flatMap(({ item }, index) => {
        const [own = ''] = item.qualifiedNames;
        return isLive(own) && told[index]?.length === 0 ? [{ name: own, item }] : [];
      }),
    );
    const going: ItemWork[] = [];
    for (const [index, { item }] of made.entries()) {
      const [own = ''] = item.qualifiedNames;
      const holding = held.get(own);
      const reasons = [...(told[index] ?? []), ...(holding === undefined ? [] : [{ name: own, why: holding }])];
      for (const { name, why } of reasons) this.#keep(item.scope, name, why);
      if (!isLive(own)) continue;
      const isHolding = reasons.length === 0 && (await this.#kept.isHolding(item));
      if (isHolding) this.#keep(item.scope, own, 'stays, as what stays lies in it or refers to it');
      if (isHolding || reasons.length > 0) {
        await this.#kept.keep(item);
        continue;
      }
      this.#kept.letGo(item);
      const expects = found.get(own)?.version ?? 1;
      const operations: BatchOperation[] = [{ op: 'delete', qualifiedName: own, expects }];
      const known = { ...rememberedOf(item), undone: item.undone || item.hash };
      going.push({ item, known, operations, isNew: false });
    }
    await this.#holdFirst(going);
    for (const work of going) await this.writer.add(work);
    await this.writer.drain();
  }

  /** Why elements of the item stay: what others did to them. */
  #staysMade(
    each: MadeItem,
    found: ReadonlyMap<string, FoundElement>,
    claimed: ReadonlySet<string>,
  ): readonly { readonly name: string; readonly why: string }[] {
    return each.item.qualifiedNames.flatMap((name) => {
      const now = found.get(name);
      if (now?.state !== 'live') return [];
      const isChanged = this.#isChanged(each, name, now);
      const why = isChanged ? changedSince : claimed.has(name) ? hasItToo : linkedText(now);
      return why === undefined ? [] : [{ name, why }];
    });
  }

  /** An element of an item is about to go, as an operation of the same run made it. */
  async hold(qualifiedName: string): Promise<void> {
    const { journal, spec } = this.parts;
    const holder = (await journal.holdersOf(spec.owner, [qualifiedName])).get(qualifiedName);
    const item = holder && (await journal.knownItem(spec.owner, holder));
    if (item === undefined) return;
    await this.#holdFirst([
      { item, known: { ...rememberedOf(item), undone: item.undone ?? item.hash }, operations: [], isNew: false },
    ]);
  }

  /** What operations of the run wrote has its former values by now, so that its version alone says nothing. */
  #isChanged({ item, isLastWrite }: MadeItem, name: string, element: FoundElement): boolean {
    if (element.isOwnWork !== true || (element.foreignClassifications ?? []).length > 0) return true;
    if (element.version === 1) return false;
    return !(isLastWrite && this.isOperated(name) && isAsRemembered(item, name, element));
  }

  /**
   * Refreshes leave it alone before anything of it is taken back: should the process die in between, removals are not sent
   * again, and what they were is forgotten.
   */
  async #holdFirst(works: readonly ItemWork[]): Promise<void> {
    for (const work of works) if (work.known?.undone !== undefined) await this.writer.add(withoutOperations(work));
    await this.writer.drain();
  }

  async #write(works: readonly { readonly step: UndoStep; readonly operations: readonly BatchOperation[] }[]) {
    const some: ItemWork[] = [];
    const held: ItemWork[] = [];
    for (const { step, operations } of works) {
      if (operations.length === 0) continue;
      const now = await this.parts.journal.knownItem(this.parts.spec.owner, step.item);
      const work = backWork(step, now, operations);
      some.push(work);
      if (now !== undefined && work.gone === undefined) held.push(work);
    }
    await this.#holdFirst(held);
    for (const work of some) await this.writer.add(work);
    await this.writer.drain();
  }

  #opposite(
    step: UndoStep,
    element: WrittenElement,
    found: ReadonlyMap<string, FoundElement>,
    stays: string | undefined,
  ): readonly BatchOperation[] {
    const now = found.get(element.qualifiedName);
    switch (element.action) {
      case 'created':
      case 'restored':
        return this.#remove(step, element, now, stays);
      case 'deleted':
        return this.#bringBack(step, element, found);
      case 'absent':
        // What somebody else had removed before is not the run's to bring back.
        return now?.isOwnRemoval === true ? this.#bringBack(step, element, found) : [];
      case 'updated':
        return this.#reset(step, element, now);
    }
  }

  #remove(
    { item }: UndoStep,
    { qualifiedName }: WrittenElement,
    now: FoundElement | undefined,
    stays: string | undefined,
  ): readonly BatchOperation[] {
    if (now?.state !== 'live') return [];
    if (stays !== undefined) {
      this.#keep(item.scope, qualifiedName, stays);
      return [];
    }
    return [{ op: 'delete', qualifiedName, expects: now.version }];
  }

  /** With its parts, which went with it. */
  #bringBack(
    { item, before }: UndoStep,
    element: WrittenElement,
    found: ReadonlyMap<string, FoundElement>,
  ): readonly BatchOperation[] {
    const { qualifiedName, properties = {}, classifications } = element;
    const [own, ...parts] = before?.qualifiedNames ?? [];
    if (found.get(qualifiedName)?.state === 'live') {
      this.#keep(item.scope, qualifiedName, 'was made again since, so it stays as it is');
      return [];
    }
    const typeOf = (name: string): string => {
      const index = before?.qualifiedNames.indexOf(name) ?? -1;
      return before?.shapes?.[index]?.split(',')[0] || element.typeName;
    };
    const keepsAnchor = found.get(qualifiedName)?.isOwnRemoval === true ? ({ keepsAnchor: true } as const) : {};
    const anchor = qualifiedName === own || own === undefined ? keepsAnchor : { anchor: own };
    const { qualifiedName: _, ...values } = properties;
    return [
      {
        op: 'upsert',
        typeName: element.typeName || typeOf(qualifiedName),
        qualifiedName,
        properties: values,
        ...(classifications === undefined ? {} : { classifications }),
        ...anchor,
      },
      ...(qualifiedName === own ? parts : []).map(
        (name): BatchOperation => ({
          op: 'upsert',
          typeName: typeOf(name),
          qualifiedName: name,
          properties: {},
          anchor: qualifiedName,
        }),
      ),
    ];
  }

  #reset(step: UndoStep, element: WrittenElement, now: FoundElement | undefined): readonly BatchOperation[] {
    const { qualifiedName, fields = [] } = element;
    if (now?.state !== 'live') {
      this.#keep(step.item.scope, qualifiedName, 'was removed since, so it stays away');
      return [];
    }
    const mine = fields.filter((field) => this.#isMine(step, qualifiedName, field, now));
    return mine.length === 0 ? [] : resetOperations(element, mine, now);
  }

  /** Not what is as it was already, nor what others set since. */
  #isMine({ item }: UndoStep, qualifiedName: string, field: FieldChange, now: FoundElement): boolean {
    const value = valueNow(field, now);
    if (isSameValue(value, field.from)) return false;
    if (isSameValue(value, field.to)) return true;
    this.#keep(item.scope, `${field.field} of ${qualifiedName}`, 'was changed since, so it stays');
    return false;
  }

  #keep(scope: string, what: string, why: string): void {
    this.parts.tally.finding(scope, { severity: 'warning', code: 'UNDO_KEPT', message: `${what} ${why}` });
  }
}

const changedSince = 'was changed since it was made, so it stays';
const hasItToo = 'is what another connector has too, so it stays';

function withoutOperations({ countsAs: _, ...work }: ItemWork): ItemWork {
  return { ...work, operations: [] };
}

function isMade({ action }: WrittenElement): boolean {
  return action === 'created' || action === 'restored';
}

/** @param now - the item as it is known, absent: it went */
function backWork(
  { item, before, elements, hash, isCounted = false }: UndoStep,
  now: KnownItem | undefined,
  operations: readonly BatchOperation[],
): ItemWork {
  if (now !== undefined && isGoneAgain(now, operations))
    return { item, removed: now, gone: item, operations, countsAs: 'deleted', isNew: false };
  if (now !== undefined) {
    const known = undoneItem({ ...now, undone: now.hash === '' ? hash : now.hash }, elements, operations);
    return { item, known, operations, isNew: false, isCounted, ...countedAs(known, operations) };
  }
  if (before === undefined) return { item, operations, isNew: false };
  const known = { ...rememberedOf(before), absence: 'outside', undone: '' } as const;
  return { item, known, operations, isNew: false };
}

/** By the item's own element, whatever becomes of its parts first. */
function countedAs({ qualifiedNames: [own] }: KnownItem, operations: readonly BatchOperation[]) {
  const isGone = operations.some((operation) => operation.op === 'delete' && operation.qualifiedName === own);
  return { countsAs: isGone ? 'deleted' : 'updated' } as const;
}

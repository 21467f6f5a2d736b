import { IsthmusError } from '@isthmus/kernel';
import type { BatchOperation, FoundElement, Properties, PropertyValue } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import type { KnownItem } from '../journal/journal.js';
import type { MadeItem, UndoStep, WritingRun, WrittenElement } from '../journal/undo-journal.js';
import { BatchWriter } from '../sync/batch-writer.js';
import { closedMark } from '../sync/closed-mark.js';
import { writeLinks } from '../sync/link-writer.js';
import type { SyncReport } from '../sync/sync-engine.js';
import { defaultSyncSettings } from '../sync/sync-settings.js';
import type { ItemWork } from '../sync/work-parts.js';
import { type ActParts, reportOf } from './apply-plan.js';
import type { FieldChange } from './field-changes.js';
import { cutAtDot, mapOf } from './field-names.js';
import { KeptByUndo } from './kept-by-undo.js';
import { lookAt } from './look-at.js';
import { takeBackLinks } from './undo-links.js';
import { OperationUndo } from './undo-operations.js';
import { isAsRemembered, isGoneAgain, rememberedOf, undoneItem } from './undone-item.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

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
  const undoing = new Undoing(parts, writer, (name) => operations.hasTouched(name));
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
  const mark = await closedMark({ ...parts, sequence: parts.follower.sequence, mode: 'apply' }, parts.mark, undefined);
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
  ) {
    this.#kept = new KeptByUndo(parts);
  }

  async takeBack(steps: readonly UndoStep[]): Promise<void> {
    // An element may stand in several steps: each begins where the one before it ended.
    for (const step of steps) {
      const names = step.elements.map(({ qualifiedName }) => qualifiedName);
      const parents = new Map(step.elements.flatMap((element) => [...parentKind(element)]));
      const all = [...new Set([...names, ...(step.before?.qualifiedNames ?? [])])];
      const found = await lookAt(this.parts, all, (name) => {
        const parent = parents.get(name);
        return parent === undefined ? {} : { parent };
      });
      const claimed = await this.#kept.claimed([{ ...step.item, hash: '', qualifiedNames: names }]);
      const operations = [...step.elements]
        .reverse()
        .flatMap((element) => this.#opposite(step, element, found, claimed));
      await this.#write(step, operations);
    }
  }

  async unmake(made: readonly MadeItem[]): Promise<void> {
    const found = await lookAt(
      this.parts,
      made.flatMap(({ item }) => item.qualifiedNames),
    );
    const claimed = await this.#kept.claimed(made.map(({ item }) => item));
    const going: ItemWork[] = [];
    for (const each of made) {
      const { item } = each;
      const [own] = item.qualifiedNames;
      const isLive = (name: string) => found.get(name)?.state === 'live';
      const changed = item.qualifiedNames.filter((name) => this.#isChanged(each, name, found.get(name)));
      const held = item.qualifiedNames.filter((name) => isLive(name) && claimed.has(name));
      for (const name of changed) this.#keep(item.scope, name, 'was changed since it was made, so it stays');
      for (const name of held) this.#keep(item.scope, name, hasItToo);
      if (own === undefined || !isLive(own)) continue;
      const isHolding = changed.length + held.length === 0 && (await this.#kept.isHolding(item));
      if (isHolding) this.#keep(item.scope, own, 'stays, as what stays lies in it or refers to it');
      if (isHolding || changed.length + held.length > 0) {
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
  #isChanged({ item, isLastWrite }: MadeItem, name: string, element: FoundElement | undefined): boolean {
    if (element?.state !== 'live') return false;
    if (element.isOwnWork !== true || (element.foreignClassifications ?? []).length > 0) return true;
    if (element.version === 1) return false;
    return !(isLastWrite && this.isOperated(name) && isAsRemembered(item, name, element));
  }

  /**
   * Refreshes leave it alone before anything of it is taken back: should the process die in between, removals are not sent
   * again, and what they were is forgotten.
   */
  async #holdFirst(works: readonly ItemWork[]): Promise<void> {
    for (const work of works) if (work.known?.undone !== undefined) await this.writer.add({ ...work, operations: [] });
    await this.writer.drain();
  }

  #add(work: Omit<ItemWork, 'isNew'>): Promise<void> {
    return this.writer.add({ ...work, isNew: false });
  }

  async #write(step: UndoStep, operations: readonly BatchOperation[]): Promise<void> {
    if (operations.length === 0) return;
    const { journal, spec } = this.parts;
    const now = await journal.knownItem(spec.owner, step.item);
    const before = step.before;
    if (before !== undefined && now === undefined) {
      await this.#add({
        item: step.item,
        known: { ...rememberedOf(before), absence: 'outside', undone: '' },
        operations,
      });
    } else if (now !== undefined && isGoneAgain(now, operations)) {
      await this.#add({ item: step.item, removed: now, gone: step.item, operations, countsAs: 'deleted' });
    } else if (now !== undefined) {
      const undone = now.hash === '' ? step.hash : now.hash;
      const known = undoneItem({ ...now, undone }, step.elements, operations);
      await this.#holdFirst([{ item: step.item, known, operations, isNew: false }]);
      await this.#add({ item: step.item, known, operations, ...countedAs(known, operations) });
    } else await this.#add({ item: step.item, operations });
    await this.writer.drain();
  }

  #opposite(
    step: UndoStep,
    element: WrittenElement,
    found: ReadonlyMap<string, FoundElement>,
    claimed: ReadonlySet<string>,
  ): readonly BatchOperation[] {
    const now = found.get(element.qualifiedName);
    switch (element.action) {
      case 'created':
      case 'restored':
        if (now?.state !== 'live' || !claimed.has(element.qualifiedName)) return this.#remove(step, element, now);
        this.#keep(step.item.scope, element.qualifiedName, hasItToo);
        return [];
      case 'deleted':
        return this.#bringBack(step, element, found);
      case 'absent':
        // What somebody else had removed before is not the run's to bring back.
        return now?.isOwnRemoval === true ? this.#bringBack(step, element, found) : [];
      case 'updated':
        return this.#reset(step, element, now);
    }
  }

  #remove({ item }: UndoStep, element: WrittenElement, now: FoundElement | undefined): readonly BatchOperation[] {
    const { qualifiedName, version } = element;
    if (now?.state !== 'live') return [];
    if (version !== undefined && now.version !== version) {
      this.#keep(item.scope, qualifiedName, 'was changed since it was made, so it stays');
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

const hasItToo = 'is what another connector has too, so it stays';

/** By the item's own element, whatever becomes of its parts first. */
function countedAs({ qualifiedNames: [own] }: KnownItem, operations: readonly BatchOperation[]) {
  const isGone = operations.some((operation) => operation.op === 'delete' && operation.qualifiedName === own);
  return { countsAs: isGone ? 'deleted' : 'updated' } as const;
}

/** @yields the relationship type by which the element lies below its parent */
function* parentKind({ qualifiedName, fields = [], parentAtEnd1 }: WrittenElement) {
  const parent = fields.find(({ kind }) => kind === 'parent');
  if (parent === undefined) return;
  const [relationshipTypeName = ''] = parent.field.split('.');
  yield [qualifiedName, { relationshipTypeName, ...(parentAtEnd1 === undefined ? {} : { parentAtEnd1 }) }] as const;
}

function valueNow({ kind, field }: FieldChange, now: FoundElement): PropertyValue | undefined {
  const [name, key] = cutAtDot(field);
  switch (kind) {
    case 'type':
      return now.typeName;
    case 'property':
      return key === undefined ? now.properties[name] : memberOf(now.properties[name], key);
    case 'classification':
      return key === undefined ? now.classifications?.[name] : now.classifications?.[name]?.[key];
    case 'parent': {
      const parents = now.parents ?? [];
      const names = parents.map(({ qualifiedName }) => qualifiedName);
      if (key !== undefined) return parents[0]?.properties[key];
      return names.length > 1 ? names : names[0];
    }
  }
}

function resetOperations(
  element: WrittenElement,
  fields: readonly FieldChange[],
  now: FoundElement,
): readonly BatchOperation[] {
  const { qualifiedName, anchor } = element;
  const of = (kind: FieldChange['kind']) => fields.filter((field) => field.kind === kind);
  const [type] = of('type');
  const properties = of('property').filter(({ from }) => from !== undefined);
  const upsert: Upsert = {
    op: 'upsert',
    typeName: typeof type?.from === 'string' ? type.from : now.typeName,
    qualifiedName,
    properties: valuesOf(properties),
    ...classificationsOf(of('classification')),
    clear: [
      ...of('property').flatMap(({ field, from }) => (from === undefined ? [field] : [])),
      ...clearedIn(of('classification')),
    ],
    ...(anchor === undefined ? {} : { anchor }),
    expects: now.version,
  };
  return [upsert, ...of('parent').flatMap((field) => parentOperations(element, field))];
}

function parentOperations(
  { qualifiedName, parentAtEnd1 = true }: WrittenElement,
  { field, from, to }: FieldChange,
): readonly BatchOperation[] {
  const [typeName, key] = cutAtDot(field);
  if (key !== undefined) return [];
  const link = (op: 'link' | 'unlink', parent: PropertyValue | undefined): readonly BatchOperation[] => {
    if (typeof parent !== 'string') return [];
    const [end1, end2] = parentAtEnd1 ? [parent, qualifiedName] : [qualifiedName, parent];
    return [{ op, typeName, end1, end2 }];
  };
  const former = Array.isArray(from) ? from : [from];
  return [...link('unlink', to), ...former.flatMap((parent) => link('link', parent))];
}

function valuesOf(fields: readonly FieldChange[]): Properties {
  const values = new Map<string, PropertyValue>();
  for (const { field, from } of fields) {
    if (from === undefined) continue;
    const [name, key] = cutAtDot(field);
    if (key === undefined) values.set(name, from);
    else values.set(name, { ...mapOf(values.get(name)), [key]: from });
  }
  return Object.fromEntries(values);
}

/** What the run gave goes, what it took away or changed is given back. */
function classificationsOf(fields: readonly FieldChange[]): Pick<Upsert, 'classifications' | 'declassify'> {
  const declassify: string[] = [];
  const values = new Map<string, Properties>();
  for (const { field, from } of fields) {
    const [name, key] = cutAtDot(field);
    if (key === undefined && from === undefined) declassify.push(name);
    else if (key === undefined) values.set(name, mapOf(from));
    else if (from !== undefined) values.set(name, { ...values.get(name), [key]: from });
  }
  return {
    ...(declassify.length === 0 ? {} : { declassify }),
    ...(values.size === 0 ? {} : { classifications: Object.fromEntries(values) }),
  };
}

/** Properties of classifications that had no value before. */
function clearedIn(fields: readonly FieldChange[]): readonly string[] {
  return fields.flatMap(({ field, from }) =>
    from === undefined && cutAtDot(field)[1] !== undefined ? [`@${field}`] : [],
  );
}

function memberOf(value: PropertyValue | undefined, key: string): PropertyValue | undefined {
  const map = mapOf(value);
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { Crash, Faults } from '../../sync/testing/faults.js';
import { deletedIn, edit, type PictureElement, pictureOf, promisedBy } from '../../sync/testing/picture.js';
import { type Folder, type PersonsEdit, personsEdit, randomFolder } from '../../sync/testing/random-tree.js';
import { SyncBench } from '../../sync/testing/sync-bench.js';

/** What a source and people did before a plan, what the source is then, and where the process dies while it is applied. */
export interface PlanHistory {
  readonly before: readonly { readonly tree: Folder; readonly edits: readonly PersonsEdit[] }[];
  readonly after: Folder;
  /** Step at which the process dies, if it gets there; undefined: it lives. */
  readonly dies: number | undefined;
}

const dies = fc.option(fc.nat({ max: 30 }), { nil: undefined });

export const planHistory: fc.Arbitrary<PlanHistory> = fc.record({
  before: fc.array(fc.record({ tree: randomFolder(2), edits: fc.array(personsEdit, { maxLength: 3 }) }), {
    maxLength: 2,
  }),
  after: randomFolder(2),
  dies,
});

/** A plan tells exactly what applying it changes, and that is what a run without a plan does. */
export async function checkPlanHistory({ before, after, dies: at }: PlanHistory): Promise<void> {
  using planning = new SyncBench();
  using direct = new SyncBench();
  for (const bench of [planning, direct]) {
    bench.options = { removalLimit: { items: 1_000, share: 1 } };
    for (const { tree, edits } of before) {
      await bench.sync(tree);
      for (const each of edits) edit(bench.store, each);
    }
  }
  const earlier = pictureOf(planning.store);
  const gone = deletedIn(planning.store);
  const plan = await planning.approve(await planning.preview(after));
  deepStrictEqual(pictureOf(planning.store), earlier, 'a preview writes nothing');
  const items = await planning.planItems(plan);
  await actDespite(planning, { kind: 'apply-plan', planId: plan.id }, at);
  const anchorOf = (name: string) => planning.store.elements.get(name)?.anchor;
  deepStrictEqual(pictureOf(planning.store), promisedBy(items, earlier, gone, anchorOf), 'the plan is the effect');
  const { created, updated, deleted, restored } = (await direct.sync(after)).counts;
  deepStrictEqual(planning.inStore(), direct.inStore(), 'applied as a run without a plan does');
  const { create, update, restore, delete: remove } = plan.counts;
  deepStrictEqual([create, update, restore, remove], [created, updated, restored, deleted], 'the counts are the same');
}

/** A run that is taken back, and what people did between. */
export interface UndoHistory {
  readonly before: Folder;
  readonly after: Folder;
  readonly since: readonly PersonsEdit[];
  readonly dies: number | undefined;
}

export const undoHistory: fc.Arbitrary<UndoHistory> = fc.record({
  before: randomFolder(2),
  after: randomFolder(2),
  since: fc.array(personsEdit, { maxLength: 3 }),
  dies,
});

/** Undo restores every field that nobody else changed, nothing that somebody did, and refreshes leave it alone. */
export async function checkUndoHistory({ before, after, since, dies: at }: UndoHistory): Promise<void> {
  using bench = new SyncBench();
  bench.options = { removalLimit: { items: 1_000, share: 1 } };
  bench.store.bringsLinksBack = true;
  await bench.sync(before, { runId: 'first' });
  const earlier = pictureOf(bench.store);
  await bench.sync(after, { runId: 'second' });
  const written = pictureOf(bench.store);
  for (const each of since) edit(bench.store, each);
  const edited = pictureOf(bench.store);
  if ((await bench.journal.undos.run('second')) === undefined) return;
  await actDespite(bench, { kind: 'undo', undoneRunId: 'second' }, at);
  const undone = pictureOf(bench.store);
  if (since.length === 0) deepStrictEqual(undone, earlier, 'everything is as it was');
  for (const [name, element] of earlier) {
    // a part does not come back without what it is a part of
    if (element.anchor !== undefined && !undone.has(element.anchor)) continue;
    const isUntouched = textOf(written.get(name)) === textOf(edited.get(name));
    if (isUntouched) deepStrictEqual(undone.get(name)?.properties, element.properties, `${name} is as it was`);
  }
  for (const [name, element] of edited) {
    const isEdited = JSON.stringify(written.get(name)?.properties) !== JSON.stringify(element.properties);
    if (isEdited) ok(undone.has(name), `${name}, which a person changed, stays`);
  }
  if (since.length > 0) return;
  await bench.sync(after);
  deepStrictEqual(pictureOf(bench.store), undone, 'refreshes leave it alone');
}

/** Once people let go of what was taken back, all is as if it never had been: what they had set is theirs still. */
export async function checkReleasedHistory({ before, after, since, dies: at }: UndoHistory): Promise<void> {
  using bench = new SyncBench();
  using other = new SyncBench();
  for (const each of [bench, other]) {
    each.options = { removalLimit: { items: 1_000, share: 1 } };
    each.store.bringsLinksBack = true;
    await each.sync(before, { runId: 'first' });
    await each.sync(after, { runId: 'second' });
    for (const one of since) edit(each.store, one);
  }
  if ((await bench.journal.undos.run('second')) === undefined) return;
  await actDespite(bench, { kind: 'undo', undoneRunId: 'second' }, at);
  for (const { runId } of await bench.journal.undos.heldBack(bench.owner.connectorGuid))
    await bench.journal.undos.release(runId);
  for (const each of [bench, other]) for (let run = 0; run < 2; run += 1) await each.sync(after);
  deepStrictEqual(bench.inStore(), other.inStore(), 'as if it had never been taken back');
}

/** Does it; where the process dies in the middle, once more in the next one. */
async function actDespite(
  bench: SyncBench,
  act: Parameters<SyncBench['act']>[0],
  at: number | undefined,
): Promise<void> {
  if (at === undefined) {
    await bench.act(act);
    return;
  }
  const faults = new Faults(at);
  faults.arm(bench.store);
  try {
    await bench.act(act, { journal: faults.journal(bench.journal) });
    return;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
  } finally {
    Faults.disarm(bench.store);
  }
  bench.restart();
  await bench.act(act);
}

function textOf(element: PictureElement | undefined): string {
  return JSON.stringify(element) ?? '';
}

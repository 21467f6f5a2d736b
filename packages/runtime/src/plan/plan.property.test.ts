import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deletedIn, edit, pictureOf, promisedBy } from '../sync/testing/picture.js';
import { personsEdit, randomFolder } from '../sync/testing/random-tree.js';
import { SyncBench } from '../sync/testing/sync-bench.js';

/** A test has 30 seconds; `ISTHMUS_PROPERTY_RUNS` asks for more histories. */
const runs = Number(process.env.ISTHMUS_PROPERTY_RUNS ?? 40);
const history = fc.record({
  before: fc.array(fc.record({ tree: randomFolder(2), edits: fc.array(personsEdit, { maxLength: 3 }) }), {
    maxLength: 2,
  }),
  after: randomFolder(2),
});

describe('plans of random catalogues', () => {
  it(
    'tell exactly what applying them changes, and that is what a run without a plan does',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, async ({ before, after }) => {
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
          expect(pictureOf(planning.store)).toEqual(earlier);
          const items = await planning.planItems(plan);
          const report = await planning.act({ kind: 'apply-plan', planId: plan.id });
          const anchorOf = (name: string) => planning.store.elements.get(name)?.anchor;
          expect(promisedBy(items, earlier, gone, anchorOf)).toEqual(pictureOf(planning.store));
          const reported = await direct.sync(after);
          expect(planning.inStore()).toEqual(direct.inStore());
          const { created, updated, deleted, restored } = reported.counts;
          expect(report.counts).toMatchObject({ created, updated, deleted, restored, setAside: 0 });
          const { create, update, restore, delete: remove } = plan.counts;
          expect({ create, update, restore, remove }).toEqual({
            create: created,
            update: updated,
            restore: restored,
            remove: deleted,
          });
        }),
        { numRuns: runs },
      );
    },
    30_000 + runs * 500,
  );
});

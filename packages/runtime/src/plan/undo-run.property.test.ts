import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { edit, type Picture, type PictureElement, pictureOf } from '../sync/testing/picture.js';
import { personsEdit, randomFolder } from '../sync/testing/random-tree.js';
import { SyncBench } from '../sync/testing/sync-bench.js';

const runs = Number(process.env.ISTHMUS_PROPERTY_RUNS ?? 30);
const history = fc.record({
  before: randomFolder(2),
  after: randomFolder(2),
  since: fc.array(personsEdit, { maxLength: 3 }),
});

describe('undo of random runs', () => {
  it(
    'restores every field that nobody else changed, and nothing that somebody did',
    async () => {
      await fc.assert(
        fc.asyncProperty(history, async ({ before, after, since }) => {
          using bench = new SyncBench();
          bench.options = { removalLimit: { items: 1_000, share: 1 } };
          bench.store.bringsLinksBack = true;
          await bench.sync(before, { runId: 'first' });
          const earlier = pictureOf(bench.store);
          await bench.sync(after, { runId: 'second' });
          const written = pictureOf(bench.store);
          for (const each of since) edit(bench.store, each);
          const edited = pictureOf(bench.store);
          const wrote = (await bench.journal.undos.run('second')) !== undefined;
          if (wrote) await bench.act({ kind: 'undo', undoneRunId: 'second' });
          const undone = pictureOf(bench.store);
          if (since.length === 0) expect(undone).toEqual(earlier);
          for (const [name, element] of earlier) {
            const [after, person] = [written.get(name), edited.get(name)];
            // a part does not come back without what it is a part of
            if (element.anchor !== undefined && !undone.has(element.anchor)) continue;
            if (isSame(after, person))
              expect({ name, ...without(undone.get(name)) }).toEqual({ name, ...without(element) });
          }
          for (const [name, person] of edited)
            if (isPersons(written, name, person)) expect(undone.has(name)).toBe(true);
          if (!wrote || since.length > 0) return;
          // refreshes leave it alone, as its source has not changed
          await bench.sync(after);
          expect(pictureOf(bench.store)).toEqual(undone);
        }),
        { numRuns: runs },
      );
    },
    30_000 + runs * 500,
  );
});

/** A person changed it and did not take it away. */
function isPersons(written: Picture, name: string, person: PictureElement): boolean {
  return JSON.stringify(written.get(name)?.properties) !== JSON.stringify(person.properties);
}

function isSame(one: PictureElement | undefined, other: PictureElement | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Links and anchors depend on what people did with the other end. */
function without(element: PictureElement | undefined): Pick<PictureElement, 'properties'> | undefined {
  return element === undefined ? undefined : { properties: element.properties };
}

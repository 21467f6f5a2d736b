import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@isthmus/connector-testing';
import type { MetadataChange } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SyncOwner } from '../journal/journal.js';
import { openJournal, type SqliteJournal } from '../journal/sqlite-journal.js';
import { ChangeFollower } from './change-follower.js';
import { RecentChanges } from './recent-changes.js';
import { RunTally } from './run-tally.js';
import { defaultSyncOptions } from './sync-options.js';

const never = new AbortController().signal;
const guids = Array.from({ length: 12 }, (_, index) =>
  index % 2 === 0 ? `File-${index}` : `File-019ad5c4-7b1e-7000-8000-0000000000${10 + index}`,
);

let directory: string;
let journal: SqliteJournal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'isthmus-follower-'));
  journal = openJournal(join(directory, 'daemon.db'));
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

let owners = 0;

/** An owner of items that hold one of the elements each. */
async function ownerOf(held: readonly number[]): Promise<SyncOwner> {
  owners += 1;
  const owner = { metadataCollectionId: `collection ${owners}`, connectorGuid: 'connector', target: '' };
  const known = held.map((number) => ({
    scope: 'root',
    key: `${number}`,
    hash: 'h',
    qualifiedNames: [`name of ${number}`],
    shapes: ['File'],
  }));
  const items = known.map((item) => ({ known: item, operationIndexes: [] }));
  const intent = { batchId: `batch ${owners}`, owner, slot: `slot ${owners}`, token: 1, operations: [], items };
  const elements = new Map(held.map((number) => [`name of ${number}`, guids[number] ?? '']));
  await journal.intend(intent);
  await journal.settle(intent, { known, gone: [], guids: elements });
  return owner;
}

/** Changes with gaps between their sequences. */
const anyChanges = fc
  .array(
    fc.record({
      step: fc.integer({ min: 1, max: 3 }),
      guid: fc.constantFrom(...guids, 'one more', 'another', 'yet another'),
      ends: fc.option(fc.tuple(fc.constantFrom(...guids), fc.constantFrom(...guids)), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((made) => {
    let sequence = 0;
    return made.map(({ step, guid, ends }): MetadataChange => {
      sequence += step;
      const [end1Guid, end2Guid] = ends ?? [];
      return {
        sequence,
        eventType: 'NEW_ELEMENT_CREATED',
        guid,
        typeName: 'File',
        superTypeNames: [],
        ...(end1Guid === undefined ? {} : { end1Guid }),
        ...(end2Guid === undefined ? {} : { end2Guid }),
      };
    });
  });

const anyRun = fc.record({
  held: fc.uniqueArray(fc.nat(guids.length - 1), { minLength: 1, maxLength: 4 }),
  after: fc.nat(60),
  until: fc.nat(100),
  limit: fc.integer({ min: 1, max: 12 }),
  budget: fc.integer({ min: 1, max: 100 }),
});

describe('ChangeFollower', () => {
  it('forgets the hashes of just the items that others touched in between, whoever has read those changes before', async () => {
    await fc.assert(
      fc.asyncProperty(anyChanges, fc.array(anyRun, { minLength: 1, maxLength: 8 }), async (all, runs) => {
        const store = {
          changes: async (after: number, { limit }: { readonly limit: number }) => {
            const changes = all.filter(({ sequence }) => sequence > after).slice(0, limit);
            return { changes, next: changes.at(-1)?.sequence ?? after };
          },
        };
        const changes = new RecentChanges(store, new ManualClock());
        for (const { held, after, until, limit, budget } of runs) {
          const owner = await ownerOf(held);
          const options = { ...defaultSyncOptions, changePageSize: limit, maxForeignChanges: budget };
          const parts = { changes, journal, owner, options, tally: new RunTally(), signal: never };
          const follower = new ChangeFollower(parts, after);
          const isDone = await follower.catchUp(until);
          const between = all.filter(({ sequence }) => sequence > after && sequence <= until);
          if (between.length < budget) expect(isDone).toBe(true);
          if (between.length >= budget + limit) expect(isDone).toBe(false);
          if (isDone) expect(follower.sequence).toBe(Math.max(after, until));
          // what was not read is compared anyway
          const read = between.filter(({ sequence }) => sequence <= (follower.sequence ?? 0));
          const touched = new Set(read.flatMap(({ guid, end1Guid, end2Guid }) => [guid, end1Guid, end2Guid]));
          const states = await journal.knownScope(owner, 'root');
          const lost = states.filter(({ hash }) => hash === '').map(({ key }) => guids[Number(key)]);
          const expected = held.map((number) => guids[number]).filter((guid) => touched.has(guid));
          expect(lost.toSorted()).toEqual(expected.toSorted());
        }
      }),
      { numRuns: 200 },
    );
  });
});
